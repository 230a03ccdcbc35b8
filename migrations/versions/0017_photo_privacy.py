"""Photo privacy: originals of covered photos, who opened them, and requests to be covered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("answered_at IS NULL")
LOG = "original_look"


def upgrade() -> None:
    op.create_table(
        "photo_original",
        sa.Column("photo_id", INT, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("covered_by", INT, nullable=False),
        sa.Column("covered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photo.id"], name=op.f("fk_photo_original_photo_id_photo"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["covered_by"], ["person.id"], name=op.f("fk_photo_original_covered_by_person")),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_original")),
        sa.UniqueConstraint("key", name=op.f("uq_photo_original_key")),
    )
    op.create_index(op.f("ix_photo_original_covered_at"), "photo_original", ["covered_at"])
    op.create_table(
        LOG,
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", INT, nullable=False),
        sa.Column("position", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_original_look_entry_id_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_original_look_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original_look")),
    )
    op.create_index(op.f("ix_original_look_entry_id"), LOG, ["entry_id"])
    _requests()
    _guard()


def downgrade() -> None:
    op.drop_table("photo_request")
    op.drop_table(LOG)
    op.drop_table("photo_original")


def _requests() -> None:
    op.create_table(
        "photo_request",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("about_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("answered_by_id", INT, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(verdict IS NULL) = (answered_at IS NULL)", name=op.f("ck_photo_request_answered")),
        sa.CheckConstraint("verdict IN ('covered', 'declined')", name=op.f("ck_photo_request_verdict")),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_photo_request_community_code_area")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_photo_request_person_id_person")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_photo_request_answered_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_request")),
    )
    op.create_index(op.f("ix_photo_request_person_id"), "photo_request", ["person_id"])
    op.create_index(
        "ix_photo_request_open",
        "photo_request",
        ["community_code", "asked_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _guard() -> None:
    """The log of who opened an original is never changed, by the database's own word (see 0007)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {LOG}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {LOG} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {LOG}_no_{change.lower()} BEFORE {change} ON {LOG} "
            f"BEGIN SELECT RAISE(ABORT, '{LOG} is append-only'); END"
        )
