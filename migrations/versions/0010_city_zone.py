"""The time zone the city began with."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "city_zone",
        sa.Column("id", INT, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_zone")),
    )


def downgrade() -> None:
    op.drop_table("city_zone")
