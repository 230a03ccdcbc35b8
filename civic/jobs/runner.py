"""Makes every job happen exactly once a period, however many run this at the same time.

A run and its row are one transaction, and the row comes first: whoever inserts it does the work, whoever comes second
waits in the database for the first to end and finds nothing left to do. Killed at any line, nothing has happened.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from civic import clock
from civic.db import connection, db, transaction
from civic.jobs import service
from civic.jobs.models import JobFailure, JobRun
from civic.jobs.service import Job
from civic.rules.agenda import Due

__all__ = ["Job", "Outcome", "run_due"]

log = logging.getLogger(__name__)
MAX_ERROR = 500


@dataclass(frozen=True)
class Outcome:
    """What became of one turn: counts if it was done here, a cause if it failed, neither if it was done elsewhere."""

    job: str
    period: str
    counts: dict[str, int] | None = None
    cause: Exception | None = None

    @property
    def error(self) -> str:
        """The failure in one line."""
        if self.cause is None:
            return ""
        return f"{type(self.cause).__name__}: {self.cause}".split("\n")[0].strip()[:MAX_ERROR]


def run_due(
    jobs: Iterable[Job],
    *,
    since: datetime | None,
    until: datetime,
    zone: ZoneInfo,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Iterator[Outcome]:
    """Run whatever is due by an instant, oldest first over all jobs.

    After a failure the later periods of the same job wait for the next call, the other jobs go on.
    """
    stuck: set[str] = set()
    for job, due in service.all_turns(jobs, since=since, until=until, zone=zone):
        if job.name in stuck:
            continue
        if not may_go_on():
            return
        outcome = _run(job, due, zone)
        if outcome.cause:
            stuck.add(job.name)
        yield outcome


def _run(job: Job, due: Due, zone: ZoneInfo) -> Outcome:
    try:
        with transaction():
            if not _claim(job, due):
                return Outcome(job.name, due.period)
            counts = job.run(due.period, now=due.at, zone=zone)
            _finish(job, due, counts)
    except Exception as error:  # whatever a job may raise: it must not stop the others
        outcome = Outcome(job.name, due.period, cause=error)
        _record(job, due, outcome.error)
        return outcome
    return Outcome(job.name, due.period, counts)


def _claim(job: Job, due: Due) -> bool:
    """Insert the row of a run; says whether it is ours. Waits while somebody else is at it."""
    now = clock.now()
    row = {"job": job.name, "period": due.period, "due_at": due.at, "started_at": now, "finished_at": now, "counts": {}}
    statement = _insert()(JobRun).values(row).on_conflict_do_nothing().returning(JobRun.period)
    return connection().execute(statement).first() is not None


def _finish(job: Job, due: Due, counts: dict[str, int]) -> None:
    db.session.flush()
    row = (JobRun.job == job.name) & (JobRun.period == due.period)
    connection().execute(update(JobRun).where(row).values(finished_at=clock.now(), counts=counts))


def _record(job: Job, due: Due, words: str) -> None:
    """Keep an error for administrators, in a transaction of its own. Where even that fails, the log has it."""
    row = {"job": job.name, "period": due.period, "due_at": due.at, "failed_at": clock.now(), "error": words}
    insert = _insert()(JobFailure).values(tries=1, **row)
    again = {"failed_at": insert.excluded.failed_at, "error": insert.excluded.error, "tries": JobFailure.tries + 1}
    try:
        with transaction():
            connection().execute(insert.on_conflict_do_update(index_elements=["job", "period"], set_=again))
    except SQLAlchemyError:
        log.exception("the failure of job %s %s could not be kept", job.name, due.period)


def _insert() -> Callable[..., sqlite.Insert]:
    is_sqlite = db.engine.dialect.name == "sqlite"
    return sqlite.insert if is_sqlite else postgresql.insert  # type: ignore[return-value]  # both have on_conflict
