"""Versions of the city's own words on the privacy page, never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "legal_version"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("zh", sa.String(length=5000), nullable=False),
        sa.Column("en", sa.String(length=5000), nullable=False),
        sa.Column("published_by_id", INT, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_legal_version_published_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_version")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_{change.lower()} BEFORE {change} ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
