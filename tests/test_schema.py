"""The migrated schema is what the models say, on both databases, and the database itself guards what is append-only."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from civic.db import Base, db, transaction
from tests import factories


def _differences() -> list[object]:
    context = MigrationContext.configure(db.session.connection(), opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def _constraints(inspector: sa.Inspector, table: str) -> set[str]:
    found = {check["name"] for check in inspector.get_check_constraints(table)}
    return {name for name in found if name}


def test_an_upgraded_schema_equals_the_models(app: Flask) -> None:
    assert _differences() == []


def test_every_check_of_the_models_is_in_the_database(app: Flask) -> None:
    inspector = sa.inspect(db.session.connection())
    for table in Base.metadata.sorted_tables:
        wanted = {str(check.name) for check in table.constraints if isinstance(check, sa.CheckConstraint)}
        assert _constraints(inspector, table.name) >= wanted, table.name


def test_the_schema_goes_down_to_nothing_and_up_again(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert _differences() == []


@pytest.mark.parametrize("table", ["posting", "decision"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_is_append_only(app: Flask, table: str, change: str) -> None:
    factories.approved_entry()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(change.format(table)))


@pytest.mark.parametrize(
    "table", ["ranking", "ranking_row", "index_part", "index_setting", "correction", "sealed_period"]
)
@pytest.mark.parametrize("change", ["UPDATE", "DELETE"])
def test_the_database_guards_what_is_sealed(app: Flask, table: str, change: str) -> None:
    """On PostgreSQL one trigger guards a statement, on SQLite one each guards every row."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'" if is_sqlite else "SELECT tgname FROM pg_trigger"
    )
    triggers = set(db.session.scalars(sa.text(catalogue)))
    assert (f"{table}_no_{change.lower()}" if is_sqlite else f"{table}_append_only") in triggers


PROPOSED = """
    INSERT INTO grant_proposal (person_id, role, area_code, proposed_by, proposed_at, expires_at)
    VALUES (:whom, 'community_manager', :place, :by, :now, :now)
    """
ANSWER = "UPDATE grant_proposal SET answer = 'declined', answered_by = :by, answered_at = :now"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE grant_proposal SET role = 'administrator'",
        "UPDATE grant_proposal SET proposed_by = person_id",
        "UPDATE grant_proposal SET answer = NULL, answered_by = NULL",
        "UPDATE grant_proposal SET answer = 'confirmed'",
        "DELETE FROM grant_proposal",
    ],
)
def test_a_proposal_is_answered_once_and_never_altered_nor_deleted(app: Flask, change: str) -> None:
    facts = {"place": factories.COMMUNITY, "now": factories.NOW}
    facts |= {"whom": factories.person().id, "by": factories.staff("administrator", "9901").id}
    with transaction() as session:
        session.execute(sa.text(PROPOSED), facts)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction() as session:
        session.execute(sa.text("UPDATE grant_proposal SET role = 'administrator'"))
    with transaction() as session:
        session.execute(sa.text(ANSWER), facts)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(change))


@pytest.mark.parametrize("table", ["grant_proposal", "index_proposal", "rule_proposal"])
def test_every_column_of_a_proposal_but_its_answer_is_guarded(app: Flask, table: str) -> None:
    if db.engine.dialect.name == "sqlite":
        definition = "SELECT sql FROM sqlite_master WHERE name = :name"
    else:
        definition = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = :name"
    guard = str(db.session.scalar(sa.text(definition), {"name": f"{table}_unaltered"}))
    of = set(guard.split(" OF ")[1].split(" ON ")[0].split(", "))
    columns = {column["name"] for column in sa.inspect(db.session.connection()).get_columns(table)}
    assert of == columns - {"answer", "answered_by", "answered_at"}


def test_foreign_keys_are_enforced(app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(
            sa.text("INSERT INTO population (area_code, from_on, people) VALUES ('999', '2026-01-01', 1)")
        )
