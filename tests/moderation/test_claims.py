"""Claims: an entry lies before one person at a time, for ten minutes."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic.accounts import grants
from civic.accounts.models import Person
from civic.db import transaction
from civic.moderation import claims, service
from civic.moderation.claims import Held
from civic.rules.refused import Conflict, Refused
from tests.factories import COMMUNITY, NOW, decide, log, person, staff, statuses
from tests.pages import csrf_token, sign_in

LATER = NOW + timedelta(minutes=10)


def take(who: Person, count: int = 1, now: object = NOW) -> Held:
    with transaction():
        return claims.take(service.reach(who), count, by=who, now=now)  # type: ignore[arg-type]


def test_two_managers_hold_different_entries_and_mine_come_again_first(app: Flask) -> None:
    waiting = [log(person(), now=NOW - timedelta(hours=hours)).id for hours in (5, 4, 3, 2)]
    one, other = staff(), staff()
    assert take(one, 2) == Held(tuple(waiting[:2]), LATER)
    assert take(other, 1).entry_ids == (waiting[2],)
    assert take(one, 3).entry_ids == (waiting[0], waiting[1], waiting[3])
    assert take(other, 3).entry_ids == (waiting[2],)


def test_another_hears_who_has_it_before_them_until_the_ten_minutes_are_over(app: Flask) -> None:
    entry, holder, other = log(person()), staff(), staff()
    take(holder)
    with pytest.raises(Conflict) as refused:
        decide(entry, "approve", other)
    assert (refused.value.code, refused.value.facts["until"]) == ("held_by_other", LATER)
    assert statuses(entry) == ["pending"]
    assert decide(entry, "approve", other, now=LATER).status == "approved"


def test_the_holder_decides_and_who_decides_needs_no_claim(app: Flask) -> None:
    held, free, holder = log(person()), log(person()), staff()
    with transaction():
        claims.keep([held.id], by=holder, now=NOW)
    assert decide(held, "reject", holder).status == "rejected"
    assert decide(free, "approve", staff()).status == "approved"


def test_what_was_decided_on_is_held_by_nobody_when_it_waits_anew(app: Flask) -> None:
    entry, holder = log(person()), staff()
    take(holder)
    decide(entry, "reject", holder)
    decide(entry, "undo", holder)
    assert take(staff()).entry_ids == (entry.id,)


def test_opening_the_next_entry_gives_the_last_one_up_but_not_what_was_claimed_on_purpose(app: Flask) -> None:
    first, second, third = (log(person(), now=NOW - timedelta(hours=hours)).id for hours in (3, 2, 1))
    one, other = staff(), staff()
    with transaction():
        claims.keep([third], by=one, now=NOW)
        assert claims.open_next(service.reach(one), by=one, now=NOW) == first
    with transaction():
        assert claims.open_next(service.reach(one), wanted=second, by=one, now=NOW) == second
    assert take(other, 3).entry_ids == (first,)


@pytest.mark.parametrize("count", [0, -1, 51])
def test_nobody_claims_a_number_that_is_none(app: Flask, count: int) -> None:
    with pytest.raises(Refused) as refused:
        take(staff(), count)
    assert refused.value.code == "claims_out_of_range"


def test_claims_that_ended_long_ago_are_put_away(app: Flask) -> None:
    log(person())
    take(staff())
    assert claims.remove_old(NOW + timedelta(hours=1)) == 0
    with transaction():
        assert claims.remove_old(NOW + timedelta(days=2)) == 1


# Pages


def test_two_managers_pages_never_show_the_same_entry(client: FlaskClient, app: Flask, manager: Person) -> None:
    first, second = log(person(), now=NOW - timedelta(hours=2)), log(person())
    assert f"/moderation/{first.id}/decision" in client.get("/moderation").text
    colleague = app.test_client()
    sign_in(colleague, staff().login or "")
    page = colleague.get("/moderation").text
    assert f"/moderation/{second.id}/decision" in page
    assert f"/moderation/{first.id}/decision" not in page
    assert "何静</span>在看" in page or "何静在看" in page
    wanted = colleague.get(f"/moderation?entry={first.id}").text
    assert "那一笔有同事正在看" in wanted
    one = colleague.get(f"/moderation/{first.id}").text
    assert "正在看这一笔" in one
    assert 'name="decision"' not in one


def test_a_decision_on_what_a_colleague_has_open_is_a_conflict_that_loses_no_word(
    client: FlaskClient, app: Flask, manager: Person
) -> None:
    entry = log(person())
    client.get("/moderation")
    colleague = app.test_client()
    sign_in(colleague, staff().login or "")
    data = {"csrf_token": csrf_token(colleague, "/me"), "decision": "reject", "reason": "写好的话"}
    answer = colleague.post(f"/moderation/{entry.id}/decision", data=data)
    assert answer.status_code == 409
    assert "正在看这一条" in answer.text
    assert "写好的话" in answer.text
    assert statuses(entry) == ["pending"]


def test_when_colleagues_have_all_that_is_left_that_is_said(client: FlaskClient, app: Flask, manager: Person) -> None:
    log(person())
    client.get("/moderation")
    colleague = app.test_client()
    sign_in(colleague, staff().login or "")
    page = colleague.get("/moderation")
    assert page.status_code == 200
    assert "剩下的都有同事在看" in page.text


def test_a_grant_lost_in_mid_session_ends_it_at_the_next_request(client: FlaskClient, manager: Person) -> None:
    entry = log(person())
    token = csrf_token(client, "/me")
    client.get("/moderation")
    with transaction():
        grants.revoke(manager, "community_manager", COMMUNITY, NOW)
    answer = client.post(f"/moderation/{entry.id}/decision", data={"csrf_token": token, "decision": "approve"})
    assert answer.status_code == 403
    assert client.get("/moderation").status_code == 403
    assert statuses(entry) == ["pending"]
    assert take(staff()).entry_ids == ()
