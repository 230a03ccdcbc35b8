"""Real processes: commands killed at any moment, and the one that waits."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from civic import clock
from civic.db import db
from civic.jobs import runner
from civic.jobs.models import JobRun
from civic.rules.periods import parse
from civic.schedule import Waiter
from tests.factories import ZONE, person, staff
from tests.jobs.weeks import BONUS, active_week, bonuses, thursday

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, AT_ONCE = 8, 3
WEEKS = 100
RUNNING: list[int] = []
MOST_SECONDS = 40


def flask(app: Flask, *args: str) -> "subprocess.Popen[str]":
    """A command on the test's own database."""
    config = app.config["CIVIC"]
    settings = {"CIVIC_ENV": "test", "DATABASE_URL": config.database_url, "MEDIA_URL": config.media_url}
    return subprocess.Popen(
        [str(ROOT / ".venv/bin/flask"), *args],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_runner(app: Flask, since: datetime, seconds: float) -> None:
    """Another process that runs what is due, for so long; it starts in no time, so that the kill meets it at work."""
    db.session.remove()
    db.engine.dispose()  # a connection cannot be shared with the other process
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException), app.app_context():
            list(runner.run_due([BONUS], since=since, until=thursday(2), zone=ZONE))
        os._exit(0)
    RUNNING.append(pid)
    time.sleep(seconds)


def kill_all(rng: random.Random) -> None:
    rng.shuffle(RUNNING)
    while RUNNING:
        os.kill(RUNNING[-1], signal.SIGKILL)
        os.waitpid(RUNNING.pop(), 0)


def test_killed_at_any_moment_every_week_is_paid_once(app: Flask) -> None:
    manager = staff()
    people = [person() for _ in range(2)]
    for week in range(3):
        for who in people:
            active_week(who, manager, 3, week)
    rng = random.Random(20261126)
    since = thursday() - timedelta(weeks=WEEKS - 3)
    done: list[int] = []
    while len(done) < ROUNDS or not any(done):  # with more and more time, so that kills meet them at work anywhere
        for _ in range(AT_ONCE):
            killed_runner(app, since, rng.uniform(0.02, 0.1 + len(done) / 50))
        kill_all(rng)
        done.append(len(db.session.scalars(select(JobRun.period)).all()))
        db.session.rollback()
    assert [outcome.error for outcome in runner.run_due([BONUS], since=since, until=thursday(2), zone=ZONE)] == [
        "" for _ in range(WEEKS - done[-1])
    ]

    found = [parse(key) for key in db.session.scalars(select(JobRun.period).order_by(JobRun.due_at))]
    assert (len(found), found[-1].key) == (WEEKS, "2026-W47")
    assert [week.next() for week in found[:-1]] == found[1:]
    assert sorted(week or "" for _, week, _, _ in bonuses()) == [f"2026-W{w}" for w in (45, 46, 47) for _ in people]
    assert app.test_cli_runner().invoke(args=["ledger", "check"]).stdout.startswith("clean: ")


@pytest.mark.one_engine
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_waiting_process_runs_what_is_due_and_ends_cleanly(app: Flask, number: signal.Signals) -> None:
    person(now=clock.now() - timedelta(days=9))
    db.session.rollback()
    waiter = flask(app, "scheduler")
    until = time.monotonic() + MOST_SECONDS
    names: set[str] = set()
    while not names >= {"weekly-bonus", "tidy"} and time.monotonic() < until and waiter.poll() is None:
        time.sleep(0.1)
        names = set(db.session.scalars(select(JobRun.job)))
        db.session.rollback()
    waiter.send_signal(number)
    told = waiter.communicate(timeout=MOST_SECONDS)
    assert names >= {"weekly-bonus", "tidy"}, told
    assert (waiter.returncode, *told) == (0, "", "")


@pytest.mark.one_engine
@pytest.mark.parametrize("days", [-40, -1 / 24, 1 / 24, 40])
def test_a_clock_put_back_or_forward_does_not_silence_it(app: Flask, days: float) -> None:
    waiter = Waiter(app)
    waiter.scheduler.start(paused=True)
    try:
        waiter.scheduler.modify_job("tick", next_run_time=clock.now() + timedelta(days=days))
        waiter.wake_if_silenced()
        assert abs(waiter.scheduler.get_job("tick").next_run_time - clock.now()) < timedelta(seconds=5)
    finally:
        waiter.scheduler.shutdown()
