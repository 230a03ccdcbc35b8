"""Schedulers killed at any moment while the clock jumps: `python -m tests.jobs.soak [SECONDS] [sqlite] [postgresql]`.

Three processes wait as `flask scheduler` does and read the time from Python, which is moved in all of them at once: on
by a few days, and now and then an hour, a day or forty days ahead and back. Meanwhile residents act and managers
approve. In the end every job must have its periods without a gap, each with its effect once.
"""

import logging
import mmap
import os
import random
import signal
import struct
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from civic import clock, schedule
from civic.accounts.models import Person
from civic.db import db
from civic.entries import checks as entries
from civic.jobs import service
from civic.jobs.models import JobFailure, JobRun
from civic.ledger import checks as postings
from civic.ledger.models import Posting
from civic.rankings.models import Ranking
from civic.rankings.sealing import sealed_periods
from civic.rankings.verifying import differences
from civic.rules.agenda import Due
from civic.schedule import JOBS, Waiter
from tests.bench.engines import ENGINES, engine
from tests.factories import ZONE, decide, log, person, staff

SECONDS = 240
AT_ONCE = 3
TICK_SECONDS = 0.3
LIVES = (0.2, 4.0)  # seconds until somebody is killed
BEGIN = datetime(2026, 9, 1, 4, tzinfo=UTC)
JUMPS = (timedelta(hours=1), timedelta(days=1), timedelta(days=40))
PEOPLE, ACTS = 4, 4


