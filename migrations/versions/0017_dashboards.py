"""Compiled figures of areas, switches of the city, and grants given on the web by two persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0012"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(length=12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "figures_period",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_figures_period")),
    )
    op.create_table(
        "area_figures",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("merit", INT, nullable=False),
        sa.Column("people", INT, nullable=False),
        sa.Column("entries", INT, nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("seen", INT, nullable=False),
        sa.Column("communities", INT, nullable=False),
        sa.Column("quiet", INT, nullable=False),
        sa.Column("lacking", sa.JSON(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_area_figures_area_code_area")),
        sa.PrimaryKeyConstraint("period", "area_code", name=op.f("pk_area_figures")),
    )
    op.create_index(op.f("ix_area_figures_area_code_period"), "area_figures", ["area_code", "period"], unique=False)
    op.create_table(
        "area_now",
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("acts", INT, nullable=False),
        sa.Column("waiting_12", INT, nullable=False),
        sa.Column("waiting_24", INT, nullable=False),
        sa.Column("waiting_48", INT, nullable=False),
        sa.Column("overdue", INT, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_area_now_area_code_area")),
        sa.PrimaryKeyConstraint("area_code", name=op.f("pk_area_now")),
    )
    op.create_index(op.f("ix_decision_decided_at"), "decision", ["decided_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_decision_decided_at"), "decision")
    op.drop_table("area_now")
    op.drop_index(op.f("ix_area_figures_area_code_period"), "area_figures")
    op.drop_table("area_figures")
    op.drop_table("figures_period")
