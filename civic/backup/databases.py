"""How each database is copied while in use, and loaded again: SQLite by its own backup call, PostgreSQL by pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from civic.commands import Failure

FILES = {"sqlite": "civic.db", "postgresql": "civic.dump"}
MAX_TOLD = 300


class BackupError(Failure):
    """A backup could not be made or restored; the message says why and what to do."""


def dump(url: URL, file: Path) -> None:
    """Write everything that is committed at one instant into a file, readable by its owner only."""
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(Path(url.database or ""), file)
    else:
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    file.chmod(0o600)
    with open(file, "rb") as written:
        os.fsync(written.fileno())


def load(file: Path, url: URL) -> None:
    """Load such a file into an empty database, whole or not at all."""
    if url.get_backend_name() == "postgresql":
        flags = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", url, *flags, str(file))
        return
    place = Path(url.database or "")
    for ending in ("-wal", "-shm"):  # of the empty database that stood here
        place.with_name(place.name + ending).unlink(missing_ok=True)
    part = place.with_name(place.name + ".part")
    shutil.copyfile(file, part)
    part.chmod(0o600)
    part.rename(place)


def _copy_sqlite(source: Path, target: Path) -> None:
    """In one step, which is one read transaction: writers go on, and nothing of what they write gets in half."""
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as copy:
        opened.backup(copy, pages=-1)
        told = copy.execute("PRAGMA quick_check").fetchone()[0]
    if told != "ok":
        raise BackupError(f"the copy of the database is damaged: {told}")


def _run(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs. The password goes by the environment, which no list of processes shows."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not installed; it comes with the client package of PostgreSQL")
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": url.password} if url.password else {}
    done = subprocess.run(  # noqa: S603 - the operator's own settings
        [found, f"--dbname={address}", *arguments],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program}: {' '.join(done.stderr.split())[:MAX_TOLD]}")
