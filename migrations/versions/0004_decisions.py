"""Decisions and the words of their reasons."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", INT, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("by_id", INT, nullable=True),
        sa.Column("rule", sa.String(length=16), nullable=True),
        sa.Column("was", sa.String(length=32), nullable=False),
        sa.Column("became", sa.String(length=32), nullable=False),
        sa.Column("undoes_id", INT, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('approve', 'return', 'reject', 'reverse', 'undo')", name=op.f("ck_decision_verdict")
        ),
        sa.CheckConstraint("(by_id IS NULL) <> (rule IS NULL)", name=op.f("ck_decision_person_or_rule")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_decision_by_id_person")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_decision_entry_id_entry")),
        sa.ForeignKeyConstraint(["undoes_id"], ["decision.id"], name=op.f("fk_decision_undoes_id_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_decision_undoes_id")),
    )
    op.create_index(op.f("ix_decision_by_id_decided_at"), "decision", ["by_id", "decided_at"], unique=False)
    op.create_index(op.f("ix_decision_entry_id_id"), "decision", ["entry_id", "id"], unique=False)
    op.create_table(
        "reason",
        sa.Column("decision_id", INT, nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_reason_decision_id_decision")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_reason")),
    )


def downgrade() -> None:
    op.drop_table("reason")
    op.drop_table("decision")
