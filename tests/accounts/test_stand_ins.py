"""Handing a community over while on leave: two persons, exact days, nothing left over."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from civic import clock
from civic.accounts import families, grants, stand_ins
from civic.accounts.models import Grant, Person, StandIn
from civic.db import db, transaction
from civic.moderation import checks
from civic.moderation import service as moderation
from civic.rules.periods import start_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, decide, log, person, staff

STREET = "990102001"
FIRST, LAST = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
BEGIN, END = start_of(FIRST, ZONE), start_of(LAST + timedelta(days=1), ZONE)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Grants are asked for at this very moment, so the moment is held."""
    with clock.held(NOW):
        yield


@pytest.fixture
def manager(app: Flask) -> Person:
    return staff(community=COMMUNITY)


@pytest.fixture
def officer(app: Flask) -> Person:
    return staff("subdistrict_officer", STREET)


def propose(by: Person, who: Person, first: date = FIRST, last: date = LAST) -> StandIn:
    with transaction():
        return stand_ins.propose(by, COMMUNITY, who.login or "", first, last, now=NOW, zone=ZONE)


def accept(found: StandIn, by: Person, now: datetime = NOW) -> StandIn:
    with transaction():
        return stand_ins.accept(found.id, by=by, now=now, zone=ZONE)


def may_decide(who: Person, at: datetime) -> bool:
    with clock.held(at):
        return grants.over(grants.grants_of(who.id), COMMUNITY) is not None


def test_it_begins_and_ends_by_itself_to_the_second(manager: Person, officer: Person) -> None:
    who = person()
    accept(propose(manager, who), officer)
    assert not may_decide(who, BEGIN - SECOND)
    assert may_decide(who, BEGIN)
    assert may_decide(who, END - SECOND)
    assert not may_decide(who, END)


def test_the_queue_and_decisions_keep_to_the_same_days(manager: Person, officer: Person) -> None:
    who, entry = person(), log(person())
    accept(propose(manager, who), officer)
    for at, is_in_force in ((BEGIN - SECOND, False), (END, False), (BEGIN + SECOND, True)):
        with clock.held(at):
            assert [one.entry.id for one in moderation.queue(who)] == ([entry.id] if is_in_force else [])
            if not is_in_force:
                with pytest.raises(NotFound):
                    decide(entry, "approve", who, now=at)
            else:
                assert decide(entry, "approve", who, now=at).status == "approved"
    assert checks.problems() == []


def test_ledger_check_finds_a_decision_outside_the_days(manager: Person, officer: Person) -> None:
    who, entry = person(), log(person())
    accepted = accept(propose(manager, who), officer)
    with clock.held(BEGIN + SECOND):
        decide(entry, "approve", who, now=BEGIN + SECOND)
    with transaction():
        db.session.get(Grant, accepted.grant_id).ends_at = BEGIN  # type: ignore[union-attr]
    assert any("without a grant" in line for line in checks.problems())


def test_before_the_word_of_an_officer_nothing_holds(manager: Person) -> None:
    who = person()
    propose(manager, who)
    assert not may_decide(who, BEGIN + SECOND)


def test_own_and_family_entries_stay_with_others(manager: Person, officer: Person) -> None:
    who, kin = person(), person()
    with transaction():
        families.declare_family(who, kin, NOW)
    accept(propose(manager, who), officer)
    own, theirs = log(who), log(kin)
    with clock.held(BEGIN + SECOND):
        assert moderation.queue(who) == []
        for entry in (own, theirs):
            with pytest.raises(Forbidden):
                decide(entry, "approve", who, now=BEGIN + SECOND)


def test_a_stand_ins_own_entries_are_a_matter_for_the_street_meanwhile(manager: Person, officer: Person) -> None:
    who = person()
    entry = log(who)
    accept(propose(manager, who), officer)
    with clock.held(BEGIN + SECOND), pytest.raises(Forbidden) as caught:
        decide(entry, "approve", manager, now=BEGIN + SECOND)
    assert caught.value.code == "staff_entry"


