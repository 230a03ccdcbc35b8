"""Backups: a folder each, with the database, the photos and a manifest. Made while the city runs, restored elsewhere.

The database is copied first and the photos after it, since a photo is on the disk before its row is: every photo that
the copy knows is there to be copied, but for what was erased in between. Photos never change, so a backup shares those
of the one before it (hard links) and costs only what is new. A folder has its name when it is whole.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import inspect, select, text

from civic import media
from civic.backup import databases
from civic.backup.databases import BackupError
from civic.config import Config
from civic.db import db
from civic.entries.models import Photo

__all__ = ["Backup", "BackupError", "finished", "make", "missing_photos", "restore", "rotate"]

NAME, UNFINISHED, MANIFEST, PHOTOS = "%Y%m%dT%H%M%SZ", ".unfinished", "manifest.json", "media"
# What is kept: all of the last days, then one a day, then one a week. Who was erased is gone from all after 28 days.
ALL_FOR, DAILY_FOR, WEEKLY_FOR = timedelta(days=2), timedelta(days=14), timedelta(days=28)
READ_AT_ONCE = 1024 * 1024


@dataclass(frozen=True)
class Backup:
    """What a manifest says: when (UTC), of which engine and schema, the database's fingerprint, and how many photos."""

    made_at: str
    engine: str
    revision: str
    sha256: str
    photos: int

    @property
    def instant(self) -> datetime:
        """When it was made."""
        return datetime.strptime(self.made_at, NAME).replace(tzinfo=UTC)


# Verbs


def make(target: Path, *, now: datetime) -> Path:
    """Back the city up into a new folder of `target`; gives that folder. Raises BackupError."""
    name = now.astimezone(UTC).strftime(NAME)
    whole, part = target / name, target / (name + UNFINISHED)
    before = [folder for folder, _backup in finished(target)]
    try:
        target.mkdir(parents=True, exist_ok=True)
        if whole.exists():
            raise BackupError(f"{whole} is there already")
        part.mkdir(mode=0o700)
        _fill(part, before[-1] if before else None, name)
        part.rename(whole)
        _sync(target)
    except FileExistsError:
        raise BackupError(f"another backup is being made in {part}, or one was broken off: remove it") from None
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise BackupError(str(error)) from error
    except BackupError:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return whole


def restore(folder: Path) -> Backup:
    """Bring a backup into this installation's database and photo folder, both of which must be empty.

    Raises BackupError, and then nothing was changed, or the database alone where the photos could not be written.
    """
    found = _read(folder)
    stored = folder / databases.FILES[found.engine] if found.engine in databases.FILES else folder
    if found.engine != db.engine.dialect.name:
        raise BackupError(f"this is a backup of {found.engine}, the database here is {db.engine.dialect.name}")
    if not stored.is_file() or _fingerprint(stored) != found.sha256:
        raise BackupError(f"{stored} is not what the manifest says; use another backup")
    if inspect(db.engine).get_table_names():
        raise BackupError("the database here is not empty; a backup goes into an empty one only")
    if any(_photo_folder().glob("??/*")):
        raise BackupError("there are photos here already; a backup goes into an empty folder only")
    db.session.remove()
    db.engine.dispose()
    databases.load(stored, db.engine.url)
    _copy_photos(folder / PHOTOS, _photo_folder(), None)
    return found


def rotate(target: Path, *, now: datetime) -> int:
    """Remove the backups that are no longer needed, never the latest; says how many."""
    known = finished(target)
    kept: set[tuple[str, ...]] = set()
    gone = 0
    for place, (folder, backup) in enumerate(reversed(known)):
        slot = _slot(backup.instant, now)
        if place and (slot is None or slot in kept):
            shutil.rmtree(folder)
            gone += 1
        elif slot is not None:
            kept.add(slot)
    return gone


# Questions


def finished(target: Path) -> list[tuple[Path, Backup]]:
    """The whole backups in a folder, oldest first."""
    found = []
    for manifest in sorted(target.glob(f"*/{MANIFEST}")):
        if not manifest.parent.name.endswith(UNFINISHED):
            found.append((manifest.parent, _read(manifest.parent)))
    return found


def missing_photos() -> list[str]:
    """One line for each photo that has a row and no file, or another file than was kept (invariant I13)."""
    lines = []
    for key, sha256 in db.session.execute(select(Photo.key, Photo.sha256).order_by(Photo.id)):
        file = _photo_folder() / key[:2] / f"{key}.webp"
        if not file.is_file():
            lines.append(f"photo {key}: no file")
        elif _fingerprint(file) != sha256:
            lines.append(f"photo {key}: the file is another one")
    return lines


# Below


def _fill(folder: Path, before: Path | None, name: str) -> None:
    engine = db.engine.dialect.name
    stored = folder / databases.FILES[engine]
    databases.dump(db.engine.url, stored)
    (folder / PHOTOS).mkdir()
    photos = _copy_photos(_photo_folder(), folder / PHOTOS, before / PHOTOS if before else None)
    revision = db.session.scalar(text("SELECT version_num FROM alembic_version")) or ""
    db.session.rollback()
    manifest = Backup(name, engine, revision, _fingerprint(stored), photos)
    with open(folder / MANIFEST, "x", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)


def _copy_photos(source: Path, target: Path, before: Path | None) -> int:
    """Copy every photo file, or link to the copy that the backup before has; gives how many there are."""
    count = 0
    for file in _photo_files(source):
        place = target / file.parent.name / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        known = before / file.parent.name / file.name if before else None
        try:
            if known is None or not _linked(known, place, file.stat().st_size):
                shutil.copyfile(file, place)
                place.chmod(0o600)
        except FileNotFoundError:
            continue  # erased meanwhile
        count += 1
    return count


def _linked(known: Path, place: Path, size: int) -> bool:
    """Whether a copy made earlier could be shared. Some file systems know no hard links."""
    try:
        if known.stat().st_size != size:
            return False
        os.link(known, place)
    except OSError:
        return False
    return True


def _photo_files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.glob("??/*.webp"))


def _slot(made: datetime, now: datetime) -> tuple[str, ...] | None:
    """Of the backups in one slot the latest stays; None for what is too old for any."""
    age = now - made
    if age <= ALL_FOR:
        return (made.strftime(NAME),)
    if age <= DAILY_FOR:
        return ("day", f"{made:%Y-%m-%d}")
    return ("week", f"{made:%G-%V}") if age <= WEEKLY_FOR else None


def _read(folder: Path) -> Backup:
    try:
        return Backup(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise BackupError(f"{folder} is no whole backup: it has no readable {MANIFEST}") from None


def _photo_folder() -> Path:
    config: Config = current_app.config["CIVIC"]
    return media.folder_of(config.media_url)


def _fingerprint(file: Path) -> str:
    digest = hashlib.sha256()
    with open(file, "rb") as opened:
        while part := opened.read(READ_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
