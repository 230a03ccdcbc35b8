"""Progress: certificates and rates of pledges, shelves and reading lists, milestones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
FIRST_ZONE = "Asia/Shanghai"  # where nobody has logged anything yet, no zone is written down


def upgrade() -> None:
    _say_when_pledges_were_signed()
    op.create_table(
        "certificate",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("activity_key", sa.String(length=64), nullable=False),
        sa.Column("days", INT, nullable=False),
        sa.Column("name_shown", sa.String(length=16), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name_shown IN ('masked', 'nickname', 'none')", name=op.f("ck_certificate_name_shown")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_certificate")),
        sa.UniqueConstraint(
            "person_id", "activity_key", "days", name=op.f("uq_certificate_person_id_activity_key_days")
        ),
    )
    op.create_table(
        "pledge_rate",
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("activity_key", sa.String(length=64), nullable=False),
        sa.Column("people", INT, nullable=False),
        sa.Column("kept", INT, nullable=False),
        sa.Column("possible", INT, nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_pledge_rate_community_code_area")),
        sa.PrimaryKeyConstraint("community_code", "activity_key", name=op.f("pk_pledge_rate")),
    )
    op.create_table(
        "finished_book",
        sa.Column("person_id", INT, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_finished_book_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "title", name=op.f("pk_finished_book")),
    )
    op.create_table(
        "shared_title",
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("place", INT, autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("readers", INT, nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_shared_title_community_code_area")),
        sa.PrimaryKeyConstraint("community_code", "place", name=op.f("pk_shared_title")),
    )
    op.create_table(
        "recommended_book",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("one_title", sa.String(length=60), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=80), nullable=False),
        sa.Column("added_by", INT, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_recommended_book_added_by_person")),
        sa.ForeignKeyConstraint(
            ["community_code"], ["area.code"], name=op.f("fk_recommended_book_community_code_area")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommended_book")),
        sa.UniqueConstraint("community_code", "one_title", name=op.f("uq_recommended_book_community_code_one_title")),
    )
    op.create_table(
        "milestone",
        sa.Column("person_id", INT, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", INT, nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_milestone_entry_id_entry")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_milestone_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_milestone")),
    )
    op.create_index(op.f("ix_milestone_entry_id"), "milestone", ["entry_id"])


def downgrade() -> None:
    op.drop_table("milestone")
    op.drop_table("recommended_book")
    op.drop_table("shared_title")
    op.drop_table("finished_book")
    op.drop_table("pledge_rate")
    op.drop_table("certificate")
    with op.batch_alter_table("pledge") as pledge:
        pledge.drop_column("signed_on")


def _say_when_pledges_were_signed() -> None:
    """The day of signing in the city's zone, for pledges that were signed before the column was there."""
    with op.batch_alter_table("pledge") as pledge:
        pledge.add_column(sa.Column("signed_on", sa.Date(), nullable=True))
    connection = op.get_bind()
    zone = ZoneInfo(connection.scalar(sa.text("SELECT name FROM city_zone")) or FIRST_ZONE)
    table = sa.table(
        "pledge", sa.column("id"), sa.column("signed_at", sa.DateTime(timezone=True)), sa.column("signed_on", sa.Date)
    )
    for pledge_id, signed_at in connection.execute(sa.select(table.c.id, table.c.signed_at)).all():
        connection.execute(sa.update(table).where(table.c.id == pledge_id).values(signed_on=_day_of(signed_at, zone)))
    with op.batch_alter_table("pledge") as pledge:
        pledge.alter_column("signed_on", nullable=False)


def _day_of(moment: datetime, zone: ZoneInfo) -> object:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(zone).date()
