"""The points ledger and its counters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "posting",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("resident_id", INT, nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("merit", INT, nullable=False),
        sa.Column("balance", INT, nullable=False),
        sa.Column("activity_key", sa.String(length=64), nullable=True),
        sa.Column("rule_version", INT, nullable=True),
        sa.Column("quantity", INT, nullable=True),
        sa.Column("acted_on", sa.Date(), nullable=True),
        sa.Column("act_week", sa.String(length=8), nullable=True),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("entry_id", INT, nullable=True),
        sa.Column("decision_id", INT, nullable=True),
        sa.Column("reverses_id", INT, nullable=True),
        sa.Column("worth", INT, nullable=True),
        sa.Column("standing", INT, nullable=True),
        sa.Column("cut_by", sa.String(length=16), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_posting_reversal_names")),
        sa.CheckConstraint(
            "kind <> 'award' OR (entry_id IS NOT NULL AND decision_id IS NOT NULL)",
            name=op.f("ck_posting_award_has_entry"),
        ),
        sa.CheckConstraint("kind <> 'award' OR merit >= 0", name=op.f("ck_posting_award_not_negative")),
        sa.CheckConstraint("kind IN ('award', 'bonus', 'reversal')", name=op.f("ck_posting_kind")),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_posting_community_code_area")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_posting_decision_id_decision")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_posting_entry_id_entry")),
        sa.ForeignKeyConstraint(["resident_id"], ["person.id"], name=op.f("fk_posting_resident_id_person")),
        sa.ForeignKeyConstraint(["reverses_id"], ["posting.id"], name=op.f("fk_posting_reverses_id_posting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_posting_decision_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_posting_reverses_id")),
    )
    op.create_index(op.f("ix_posting_entry_id"), "posting", ["entry_id"], unique=False)
    op.create_index(op.f("ix_posting_month_community_code"), "posting", ["month", "community_code"], unique=False)
    op.create_index(op.f("ix_posting_resident_id_acted_on"), "posting", ["resident_id", "acted_on"], unique=False)
    op.create_index(
        op.f("ix_posting_resident_id_month_counts_on"), "posting", ["resident_id", "month", "counts_on"], unique=False
    )
    op.create_index(op.f("ix_posting_week_community_code"), "posting", ["week", "community_code"], unique=False)
    op.create_table(
        "resident_total",
        sa.Column("resident_id", INT, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("merit", INT, nullable=False),
        sa.Column("balance", INT, nullable=False),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_resident_total_community_code_area")),
        sa.ForeignKeyConstraint(["resident_id"], ["person.id"], name=op.f("fk_resident_total_resident_id_person")),
        sa.PrimaryKeyConstraint("resident_id", "kind", "period", "community_code", name=op.f("pk_resident_total")),
    )
    op.create_index(
        op.f("ix_resident_total_community_code_period_merit"),
        "resident_total",
        ["community_code", "period", "merit"],
        unique=False,
    )
    op.create_table(
        "community_total",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("merit", INT, nullable=False),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_community_total_community_code_area")),
        sa.PrimaryKeyConstraint("period", "community_code", name=op.f("pk_community_total")),
    )


def downgrade() -> None:
    op.drop_table("community_total")
    op.drop_table("resident_total")
    op.drop_table("posting")
