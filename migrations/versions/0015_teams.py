"""Teams, the days on which people belong to them, and what counts for them; what guardians agree to for children."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
BEARERS = ("entry", "posting")
MARKS = ("month", "week")


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("id", INT, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("captain_id", INT, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("takes_members", sa.Boolean(), nullable=False),
        sa.Column("founded_at", INSTANT, nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('collective', 'family', 'class', 'workplace', 'window', 'volunteers')", name=op.f("ck_team_kind")
        ),
        sa.ForeignKeyConstraint(["captain_id"], ["person.id"], name=op.f("fk_team_captain_id_person")),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_team_community_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("code", name=op.f("uq_team_code")),
    )
    op.create_index(op.f("ix_team_captain_id"), "team", ["captain_id"])
    op.create_index(op.f("ix_team_kind_community_code"), "team", ["kind", "community_code"])
    op.create_index("uq_team_name", "team", ["community_code", "name_key"], **_unique_where("closed_on IS NULL"))
    op.create_table(
        "team_membership",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("team_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on > from_on", name=op.f("ck_team_membership_span")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_membership_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_membership_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_membership")),
    )
    op.create_index(op.f("ix_team_membership_person_id_from_on"), "team_membership", ["person_id", "from_on"])
    op.create_index(op.f("ix_team_membership_team_id_until_on"), "team_membership", ["team_id", "until_on"])
    op.create_index(
        "uq_team_membership_standing",
        "team_membership",
        ["team_id", "person_id"],
        **_unique_where("until_on IS NULL"),
    )
    op.create_table(
        "team_total",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("team_id", INT, autoincrement=False, nullable=False),
        sa.Column("merit", INT, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_total_team_id_team")),
        sa.PrimaryKeyConstraint("period", "team_id", name=op.f("pk_team_total")),
    )
    _guardians()
    for table in BEARERS:
        _bear_a_team(table)
    for mark in MARKS:
        bearing = sa.text("team_id IS NOT NULL")
        op.create_index(
            f"ix_posting_{mark}_team",
            "posting",
            [mark, "team_id"],
            sqlite_where=bearing,
            postgresql_where=bearing,
        )


def _guardians() -> None:
    op.create_table(
        "guardian_consent",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("child_id", INT, nullable=False),
        sa.Column("by_id", INT, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=16), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('given', 'taken_over', 'withdrawn')", name=op.f("ck_guardian_consent_kind")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_guardian_consent_by_id_person")),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_guardian_consent_child_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_consent")),
    )
    op.create_index(op.f("ix_guardian_consent_child_id"), "guardian_consent", ["child_id"])
    # Children who were there before: their guardian agreed when they were added.
    op.execute(
        "INSERT INTO guardian_consent (child_id, by_id, kind, words, at) "
        "SELECT id, guardian_id, 'given', '2026-11', consented_at FROM person WHERE guardian_id IS NOT NULL"
    )
    op.create_table(
        "second_guardian",
        sa.Column("child_id", INT, autoincrement=False, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_second_guardian_child_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_second_guardian_person_id_person")),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_second_guardian")),
    )
    op.create_index(op.f("ix_second_guardian_person_id"), "second_guardian", ["person_id"])
    op.create_table(
        "claim_code",
        sa.Column("child_id", INT, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["person.id"], name=op.f("fk_claim_code_child_id_person")),
        sa.PrimaryKeyConstraint("child_id", name=op.f("pk_claim_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_claim_code_code_hash")),
    )


def _unique_where(condition: str) -> dict[str, object]:
    return {"unique": True, "sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _bear_a_team(table: str) -> None:
    """SQLite cannot add a constraint to a table, only a column that brings one along."""
    name = f"fk_{table}_team_id_team"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN team_id INTEGER CONSTRAINT {name} REFERENCES team (id)")
        return
    op.add_column(table, sa.Column("team_id", INT, nullable=True))
    op.create_foreign_key(op.f(name), table, "team", ["team_id"], ["id"])


def downgrade() -> None:
    for mark in MARKS:
        op.drop_index(f"ix_posting_{mark}_team", "posting")
    for table in BEARERS:
        op.drop_column(table, "team_id")
    op.drop_table("claim_code")
    op.drop_table("second_guardian")
    op.drop_table("guardian_consent")
    op.drop_table("team_total")
    op.drop_table("team_membership")
    op.drop_table("team")
