"""What a community says and does for itself: announcements, the week's focus, contact, removals, stand-ins."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op
from pypinyin import Style, lazy_pinyin
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _grants_with_days()
    _names_in_letters()
    op.create_table(
        "stand_in",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("manager_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", INT, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", INT, nullable=True),
        sa.Column("grant_id", INT, nullable=True),
        sa.CheckConstraint("status IN ('proposed', 'accepted', 'declined', 'ended')", name=op.f("ck_stand_in_status")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_stand_in_span")),
        sa.CheckConstraint("manager_id <> person_id", name=op.f("ck_stand_in_two_people")),
        sa.CheckConstraint(
            "grant_id IS NULL OR (decided_by_id IS NOT NULL AND decided_by_id <> manager_id "
            "AND decided_by_id <> person_id)",
            name=op.f("ck_stand_in_second_person"),
        ),
        *_people("stand_in", "manager_id", "person_id", "decided_by_id", "ended_by_id"),
        _area("stand_in", "area_code"),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_stand_in_grant_id_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
        sa.UniqueConstraint("grant_id", name=op.f("uq_stand_in_grant_id")),
    )
    for column in ("area_code", "manager_id", "person_id"):
        op.create_index(op.f(f"ix_stand_in_{column}"), "stand_in", [column], unique=False)
    op.create_table(
        "removal",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("membership_id", INT, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", INT, nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_removal_membership_id_membership")),
        *_people("removal", "removed_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )
    op.create_index(
        "uq_removal_standing",
        "removal",
        ["membership_id"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("role_area_code", CODE, nullable=False),
        sa.Column("written_by_id", INT, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", INT, nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_announcement_span")),
        _area("announcement", "area_code"),
        _area("announcement", "role_area_code"),
        *_people("announcement", "written_by_id", "withdrawn_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_area_code_until_on"), "announcement", ["area_code", "until_on"], unique=False)
    op.create_table(
        "focus",
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("place", INT, nullable=False),
        sa.Column("activity_key", sa.String(length=64), nullable=False),
        sa.Column("set_by_id", INT, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name=op.f("ck_focus_place")),
        _area("focus", "community_code"),
        *_people("focus", "set_by_id"),
        sa.PrimaryKeyConstraint("community_code", "week", "place", name=op.f("pk_focus")),
        sa.UniqueConstraint(
            "community_code", "week", "activity_key", name=op.f("uq_focus_community_code_week_activity_key")
        ),
    )
    op.create_table(
        "contact",
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("set_by_id", INT, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        _area("contact", "area_code"),
        *_people("contact", "set_by_id"),
        sa.PrimaryKeyConstraint("area_code", name=op.f("pk_contact")),
    )


def downgrade() -> None:
    for table in ("contact", "focus", "announcement", "removal", "stand_in"):
        op.drop_table(table)
    op.drop_column("person", "letters")
    op.drop_index("uq_grant_standing", "grant")
    # A grant for some days would stand for good without its days.
    op.execute('DELETE FROM "grant" WHERE ends_at IS NOT NULL')
    op.drop_column("grant", "ends_at")
    op.drop_column("grant", "begins_at")
    _standing_once("revoked_at IS NULL")


def _grants_with_days() -> None:
    """A grant may begin and end by itself; only those that stand for good exclude one another."""
    op.add_column("grant", sa.Column("begins_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("grant", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("uq_grant_standing", "grant")
    _standing_once("revoked_at IS NULL AND ends_at IS NULL")


def _standing_once(where: str) -> None:
    op.create_index(
        "uq_grant_standing",
        "grant",
        ["person_id", "role", "area_code"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _names_in_letters() -> None:
    """Names as they are typed, so that a member can be looked for by pinyin."""
    op.add_column("person", sa.Column("letters", sa.String(length=200), nullable=True))
    person = sa.table("person", sa.column("id", INT), sa.column("name", sa.String()), sa.column("letters", sa.String()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(person.c.id, person.c.name)).all():
        connection.execute(person.update().where(person.c.id == row.id).values(letters=_letters(row.name)))


def _letters(name: str) -> str:
    syllables = [typed for each in lazy_pinyin(name, style=Style.NORMAL) if (typed := _typed(each))]
    return f" {''.join(syllables)} {''.join(each if each[0].isdigit() else each[0] for each in syllables)}"[:200]


def _typed(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower()).replace("u\u0308", "v")
    return re.sub("[^0-9a-z]", "", plain)


def _people(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([one], ["person.id"], name=op.f(f"fk_{table}_{one}_person")) for one in columns]


def _area(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["area.code"], name=op.f(f"fk_{table}_{column}_area"))
