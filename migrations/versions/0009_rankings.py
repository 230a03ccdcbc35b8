"""Provisional and sealed rankings, the parts of the civility index, and what closes a period early.

What is sealed, and what is only ever added to, the database itself refuses to change or delete.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
KEY = sa.String(20).with_variant(postgresql.VARCHAR(20, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

APPEND_ONLY = ("ranking", "ranking_row", "index_part", "index_setting", "correction", "sealed_period")


def upgrade() -> None:
    _rankings("ranking", sa.Column("sha256", sa.String(length=64), nullable=False))
    op.create_index(op.f("ix_ranking_area_code_kind_period"), "ranking", ["area_code", "kind", "period"])
    _rankings("provisional_ranking", sa.Column("replaced_at", INSTANT, nullable=True))
    op.create_index(
        op.f("ix_provisional_ranking_area_code_kind_period"), "provisional_ranking", ["area_code", "kind", "period"]
    )
    op.create_index(
        "uq_provisional_ranking_current",
        "provisional_ranking",
        ["period", "area_code", "of"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    for table in ("ranking_row", "provisional_row"):
        _rows(table)
    for table in ("index_part", "provisional_part"):
        _parts(table)
    _settings()
    op.create_table(
        "correction",
        sa.Column("posting_id", INT, autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_correction_community_code_area")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_correction_posting_id_posting")),
        sa.PrimaryKeyConstraint("posting_id", "period", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_period_community_code"), "correction", ["period", "community_code"])
    op.create_table(
        "sealed_period",
        sa.Column("key", sa.String(length=10), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sealed_period")),
    )
    _guard()


def _rankings(table: str, own: sa.Column) -> None:
    unique = [sa.UniqueConstraint("period", "area_code", "of", name=op.f("uq_ranking_period_area_code_of"))]
    op.create_table(
        table,
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("of", sa.String(length=16), nullable=False),
        sa.Column("rulebook", sa.String(length=7), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("members_as_of", INSTANT, nullable=False),
        sa.Column("ranked", INT, nullable=False),
        sa.Column("merit_ranked", INT, nullable=False),
        sa.Column("merit_unranked", INT, nullable=False),
        own,
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f(f"fk_{table}_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(unique if table == "ranking" else []),
    )


def _rows(table: str) -> None:
    op.create_table(
        table,
        sa.Column("ranking_id", INT, autoincrement=False, nullable=False),
        sa.Column("position", INT, autoincrement=False, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("rank", INT, nullable=True),
        sa.Column("score", INT, nullable=True),
        sa.Column("merit", INT, nullable=False),
        sa.Column("previous_rank", INT, nullable=True),
        sa.PrimaryKeyConstraint("ranking_id", "position", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_ranking_id_key"), table, ["ranking_id", "key"], unique=True)


def _parts(table: str) -> None:
    op.create_table(
        table,
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("x", INT, nullable=True),
        sa.Column("n_days", INT, nullable=True),
        sa.Column("city_x", INT, nullable=True),
        sa.Column("city_n_days", INT, nullable=True),
        sa.Column("days", INT, nullable=True),
        sa.Column("target", INT, nullable=True),
        sa.Column("weight", INT, nullable=False),
        sa.Column("judged", INT, nullable=False),
        sa.Column("months", INT, nullable=True),
        sa.Column("score", INT, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f(f"fk_{table}_area_code_area")),
        sa.PrimaryKeyConstraint("period", "area_code", "key", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_area_code_period"), table, ["area_code", "period"])


def _settings() -> None:
    parts = ("participation", "points", "steadiness", "put_right")
    op.create_table(
        "index_setting",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        *(sa.Column(f"{part}_weight", INT, nullable=False) for part in parts),
        *(sa.Column(f"{part}_target", INT, nullable=False) for part in parts),
        sa.Column("cap", INT, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_index_setting_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_setting")),
        sa.UniqueConstraint("area_code", "kind", "from_on", name=op.f("uq_index_setting_area_code_kind_from_on")),
    )


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        return
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    # A table takes its triggers with it.
    for table in (
        "sealed_period",
        "correction",
        "index_setting",
        "provisional_part",
        "index_part",
        "provisional_row",
        "ranking_row",
        "provisional_ranking",
        "ranking",
    ):
        op.drop_table(table)
