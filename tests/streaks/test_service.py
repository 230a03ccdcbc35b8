"""The weekly bonus: due minus paid. The streak: as it was judged on the latest Thursday."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from civic.accounts import service as accounts
from civic.db import db, transaction
from civic.ledger import checks
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.pledges import service as pledges
from civic.streaks import service
from tests.factories import COMMUNITY, OTHER_COMMUNITY, ZONE, decide, log, person, staff
from tests.jobs.weeks import MONDAY, acted, active_week, at, bonuses, run_bonus, thursday
from tests.queries import count_queries


@pytest.mark.parametrize(("days", "paid"), [(2, []), (3, [5]), (4, [5]), (5, [8]), (7, [8])])
def test_a_week_brings_five_for_three_days_and_eight_for_five(app: Flask, days: int, paid: list[int]) -> None:
    active_week(person(), staff(), days)
    run_bonus(thursday())
    assert [merit for _, _, merit, _ in bonuses()] == paid


def test_a_bonus_counts_on_its_thursday_for_the_week_it_names(app: Flask) -> None:
    who = person()
    active_week(who, staff(), 3)
    run_bonus(thursday())
    line = db.session.scalars(select(Posting).where(Posting.kind == "bonus")).one()
    assert (line.resident_id, line.community_code, line.merit, line.balance) == (who.id, COMMUNITY, 5, 5)
    assert (line.act_week, line.week, line.month) == ("2026-W45", "2026-W46", "2026-11")
    assert (line.counts_on, line.posted_at, line.entry_id) == (date(2026, 11, 12), thursday(), None)
    assert checks.problems() == []


def test_counters_hold_the_bonuses_of_many_people_and_weeks(app: Flask) -> None:
    manager, people = staff(), [person() for _ in range(3)]
    for who in people:
        active_week(who, manager, 3)
        active_week(who, manager, 5, week=1)
    before = ledger.totals(people[0].id).merit
    assert [outcome.counts for outcome in run_bonus(thursday(1))] == [
        {"bonuses": 3, "merit": 15},
        {"bonuses": 3, "merit": 24},
    ]
    assert ledger.totals(people[0].id).merit == before + 13
    assert checks.problems() == []


def test_kept_days_of_pledges_make_no_active_day(app: Flask) -> None:
    who, manager = person(), staff()
    active_week(who, manager, 2)
    with transaction():
        pledges.sign(who, "pledge_give_way", now=at(MONDAY), zone=ZONE)
    for day in (MONDAY + timedelta(days=number) for number in range(5)):
        assert log(who, "pledge_give_way", acted_on=day, note="", now=at(day, 13)).status == "approved"
    run_bonus(thursday())
    assert bonuses() == []


def test_an_award_of_zero_makes_its_day_active(app: Flask) -> None:
    who, manager = person(), staff()
    active_week(who, manager, 2)
    day = MONDAY + timedelta(days=4)
    three = [acted(who, manager, day) for _ in range(3)]
    assert ledger.merit_of([three[2].id]) == {three[2].id: 0}
    for entry in three[:2]:
        decide(entry, "reverse", manager, now=at(day, 22))
    run_bonus(thursday())
    assert [merit for _, _, merit, _ in bonuses()] == [5]


def test_a_late_approval_brings_the_difference_on_the_next_thursday(app: Flask) -> None:
    who, manager = person(), staff()
    active_week(who, manager, 4)
    acted(who, manager, MONDAY + timedelta(days=5), decided_at=thursday() + timedelta(hours=9))
    run_bonus(thursday(1))
    assert [(week, merit, posted) for _, week, merit, posted in bonuses()] == [
        ("2026-W45", 5, thursday()),
        ("2026-W45", 3, thursday(1)),
    ]


def test_a_reversal_takes_the_bonus_back_on_the_next_thursday(app: Flask) -> None:
    who, manager = person(), staff()
    first = active_week(who, manager, 3)[0]
    run_bonus(thursday())
    decide(first, "reverse", manager, now=thursday() + timedelta(hours=9))
    run_bonus(thursday(1))
    assert [(week, merit) for _, week, merit, _ in bonuses()] == [("2026-W45", 5), ("2026-W45", -5)]
    assert checks.problems() == []


def test_what_happens_at_the_due_instant_or_later_is_for_the_next_thursday(app: Flask) -> None:
    who, manager = person(), staff()
    active_week(who, manager, 2)
    acted(who, manager, MONDAY + timedelta(days=6), decided_at=thursday())
    run_bonus(thursday())
    assert bonuses() == []
    run_bonus(thursday(1))
    assert [(week, posted) for _, week, _, posted in bonuses()] == [("2026-W45", thursday(1))]


def test_a_week_is_looked_at_for_six_thursdays(app: Flask) -> None:
    who, manager = person(), staff()
    active_week(who, manager, 2)
    third = acted(who, manager, MONDAY + timedelta(days=4), decided_at=thursday(5) - timedelta(minutes=1))
    run_bonus(thursday(5))
    assert [(week, posted) for _, week, _, posted in bonuses()] == [("2026-W45", thursday(5))]
    officer = staff("district_officer", "990102")
    decide(third, "reverse", officer, now=thursday(5) + timedelta(hours=1))
    run_bonus(thursday(6))
    assert len(bonuses()) == 1


def test_a_bonus_goes_to_the_community_of_that_thursday(app: Flask) -> None:
    who, manager = person(), staff()
    active_week(who, manager, 3)
    with transaction():
        accounts.move(who, OTHER_COMMUNITY, at(MONDAY + timedelta(days=9), 12), ZONE)  # Wednesday: there from Thursday
    run_bonus(thursday())
    codes = db.session.scalars(select(Posting.community_code).where(Posting.kind == "bonus")).all()
    assert codes == [OTHER_COMMUNITY]


def test_paying_takes_as_many_statements_for_one_as_for_many(app: Flask) -> None:
    manager = staff()
    active_week(person(), manager, 3)
    with count_queries() as few:
        run_bonus(thursday())
    for _ in range(4):
        active_week(person(), manager, 3, week=1)
    with count_queries() as many:
        run_bonus(thursday(1))
    assert many.total == few.total


def test_the_streak_is_the_one_of_the_latest_thursday(app: Flask) -> None:
    who, manager = person(), staff()
    for week in (0, 1, 3):
        active_week(who, manager, 3, week)
    assert service.streak_of(who.id, thursday() - timedelta(seconds=1), ZONE).signs == ()
    assert service.streak_of(who.id, thursday(1), ZONE).weeks == 2
    found = service.streak_of(who.id, thursday(3), ZONE)
    assert (found.weeks, found.rests, found.signs) == (1, 0, ("tree", "tree", "grass", "tree"))


def test_a_late_approval_mends_the_streak_on_the_next_thursday(app: Flask) -> None:
    who, manager = person(), staff()
    active_week(who, manager, 2)
    acted(who, manager, MONDAY + timedelta(days=4), decided_at=thursday() + timedelta(hours=9))
    active_week(who, manager, 3, week=1)
    assert service.streak_of(who.id, thursday(1) - timedelta(seconds=1), ZONE).weeks == 0
    assert service.streak_of(who.id, thursday(1), ZONE).weeks == 2
