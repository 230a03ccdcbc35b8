"""Every route, who may open it, and that it holds: one table, no route left out."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories, pages
from tests.route_table import ROUTES

# What each kind of caller gets at a route they may not open.
SHUT_OUT = {
    ("anyone", "signed_in"): "login",
    ("anyone", "decider"): "login",
    ("anyone", "staff"): "login",
    ("anyone", "administrator"): "login",
    ("resident", "decider"): 403,
    ("resident", "staff"): 403,
    ("resident", "administrator"): 403,
    ("manager", "administrator"): 403,
    ("administrator", "decider"): 403,
}
# For a stranger they do not exist; no form to sign in stands in their place.
PARTS_OF_PAGES = ("/photos/<key>", "/photos/<key>/<any(small):size>")
CALLERS = ("anyone", "resident", "manager", "administrator")


def test_every_route_is_in_the_table_with_the_access_it_wears(app: Flask) -> None:
    worn = {
        (rule.rule, method): getattr(app.view_functions[rule.endpoint], "access", None)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert worn == ROUTES


@pytest.mark.parametrize("caller", CALLERS)
def test_a_route_is_shut_to_whoever_may_not_open_it(client: FlaskClient, caller: str) -> None:
    world = factories.small_world()
    if caller != "anyone":
        pages.sign_in(client, world.logins[caller])
    token = pages.csrf_token(client, "/login" if caller == "anyone" else "/me/settings")
    for (rule, method), access in ROUTES.items():
        expected = SHUT_OUT.get((caller, access))
        if expected is None:
            continue
        answer = client.open(_concrete(rule, world), method=method, data={"csrf_token": token})
        if rule.startswith("/api/"):
            assert answer.status_code == (401 if expected == "login" else expected), (caller, method, rule)
        elif expected == "login" and rule in PARTS_OF_PAGES:
            assert answer.status_code == 404, (caller, method, rule)
        elif expected == "login":
            assert answer.status_code == 303, (caller, method, rule)
            assert answer.location.startswith("/login?next="), (caller, method, rule)
        else:
            assert answer.status_code == expected, (caller, method, rule)


@pytest.mark.parametrize("caller", CALLERS)
def test_no_open_page_fails_for_anybody(client: FlaskClient, caller: str) -> None:
    world = factories.small_world()
    if caller != "anyone":
        pages.sign_in(client, world.logins[caller])
    for (rule, method), access in ROUTES.items():
        if method == "GET" and (caller, access) not in SHUT_OUT:
            answer = client.get(_concrete(rule, world))
            assert answer.status_code < 500, (caller, rule, answer.status_code)


@pytest.mark.parametrize("caller", CALLERS)
def test_no_change_happens_without_a_csrf_token(client: FlaskClient, caller: str) -> None:
    world = factories.small_world()
    if caller != "anyone":
        pages.sign_in(client, world.logins[caller])
    for (rule, method), _access in ROUTES.items():
        if method != "GET":
            answer = client.open(_concrete(rule, world), method=method)
            refusal = 401 if caller == "anyone" and rule.startswith("/api/") else 400
            assert answer.status_code in (refusal, 415), (caller, method, rule, answer.status_code)


def _concrete(rule: str, world: factories.World) -> str:
    """The address of something that exists, belonging to another resident of the same community."""
    for placeholder, value in world.placeholders.items():
        rule = rule.replace(placeholder, value)
    assert "<" not in rule, f"say in factories.small_world what stands for {rule}"
    return rule
