"""The manager's workbench: claims, ready reasons, prints of photos and their look-alikes, what went a level up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PENDING, UNSEARCHED = sa.text("status = 'pending'"), sa.text("turns IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_entry_waiting", "entry", ["queued_at", "id"], sqlite_where=PENDING, postgresql_where=PENDING)
    op.create_table(
        "claim",
        sa.Column("entry_id", INT, autoincrement=False, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_claim_entry_id_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_person_id_person")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_person_id_until"), "claim", ["person_id", "until"])
    op.create_table(
        "ready_reason",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_ready_reason_community_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_reason")),
        sa.UniqueConstraint("community_code", "position", name=op.f("uq_ready_reason_community_code_position")),
    )
    _photos()
    op.create_table(
        "escalation",
        sa.Column("entry_id", INT, autoincrement=False, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('subdistrict', 'district', 'city')", name=op.f("ck_escalation_level")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_escalation_entry_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "level", name=op.f("pk_escalation")),
    )


def _photos() -> None:
    op.create_table(
        "photo_print",
        sa.Column("photo_id", INT, nullable=False),
        sa.Column("features", INT, nullable=False),
        *(sa.Column(f"band{number}", sa.Integer(), nullable=False) for number in range(4)),
        sa.Column("turns", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photo.id"], name=op.f("fk_photo_print_photo_id_photo"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_print")),
    )
    for number in range(4):
        op.create_index(
            op.f(f"ix_photo_print_band{number}_features_photo_id"),
            "photo_print",
            [f"band{number}", "features", "photo_id"],
        )
    op.create_index(
        "ix_photo_print_waiting", "photo_print", ["photo_id"], sqlite_where=UNSEARCHED, postgresql_where=UNSEARCHED
    )
    op.create_table(
        "look_alike",
        sa.Column("photo_id", INT, autoincrement=False, nullable=False),
        sa.Column("other_id", INT, autoincrement=False, nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photo.id"], name=op.f("fk_look_alike_photo_id_photo"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["photo.id"], name=op.f("fk_look_alike_other_id_photo"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", "other_id", name=op.f("pk_look_alike")),
    )
    op.create_index(op.f("ix_look_alike_other_id"), "look_alike", ["other_id"])


def downgrade() -> None:
    op.drop_table("escalation")
    op.drop_table("look_alike")
    op.drop_table("photo_print")
    op.drop_table("ready_reason")
    op.drop_table("claim")
    op.drop_index("ix_entry_waiting", table_name="entry")
