"""The counters beside the ledger, made anew from it: for repair, and after lines came in by another way.

What comes out is what posting line by line would have left: a row wherever anything but a zero was ever posted.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    String,
    Table,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)

from civic.db import Code, connection
from civic.ledger.models import CommunityTotal, Posting, ResidentTotal
from civic.rules.periods import KINDS, parse, period_of


def recount() -> int:
    """Make both tables of counters anew; says how many rows they have. Nobody can post meanwhile."""
    _wait_for_writers()
    for table in (CommunityTotal, ResidentTotal):
        connection().execute(delete(table))
    _gather()
    for kind, mark in (("week", _SUMS.c.week), ("month", _SUMS.c.month)):
        _add_up(kind, mark)
    _SUMS.drop(connection())
    months = sorted(connection().scalars(select(ResidentTotal.period).where(ResidentTotal.kind == "month").distinct()))
    if months:
        for kind in KINDS[2:]:
            _add_up_months(kind, months)
    _add_up_communities()
    return connection().scalar(select(func.count()).select_from(ResidentTotal)) or 0


def _wait_for_writers() -> None:
    """SQLite's transaction is the only writer as it is. Whoever posts writes the posting first, and waits here."""
    if connection().dialect.name == "postgresql":
        connection().execute(text("LOCK TABLE posting IN SHARE ROW EXCLUSIVE MODE"))


def _gather() -> None:
    """Read the ledger once; what a resident has in a week and month is a fraction of it."""
    _SUMS.create(connection())
    whose = (Posting.resident_id, Posting.community_code, Posting.week, Posting.month)
    sums = select(*whose, func.sum(Posting.merit), func.sum(Posting.balance)).group_by(*whose)
    is_something = or_(Posting.merit != 0, Posting.balance != 0)
    connection().execute(insert(_SUMS).from_select(list(_SUMS.c.keys()), sums.where(is_something)))


def _add_up(kind: str, mark: Column[str]) -> None:
    resident, community, merit, balance = (_SUMS.c[name] for name in ("resident_id", "community_code", *_AMOUNTS))
    sums = select(resident, literal(kind), mark, community, func.sum(merit), func.sum(balance))
    rows = sums.group_by(resident, mark, community).order_by(resident, mark, community)
    connection().execute(insert(ResidentTotal).from_select(_COLUMNS, rows))


def _add_up_months(kind: str, months: Sequence[str]) -> None:
    """Quarter, year and cycle follow from the month."""
    month, total = ResidentTotal.period, ResidentTotal
    larger = {key: period_of(kind, parse(key).starts_on).key for key in months}
    key = case(*((month == each, larger[each]) for each in months)).label("larger")
    sums = select(
        total.resident_id, key, total.community_code, func.sum(total.merit).label("merit"), func.sum(total.balance)
    ).where(total.kind == "month")
    found = sums.group_by(total.resident_id, key, total.community_code).subquery()
    resident, period, community, merit, balance = found.c
    rows = select(resident, literal(kind), period, community, merit, balance)
    connection().execute(insert(ResidentTotal).from_select(_COLUMNS, rows))


def _add_up_communities() -> None:
    total = ResidentTotal
    rows = select(total.period, total.community_code, func.sum(total.merit)).group_by(
        total.period, total.community_code
    )
    connection().execute(insert(CommunityTotal).from_select(["period", "community_code", "merit"], rows))


_AMOUNTS = ("merit", "balance")
_COLUMNS = ["resident_id", "kind", "period", "community_code", *_AMOUNTS]
# Goes at once; a name of its own, so that nothing stored is ever hidden by it.
_SUMS = Table(
    "recounted_sum",
    MetaData(),
    Column("resident_id", BigInteger, nullable=False),
    Column("community_code", Code, nullable=False),
    Column("week", String(8), nullable=False),
    Column("month", String(7), nullable=False),
    Column("merit", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)
