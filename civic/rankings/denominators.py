"""N: how many people a community is measured by in a period (fine print X3), in person-days, so that it stays whole."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from civic.accounts.models import Membership
from civic.areas import service as areas
from civic.db import db
from civic.rules.civility_index import REMOVED_COUNTS_YEARS, counts_until, denominator
from civic.rules.periods import Period, day_of, start_of


@dataclass(frozen=True)
class Span:
    """The days of a period that are judged, and until when what is known of members counts."""

    starts_on: date
    ends_on: date  # exclusive; of a running period its days so far
    known_at: datetime
    known_on: date

    @property
    def days(self) -> int:
        """The length that "3 active days per 7" and the mean of members are taken over."""
        return (self.ends_on - self.starts_on).days


def span(period: Period, at: datetime, members_as_of: datetime, zone: ZoneInfo) -> Span:
    """The days judged at an instant: all of an ended period, of a running one those that are over, at least one."""
    first_full = period.starts_on + timedelta(days=1)
    ends_on = min(period.ends_on, max(first_full, day_of(at, zone)))
    return Span(period.starts_on, ends_on, members_as_of, day_of(members_as_of, zone))


@dataclass
class _Members:
    first_day: int = 0
    member_days: int = 0

    def add(self, span: Span, from_on: date, until_on: date, people: int = 1) -> None:
        begin, end = max(from_on, span.starts_on), min(until_on, span.ends_on)
        if begin < end:
            self.member_days += (end - begin).days * people
            self.first_day += people if begin == span.starts_on else 0


def person_days(span: Span, communities: Iterable[str], city_of: Mapping[str, str]) -> dict[str, int]:
    """N times the span's days for each community that has an N above 0.

    Where any community of a city has a population, those without one have no N.
    """
    members = _members(span)
    people = areas.populations(communities, span.starts_on)
    counted_cities = {city_of[code] for code in people if code in city_of}
    found: dict[str, int] = {}
    for code in {*members, *people}:
        if code not in city_of or (city_of[code] in counted_cities and code not in people):
            continue
        here = members.get(code, _Members())
        n = denominator(people.get(code), here.first_day, here.member_days, span.days)
        if n > 0:
            found[code] = int(n * span.days)
    return found


def _members(span: Span) -> dict[str, _Members]:
    """Confirmed members on the first day and day by day.

    A membership counts once it is confirmed, from the day it was asked for. Only what was known at the span's instant
    is read: a later end is no end yet, so that the same figures come out at any time afterwards.
    """
    found: dict[str, _Members] = defaultdict(_Members)
    confirmed = (Membership.confirmed_at < span.known_at, Membership.from_on < span.ends_on)
    # Whoever moves does so from the next day on, so an end known by now is at most tomorrow.
    known_end = span.known_on + timedelta(days=1)
    goes_on = or_(Membership.until_on.is_(None), Membership.until_on >= span.ends_on, Membership.until_on > known_end)
    since = case((Membership.from_on < span.starts_on, span.starts_on), else_=Membership.from_on)
    standing = select(Membership.community_code, since, func.count()).where(*confirmed, goes_on)
    for code, from_on, people in db.session.execute(standing.group_by(Membership.community_code, since)):
        found[code].add(span, _as_date(from_on), span.ends_on, people)
    later = aliased(Membership)
    next_from = (
        select(func.min(later.from_on))
        .where(later.person_id == Membership.person_id, later.from_on >= Membership.until_on, later.id != Membership.id)
        .where(later.from_on <= known_end)
        .scalar_subquery()
    )
    oldest = date(span.starts_on.year - REMOVED_COUNTS_YEARS, span.starts_on.month, 1)
    ended = select(Membership.community_code, Membership.from_on, Membership.until_on, next_from).where(
        *confirmed,
        and_(Membership.until_on < span.ends_on, Membership.until_on <= known_end, Membership.until_on >= oldest),
    )
    for code, from_on, until_on, joined_on in db.session.execute(ended):
        if until_on is not None:
            found[code].add(span, from_on, counts_until(until_on, joined_on))
    return found


def _as_date(day: date | str) -> date:
    """A day that came out of an expression, which SQLite gives as text."""
    return date.fromisoformat(day) if isinstance(day, str) else day


def members_known(period: Period, at: datetime, zone: ZoneInfo) -> datetime:
    """The instant before which a membership must be confirmed to count: that asked for, at most the closing.

    An approval can be undone for ten minutes; sealing comes forty minutes after closing, so what is sealed stays.
    """
    return min(at, period.closes_at(zone))


def has_begun(period: Period, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the period's first day has come."""
    return at >= start_of(period.starts_on, zone)
