"""Slips of paper from which managers log for people without a phone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "slip",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("made_by_id", INT, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", INT, nullable=True),
        sa.Column("typed_by_id", INT, nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disowned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_slip_community_code_area")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_slip_made_by_id_person")),
        sa.ForeignKeyConstraint(["typed_by_id"], ["person.id"], name=op.f("fk_slip_typed_by_id_person")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_slip_entry_id_entry")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_slip")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_slip_entry_id")),
    )
    op.create_index(op.f("ix_slip_typed_by_id_used_at"), "slip", ["typed_by_id", "used_at"])
    op.create_index(op.f("ix_slip_community_code_made_at"), "slip", ["community_code", "made_at"])


def downgrade() -> None:
    op.drop_table("slip")
