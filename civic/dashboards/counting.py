"""What happened in a period, community by community: merit, people, entries by category, how long decisions took.

Sums of merit and people come from the counters beside the ledger, entries from the postings' marks, waits from the
decisions of its days. A quarter, year or cycle is the sum of its months, but for people, whom a month counts anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, DateTime, Integer, and_, case, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import InstrumentedAttribute, aliased

from civic.activities import service as activities
from civic.dashboards.models import AreaFigures
from civic.db import connection
from civic.entries.models import Entry
from civic.ledger.models import CommunityTotal, Posting, ResidentTotal
from civic.moderation.models import Assignment, Decision
from civic.on_behalf.models import Slip
from civic.rules.periods import Period
from civic.rules.reviews import AUDIT
from civic.rules.waits import AGES, NO_WAITS, STEPS, added

OWN = ("week", "month")  # the others are sums of their months
HOUR_SECONDS = 3600


@dataclass
class Sums:
    """The figures of a community, or of everything below an area."""

    merit: int = 0
    people: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    waits: tuple[int, ...] = NO_WAITS
    ways: Counter[str] = field(default_factory=Counter)
    communities: int = 0
    quiet: int = 0
    lacking: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Sums") -> None:
        """Count another one in."""
        self.merit += other.merit
        self.people += other.people
        self.categories.update(other.categories)
        self.waits = added((self.waits, other.waits))
        self.ways.update(other.ways)
        self.communities += other.communities
        self.quiet += other.quiet
        self.lacking.update(other.lacking)


def by_community(period: Period, now: datetime, zone: ZoneInfo) -> dict[str, Sums]:
    """The figures of every community that has any, from what was posted and decided before an instant."""
    found: dict[str, Sums] = defaultdict(Sums)
    if period.kind in OWN:
        _add_entries(found, period, now)
        _add_waits(found, period, now, zone)
        _add_ways(found, period, now, zone)
    else:
        _add_months(found, period)
    for code, merit in connection().execute(
        select(CommunityTotal.community_code, CommunityTotal.merit).where(CommunityTotal.period == period.key)
    ):
        found[code].merit = merit
    _add_people(found, period)
    return dict(found)


def _add_entries(found: dict[str, Sums], period: Period, now: datetime) -> None:
    mark = Posting.week if period.kind == "week" else Posting.month
    one = case((Posting.kind == "award", 1), else_=-1)
    rows = connection().execute(
        select(Posting.community_code, Posting.activity_key, func.sum(one))
        .where(mark == period.key, Posting.posted_at < now, Posting.entry_id.is_not(None))
        .group_by(Posting.community_code, Posting.activity_key)
    )
    catalogue = activities.catalogue().activities
    for code, key, entries in rows:
        activity = catalogue.get(key)
        if activity is not None:
            found[code].categories[activity.category] += int(entries)


def _add_waits(found: dict[str, Sums], period: Period, now: datetime, zone: ZoneInfo) -> None:
    """Decisions by people that stand. Before an entry was mended, its wait began with its arrival."""
    undo = aliased(Decision)
    began = case((Entry.queued_at <= Decision.decided_at, Entry.queued_at), else_=Entry.submitted_at)
    waited = _seconds(Decision.decided_at) - _seconds(began)
    step = case(*((waited <= hours * HOUR_SECONDS, at) for at, hours in enumerate(STEPS)), else_=len(STEPS))
    until = min(now, period.ended_at(zone))
    rows = connection().execute(
        select(Entry.community_code, step.label("step"), func.count())
        .join(Entry, Entry.id == Decision.entry_id)
        .outerjoin(undo, undo.undoes_id == Decision.id)
        .where(
            Decision.decided_at >= period.begins_at(zone),
            Decision.decided_at < until,
            Decision.rule.is_(None),
            Decision.verdict.in_(("approve", "return", "reject")),
            undo.id.is_(None),
        )
        .group_by(Entry.community_code, step)
    )
    counted: dict[str, list[int]] = defaultdict(lambda: list(NO_WAITS))
    for code, at, decided in rows:
        counted[code][at] += decided
    for code, waits in counted.items():
        found[code].waits = tuple(waits)


def _add_ways(found: dict[str, Sums], period: Period, now: datetime, zone: ZoneInfo) -> None:
    """What the rule approved, what of it was audited, and what managers typed from slips, by the days of the period."""
    begins, until = period.begins_at(zone), min(now, period.ended_at(zone))

    def of(way: str, entry_id: InstrumentedAttribute[Any], at: Any, *where: ColumnElement[bool]) -> None:
        rows = connection().execute(
            select(Entry.community_code, func.count())
            .select_from(entry_id.class_)
            .join(Entry, Entry.id == entry_id)
            .where(at >= begins, at < until, *where)
            .group_by(Entry.community_code)
        )
        for code, number in rows:
            found[code].ways[way] += number

    is_audit = Assignment.purpose == AUDIT
    of("by_rule", Decision.entry_id, Decision.decided_at, Decision.rule == "trusted")
    of("audited", Assignment.entry_id, Assignment.ended_at, is_audit, Assignment.outcome.is_not(None))
    of("audit_changed", Assignment.entry_id, Assignment.ended_at, is_audit, Assignment.outcome == "changed")
    of("on_behalf", Slip.entry_id, Slip.used_at)


def _seconds(moment: ColumnElement[datetime] | InstrumentedAttribute[datetime]) -> ColumnElement[int]:
    """An instant in whole seconds, in the words of either database."""
    if connection().dialect.name == "sqlite":
        return sql_cast(func.strftime("%s", moment), Integer)
    return sql_cast(func.extract("epoch", sql_cast(moment, DateTime(timezone=True))), Integer)


def _add_months(found: dict[str, Sums], period: Period) -> None:
    keys = [month.key for month in period.months()]
    rows = connection().execute(
        select(AreaFigures.area_code, AreaFigures.categories, AreaFigures.waits, AreaFigures.ways).where(
            AreaFigures.period.in_(keys), AreaFigures.level == "community"
        )
    )
    for code, categories, waits, ways in rows:
        found[code].categories.update(categories)
        found[code].ways.update(ways)
        found[code].waits = added((found[code].waits, waits))


def _add_people(found: dict[str, Sums], period: Period) -> None:
    """A range of the index for each community with merit: residents are counted where their counters stand."""
    codes = [code for code, sums in found.items() if sums.merit > 0]
    rows = connection().execute(
        select(ResidentTotal.community_code, func.count())
        .where(ResidentTotal.community_code.in_(codes), ResidentTotal.period == period.key, ResidentTotal.merit >= 1)
        .group_by(ResidentTotal.community_code)
    )
    for code, people in rows:
        found[code].people = people


def waiting(now: datetime, ages: tuple[datetime, ...]) -> dict[str, tuple[int, ...]]:
    """How many entries wait in each community, by how long: younger than each of the ages, then the overdue."""
    group = case(*((Entry.queued_at > younger, at) for at, younger in enumerate(ages)), else_=len(ages))
    rows = connection().execute(
        select(Entry.community_code, group.label("age"), func.count())
        .where(Entry.status == "pending", Entry.queued_at <= now)
        .group_by(Entry.community_code, group)
    )
    found: dict[str, list[int]] = defaultdict(lambda: [0] * (len(AGES) + 1))
    for code, at, count in rows:
        found[code][at] += count
    return {code: tuple(counts) for code, counts in found.items()}


def acts_of(day: object, codes: Iterable[str], standing: tuple[str, ...]) -> dict[str, int]:
    """How many acts of a day stand in each community: one look into the index for each."""
    wanted = and_(Entry.community_code.in_(list(codes)), Entry.acted_on == day, Entry.status.in_(standing))
    counted = select(Entry.community_code, func.count().label("acts")).where(wanted).group_by(Entry.community_code)
    return {row.community_code: row.acts for row in connection().execute(counted)}