def test_two_persons_are_needed_and_neither_concerned_is_the_second(manager: Person, officer: Person) -> None:
    street_and_stand_in = staff(area=OTHER_COMMUNITY)
    found = propose(manager, street_and_stand_in)
    with pytest.raises(Forbidden) as caught:
        accept(found, manager)
    assert caught.value.code == "stand_in_second_person"
    with transaction():
        grants.grant(street_and_stand_in, "subdistrict_officer", STREET, NOW)
    with pytest.raises(Forbidden):
        accept(found, street_and_stand_in)
    with pytest.raises(Forbidden) as caught:
        accept(found, staff())  # another manager of the same community
    assert caught.value.code == "stand_in_by_above"
    for nobody in (person(), staff("administrator", "9901"), staff("subdistrict_officer", "990102002")):
        with pytest.raises(NotFound):
            accept(found, nobody)


@pytest.mark.parametrize(("role", "area"), [("district_officer", "990102"), ("city_officer", "9901")])
def test_where_the_street_has_nobody_the_next_above_accepts(manager: Person, role: str, area: str) -> None:
    who = person()
    found = propose(manager, who)
    above = staff(role, area)
    assert [one.row.id for one in stand_ins.awaiting(above, TODAY)] == [found.id]
    accept(found, above)
    assert stand_ins.awaiting(above, TODAY) == []
    assert may_decide(who, BEGIN)


def test_a_manager_of_the_same_street_may_stand_in_one_from_elsewhere_may_not(manager: Person) -> None:
    propose(manager, staff(area=OTHER_COMMUNITY))
    with pytest.raises(Refused) as caught:
        propose(manager, staff(area=FAR_COMMUNITY), LAST + timedelta(days=1), LAST + timedelta(days=2))
    assert caught.value.code == "stand_in_unfit"


def test_who_is_unfit_is_refused_with_one_and_the_same_word(manager: Person) -> None:
    teen = person(born_on=date(2010, 1, 1))
    parent = person()
    child = person("handle-of-child", born_on=date(2018, 1, 1), guardian=parent)
    for who in (teen, child, person(community=FAR_COMMUNITY), person(confirmed=False)):
        with pytest.raises(Refused) as caught:
            propose(manager, who)
        assert caught.value.code == "stand_in_unfit"
    with pytest.raises(Refused) as caught, transaction():
        stand_ins.propose(manager, COMMUNITY, "nobody-at-all", FIRST, LAST, now=NOW, zone=ZONE)
    assert caught.value.code == "stand_in_unfit"


def test_not_oneself_nor_somebody_who_manages_there_anyway(manager: Person, officer: Person) -> None:
    with pytest.raises(Refused) as caught:
        propose(manager, manager)
    assert caught.value.code == "stand_in_self"
    peer = staff(area=OTHER_COMMUNITY)
    with transaction():
        grants.grant(peer, "community_manager", COMMUNITY, NOW)
    with pytest.raises(Refused) as caught:
        propose(manager, peer)
    assert caught.value.code == "stand_in_manages"


def test_only_who_manages_for_good_hands_over(manager: Person, officer: Person) -> None:
    who = person()
    accept(propose(manager, who), officer)
    with clock.held(BEGIN + SECOND), pytest.raises(Forbidden):
        propose(who, person(), FIRST, LAST)
    for other in (officer, person()):
        with pytest.raises(Forbidden):
            propose(other, person())


def test_days_may_not_overlap_but_may_follow(manager: Person) -> None:
    propose(manager, person())
    with pytest.raises(Refused) as caught:
        propose(manager, person(), LAST, LAST + timedelta(days=3))
    assert caught.value.code == "stand_in_overlaps"
    propose(manager, person(), LAST + timedelta(days=1), LAST + timedelta(days=3))


