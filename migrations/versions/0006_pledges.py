"""Signed pledges."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pledge",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("activity_key", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pledge_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
    )
    op.create_index(
        "uq_pledge_standing",
        "pledge",
        ["person_id", "activity_key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("pledge")
