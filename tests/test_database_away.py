"""While the database is away every answer is 503 with words and a time to come back, also for whoever is signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from civic import access
from civic.db import db
from tests import factories, pages

PAGES = ("/", "/me", "/entries", "/leaderboard", "/help", "/no-such-page", "/api/v1/me", "/api/v1/no-such-call")


@contextmanager
def database_away() -> Iterator[None]:
    def refuse(*_statement: Any) -> None:
        raise OperationalError("", {}, Exception("away"))

    event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", refuse)


@pytest.fixture
def browser(client: FlaskClient) -> FlaskClient:
    pages.sign_in(client, factories.small_world().logins["resident"])
    return client


@pytest.mark.parametrize("path", PAGES)
def test_it_is_said_in_words_and_with_a_time_to_come_back(browser: FlaskClient, path: str) -> None:
    with database_away():
        answer = browser.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "已经记下的都在" in (answer.json["detail"] if path.startswith("/api/") else answer.text)
    assert browser.get("/me").status_code == 200  # it comes back by itself, and nobody was signed out


def test_readyz_says_when_to_ask_again(client: FlaskClient) -> None:
    with database_away():
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert (answer.status_code, answer.json["status"]) == (503, "failing")
    assert answer.headers["Retry-After"]


def test_a_page_is_not_spoilt_where_only_the_note_that_it_was_seen_fails(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_seen: Any) -> None:
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(access.sessions, "SEEN_EVERY", timedelta(0))
    monkeypatch.setattr(access.sessions, "touch", refuse)
    assert browser.get("/me").status_code == 200
