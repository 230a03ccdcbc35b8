"""The database: one declarative base, UTC instants, and `transaction()`, the only place that commits.

Readers use `db.session` as it is. Whatever changes something does so inside `transaction()`, once, at the edge
(a view, a command, a job); services never commit, so that several of their verbs can share one transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    Executable,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    event,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 10_000
CACHE_KIB = 64 * 1024  # at most; it fills as pages are read
SERVER_STOPPED = ("57P01", "57P02", "57P03")  # PostgreSQL: shut down, crashed, not ready yet
_AFTER_COMMIT = "civic_after_commit"
_WRITES = "civic_writes"
_CONNECTION = "civic_connection"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware going in, aware in UTC coming out, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every model. Constraints are named, so that migrations can find them on both databases."""

    type_annotation_map: ClassVar = {int: BigInteger().with_variant(Integer(), "sqlite"), datetime: UtcDateTime()}

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# Codes and period keys compare byte by byte on both databases, so that a range of codes is a range of the index.
Code = String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")

db = SQLAlchemy(metadata=Base.metadata)


def init(app: Flask) -> None:
    """Bind the session to the configured database and set what every connection needs."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        else:
            _prepare_postgresql(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions itself: `begin` below does, and chooses how.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose the last commits on power loss
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"cache_size=-{CACHE_KIB}",  # its own 2 MB make a compilation read the file again and again
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        # A reader that later wants to write cannot wait for another writer; one that says so first can.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        # The driver takes a connection that reads the server's farewell for a living one; a new one is made instead.
        if getattr(context.original_exception, "sqlstate", None) in SERVER_STOPPED:
            context.is_disconnect = True


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside is saved whole or not at all; the only place that commits.

    Objects read before it are read anew, so a decision inside never rests on a stale row.
    """
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside a transaction")
    session.rollback()
    session.info[_CONNECTION] = session.connection(execution_options={_WRITES: True})
    calls: list[tuple[bool, Callable[[], None]]] = []
    session.info[_AFTER_COMMIT] = calls
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        _run(calls, committed=False)
        raise
    finally:
        session.info.pop(_AFTER_COMMIT, None)
        session.info.pop(_CONNECTION, None)
    _run(calls, committed=True)


def connection() -> Connection:
    """The session's connection, for statements that an approval runs: they need none of the session's own bookkeeping.

    What is pending in the session is not sent to the database before them.
    """
    session = db.session()
    return session.info.get(_CONNECTION) or session.connection()


def after_commit(call: Callable[[], None]) -> None:
    """Have `call` run once the open transaction is safely stored; never if it fails."""
    db.session().info[_AFTER_COMMIT].append((True, call))


def after_rollback(call: Callable[[], None]) -> None:
    """Have `call` run if the open transaction fails, to take back what the database cannot (a file)."""
    db.session().info[_AFTER_COMMIT].append((False, call))


def _run(calls: list[tuple[bool, Callable[[], None]]], committed: bool) -> None:
    for wants_commit, call in calls:
        if wants_commit == committed:
            call()


def id_of(row: Base) -> int:
    """The id of a stored row, without reading the row anew when a transaction began since it was loaded."""
    identity = inspect(row).identity
    if identity is None:
        raise ValueError("it was never stored")
    return cast(int, identity[0])


def upsert(model: type[Base], rows: list[dict[str, Any]], add: tuple[str, ...]) -> None:
    """Insert counter rows; where one stands already (same primary key), add the columns named in `add` to it.

    Each row is added atomically on both databases; rows go in key order, so that two writers cannot lock crosswise.
    """
    keys = [column.name for column in model.__table__.primary_key]
    rows = sorted(rows, key=lambda row: tuple(row[key] for key in keys))
    connection().execute(_adding(model, add, connection().dialect.name), rows)


def upsert_from(model: type[Base], rows: Select[*tuple[Any, ...]], add: tuple[str, ...]) -> None:
    """The same for the rows of a query, whose columns are named as the table's; it needs a WHERE (SQLite's grammar)."""
    keys = [column.name for column in model.__table__.primary_key]
    ordered = rows.order_by(*(rows.selected_columns[key] for key in keys))
    statement = inserting(model, connection().dialect.name).from_select(list(rows.selected_columns.keys()), ordered)
    connection().execute(_or_add(statement, model, add))


@cache
def _adding(model: type[Base], add: tuple[str, ...], dialect: str) -> Executable:
    """The statement behind `upsert`, built once: an approval runs it twice."""
    return _or_add(inserting(model, dialect), model, add)


def inserting(model: type[Base], dialect: str) -> Any:
    """An INSERT that may say what to do about a row that stands already (`on_conflict_…`), on either database."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(cast(Table, model.__table__))


def _or_add(statement: Any, model: type[Base], add: tuple[str, ...]) -> Executable:
    keys = [column.name for column in model.__table__.primary_key]
    added = {name: model.__table__.c[name] + statement.excluded[name] for name in add}
    return cast(Executable, statement.on_conflict_do_update(index_elements=keys, set_=added))
