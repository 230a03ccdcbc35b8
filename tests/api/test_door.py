"""The door of the API: tokens, sessions, and errors that keep their form and their headers."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from civic import clock
from civic.accounts import sessions
from civic.db import transaction
from tests import factories, pages
from tests.api.bodies import act
from tests.api.conftest import API, Caller, Callers
from tests.conftest import PageClient

SIGNED_IN = ("/me", "/me/statement", "/entries", "/entries/1", "/moderation/queue")


def _assert_problem(answer: TestResponse, status: int) -> None:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "bearer \x7f", "Bearer a b"]
)
def test_who_has_no_good_token_is_told_how_to_come_in(caller: Callers, header: str | None) -> None:
    program = caller()
    if header is not None:
        program.headers["Authorization"] = header
    for path in SIGNED_IN:
        answer = program.get(path)
        _assert_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_with_its_days_and_when_it_is_taken_back(caller: Callers) -> None:
    resident = factories.person()
    program = caller(resident)
    assert program.get("/me").status_code == 200
    with clock.held(factories.NOW + timedelta(days=30)):
        assert program.get("/me").status_code == 401
    with transaction():
        sessions.close_all(resident)
    assert program.get("/me").status_code == 401


def test_a_token_speaks_for_itself_whatever_cookie_comes_along(app: Flask) -> None:
    other, resident = factories.person("other"), factories.person("xiulan")
    program = Caller(app, resident)
    pages.sign_in(program.client, other.login or "")
    assert program.get("/me").json["login"] == "xiulan"
    assert program.post("/entries", act()).status_code == 201
    program.headers["Authorization"] = "Bearer wrong"
    assert program.get("/me").status_code == 401
    assert program.post("/entries", act()).status_code == 401


@pytest.mark.one_engine
def test_a_session_changes_nothing_without_its_token_against_forgery(app: Flask) -> None:
    factories.person("xiulan")
    app.test_client_class = PageClient
    browser = app.test_client()
    pages.sign_in(browser, "xiulan")
    assert browser.get(f"{API}/me").json["login"] == "xiulan"
    _assert_problem(browser.post(f"{API}/entries", json=act()), 400)
    _assert_problem(browser.post(f"{API}/entries", json=act(), headers={"X-CSRFToken": "made up"}), 400)
    assert browser.get(f"{API}/entries").json["items"] == []
    token = pages.csrf_token(browser, "/me/settings")
    assert browser.post(f"{API}/entries", json=act(), headers={"X-CSRFToken": token}).status_code == 201
    form = {**act(), "csrf_token": token}
    assert browser.post(f"{API}/entries", data=form, content_type="multipart/form-data").status_code == 201


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/areas", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/entries", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET", "/entries/1/withdraw", {"OPTIONS", "POST"}),
        ("PUT", "/moderation/1/decision", {"OPTIONS", "POST"}),
        ("PATCH", "/me", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method_is_refused_with_those_that_are_allowed(
    app: Flask, caller: Callers, method: str, path: str, allowed: set[str]
) -> None:
    program = caller(factories.person())
    answer = program.client.open(f"{API}{path}", method=method, headers=program.headers)
    _assert_problem(answer, 405)
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == allowed


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v2/me", f"{API}/nothing", f"{API}/entries/"])
def test_an_unknown_address_is_a_problem_too(caller: Callers, path: str) -> None:
    _assert_problem(caller().client.get(path), 404)


@pytest.mark.one_engine
def test_answers_are_private_and_not_sniffed(caller: Callers) -> None:
    answer = caller(factories.person()).get("/me")
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
