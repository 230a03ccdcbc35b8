"""The backup that makes itself every night, where the operator named a folder for it (BACKUP_DIR)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app

from civic import clock
from civic.backup import service
from civic.config import Config
from civic.db import after_commit, transaction
from civic.jobs import service as jobs

NAME = "backup"


def back_up(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Make a backup and put old ones away, once the run is written down: copying must not keep anybody from writing.

    Where it fails the run is taken back, so that the next tick tries again.
    """
    config: Config = current_app.config["CIVIC"]
    if config.backup_dir is None:
        return {"made": 0}
    after_commit(lambda: _make(period))
    return {"made": 1}


def _make(period: str) -> None:
    config: Config = current_app.config["CIVIC"]
    assert config.backup_dir is not None  # noqa: S101 - asked above
    try:
        service.make(config.backup_dir, now=clock.now())
        service.rotate(config.backup_dir, now=clock.now())
    except service.BackupError:
        with transaction():
            jobs.take_back(NAME, period)
        raise
