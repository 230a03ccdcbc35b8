"""What is put away every night."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from civic import limits, media
from civic.accounts import sessions
from civic.accounts.models import ApiToken, LoginSession
from civic.db import db, transaction
from civic.entries.models import Photo
from civic.jobs import runner
from civic.jobs.runner import Job
from civic.limits import RateLimit
from civic.rules.agenda import Nightly
from civic.tidying import tidy
from tests import factories
from tests.factories import NOW, ZONE, decide, log, person, staff, statuses

NIGHT = datetime(2026, 12, 9, 19, 10, tzinfo=NOW.tzinfo)  # 10 December 03:10 in the city


def run_tidy(until: datetime = NIGHT) -> dict[str, int]:
    job = Job("tidy", Nightly(3, 10), tidy)
    outcomes = list(runner.run_due([job], since=until, until=until, zone=ZONE))
    assert [outcome.cause for outcome in outcomes] == [None]
    return outcomes[0].counts or {}


def count(model: type[db.Model]) -> int:  # type: ignore[name-defined]
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def photo_file(app: Flask, key: str, written_at: datetime) -> Path:
    file = media.folder_of(app.config["CIVIC"].media_url) / key[:2] / f"{key}.webp"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"webp")
    os.utime(file, (written_at.timestamp(), written_at.timestamp()))
    return file


def test_an_entry_that_nobody_mended_for_two_weeks_is_withdrawn(app: Flask) -> None:
    manager = staff()
    old, fresh, waiting = (log(person()) for _ in range(3))
    decide(old, "return", manager, now=NIGHT - timedelta(days=14, seconds=1))
    decide(fresh, "return", manager, now=NIGHT - timedelta(days=13, hours=23))
    assert run_tidy()["withdrawn"] == 1
    assert statuses(old, fresh, waiting) == ["withdrawn", "returned", "pending"]


def test_sign_ins_that_open_nothing_any_more_go(app: Flask) -> None:
    who = person()
    with transaction():
        sessions.open_session(who, "old", NIGHT - timedelta(days=31))
        sessions.open_session(who, "new", NIGHT - timedelta(days=1))
        sessions.issue_token(who, 1, NIGHT - timedelta(days=2))
    assert run_tidy()["sign_ins"] == 2
    assert (count(LoginSession), count(ApiToken)) == (1, 0)


def test_old_counts_of_tries_go(app: Flask) -> None:
    with transaction():
        limits.take(limits.JOIN, "old", now=NIGHT - timedelta(hours=2))
        limits.take(limits.JOIN, "new", now=NIGHT)
    assert run_tidy()["limits"] == 1
    assert count(RateLimit) == 1


def test_photos_without_an_entry_go_after_a_day(app: Flask) -> None:
    entry = log(person())
    with transaction() as session:
        session.add(
            Photo(
                entry_id=entry.id,
                position=0,
                key="k" * 43,
                sha256="0" * 64,
                source_sha256="0" * 64,
                width=1,
                height=1,
                taken_time="absent",
            )
        )
    kept = photo_file(app, "k" * 43, NIGHT - timedelta(days=3))
    orphan = photo_file(app, "o" * 43, NIGHT - timedelta(days=1, seconds=1))
    arriving = photo_file(app, "n" * 43, NIGHT - timedelta(hours=23))
    assert run_tidy()["photos"] == 1
    assert [file.exists() for file in (kept, orphan, arriving)] == [True, False, True]


def test_a_night_without_anything_to_put_away_changes_nothing(app: Flask) -> None:
    factories.approved_entry()
    assert set(run_tidy().values()) == {0}
    assert set(run_tidy(NIGHT + timedelta(days=1)).values()) == {0}