def test_the_same_person_may_stand_in_again_later(manager: Person, officer: Person) -> None:
    who = person()
    accept(propose(manager, who), officer)
    accept(propose(manager, who, LAST + timedelta(days=10), LAST + timedelta(days=12)), officer)
    assert may_decide(who, BEGIN)
    assert not may_decide(who, END + timedelta(days=1))
    assert may_decide(who, start_of(LAST + timedelta(days=11), ZONE))
    with transaction():  # and a grant for good stands beside those for some days
        grants.grant(who, "community_manager", COMMUNITY, NOW)
    assert may_decide(who, END + timedelta(days=1))


@pytest.mark.parametrize("who_ends", ["manager", "stand-in", "officer"])
def test_each_of_the_three_can_end_it_at_once(manager: Person, officer: Person, who_ends: str) -> None:
    who = person()
    found = accept(propose(manager, who), officer)
    ends = {"manager": manager, "stand-in": who, "officer": officer}[who_ends]
    assert may_decide(who, BEGIN + SECOND)
    with transaction():
        stand_ins.end(found.id, by=ends, now=BEGIN + SECOND, zone=ZONE)
    assert not may_decide(who, BEGIN + 2 * SECOND)
    row = db.session.get(StandIn, found.id)
    assert (row.status, row.ended_by_id, row.ended_at) == ("ended", ends.id, BEGIN + SECOND)  # type: ignore[union-attr]
    with pytest.raises(Conflict), transaction():
        stand_ins.end(found.id, by=ends, now=BEGIN + SECOND, zone=ZONE)


def test_nobody_else_ends_it(manager: Person, officer: Person) -> None:
    found = accept(propose(manager, person()), officer)
    for nobody in (person(), staff(), staff("subdistrict_officer", "990102002")):
        with pytest.raises(NotFound), transaction():
            stand_ins.end(found.id, by=nobody, now=NOW, zone=ZONE)


def test_with_the_managers_grant_goes_what_was_lent(manager: Person, officer: Person) -> None:
    who = person()
    accept(propose(manager, who), officer)
    with transaction():
        grants.revoke(manager, "community_manager", COMMUNITY, NOW)
    assert not may_decide(who, BEGIN + SECOND)


def test_a_proposal_is_settled_once(manager: Person, officer: Person) -> None:
    found = propose(manager, person())
    accept(found, officer)
    for again in (stand_ins.decline,):
        with pytest.raises(Conflict), transaction():
            again(found.id, by=officer, now=NOW)
    with pytest.raises(Conflict) as caught:
        accept(found, officer)
    assert caught.value.code == "stand_in_settled"


def test_what_lapsed_cannot_be_accepted(manager: Person, officer: Person) -> None:
    who = person()
    late = propose(manager, who)
    with pytest.raises(Conflict) as caught:
        accept(late, officer, now=END + SECOND)
    assert caught.value.code == "stand_in_lapsed"
    with transaction():
        grants.revoke(manager, "community_manager", COMMUNITY, NOW)
    with pytest.raises(Conflict):
        accept(late, officer)


def test_the_states_follow_the_days(manager: Person, officer: Person) -> None:
    found = propose(manager, person())

    def state(day: date) -> str:
        return stand_ins.of_community(COMMUNITY, day)[0].state

    assert [state(TODAY), state(LAST + timedelta(days=1))] == ["proposed", "lapsed"]
    accept(found, officer)
    days = (TODAY, FIRST, LAST, LAST + timedelta(days=1))
    assert [state(day) for day in days] == ["coming", "running", "running", "over"]
    assert stand_ins.of_community(COMMUNITY, LAST + timedelta(days=200)) == []
    assert stand_ins.concerns(manager.id)
    assert not stand_ins.concerns(officer.id)


def test_a_declined_one_is_seen_and_gives_nothing(manager: Person, officer: Person) -> None:
    who = person()
    found = propose(manager, who)
    with transaction():
        stand_ins.decline(found.id, by=officer, now=NOW)
    assert stand_ins.concerning(manager.id, TODAY)[0].state == "declined"
    assert not may_decide(who, BEGIN + SECOND)
    propose(manager, who)  # and may be asked for anew
