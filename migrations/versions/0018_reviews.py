"""Reviews elsewhere: holds, appeals, and to whom they are given."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", INT, nullable=False),
        sa.Column("by_id", INT, nullable=True),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "why IN ('photo', 'repeat', 'quantity', 'kin', 'on_behalf', 'disowned')", name=op.f("ck_hold_why")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_hold_entry_id_entry")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_hold_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_entry_id"), "hold", ["entry_id"])
    op.create_table(
        "appeal",
        sa.Column("entry_id", INT, autoincrement=False, nullable=False),
        sa.Column("against", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("against IN ('rejected', 'reversed')", name=op.f("ck_appeal_against")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_appeal_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_appeal")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.CheckConstraint("purpose IN ('hold', 'appeal', 'audit')", name=op.f("ck_assignment_purpose")),
        sa.CheckConstraint("outcome IN ('agreed', 'changed')", name=op.f("ck_assignment_outcome")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_assignment_entry_id_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_entry_id"), "assignment", ["entry_id"])
    op.create_index(
        "uq_assignment_open", "assignment", ["entry_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_assignment_mine", "assignment", ["person_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    waiting = sa.text("status IN ('held', 'appealed')")
    op.create_index("ix_entry_reviewed", "entry", ["status", "id"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_entry_reviewed", table_name="entry")
    op.drop_table("assignment")
    op.drop_table("appeal")
    op.drop_table("hold")
