"""Every job once a period: run twice, after a gap, half done, by several at the same time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic.db import after_commit, db
from civic.jobs import runner, service
from civic.jobs.models import JobFailure, JobRun
from civic.jobs.runner import Job
from civic.ledger import checks
from civic.rules.agenda import Closing, Nightly
from civic.streaks.service import pay_bonuses
from tests.factories import COMMUNITY, FAR_COMMUNITY, ZONE, decide, person, staff
from tests.jobs.weeks import BONUS, MONDAY, SINCE, acted, active_week, at, bonuses, run_bonus, thursday
from tests.races.crowd import at_once


def _periods() -> list[tuple[str, str]]:
    rows = db.session.execute(select(JobRun.job, JobRun.period).order_by(JobRun.due_at, JobRun.job))
    return [(job, period) for job, period in rows]


class Recorder:
    """A job that only remembers its turns, and fails for some periods."""

    def __init__(self, log: list[tuple[str, str]], name: str, *broken: str) -> None:
        self.log, self.name, self.broken = log, name, set(broken)

    def __call__(self, period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG002
        self.log.append((self.name, period))
        if period in self.broken:
            raise RuntimeError(f"{period} is broken")
        return {"turns": 1}


def test_a_job_runs_once_a_period(app: Flask) -> None:
    active_week(person(), staff(), 3)
    assert [outcome.period for outcome in run_bonus(thursday())] == ["2026-W45"]
    row = db.session.scalars(select(JobRun)).one()
    assert (row.job, row.period, row.due_at, row.counts) == (
        "weekly-bonus",
        "2026-W45",
        thursday(),
        {"bonuses": 1, "merit": 5},
    )
    assert row.started_at <= row.finished_at


def test_a_second_call_finds_nothing_due(app: Flask) -> None:
    active_week(person(), staff(), 3)
    run_bonus(thursday())
    assert run_bonus(thursday()) == []
    assert len(bonuses()) == 1


def test_even_a_run_whose_row_is_lost_pays_nothing_twice(app: Flask) -> None:
    active_week(person(), staff(), 3)
    run_bonus(thursday())
    db.session.execute(JobRun.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()
    assert [outcome.counts for outcome in run_bonus(thursday())] == [{"bonuses": 0, "merit": 0}]
    assert len(bonuses()) == 1


def _three_weeks() -> None:
    """Weeks with a late approval and a reversal between the Thursdays, of residents in two communities."""
    one, other = person(community=COMMUNITY), person(community=FAR_COMMUNITY)
    manager = staff()
    far = staff(area=FAR_COMMUNITY, community=COMMUNITY)
    first = active_week(one, manager, 3)[0]
    active_week(other, far, 5)
    active_week(one, manager, 2, week=1)
    active_week(other, far, 4, week=1)
    active_week(other, far, 3, week=2)
    decide(first, "reverse", manager, now=thursday() + timedelta(hours=10))
    acted(one, manager, MONDAY + timedelta(days=13), decided_at=thursday(1) + timedelta(hours=10))


def test_three_weeks_asleep_end_like_three_punctual_thursdays(app: Flask) -> None:
    _three_weeks()
    outcomes = run_bonus(thursday(2) + timedelta(days=1))
    assert [outcome.period for outcome in outcomes] == ["2026-W45", "2026-W46", "2026-W47"]
    found = sorted((posted, str(week), merit) for _, week, merit, posted in bonuses())
    assert found == [
        (thursday(), "2026-W45", 5),
        (thursday(), "2026-W45", 8),
        (thursday(1), "2026-W45", -5),
        (thursday(1), "2026-W46", 5),
        (thursday(2), "2026-W46", 5),
        (thursday(2), "2026-W47", 5),
    ]
    assert checks.problems() == []


@pytest.mark.parametrize("is_late", [False, True], ids=["punctual", "late"])
def test_a_late_run_writes_what_a_punctual_one_writes(app: Flask, is_late: bool) -> None:
    one, manager = person(), staff()
    first = active_week(one, manager, 3)[0]
    if not is_late:
        run_bonus(thursday())
    decide(first, "reverse", manager, now=thursday() + timedelta(hours=10))
    acted(one, manager, MONDAY + timedelta(days=6), decided_at=thursday() + timedelta(hours=11))
    active_week(one, manager, 5, week=1)
    if not is_late:
        run_bonus(thursday(1))
    acted(one, manager, MONDAY + timedelta(days=12), decided_at=thursday(1) + timedelta(hours=1))
    run_bonus(thursday(2))
    found = [(week, merit, posted) for _, week, merit, posted in bonuses()]
    assert found == [("2026-W45", 5, thursday()), ("2026-W46", 8, thursday(1))]
    assert _periods() == [("weekly-bonus", f"2026-W{week}") for week in (45, 46, 47)]


def test_jobs_take_their_turns_oldest_first_and_in_the_table_s_order(app: Flask) -> None:
    log: list[tuple[str, str]] = []
    jobs = [
        Job("second", Closing(("week",), 10), Recorder(log, "second")),
        Job("nightly", Nightly(0, 10), Recorder(log, "nightly")),
        Job("first", Closing(("week",), 0), Recorder(log, "first")),
    ]
    since, until = at(MONDAY + timedelta(days=9)), at(MONDAY + timedelta(days=10), 12)
    list(runner.run_due(jobs, since=since, until=until, zone=ZONE))
    assert log == [
        ("nightly", "2026-11-11"),
        ("first", "2026-W45"),
        ("second", "2026-W45"),
        ("nightly", "2026-11-12"),
    ]


def test_nothing_is_due_before_anybody_joined(app: Flask) -> None:
    assert list(runner.run_due([BONUS], since=None, until=thursday(), zone=ZONE)) == []


def test_a_failure_leaves_nothing_half_done_is_shown_and_made_good_later(app: Flask) -> None:
    active_week(person(), staff(), 3)
    is_broken = True

    def breaks(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:
        counts = pay_bonuses(period, now=now, zone=zone)
        after_commit(lambda: pytest.fail("nothing was committed"))
        if is_broken:
            raise OSError("the disk is full")
        return counts

    job = Job("weekly-bonus", Closing(("week",), 10), breaks)
    for _ in range(2):
        outcomes = list(runner.run_due([job], since=SINCE, until=thursday(1), zone=ZONE))
        assert [(outcome.period, outcome.error) for outcome in outcomes] == [("2026-W45", "OSError: the disk is full")]
    assert bonuses() == []
    assert _periods() == []
    failure = service.standing_failures()[0]
    assert (failure.period, service.error(failure)) == ("2026-W45", "OSError: the disk is full (2 tries)")
    assert [(told.period, told.finished_at) for told in service.runs()] == [("2026-W45", None)]

    run_bonus(thursday(1))
    assert len(bonuses()) == 1
    assert service.standing_failures() == []
    assert [(told.period, bool(told.finished_at), bool(told.error)) for told in service.runs()] == [
        ("2026-W45", True, True),
        ("2026-W46", True, False),
    ]


def test_a_failing_job_waits_and_the_others_go_on(app: Flask) -> None:
    log: list[tuple[str, str]] = []
    jobs = [
        Job("broken", Nightly(1, 0), Recorder(log, "broken", "2026-11-10")),
        Job("sound", Nightly(2, 0), Recorder(log, "sound")),
    ]
    until = at(MONDAY + timedelta(days=9), 12)
    list(runner.run_due(jobs, since=at(MONDAY + timedelta(days=7)), until=until, zone=ZONE))
    assert log == [
        ("broken", "2026-11-09"),
        ("sound", "2026-11-09"),
        ("broken", "2026-11-10"),
        ("sound", "2026-11-10"),
        ("sound", "2026-11-11"),
    ]


def test_whoever_is_told_to_stop_stops_between_two_runs(app: Flask) -> None:
    log: list[tuple[str, str]] = []
    job = Job("nightly", Nightly(1, 0), Recorder(log, "nightly"))
    until = at(MONDAY + timedelta(days=30))
    list(runner.run_due([job], since=SINCE, until=until, zone=ZONE, may_go_on=lambda: len(log) < 3))
    assert len(log) == 3
    assert len(_periods()) == 3


def test_several_at_once_run_each_period_once(app: Flask) -> None:
    manager = staff()
    for week in range(3):
        active_week(person(), manager, 3, week)
    answers = at_once(app, [lambda: run_bonus(thursday(2))] * 4)
    assert [period for _, period in _periods()] == ["2026-W45", "2026-W46", "2026-W47"]
    done = [outcome.period for outcomes in answers for outcome in outcomes if outcome.counts is not None]
    assert sorted(done) == ["2026-W45", "2026-W46", "2026-W47"]
    assert len(bonuses()) == 3
    assert db.session.scalar(select(func.count()).select_from(JobFailure)) == 0
    assert checks.problems() == []


def test_a_clock_put_forward_and_back_leaves_no_gap_and_runs_nothing_twice(app: Flask) -> None:
    who, manager = person(), staff()
    run_bonus(thursday(4) + timedelta(days=2))  # forty days ahead by mistake
    active_week(who, manager, 3)
    for until in (thursday(), thursday(1), thursday() + timedelta(hours=1), thursday(5), thursday(5)):
        run_bonus(until)
    assert [period for _, period in _periods()] == [f"2026-W{week}" for week in range(45, 51)]
    assert [(week, merit, posted) for _, week, merit, posted in bonuses()] == [("2026-W45", 5, thursday(5))]
