"""Notices, what people want to be spared, and who left for good."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ERASED = (
    "erased_at IS NULL OR (login IS NULL AND password_hash IS NULL AND born_on IS NULL"
    " AND guardian_id IS NULL AND appear = 'hidden')"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # A new column brings its check along; making the table anew would break every row that refers to it.
        op.execute(f"ALTER TABLE person ADD COLUMN erased_at DATETIME CONSTRAINT ck_person_erased CHECK ({ERASED})")
    else:
        op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        op.create_check_constraint(op.f("ck_person_erased"), "person", ERASED)
    op.create_table(
        "notice",
        sa.Column("id", INT, sa.Identity(), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "kind", "about", name=op.f("uq_notice_person_id_kind_about")),
    )
    op.create_index(op.f("ix_notice_person_id_made_at_id"), "notice", ["person_id", "made_at", "id"])
    op.create_index(op.f("ix_notice_made_at"), "notice", ["made_at"])
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_notice_unread", "notice", ["person_id"], sqlite_where=unread, postgresql_where=unread)
    op.create_table(
        "quiet_kind",
        sa.Column("person_id", INT, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quiet_kind_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_quiet_kind")),
    )
    op.create_table(
        "erasure",
        sa.Column("person_id", INT, autoincrement=False, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("photo_keys", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_erasure")),
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_table("quiet_kind")
    op.drop_table("notice")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ALTER TABLE person DROP COLUMN erased_at")
        return
    op.drop_constraint(op.f("ck_person_erased"), "person", type_="check")
    op.drop_column("person", "erased_at")
