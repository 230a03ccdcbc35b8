"""The official tree of areas and populations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("code", CODE, nullable=False),
        sa.Column("parent_code", CODE, nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("pinyin", sa.String().with_variant(sa.VARCHAR(collation="C"), "postgresql"), nullable=False),
        sa.Column("initials", sa.String().with_variant(sa.VARCHAR(collation="C"), "postgresql"), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["area.code"], name=op.f("fk_area_parent_code_area")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_initials"), "area", ["initials"], unique=False)
    op.create_index(op.f("ix_area_level_code"), "area", ["level", "code"], unique=False)
    op.create_index(op.f("ix_area_parent_code_code"), "area", ["parent_code", "code"], unique=False)
    op.create_index(op.f("ix_area_pinyin"), "area", ["pinyin"], unique=False)
    op.create_table(
        "population",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("people", INT, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_population_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population")),
    )
    op.create_index(op.f("ix_population_area_code_from_on"), "population", ["area_code", "from_on"], unique=False)


def downgrade() -> None:
    op.drop_table("population")
    op.drop_table("area")
