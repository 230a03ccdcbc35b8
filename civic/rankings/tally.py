"""What the ledger says of a period: each resident's merit and active days in each community, in one statement.

Everything comes from the postings' marks (fine print X2): a week by the mark `week`, all others by `month` (T2).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)

from civic.activities import service as activities
from civic.db import Code, connection
from civic.ledger.models import Posting
from civic.rules.civility_index import ACTIVE_MERIT, OWN_INDEX, STEADY_DAYS, STEADY_OF
from civic.rules.periods import Period
from civic.rules.standings import MIN_RANKED_MERIT

# Lives as long as one compilation; a name of its own, so that nothing stored is ever hidden by it.
TALLY = Table(
    "merit_tally",
    MetaData(),
    Column("community_code", Code, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("merit", Integer, nullable=False),
    Column("active_days", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class CommunityFigures:
    """A community's sums over its residents."""

    active: int = 0  # people with at least 3 merit
    capped_merit: int = 0  # each person's merit, cut at the cap
    steady: int = 0  # people with at least 3 active days per 7
    merit: int = 0
    ranked: int = 0  # people with at least 1 merit
    merit_ranked: int = 0


def marked(period: Period) -> ColumnElement[bool]:
    """The postings that count in the period; keys of months sort as the calendar does."""
    if period.kind == "week":
        return Posting.week == period.key
    months = period.months()
    if len(months) == 1:
        return Posting.month == period.key
    return Posting.month.between(months[0].key, months[-1].key)


def per_resident(period: Period, before: datetime) -> Select[str, int, int, int]:
    """Each resident's merit and active days in each community, of postings before the instant.

    Active days are counted for weeks and months only, which alone have an index of their own (X1).
    """
    if period.kind not in OWN_INDEX:
        return _sums(period, before).add_columns(literal(0).label("active_days"))
    # By day first: to sum up what is small then is quicker than to count different days of everything.
    by_day = (
        _sums(period, before)
        .add_columns(func.max(case((_is_active(period, before), 1), else_=0)).label("is_active"))
        .group_by(Posting.acted_on)
        .subquery()
    )
    return select(
        by_day.c.community_code,
        by_day.c.resident_id,
        cast(func.sum(by_day.c.merit), Integer).label("merit"),
        func.sum(by_day.c.is_active).label("active_days"),
    ).group_by(by_day.c.community_code, by_day.c.resident_id)


def _sums(period: Period, before: datetime) -> Select[str, int, int]:
    return (
        select(Posting.community_code, Posting.resident_id, cast(func.sum(Posting.merit), Integer).label("merit"))
        .where(marked(period), Posting.posted_at < before)
        .group_by(Posting.community_code, Posting.resident_id)
    )


def _is_active(period: Period, before: datetime) -> ColumnElement[bool]:
    """Whether a posting makes its act day active: an award, no kept day, nor what the period reverses (X2)."""
    kept = [activity.key for activity in activities.catalogue() if activity.is_pledge]
    reversed_here = select(Posting.reverses_id).where(
        marked(period), Posting.kind == "reversal", Posting.posted_at < before
    )
    return and_(
        Posting.kind == "award", Posting.activity_key.not_in(kept), Posting.id.not_in(reversed_here.correlate(None))
    )


def fill(period: Period, before: datetime) -> None:
    """Set the tally up for a period. `clear` must follow."""
    clear()
    TALLY.create(connection())
    connection().execute(insert(TALLY).from_select(list(TALLY.c.keys()), per_resident(period, before)))
    if connection().dialect.name == "postgresql":
        # Without its size the planner takes the table for a handful of rows.
        connection().execute(text("ANALYZE merit_tally"))


def clear() -> None:
    """Forget the tally."""
    connection().execute(text("DROP TABLE IF EXISTS merit_tally"))


def by_community(days: int, cap: int) -> dict[str, CommunityFigures]:
    """The tally's sums for every community that has postings, for a period of so many days."""
    merit = TALLY.c.merit
    ranked = merit >= MIN_RANKED_MERIT
    rows = connection().execute(
        select(
            TALLY.c.community_code,
            _count(merit >= ACTIVE_MERIT),
            func.sum(case((merit > cap, cap), else_=merit)),
            _count(STEADY_OF * TALLY.c.active_days >= STEADY_DAYS * days),
            func.sum(merit),
            _count(ranked),
            func.sum(case((ranked, merit), else_=0)),
        ).group_by(TALLY.c.community_code)
    )
    return {code: CommunityFigures(*(int(figure) for figure in figures)) for code, *figures in rows}


def _count(wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((wanted, 1), else_=0))
