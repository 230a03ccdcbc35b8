"""What two persons decide on the web stays as it was: a proposal is answered once, and never altered nor deleted."""

from alembic import op

revision = "0029"
down_revision = "0028"

ALWAYS = ("id", "proposed_by", "proposed_at", "expires_at")
PRICE = ("base", "per_unit_hundredths", "min_quantity", "max_quantity", "per_day", "per_week", "once_per")
PROPOSED = {
    "grant_proposal": (*ALWAYS, "person_id", "role", "area_code"),
    "index_proposal": (*ALWAYS, "area_code", "kind", "from_on", "weights", "targets", "cap"),
    "rule_proposal": (*ALWAYS, "activity_key", "from_on", *PRICE),
}


def _guards(table: str, of_row: str) -> dict[str, str]:
    """By the name of a trigger, what it stops."""
    return {
        f"{table}_unaltered": f"UPDATE OF {', '.join(PROPOSED[table])} ON {table}",
        f"{table}_answered_once": f"UPDATE ON {table} {of_row}WHEN (OLD.answer IS NOT NULL)",
        f"{table}_no_delete": f"DELETE ON {table}",
    }


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in PROPOSED:
        for name, what in _guards(table, "FOR EACH ROW " if is_postgresql else "").items():
            if is_postgresql:
                op.execute(f"CREATE TRIGGER {name} BEFORE {what} EXECUTE FUNCTION refuse_change()")
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {what} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        if is_postgresql:
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in PROPOSED:
        for name in _guards(table, ""):
            op.execute(f"DROP TRIGGER {name} ON {table}" if is_postgresql else f"DROP TRIGGER {name}")
        if is_postgresql:
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
