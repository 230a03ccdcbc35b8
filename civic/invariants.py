"""Every invariant that a query can check, over all rooms: what `flask ledger check` asks, and a restored backup too."""

from collections.abc import Iterator

from sqlalchemy import text

from civic.accounts import checks as people
from civic.db import db
from civic.entries import checks as entries
from civic.ledger import checks as postings
from civic.moderation import checks as decisions
from civic.mydata import checks as left
from civic.on_behalf import checks as on_behalf
from civic.rankings import checks as rankings

# What the database itself refuses to change or delete.
APPEND_ONLY = (
    "audit_line",
    "bulletin",
    "city_rule",
    "correction",
    "decision",
    "grant_proposal",
    "grant_revocation",
    "index_part",
    "index_proposal",
    "index_setting",
    "legal_version",
    "original_look",
    "posting",
    "ranking",
    "ranking_row",
    "rule_proposal",
    "sealed_period",
    "switch_turn",
)
# SQLite lists every guard; PostgreSQL counts its kinds of event (8: delete, 16: update) and whether it is switched on.
_GUARDS = {
    "sqlite": "SELECT tbl_name, count(DISTINCT CASE WHEN sql LIKE '%BEFORE DELETE ON%' THEN 8 "
    "WHEN sql LIKE '%BEFORE UPDATE %' THEN 16 END) FROM sqlite_master WHERE type = 'trigger' GROUP BY tbl_name",
    "postgresql": "SELECT c.relname, count(DISTINCT e.event) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN (VALUES (8), (16)) e(event) ON (t.tgtype & e.event) <> 0 "
    "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') GROUP BY c.relname",
}


def guards_stand() -> Iterator[str]:
    """The database itself refuses to change or delete what is appended (I5)."""
    standing = guarded()
    yield from (f"the guard of {table} is gone" for table in APPEND_ONLY if table not in standing)


def guarded() -> set[str]:
    """The tables that the database guards against both."""
    rows = db.session.execute(text(_GUARDS[db.engine.dialect.name]))
    return {table for table, kinds in rows if kinds == 2}


CHECKS = (
    guards_stand,
    *people.CHECKS,
    *postings.CHECKS,
    *entries.CHECKS,
    *decisions.CHECKS,
    *on_behalf.CHECKS,
    *rankings.CHECKS,
    *left.CHECKS,
)


def broken() -> list[str]:
    """One line for each row that breaks an invariant, with the name of the check; none where all is well."""
    return [f"{check.__name__}: {line}" for check in CHECKS for line in check()]
