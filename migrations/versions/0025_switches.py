"""Switches that whoever runs the city turns; turns are never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "switch_turn"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", INT, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("turned_by_id", INT, nullable=False),
        sa.Column("turned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["turned_by_id"], ["person.id"], name=op.f("fk_switch_turn_turned_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switch_turn")),
    )
    op.create_index(op.f("ix_switch_turn_name_id"), TABLE, ["name", "id"])
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
