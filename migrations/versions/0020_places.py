"""Places: a fingerprint of where and when an entry was logged, and whether its photos were taken there."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "entry_place",
        sa.Column("entry_id", INT, autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_place_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_place")),
    )
    op.create_index(op.f("ix_entry_place_fingerprint"), "entry_place", ["fingerprint"])
    op.create_index(op.f("ix_entry_place_noted_at"), "entry_place", ["noted_at"])
    with op.batch_alter_table("photo") as photo:
        # What was kept before there were places says nothing about them.
        photo.add_column(sa.Column("taken_place", sa.String(length=8), server_default="absent", nullable=False))
    with op.batch_alter_table("photo") as photo:
        photo.alter_column("taken_place", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("photo") as photo:
        photo.drop_column("taken_place")
    op.drop_table("entry_place")
