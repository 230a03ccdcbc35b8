"""Grants on the web: two persons, never oneself, only within reach, and every step on record."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.accounts import grants, proposals
from civic.accounts.models import GrantProposal, GrantRevocation, Person
from civic.db import db, transaction
from civic.rules.granting import may_grant
from civic.rules.refused import Refused
from tests.factories import COMMUNITY, NOW, person, staff
from tests.pages import sign_in, submit
from tests.queries import count_queries
from tests.races.crowd import at_once, refusals

QUERIES = 16


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


def _propose(by: Person, login: str, role: str = "community_manager", area: str = COMMUNITY) -> int:
    with transaction():
        return proposals.propose(login, role, area, by=by, now=NOW).id


def _code(call: object) -> str:
    with pytest.raises(Refused) as refused, transaction():
        call()  # type: ignore[operator]
    return refused.value.code


def test_who_may_give_which_role() -> None:
    officer = [("district_officer", "990102")]
    assert may_grant(officer, "community_manager", COMMUNITY)
    assert may_grant(officer, "subdistrict_officer", "990102001")
    assert not may_grant(officer, "district_officer", "990102")
    assert not may_grant(officer, "administrator", "990102")
    assert not may_grant(officer, "community_manager", "990105001001")
    assert not may_grant([("community_manager", COMMUNITY)], "community_manager", COMMUNITY)
    assert may_grant([("administrator", "9901")], "administrator", "9901")


def test_nothing_is_granted_until_another_person_confirms(app: Flask) -> None:
    one, two = staff("administrator", "9901"), staff("city_officer", "9901")
    person("hejing")
    proposal = _propose(one, "hejing")
    hejing = db.session.get_one(GrantProposal, proposal).person_id
    assert grants.grants_of(hejing) == []
    assert _code(lambda: proposals.confirm(proposal, by=one, now=NOW)) == "proposal_needs_another"
    with transaction():
        proposals.confirm(proposal, by=two, now=NOW)
    assert [(each.role, each.area_code) for each in grants.grants_of(hejing)] == [("community_manager", COMMUNITY)]
    assert _code(lambda: proposals.confirm(proposal, by=two, now=NOW)) == "proposal_answered"
    kept = db.session.get_one(GrantProposal, proposal)
    assert (kept.proposed_by, kept.answered_by, kept.answer) == (one.id, two.id, "confirmed")


def test_nobody_gives_or_confirms_a_grant_of_their_own(app: Flask) -> None:
    one, two = staff("administrator", "9901"), staff("city_officer", "9901")
    mine = str(one.login)
    assert _code(lambda: proposals.propose(mine, "city_officer", "9901", by=one, now=NOW)) == "grant_to_oneself"
    proposal = _propose(one, str(two.login), "subdistrict_officer", "990102001")
    assert _code(lambda: proposals.confirm(proposal, by=two, now=NOW)) == "grant_to_oneself"


def test_a_proposal_lasts_seven_days_and_can_be_made_anew_afterwards(app: Flask) -> None:
    one, two = staff("administrator", "9901"), staff("administrator", "9901")
    person("hejing")
    proposal = _propose(one, "hejing")
    assert _code(lambda: _propose(two, "hejing")) == "grant_proposed"
    later = NOW + timedelta(days=7)
    assert _code(lambda: proposals.confirm(proposal, by=two, now=later)) == "proposal_expired"
    with transaction():
        assert proposals.propose("hejing", "community_manager", COMMUNITY, by=two, now=later).id != proposal


def test_who_lost_the_power_meanwhile_neither_proposes_nor_confirms(app: Flask) -> None:
    one, two = staff("administrator", "9901"), staff("district_officer", "990102")
    person("hejing")
    proposal = _propose(one, "hejing")
    with transaction():
        grants.revoke(one, "administrator", "9901", NOW)
    assert _code(lambda: proposals.confirm(proposal, by=two, now=NOW)) == "grant_beyond_reach"
    assert _code(lambda: _propose(two, "hejing", "city_officer", "9901")) == "grant_beyond_reach"


def test_two_who_answer_at_once_give_one_answer(app: Flask) -> None:
    one = staff("administrator", "9901")
    others = [staff("administrator", "9901").id for _ in range(4)]
    person("hejing")
    proposal = _propose(one, "hejing")

    def answer(place: int, who: int) -> None:
        with transaction():
            by = db.session.get_one(Person, who)
            (proposals.confirm if place % 2 else proposals.decline)(proposal, by=by, now=NOW)

    answers = at_once(app, [lambda place=place, who=who: answer(place, who) for place, who in enumerate(others)])
    assert refusals(answers) == ["proposal_answered"] * 3
    hejing = db.session.get_one(GrantProposal, proposal)
    assert len(grants.grants_of(hejing.person_id)) == int(hejing.answer == "confirmed")


def test_a_grant_is_taken_back_by_another_and_it_is_known_by_whom(app: Flask) -> None:
    one, manager = staff("administrator", "9901"), staff()
    (theirs,) = grants.grants_of(manager.id)
    (own,) = grants.grants_of(one.id)
    assert _code(lambda: proposals.take_back(own.id, by=one, now=NOW)) == "grant_own_stays"
    assert _code(lambda: proposals.take_back(theirs.id, by=manager, now=NOW)) == "grant_not_standing"
    with transaction():
        proposals.take_back(theirs.id, by=one, now=NOW)
    assert grants.grants_of(manager.id) == []
    assert db.session.get_one(GrantRevocation, theirs.id).by_id == one.id
    assert _code(lambda: proposals.take_back(theirs.id, by=one, now=NOW)) == "grant_not_standing"


def test_the_page_proposes_and_keeps_what_was_typed(client: FlaskClient) -> None:
    sign_in(client, staff("administrator", "9901").login or "")
    person("hejing")
    wrong = submit(client, "/admin/grants", {"login": "nobody", "area": COMMUNITY}, form="/proposals")
    assert wrong.status_code == 404
    assert 'value="nobody"' in wrong.text
    assert submit(client, "/admin/grants", {"login": "", "area": "1"}, form="/proposals").status_code == 422
    values = {"login": "hejing", "role": "community_manager", "area": COMMUNITY}
    assert submit(client, "/admin/grants", values, form="/proposals").status_code == 303
    page = client.get("/admin/grants").text
    assert "等另一位确认" in page
    assert 'value="confirm"' not in page
    second = client.application.test_client()
    sign_in(second, staff("city_officer", "9901").login or "")
    assert submit(second, "/admin/grants", {"answer": "confirm"}, form="/answer").status_code == 303
    assert "确认了" in second.get("/admin/grants").text
    assert "hejing" in second.get("/admin/grants?q=hejing").text


def test_an_officer_sees_their_own_reach_and_a_manager_nothing(client: FlaskClient) -> None:
    staff("city_officer", "9901")
    staff()
    sign_in(client, staff("district_officer", "990105").login or "")
    page = client.get("/admin/grants").text
    assert "district_officer" in page
    assert "community_manager" not in page.split("现有的授权")[1]
    manager = client.application.test_client()
    sign_in(manager, staff().login or "")
    assert manager.get("/admin/grants").status_code == 403


def test_the_list_costs_the_same_however_many_grants_there_are(client: FlaskClient) -> None:
    sign_in(client, staff("administrator", "9901").login or "")
    counts = []
    for _ in range(2):
        for _again in range(3):
            staff()
        with count_queries() as found:
            client.get("/admin/grants")
        counts.append(found.total)
    assert counts[0] == counts[1] <= QUERIES
