"""What only a broken or hostile client sends: no page fails over it, and nothing changes."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from civic.accounts import sessions
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import service as entries
from tests import factories, pages
from tests.route_table import ROUTES

FORMS = [rule for rule, method in ROUTES if method == "POST" and not rule.startswith("/api/")]
FIELDS = ["login", "password", "name", "community", "born_on", "next", "activity", "client_key", "acted_on", "quantity"]
FIELDS += [
    "title",
    "note",
    "answers",
    "resident",
    "decision",
    "reason",
    "ready",
    "code",
    "device",
    "consent",
    "current",
]
BODIES: list[Any] = [dict.fromkeys(FIELDS, 1), {name: {"a": [1]} for name in FIELDS}, [1, 2], "text", None]


@pytest.mark.parametrize("caller", ["anyone", "resident", "manager"])
def test_no_form_fails_over_json_or_a_file_in_place_of_a_text(client: FlaskClient, caller: str) -> None:
    world = factories.small_world()
    for rule in FORMS:
        token = _token(client, world, caller)  # good for as long as nobody signs in or out
        for body in BODIES:
            answer = client.post(_concrete(rule, world), json=body, headers=token)
            assert answer.status_code < 500, (rule, body)
            assert answer.status_code != 400 or b"csrf" not in answer.data, rule
        files = {name: (io.BytesIO(b"x"), "x.txt") for name in FIELDS}
        answer = client.post(_concrete(rule, world), data=files, headers=_token(client, world, caller))
        assert answer.status_code < 500, rule


def _token(client: FlaskClient, world: factories.World, caller: str) -> dict[str, str]:
    """A token of a browser in which the caller is signed in, also after it signed out."""
    asks = "/login" if caller == "anyone" else "/me/settings"
    page = client.get(asks)
    if page.status_code != 200:
        client.delete_cookie("civic")
        pages.sign_in(client, world.logins[caller])
        page = client.get(asks)
    return {"X-CSRFToken": pages.csrf_token_in(page)}


def test_a_text_that_is_no_name_of_ours_finds_nothing(lan: Person) -> None:
    for text in ("a\x00b", "", "é", "x" * 65, "../x"):
        assert entries.find_by_photo(text) is None
        with transaction():
            assert not sessions.close_one_of(lan, text)


@pytest.fixture
def lan(app: Any) -> Person:
    factories.small_world()
    return db.session.scalars(db.select(Person)).first()


def _concrete(rule: str, world: factories.World) -> str:
    for placeholder, value in world.placeholders.items():
        rule = rule.replace(placeholder, value)
    return rule
