"""Compiled figures of areas, and grants given on the web by two persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(length=12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "figures_period",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_figures_period")),
    )
    op.create_table(
        "area_figures",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("merit", INT, nullable=False),
        sa.Column("people", INT, nullable=False),
        sa.Column("entries", INT, nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("seen", INT, nullable=False),
        sa.Column("communities", INT, nullable=False),
        sa.Column("quiet", INT, nullable=False),
        sa.Column("lacking", sa.JSON(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_area_figures_area_code_area")),
        sa.PrimaryKeyConstraint("period", "area_code", name=op.f("pk_area_figures")),
    )
    op.create_index(op.f("ix_area_figures_area_code_period"), "area_figures", ["area_code", "period"], unique=False)
    op.create_table(
        "area_now",
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("acts", INT, nullable=False),
        sa.Column("waiting_12", INT, nullable=False),
        sa.Column("waiting_24", INT, nullable=False),
        sa.Column("waiting_48", INT, nullable=False),
        sa.Column("overdue", INT, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_area_now_area_code_area")),
        sa.PrimaryKeyConstraint("area_code", name=op.f("pk_area_now")),
    )
    op.create_table(
        "grant_proposal",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("proposed_by", INT, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_by", INT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.CheckConstraint("answer IN ('confirmed', 'declined')", name=op.f("ck_grant_proposal_answer")),
        sa.CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name=op.f("ck_grant_proposal_answered")),
        sa.CheckConstraint("answered_by <> person_id", name=op.f("ck_grant_proposal_not_to_oneself")),
        sa.CheckConstraint(
            "answer <> 'confirmed' OR answered_by <> proposed_by", name=op.f("ck_grant_proposal_two_persons")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_grant_proposal_person_id_person")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_grant_proposal_area_code_area")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_grant_proposal_proposed_by_person")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_grant_proposal_answered_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_proposal")),
    )
    op.create_index(op.f("ix_grant_proposal_area_code_id"), "grant_proposal", ["area_code", "id"], unique=False)
    op.create_table(
        "grant_revocation",
        sa.Column("grant_id", INT, autoincrement=False, nullable=False),
        sa.Column("by_id", INT, nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_grant_revocation_grant_id_grant")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_grant_revocation_by_id_person")),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_grant_revocation")),
    )
    op.create_index(op.f("ix_decision_decided_at"), "decision", ["decided_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_decision_decided_at"), "decision")
    op.drop_table("grant_revocation")
    op.drop_index(op.f("ix_grant_proposal_area_code_id"), "grant_proposal")
    op.drop_table("grant_proposal")
    op.drop_table("area_now")
    op.drop_index(op.f("ix_area_figures_area_code_period"), "area_figures")
    op.drop_table("area_figures")
    op.drop_table("figures_period")
