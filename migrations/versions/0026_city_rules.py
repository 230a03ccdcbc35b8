"""The city's own versions of point rules, and proposals of them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "city_rule"


def _figures() -> list[sa.Column[object]]:
    return [
        sa.Column("activity_key", sa.String(length=64), nullable=False),
        sa.Column("base", INT, nullable=False),
        sa.Column("per_unit_hundredths", INT, nullable=False),
        sa.Column("min_quantity", INT, nullable=False),
        sa.Column("max_quantity", INT, nullable=False),
        sa.Column("per_day", INT, nullable=True),
        sa.Column("per_week", INT, nullable=True),
        sa.Column("once_per", sa.String(length=8), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        *_figures(),
        sa.Column("version", INT, nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_rule")),
        sa.UniqueConstraint("activity_key", "version", name=op.f("uq_city_rule_activity_key_version")),
        sa.UniqueConstraint("activity_key", "from_on", name=op.f("uq_city_rule_activity_key_from_on")),
    )
    op.create_table(
        "rule_proposal",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        *_figures(),
        sa.Column("proposed_by", INT, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_by", INT, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('confirmed', 'declined')", name=op.f("ck_rule_proposal_answer")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_rule_proposal_proposed_by_person")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_rule_proposal_answered_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_proposal")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{change.lower()} BEFORE {change} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table("rule_proposal")
    op.drop_table(TABLE)
