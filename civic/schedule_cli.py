"""The commands of scheduled jobs."""

import logging
from datetime import UTC, datetime, timedelta

import click
from flask import current_app

from civic import clock
from civic.commands import Failure, PlainCommand, PlainGroup, WrongUsage
from civic.config import Config
from civic.db import db
from civic.jobs import service
from civic.jobs.runner import Outcome
from civic.jobs.service import Job
from civic.schedule import JOBS, Waiter, begins_at, find_job, run_until

REHEARSED_DAYS = 4 * 366  # a whole cycle and its closing

group = PlainGroup("jobs", help="What happens by itself: weekly, nightly, after each closing.")


@group.command("list")
def list_jobs() -> None:
    """Name, schedule, last finished period, next due instant, standing error; tabs between."""
    for job in JOBS:
        last = service.last_run(job.name)
        errors = service.standing_failures(job.name)
        click.echo(
            "\t".join(
                [
                    job.name,
                    str(job.when),
                    last.period if last else "-",
                    _instant(_next_due(job)),
                    service.error(errors[0]) if errors else "-",
                ]
            )
        )


@group.command("runs")
@click.argument("name", required=False)
def list_runs(name: str | None) -> None:
    """Name, period, started, finished, counts, error of every run; tabs between, oldest due first."""
    if name is not None:
        _job(name)
    for told in service.runs(name):
        finished = _instant(told.finished_at) if told.finished_at else "-"
        counts = _counts(told.counts) or "-"
        click.echo("\t".join([told.job, told.period, _instant(told.started_at), finished, counts, told.error or "-"]))


@group.command("run")
@click.argument("name")
@click.option("--as-of", help="An instant (ISO 8601; the city's time if it names no zone) to run up to.")
def run(name: str, as_of: str | None) -> None:
    """Run whatever is due of a job, oldest first, one line a period."""
    job = _job(name)
    until = _as_of(as_of) if as_of is not None else clock.now()
    has_run = False
    for outcome in run_until(until, jobs=(job,)):
        has_run = True
        if outcome.cause:
            raise Failure(f"{outcome.job} {outcome.period}: {outcome.error}") from outcome.cause
        click.echo("\t".join([outcome.job, outcome.period, _done(outcome)]))
    if not has_run:
        click.echo(f"{name}: nothing is due", err=True)


@click.command("scheduler", cls=PlainCommand)
def scheduler() -> None:
    """Wait, and run every job at its time. Any number of these may run at once; SIGTERM ends one cleanly."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the waiter's thread needs the app itself
    db.session.remove()
    Waiter(app).wait()


def _job(name: str) -> Job:
    job = find_job(name)
    if job is None:
        raise WrongUsage(f"there is no job {name!r}; there are: {', '.join(job.name for job in JOBS)}")
    return job


def _as_of(text: str) -> datetime:
    """The instant asked for. A rehearsal may look ahead; production never does."""
    config: Config = current_app.config["CIVIC"]
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=config.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUsage(f"--as-of must be an instant such as 2026-11-26T00:10:00+08:00, not {text!r}") from None
    now = clock.now()
    if at > now and config.env == "production":
        raise Failure("--as-of lies in the future; production refuses it")
    if at > now + timedelta(days=REHEARSED_DAYS):
        raise Failure(f"--as-of lies more than {REHEARSED_DAYS} days ahead")
    return at


def _next_due(job: Job) -> datetime:
    """The oldest turn that waits, else the next one to come."""
    config: Config = current_app.config["CIVIC"]
    now = clock.now()
    waiting = service.turns(job, since=begins_at(), until=now, zone=config.timezone)
    return waiting[0].at if waiting else job.when.next(now, config.timezone).at


def _instant(at: datetime) -> str:
    config: Config = current_app.config["CIVIC"]
    return at.astimezone(config.timezone).isoformat(timespec="seconds")


def _counts(counts: dict[str, int]) -> str:
    return " ".join(f"{name}={count}" for name, count in counts.items())


def _done(outcome: Outcome) -> str:
    return "done by another process" if outcome.counts is None else _counts(outcome.counts)
