"""Pledges: signed once, kept day by day, taken back."""

from datetime import date, timedelta

import pytest
from flask import Flask

from civic.accounts.models import Person
from civic.db import transaction
from civic.pledges import service
from civic.pledges.models import Pledge
from civic.rules.periods import parse
from civic.rules.refused import Conflict, NotFound
from tests.factories import NOW, TODAY, ZONE, decide, log, person, staff

GIVE_WAY, WALKER = "pledge_give_way", "pledge_walker"


def sign(who: Person, key: str = GIVE_WAY) -> Pledge:
    with transaction():
        return service.sign(who, key, now=NOW, zone=ZONE)


def take_back(who: Person, key: str = GIVE_WAY) -> Pledge:
    with transaction():
        return service.take_back(who, key, now=NOW + timedelta(days=1))


def test_a_pledge_signed_twice_is_signed_once(app: Flask) -> None:
    resident = person()
    first, second = sign(resident), sign(resident)
    assert first.id == second.id
    assert [pledge.activity_key for pledge in service.signed_by(resident.id)] == [GIVE_WAY]


def test_only_pledges_can_be_signed(app: Flask) -> None:
    resident = person()
    for key in ("litter_pickup", "no_such_thing"):
        with pytest.raises(NotFound):
            sign(resident, key)


def test_a_pledge_taken_back_keeps_its_days_and_can_be_signed_anew(app: Flask) -> None:
    resident = person()
    log(resident, GIVE_WAY)
    take_back(resident)
    assert service.signed_by(resident.id) == []
    assert service.kept_days(resident.id) == {GIVE_WAY: 1}
    with pytest.raises(Conflict, match="pledge_not_signed"):
        take_back(resident)
    sign(resident)
    assert service.find_signed(resident.id, GIVE_WAY) is not None


def test_whoever_keeps_a_day_has_signed(app: Flask) -> None:
    resident = person()
    log(resident, GIVE_WAY, acted_on=TODAY - timedelta(days=1))
    log(resident, GIVE_WAY)
    assert [pledge.signed_at for pledge in service.signed_by(resident.id)] == [NOW]


def test_a_child_signs_by_its_guardians_hand(app: Flask) -> None:
    guardian = person()
    child = person(born_on=date(2018, 3, 1), guardian=guardian)
    log(guardian, "pledge_chores", resident=child)
    assert [pledge.activity_key for pledge in service.signed_by(child.id)] == ["pledge_chores"]
    assert service.signed_by(guardian.id) == []


def test_the_calendar_shows_kept_and_waiting_days(app: Flask) -> None:
    newcomer, manager = person(confirmed=False), staff()
    yesterday = TODAY - timedelta(days=1)
    decide(log(newcomer, GIVE_WAY, acted_on=yesterday - timedelta(days=1)), "reject", manager)
    waiting = log(newcomer, GIVE_WAY, acted_on=yesterday)
    decide(log(newcomer), "approve", manager)
    log(newcomer, GIVE_WAY)
    calendar = service.month(newcomer.id, GIVE_WAY, parse("2026-11"))
    assert (calendar.kept, calendar.waiting) == ({TODAY}, {waiting.acted_on})
    assert service.month(newcomer.id, GIVE_WAY, parse("2026-10")).kept == frozenset()
    assert service.kept_on(newcomer.id, yesterday) == {GIVE_WAY}


def test_days_are_counted_pledge_by_pledge(app: Flask) -> None:
    resident = person()
    for key, days in ((GIVE_WAY, 0), (GIVE_WAY, 1), (WALKER, 2)):
        log(resident, key, acted_on=TODAY - timedelta(days=days))
    assert service.kept_days(resident.id) == {GIVE_WAY: 2, WALKER: 1}