class Clock:
    """The instant at which all processes are, in memory they share; it goes on with the real one."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)
        self.move_to(BEGIN)

    def move_to(self, at: datetime) -> None:
        self._shared[:8] = struct.pack("d", at.timestamp())

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(struct.unpack("d", self._shared[:8])[0], UTC)


@dataclass
class Told:
    """What happened."""

    kills: int = 0
    jumps: int = 0
    waits: int = 0
    running: list[int] = field(default_factory=list)


def soak(seconds: int, app: Flask, seed: int = 20261126) -> list[str]:
    """Let it go on for so long; gives whatever is wrong in the end, and prints what happened."""
    rng, told, now = random.Random(seed), Told(), Clock()
    people, manager = [person(now=BEGIN - timedelta(days=9)) for _ in range(PEOPLE)], staff()
    ids = [one.id for one in people]
    until = time.monotonic() + seconds
    furthest = BEGIN
    try:
        while time.monotonic() < until:
            while len(told.running) < AT_ONCE:
                told.running.append(_start(app, now))
            for _act_of in range(ACTS):
                told.waits += not _act(rng, ids, manager, now.at)
            time.sleep(rng.uniform(*LIVES) / 2)
            _jump(rng, now, told)
            furthest = max(furthest, now.at)
            time.sleep(rng.uniform(*LIVES) / 2)
            if rng.random() < 0.7:
                _kill(told, rng.randrange(AT_ONCE))
    finally:
        while told.running:
            _kill(told, 0)
    now.move_to(furthest)
    _finish(furthest)
    return _wrong(told)


def _start(app: Flask, now: Clock) -> int:
    """One more process that waits; forked, so that a kill meets it at work and not at starting up."""
    db.session.remove()
    db.engine.dispose()  # a connection cannot be shared with the other process
    pid = os.fork()
    if pid:
        return pid
    logging.disable(logging.CRITICAL)  # what failed in passing is kept in the database
    schedule.TICK_SECONDS = TICK_SECONDS  # type: ignore[misc, assignment]
    with suppress(BaseException), time_machine.travel(now.at, tick=True) as moved:
        threading.Thread(target=_follow, args=(now, moved), daemon=True).start()
        Waiter(app).wait()
    os._exit(0)


def _follow(now: Clock, moved: Any) -> None:
    seen = now.at
    while True:
        time.sleep(0.05)
        if now.at != seen:
            seen = now.at
            moved.move_to(seen, tick=True)


def _act(rng: random.Random, ids: list[int], manager: Person, now: datetime) -> bool:
    """Somebody logs something for one of the last days, and it is approved; False where SQLite was busy for too long.

    A page would answer then that the database is away for a moment.
    """
    day = now.astimezone(ZONE).date() - timedelta(days=rng.randint(0, 6))
    try:
        entry = log(db.session.get_one(Person, rng.choice(ids)), acted_on=day, now=now)
        if entry.status == "pending":  # else the rule for those whose word has held was quicker
            decide(entry, "approve", manager, now=now)
    except OperationalError:
        return False
    finally:
        db.session.remove()
    return True


def _jump(rng: random.Random, now: Clock, told: Told) -> None:
    """On by up to three days; now and then far ahead or back for a moment before."""
    before = now.at
    if rng.random() < 0.3:
        now.move_to(before + rng.choice((1, 1, -1)) * rng.choice(JUMPS))
        time.sleep(rng.uniform(*LIVES) / 2)
        told.jumps += 2
    now.move_to(before + timedelta(days=rng.uniform(0, 3)))


def _kill(told: Told, place: int) -> None:
    pid = told.running.pop(place)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    told.kills += 1


def _finish(furthest: datetime) -> None:
    """What the kills left undone, as the next scheduler would."""
    with clock.held(furthest):
        for outcome in schedule.run_until(furthest):
            if outcome.cause:
                raise outcome.cause


def _wrong(told: Told) -> list[str]:
    found, counted = [], []
    for job in JOBS:
        runs = db.session.execute(
            select(JobRun.period, JobRun.due_at).where(JobRun.job == job.name).order_by(JobRun.due_at, JobRun.period)
        ).all()
        due = job.when.between(runs[0].due_at - service.INSTANT, runs[-1].due_at, ZONE)
        if job.when.overtakes:  # newer turns make older ones needless: each run must be a turn, no turn need be run
            due = [turn for _, at in runs for turn in job.when.between(at - service.INSTANT, at, ZONE)]
        have, wanted = {Due(at, period) for period, at in runs}, set(due)
        counted.append(f"{job.name} {len(runs)}")
        found += [f"{job.name}: gap {gap.period}" for gap in sorted(wanted - have)]
        found += [f"{job.name}: {more.period} at a wrong instant" for more in sorted(have - wanted)]
        found += [f"{job.name}: {len(runs)} runs, {len(have)} different"] * (len(have) != len(runs))
    found += _effects()
    failures = db.session.scalars(select(JobFailure.error)).all()
    periods = list(sealed_periods())
    found += [line for period in periods for line in differences(period, ZONE)]
    found += postings.problems() + entries.problems()
    lines = db.session.scalar(select(func.count()).select_from(Posting))
    print(  # noqa: T201 - a command's output
        f"{told.kills} kills, {told.jumps} jumps, {told.waits} acts put off; runs: {', '.join(counted)}; "
        f"{lines} postings; {len(periods)} sealed periods; {len(failures)} passing failures; {len(found)} wrong",
        flush=True,
    )
    return found + [f"passing failure: {error}" for error in sorted(set(failures))]


def _effects() -> list[str]:
    """Every bonus once, as its run counted them; every seal run with its rankings."""
    found = []
    paid = dict(
        db.session.execute(
            select(Posting.posted_at, func.count()).where(Posting.kind == "bonus").group_by(Posting.posted_at)
        ).all()
    )
    for run in db.session.scalars(select(JobRun).where(JobRun.job == "weekly-bonus")):
        if paid.pop(run.due_at, 0) != run.counts["bonuses"]:
            found.append(f"weekly-bonus {run.period}: not as many bonuses as its run counted")
    found += [f"bonuses of {at} belong to no run" for at in paid]
    boards = dict(db.session.execute(select(Ranking.period, func.count()).group_by(Ranking.period)).all())
    for run in db.session.scalars(select(JobRun).where(JobRun.job == "seal")):
        # A period that an older one's sealing found unsealed is sealed with it, and counted there.
        if run.counts["boards"] not in (0, boards.get(run.period, 0)) and run.counts["boards"] < boards[run.period]:
            found.append(f"seal {run.period}: {run.counts['boards']} rankings counted, {boards[run.period]} stand")
    return found


def main(words: list[str]) -> int:
    """Soak each engine; exit code 1 where anything is wrong."""
    seconds = next((int(word) for word in words if word.isdigit()), SECONDS)
    wrong = 0
    for name in tuple(word for word in words if word in ENGINES) or ENGINES:
        with engine(name) as app:
            print(f"{name}, {seconds} s: ", end="", flush=True)  # noqa: T201
            found = soak(seconds, app)
            for line in found[:40]:
                print(line)  # noqa: T201
            wrong += sum(not line.startswith("passing") for line in found)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
