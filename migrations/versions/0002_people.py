"""People, memberships, grants, families, sessions, tokens, limits."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

CODE = sa.String(12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", INT, autoincrement=False, nullable=False),
        sa.Column("login", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("guardian_id", INT, nullable=True),
        sa.Column("appear", sa.String(length=32), nullable=False),
        sa.Column("family_code", sa.String(length=16), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("appear IN ('nickname', 'masked', 'hidden')", name=op.f("ck_person_appear")),
        sa.CheckConstraint("password_hash IS NULL OR login IS NOT NULL", name=op.f("ck_person_password_needs_login")),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name=op.f("fk_person_guardian_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("family_code", name=op.f("uq_person_family_code")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_index(op.f("ix_person_guardian_id"), "person", ["guardian_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("community_code", CODE, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_membership_span")),
        sa.ForeignKeyConstraint(["community_code"], ["area.code"], name=op.f("fk_membership_community_code_area")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(
        op.f("ix_membership_community_code_from_on"), "membership", ["community_code", "from_on"], unique=False
    )
    op.create_index(op.f("ix_membership_person_id_from_on"), "membership", ["person_id", "from_on"], unique=False)
    op.create_table(
        "grant",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_grant_area_code_area")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
    )
    op.create_index(op.f("ix_grant_area_code_role"), "grant", ["area_code", "role"], unique=False)
    op.create_index(
        "uq_grant_standing",
        "grant",
        ["person_id", "role", "area_code"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "family_tie",
        sa.Column("person_id", INT, nullable=False),
        sa.Column("relative_id", INT, nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id < relative_id", name=op.f("ck_family_tie_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_family_tie_person_id_person")),
        sa.ForeignKeyConstraint(["relative_id"], ["person.id"], name=op.f("fk_family_tie_relative_id_person")),
        sa.PrimaryKeyConstraint("person_id", "relative_id", name=op.f("pk_family_tie")),
    )
    op.create_index(op.f("ix_family_tie_relative_id"), "family_tie", ["relative_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_session_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_person_id"), "login_session", ["person_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_token")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", INT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limit")),
    )
    op.create_index(op.f("ix_rate_limit_window_start"), "rate_limit", ["window_start"], unique=False)


def downgrade() -> None:
    op.drop_table("rate_limit")
    op.drop_table("api_token")
    op.drop_table("login_session")
    op.drop_table("family_tie")
    op.drop_table("grant")
    op.drop_table("membership")
    op.drop_table("person")
