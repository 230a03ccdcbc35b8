"""Switches: the environment's setting first, then the latest turn; turned by administrators, with a reason."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.audit import service as audit
from civic.audit.service import Wanted
from civic.db import transaction
from civic.rules.refused import NotFound, Refused
from civic.switches import service
from civic.switches.models import SwitchTurn
from tests.factories import COMMUNITY, NOW, person, staff
from tests.pages import sign_in, submit

PUBLIC = (
    "/leaderboard?area=9901",
    "/rankings?area=9901",
    "/bulletins",
    f"/wall/{COMMUNITY}",
    "/api/v1/leaderboard?area=9901",
)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


def turn(is_on: bool, why: str = "上级检查") -> None:
    with transaction():
        service.turn(service.PUBLIC_BOARDS, is_on, why, by=staff("administrator", "9901").id, now=NOW)


def test_the_latest_turn_rules_and_before_any_the_setting(app: Flask) -> None:
    assert service.is_on(service.PUBLIC_BOARDS, True)
    assert not service.is_on(service.PUBLIC_BOARDS, False)
    turn(False)
    assert not service.is_on(service.PUBLIC_BOARDS, True)
    turn(True)
    assert service.is_on(service.PUBLIC_BOARDS, False)
    assert [one.is_on for one in service.turns(service.PUBLIC_BOARDS)] == [True, False]
    assert [line.facts for line in audit.lines(Wanted(kind="boards_switched"))] == [{"is_on": True}, {"is_on": False}]


def test_a_turn_needs_a_reason_and_a_switch_and_is_never_changed(app: Flask) -> None:
    with pytest.raises(Refused, match="reason_needed"):
        turn(False, "  ")
    with pytest.raises(Refused, match="words_too_long"):
        turn(False, "长" * 201)
    with pytest.raises(NotFound), transaction():
        service.turn("everything", True, "x", by=staff().id, now=NOW)
    turn(True)
    for statement in (sa.update(SwitchTurn).values(is_on=False), sa.delete(SwitchTurn)):
        with pytest.raises(sa.exc.DBAPIError), transaction() as session:
            session.execute(statement)


def test_turned_off_every_public_page_says_so_and_whoever_is_signed_in_keeps_theirs(client: FlaskClient) -> None:
    login = staff("administrator", "9901").login or ""
    person("resident")
    assert {client.get(path).status_code for path in PUBLIC} == {200}
    sign_in(client, login)
    assert submit(client, "/admin/switches", {"why": ""}, form="/public_boards").status_code == 422
    page = client.get("/admin/switches")
    assert "关掉公开榜单" in page.text
    off = submit(client, "/admin/switches", {"why": "上级检查", "to": "off"}, form="/public_boards")
    assert off.status_code == 303
    assert {client.get(path).status_code for path in PUBLIC} == {200}
    client.delete_cookie("civic")
    assert {client.get(path).status_code for path in PUBLIC} == {403}
    sign_in(client, "resident")
    assert client.get("/leaderboard?area=9901").status_code == 200
    assert client.get("/admin/switches").status_code == 403
