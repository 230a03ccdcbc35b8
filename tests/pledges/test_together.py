"""Kept-rates: of a resident since signing, and of a community, counted every night and never of fewer than five."""

from datetime import timedelta

from flask import Flask

from civic.accounts.models import Person
from civic.db import transaction
from civic.pledges import service, together
from civic.pledges.models import PledgeRate
from tests.factories import COMMUNITY, NOW, TODAY, ZONE, decide, log, person, staff

GIVE_WAY = "pledge_give_way"


def sign(who: Person, days_ago: int) -> None:
    with transaction():
        service.sign(who, GIVE_WAY, now=NOW - timedelta(days=days_ago), zone=ZONE)


def keep(who: Person, *days_ago: int) -> None:
    for ago in days_ago:
        log(who, GIVE_WAY, acted_on=TODAY - timedelta(days=ago), now=NOW - timedelta(days=ago))


def compiled() -> PledgeRate | None:
    with transaction():
        together.compile_rates("2026-11-25", now=NOW, zone=ZONE)
    return together.rate_of(COMMUNITY, GIVE_WAY)


def test_my_rate_counts_whole_days_since_signing_and_today_once_it_is_kept(app: Flask) -> None:
    resident = person()
    sign(resident, 4)
    pledge = service.find_signed(resident.id, GIVE_WAY)
    keep(resident, 4, 1)
    found = service.tally(resident.id, GIVE_WAY, pledge, TODAY)
    assert (found.kept, found.kept_since, found.possible, found.percent) == (2, 2, 4, 50)
    keep(resident, 0)
    found = service.tally(resident.id, GIVE_WAY, pledge, TODAY)
    assert (found.kept_since, found.possible, found.percent) == (3, 5, 60)


def test_days_kept_before_it_was_signed_again_are_no_part_of_the_rate(app: Flask) -> None:
    resident = person()
    keep(resident, 9, 8)
    with transaction():
        service.take_back(resident, GIVE_WAY, now=NOW - timedelta(days=7))
    sign(resident, 2)
    found = service.tally(resident.id, GIVE_WAY, service.find_signed(resident.id, GIVE_WAY), TODAY)
    assert (found.kept, found.kept_since, found.possible) == (2, 0, 2)


def test_on_the_day_of_signing_there_is_no_rate_yet(app: Flask) -> None:
    resident = person()
    sign(resident, 0)
    assert service.tally(resident.id, GIVE_WAY, service.find_signed(resident.id, GIVE_WAY), TODAY).percent is None
    assert service.tally(resident.id, GIVE_WAY, None, TODAY).percent is None


def test_a_communitys_rate_adds_kept_and_possible_days_of_five_or_more(app: Flask) -> None:
    neighbours = [person() for _ in range(5)]
    for number, who in enumerate(neighbours[:4]):
        sign(who, 2 + number)
    assert compiled() is None  # four people could be told apart
    sign(neighbours[4], 2)
    keep(neighbours[0], 2, 1, 0)  # today counts tomorrow
    keep(neighbours[4], 1)
    newcomer = person(confirmed=False)
    sign(newcomer, 9)
    rate = compiled()
    assert rate is not None
    assert (rate.people, rate.kept, rate.possible) == (5, 3, 2 + 3 + 4 + 5 + 2)


def test_counted_again_it_is_the_same_and_a_reversed_day_is_gone(app: Flask) -> None:
    neighbours = [person() for _ in range(5)]
    for who in neighbours:
        sign(who, 2)
    keep(neighbours[0], 1)
    first, second = compiled(), compiled()
    assert first is not None
    assert second is not None
    assert second.kept == 1
    kept = log(neighbours[1], GIVE_WAY, acted_on=TODAY - timedelta(days=1))
    decide(kept, "reverse", staff())
    again = compiled()
    assert again is not None
    assert again.kept == 1


def test_a_pledge_taken_back_leaves_the_rate(app: Flask) -> None:
    neighbours = [person() for _ in range(5)]
    for who in neighbours:
        sign(who, 2)
    assert compiled() is not None
    with transaction():
        service.take_back(neighbours[0], GIVE_WAY, now=NOW)
    assert compiled() is None


def test_todays_number_is_of_five_or_more(app: Flask) -> None:
    neighbours = [person() for _ in range(5)]
    for who in neighbours[:4]:
        keep(who, 0)
    assert together.kept_today(COMMUNITY, GIVE_WAY, TODAY) is None
    keep(neighbours[4], 0)
    assert together.kept_today(COMMUNITY, GIVE_WAY, TODAY) == 5
