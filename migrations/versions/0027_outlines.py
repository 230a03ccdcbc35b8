"""Outlines of areas, for maps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"

CODE = sa.String(length=12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "area_outline",
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("rings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_area_outline_area_code_area")),
        sa.PrimaryKeyConstraint("area_code", name=op.f("pk_area_outline")),
    )


def downgrade() -> None:
    op.drop_table("area_outline")
