"""The audit list, and indices that two persons change. Lines of the list and grants' revocations never change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

CODE = sa.String(length=12).with_variant(postgresql.VARCHAR(12, collation="C"), "postgresql")
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("audit_line", "grant_revocation")


def upgrade() -> None:
    op.create_table(
        "audit_line",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("area_code", CODE, nullable=True),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_line_person_id_person")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_audit_line_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_line")),
    )
    op.create_index(op.f("ix_audit_line_at"), "audit_line", ["at"])
    op.create_index(op.f("ix_audit_line_kind_id"), "audit_line", ["kind", "id"])
    op.create_index(op.f("ix_audit_line_person_id_id"), "audit_line", ["person_id", "id"])
    op.create_table(
        "index_proposal",
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("area_code", CODE, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("cap", INT, nullable=False),
        sa.Column("proposed_by", INT, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_by", INT, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('confirmed', 'declined')", name=op.f("ck_index_proposal_answer")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_index_proposal_area_code_area")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_index_proposal_proposed_by_person")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_index_proposal_answered_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_proposal")),
    )
    op.create_index(op.f("ix_index_proposal_area_code"), "index_proposal", ["area_code"])
    for table in APPEND_ONLY:
        _guard(table)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    for table in APPEND_ONLY[1:]:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            continue
        for change in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{change}")
    op.drop_table("index_proposal")
    op.drop_table("audit_line")
