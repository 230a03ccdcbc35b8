"""Bulletins; a published one is never changed, by the database's own word."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

CODE = sa.String(length=12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("words", sa.String(length=5000), nullable=False),
        sa.Column("version", INT, nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", INT, nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", INT, nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_bulletin_area_code_area")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["person.id"], name=op.f("fk_bulletin_edited_by_id_person")),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_bulletin_published_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("period", "area_code", name=op.f("uq_bulletin_period_area_code")),
    )
    op.create_index(op.f("ix_bulletin_published_at"), "bulletin", ["published_at"])
    _guard()


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER bulletin_published BEFORE UPDATE OR DELETE ON bulletin FOR EACH ROW "
            "WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER bulletin_no_{change.lower()} BEFORE {change} ON bulletin "
            "WHEN OLD.published_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'bulletin is published'); END"
        )


def downgrade() -> None:
    op.drop_table("bulletin")
