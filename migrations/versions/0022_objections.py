"""Objections to provisional rankings, with their public answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

CODE = sa.String(length=12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "objection",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("of", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("posting_id", INT, nullable=True),
        sa.Column("answered_by_id", INT, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (verdict IS NULL)", name=op.f("ck_objection_answered")),
        sa.CheckConstraint("verdict IN ('mended', 'stands')", name=op.f("ck_objection_verdict")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_objection_area_code_area")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_objection_person_id_person")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_objection_posting_id_posting")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_objection_answered_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_period_area_code"), "objection", ["period", "area_code"])
    op.create_index(
        "uq_objection_open",
        "objection",
        ["person_id", "period", "area_code", "of", "kind"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("objection")
