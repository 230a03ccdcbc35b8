"""The nightly compilation and the sealing after every closing, as the scheduler runs them."""

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from civic import clock
from civic.db import db, transaction
from civic.jobs.runner import run_due
from civic.ledger.models import Posting
from civic.rankings.compiling import is_provisional, is_sealed
from civic.rankings.jobs import unclosed
from civic.rankings.models import ProvisionalRanking, Ranking
from civic.rankings.verifying import differences
from civic.rules.periods import parse
from civic.schedule import JOBS
from tests.factories import person, staff
from tests.jobs.weeks import SINCE, active_week, bonuses, run_bonus, thursday
from tests.rankings.ledgers import ZONE, random_facts, store

RANKINGS = tuple(job for job in JOBS if job.name in ("compile", "seal"))
BEGIN = datetime(2026, 11, 2, tzinfo=UTC)


def _run(until: datetime) -> list[str]:
    outcomes = list(run_due(RANKINGS, since=BEGIN, until=until, zone=ZONE))
    assert [outcome.error for outcome in outcomes if outcome.error] == []
    return [f"{outcome.job} {outcome.period}" for outcome in outcomes]


def test_every_period_is_sealed_once_however_late_the_scheduler_wakes(app: Flask) -> None:
    with transaction():
        store(random_facts(3))
    until = datetime(2026, 12, 9, tzinfo=UTC)
    with clock.held(until):
        done = _run(until)
        assert _run(until) == []
    assert [name for name in done if name.startswith("seal")] == [
        "seal 2026-W44",
        "seal 2026-10",
        "seal 2026-W45",
        "seal 2026-W46",
        "seal 2026-W47",
        "seal 2026-W48",
        "seal 2026-11",
    ]
    for key in db.session.scalars(select(Ranking.period).distinct()):
        assert differences(parse(key), ZONE) == []


def test_what_is_running_or_waits_for_its_closing_is_provisional(app: Flask) -> None:
    with transaction():
        store(random_facts(3))
    until = datetime(2026, 12, 2, tzinfo=UTC)
    with clock.held(until):
        _run(until)
    for key in ("2026-W49", "2026-W48", "2026-11", "2026-12", "2026-Q4", "2026", "2024--2026"):
        assert (is_provisional(parse(key)), is_sealed(parse(key))) == (True, False), key
    assert is_sealed(parse("2026-W47"))
    current = select(ProvisionalRanking.as_of).where(ProvisionalRanking.replaced_at.is_(None)).distinct()
    # 00:20 in the city.
    assert db.session.scalars(current).all() == [datetime(2026, 12, 1, 16, 20, tzinfo=UTC)]


def test_a_bonus_that_failed_and_is_paid_after_the_sealing_leaves_what_was_sealed_as_it_is(app: Flask) -> None:
    manager, who = staff(), person()
    active_week(who, manager, 3)
    seal = next(job for job in JOBS if job.name == "seal")
    # The bonus of W45 is due on the Thursday of W46; it fails, and W45 and W46 are sealed without it.
    until = thursday(1) + timedelta(hours=1)
    with clock.held(until):
        assert [done.error for done in run_due([seal], since=SINCE, until=until, zone=ZONE) if done.error] == []
        before = {key: differences(parse(key), ZONE) for key in ("2026-W45", "2026-W46")}
        run_bonus(until)
    assert [(week, merit, posted) for _, week, merit, posted in bonuses()] == [("2026-W45", 5, thursday())]
    assert before == {"2026-W45": [], "2026-W46": []}
    assert {key: differences(parse(key), ZONE) for key in before} == before
    line = db.session.scalars(select(Posting).where(Posting.kind == "bonus")).one()
    assert (line.week, line.month) == ("2026-W47", "2026-11")


def test_a_night_compiles_the_period_that_has_just_ended_too() -> None:
    def keys(day: date) -> list[str]:
        now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7, minutes=40)
        return [period.key for period in unclosed(day, now, ZONE)]

    assert keys(date(2026, 12, 20)) == ["2026-12", "2026-Q4", "2026", "2024--2026", "2026-W51"]
    assert keys(date(2027, 1, 4)) == [
        "2026-12",
        "2027-01",
        "2026-Q4",
        "2027-Q1",
        "2026",
        "2027",
        "2024--2026",
        "2027--2029",
        "2026-W53",
        "2027-W01",
    ]
