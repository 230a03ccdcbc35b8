"""When what happens by itself: the table of jobs, and the process that waits for their turns.

The table `job_run` is the truth about what was done, so any number of these processes may run. APScheduler only wakes
them; none of its job stores is used, since they run a job twice, or lose it, where several processes share one.
"""

import logging
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from civic import clock
from civic.accounts.models import Person
from civic.backup import nightly as backup
from civic.bulletins import service as bulletins
from civic.config import Config
from civic.dashboards import compiling as dashboards
from civic.db import db
from civic.jobs import service
from civic.jobs.runner import Outcome, run_due
from civic.jobs.service import Job
from civic.moderation import trust
from civic.moderation.escalation import escalate
from civic.pledges.together import compile_rates
from civic.rankings.jobs import compile_all, seal_one
from civic.reading.lists import compile_lists
from civic.rules import bulletins as bulletin_rules
from civic.rules.agenda import Closing, Due, Every, LatestNight, Nightly
from civic.rules.periods import KINDS
from civic.streaks.service import pay_bonuses
from civic.tidying import tidy

log = logging.getLogger(__name__)
TICK_SECONDS = 15
# What was written just before a due instant may be on its way into the database still; it counts, so it is waited for.
SETTLES_WITHIN = timedelta(seconds=20)
LATE_AFTER = timedelta(minutes=2)
WAKES = "tick"

JOBS: tuple[Job, ...] = (
    Job("weekly-bonus", Closing(("week",), minutes=10), pay_bonuses),
    Job("compile", Nightly(0, 20), compile_all),
    Job("seal", Closing(KINDS, minutes=40), seal_one),
    Job(bulletins.NAME, Closing(bulletin_rules.KINDS, minutes=60), bulletins.draft_all),
    Job("pledges", Nightly(0, 30), compile_rates),
    Job("reading", Nightly(0, 35), compile_lists),
    Job(dashboards.NAME, Every(dashboards.MINUTES), dashboards.refresh),
    Job("escalate", Every(60), escalate),
    Job(trust.NAME, Every(trust.MINUTES), trust.catch_up),
    Job("tidy", Nightly(3, 10), tidy),
    Job(backup.NAME, LatestNight(3, 40), backup.back_up),
)


def find_job(name: str) -> Job | None:
    """The job of that name."""
    return next((job for job in JOBS if job.name == name), None)


def begins_at() -> datetime | None:
    """The instant from which jobs are due: the first person joined, before which nothing can have happened."""
    return db.session.scalar(select(func.min(Person.joined_at)))


def run_until(until: datetime, jobs: tuple[Job, ...] = JOBS, **limits: Any) -> Iterator[Outcome]:
    """Run what is due by an instant, oldest first."""
    config: Config = current_app.config["CIVIC"]
    return run_due(jobs, since=begins_at(), until=until, zone=config.timezone, **limits)


def late(now: datetime) -> list[tuple[Job, Due]]:
    """The turns that should have been taken by now."""
    config: Config = current_app.config["CIVIC"]
    return service.all_turns(JOBS, since=begins_at(), until=now - LATE_AFTER, zone=config.timezone)


def report(now: datetime) -> tuple[bool, str]:
    """Whether jobs run as they should, in words that anybody may read: errors themselves are for administrators."""
    failures = service.standing_failures()
    if failures:
        return False, f"failed: {failures[0].job} {failures[0].period}, see flask jobs runs"
    waiting = late(now)
    if waiting:
        job, due = waiting[0]
        return False, f"late: {job.name} {due.period} was due at {due.at:%Y-%m-%dT%H:%MZ}, {len(waiting)} wait"
    return True, "on time"


class Waiter:
    """The process that waits: wakes every few seconds, runs what is due, and stops between two runs when told to."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.is_stopping = False
        self.scheduler = BackgroundScheduler(timezone=UTC)
        self.scheduler.add_job(
            self.tick,
            "interval",
            id=WAKES,
            seconds=TICK_SECONDS,
            next_run_time=clock.now(),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    def wait(self) -> None:
        """Work until SIGTERM or SIGINT; a run that has begun is finished first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        try:
            self.scheduler.start()
            while True:
                time.sleep(TICK_SECONDS)
                self.wake_if_silenced()
        except SystemExit:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            self.is_stopping = True
            if self.scheduler.running:
                self.scheduler.shutdown(wait=True)

    def wake_if_silenced(self) -> None:
        """APScheduler sleeps until an hour of the wall clock: put back or forward, that hour may be far away."""
        tick = self.scheduler.get_job(WAKES)
        if tick is not None and abs(tick.next_run_time - clock.now()) > timedelta(seconds=2 * TICK_SECONDS):
            self.scheduler.modify_job(WAKES, next_run_time=clock.now())

    def tick(self) -> None:
        """One look at what is due."""
        with self.app.app_context():
            try:
                for outcome in run_until(clock.now() - SETTLES_WITHIN, may_go_on=lambda: not self.is_stopping):
                    if outcome.cause:
                        log.error("job %s %s failed", outcome.job, outcome.period, exc_info=outcome.cause)
                    elif outcome.counts is not None:
                        log.info("job %s %s: %s", outcome.job, outcome.period, outcome.counts)
            except SQLAlchemyError as error:
                log.warning("jobs wait for the database: %s", type(error).__name__)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit
