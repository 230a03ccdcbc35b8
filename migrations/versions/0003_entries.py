"""Entries and their photos."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("resident_id", INT, nullable=False),
        sa.Column("logged_by", INT, nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("activity_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rule_version", INT, nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("quantity", INT, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("client_key", sa.String(length=36), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'held', 'approved', 'rejected', 'returned', 'withdrawn', 'reversed', 'appealed')",
            name=op.f("ck_entry_status"),
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_entry_quantity")),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_entry_community_code_area")),
        sa.ForeignKeyConstraint(["logged_by"], ["person.id"], name=op.f("fk_entry_logged_by_person")),
        sa.ForeignKeyConstraint(["resident_id"], ["person.id"], name=op.f("fk_entry_resident_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("resident_id", "client_key", name=op.f("uq_entry_resident_id_client_key")),
    )
    op.create_index(op.f("ix_entry_community_code_acted_on"), "entry", ["community_code", "acted_on"], unique=False)
    op.create_index(
        "ix_entry_queue",
        "entry",
        ["community_code", "queued_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(op.f("ix_entry_resident_id_acted_on"), "entry", ["resident_id", "acted_on"], unique=False)
    op.create_index(
        "uq_entry_kept_day",
        "entry",
        ["resident_id", "activity_key", "acted_on"],
        unique=True,
        sqlite_where=sa.text("kind = 'pledge' AND status IN ('pending', 'approved')"),
        postgresql_where=sa.text("kind = 'pledge' AND status IN ('pending', 'approved')"),
    )
    op.create_table(
        "photo",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", INT, nullable=False),
        sa.Column("position", INT, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("width", INT, nullable=False),
        sa.Column("height", INT, nullable=False),
        sa.Column("taken_time", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_photo_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("key", name=op.f("uq_photo_key")),
    )
    op.create_index(op.f("ix_photo_entry_id"), "photo", ["entry_id"], unique=False)
    op.create_index(op.f("ix_photo_source_sha256"), "photo", ["source_sha256"], unique=False)


def downgrade() -> None:
    op.drop_table("photo")
    op.drop_table("entry")
