"""What jobs did and what they have still to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, func, literal, select
from sqlalchemy.orm import aliased

from civic.db import db
from civic.jobs.models import JobFailure, JobRun
from civic.rules.agenda import Due, Schedule

INSTANT = timedelta(microseconds=1)


class Work(Protocol):
    """What a job does for one period. It reads no clock: `now` is the instant at which the run was due."""

    def __call__(self, period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:
        """Do it, and say how much was done."""


@dataclass(frozen=True)
class Job:
    """A line of the table of jobs: its name, when it is due, what it does."""

    name: str
    when: Schedule
    run: Work


@dataclass(frozen=True)
class Told:
    """One run as it is shown: finished, failed, or failed before it was finished."""

    job: str
    period: str
    started_at: datetime
    finished_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)
    error: str = ""


def turns(job: Job, *, since: datetime | None, until: datetime, zone: ZoneInfo) -> list[Due]:
    """The turns of a job that have come by an instant and were never finished, oldest first.

    They begin with the instant `since`, or with the job's first run if that was earlier.
    """
    first, last = db.session.execute(
        select(func.min(JobRun.due_at), func.max(JobRun.due_at)).where(JobRun.job == job.name)
    ).one()
    begins = min((at for at in (first, since) if at is not None), default=None)
    if begins is None:
        return []
    if job.when.overtakes and last is not None:
        begins = max(begins, last + INSTANT)
    done = set(db.session.scalars(select(JobRun.period).where(JobRun.job == job.name)))
    return [due for due in job.when.between(begins - INSTANT, until, zone) if due.period not in done]


def take_back(job: str, period: str) -> None:
    """Have a finished run count as not done, so that its turn comes again."""
    db.session.execute(delete(JobRun).where(JobRun.job == job, JobRun.period == period))


def forget_runs(job: str, before: datetime) -> int:
    """Put away the rows of a job that runs many times a day, so that they do not grow for ever; says how many."""
    gone = 0
    for table in (JobRun, JobFailure):
        found = db.session.execute(delete(table).where(table.job == job, table.due_at < before))
        gone += cast("CursorResult[Any]", found).rowcount
    return gone


def all_turns(jobs: Iterable[Job], *, since: datetime | None, until: datetime, zone: ZoneInfo) -> list[tuple[Job, Due]]:
    """The same of several jobs, oldest first; at one instant in the order of the jobs."""
    found = [(job, due) for job in jobs for due in turns(job, since=since, until=until, zone=zone)]
    return sorted(found, key=lambda turn: turn[1].at)


def last_run(job: str) -> JobRun | None:
    """The latest period for which a job is finished."""
    return db.session.scalar(select(JobRun).where(JobRun.job == job).order_by(JobRun.due_at.desc()).limit(1))


def standing_failures(job: str | None = None) -> list[JobFailure]:
    """The failures that no later try has made good, nor a later turn that overtook them, oldest due first."""
    later = aliased(JobRun)
    overtaken = exists().where(later.job == JobFailure.job, later.due_at > JobFailure.due_at)
    query = (
        select(JobFailure)
        .outerjoin(JobRun, _same_turn())
        .where(JobRun.job.is_(None), ~overtaken, JobFailure.job == job if job else literal(True))
        .order_by(JobFailure.due_at, JobFailure.job)
    )
    return list(db.session.scalars(query))


def runs(job: str | None = None) -> list[Told]:
    """Every run there was, oldest due first, with the last error where there was one."""
    query = (
        select(JobRun, JobFailure)
        .outerjoin(JobFailure, _same_turn())
        .where(JobRun.job == job if job else literal(True))
        .execution_options(populate_existing=True)
    )
    found = [
        (run.due_at, Told(run.job, run.period, run.started_at, run.finished_at, run.counts, error(failure)))
        for run, failure in db.session.execute(query)
    ]
    for failure in standing_failures(job):
        found.append((failure.due_at, Told(failure.job, failure.period, failure.failed_at, error=error(failure))))
    return [told for _at, told in sorted(found, key=lambda row: row[0])]


def latest_runs(job: str, limit: int) -> list[Told]:
    """The last runs of a job, the latest due first, with the failures that stand."""
    query = (
        select(JobRun, JobFailure)
        .outerjoin(JobFailure, _same_turn())
        .where(JobRun.job == job)
        .order_by(JobRun.due_at.desc(), JobRun.period.desc())
        .limit(limit)
    )
    standing = [
        Told(each.job, each.period, each.failed_at, error=error(each)) for each in reversed(standing_failures(job))
    ]
    return standing + [
        Told(run.job, run.period, run.started_at, run.finished_at, run.counts, error(failure))
        for run, failure in db.session.execute(query)
    ]


def error(failure: JobFailure | None) -> str:
    """A failure in words."""
    if failure is None:
        return ""
    return failure.error if failure.tries == 1 else f"{failure.error} ({failure.tries} tries)"


def _same_turn() -> ColumnElement[bool]:
    return and_(JobFailure.job == JobRun.job, JobFailure.period == JobRun.period)
