"""Weeks, months, quarters, years and cycles: when they begin, end and close, and which of them a posting is marked for.

docs/rules.md: section 6 (closing is by the clock, marks), fine print T2, T3, T4, P5.
Days are the city's; instants are aware. Nothing here looks at a clock or at the server's own zone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

KINDS = ("week", "month", "quarter", "year", "cycle")
CYCLE_YEARS = 3
CYCLE_ANCHOR = 2024  # a cycle begins in this year
WEEK_CLOSES_AFTER_DAYS = 3  # a week ends with its Sunday; at 00:00 of the Thursday after it is closed
CLOSES_AFTER_DAYS = 7  # at 00:00 of the 8th day after a month, quarter, year or cycle it is closed
# Keys are read within whole cycles, far enough from the calendar's ends for every neighbour to exist.
FIRST_YEAR = 1001
LAST_YEAR = 9994

_FORMS = {
    "week": re.compile(r"([0-9]{4})-W([0-9]{2})"),
    "month": re.compile(r"([0-9]{4})-([0-9]{2})"),
    "quarter": re.compile(r"([0-9]{4})-Q([1-4])"),
    "year": re.compile(r"([0-9]{4})"),
    "cycle": re.compile(r"([0-9]{4})--([0-9]{4})"),
}


@dataclass(frozen=True, order=True)
class Period:
    """A half-open span of the city's days: from the first day to, but without, `ends_on`."""

    kind: str
    key: str
    starts_on: date
    ends_on: date

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on

    @property
    def days(self) -> int:
        """Its length."""
        return (self.ends_on - self.starts_on).days

    @property
    def rulebook(self) -> str:
        """The month whose rulebook rules it: that of its first day (fine print T4)."""
        return _month_key(self.starts_on.year, self.starts_on.month)

    def begins_at(self, zone: ZoneInfo) -> datetime:
        """Its first instant, in UTC."""
        return start_of(self.starts_on, zone)

    def ended_at(self, zone: ZoneInfo) -> datetime:
        """The first instant after it, in UTC."""
        return start_of(self.ends_on, zone)

    def closes_at(self, zone: ZoneInfo) -> datetime:
        """The instant, in UTC, from which it takes no posting any more."""
        wait = WEEK_CLOSES_AFTER_DAYS if self.kind == "week" else CLOSES_AFTER_DAYS
        return start_of(self.ends_on + timedelta(days=wait), zone)

    def next(self) -> "Period":
        """The period of its kind that begins where it ends."""
        return period_of(self.kind, self.ends_on)

    def previous(self) -> "Period":
        """The period of its kind that ends where it begins."""
        return period_of(self.kind, self.starts_on - timedelta(days=1))

    def months(self) -> tuple["Period", ...]:
        """The months that make up a quarter, year or cycle; a month is its own only one, a week has none."""
        if self.kind == "week":
            return ()
        found = [period_of("month", self.starts_on)]
        while found[-1].ends_on < self.ends_on:
            found.append(found[-1].next())
        return tuple(found)


@dataclass(frozen=True)
class Marks:
    """What a posting counts for, fixed when it is written."""

    week: str
    month: str
    counts_on: date


@lru_cache(maxsize=4096)
def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which it is that day (or, for a day a zone left out, a later one) in the zone."""
    midnight = datetime.combine(day, time(), zone)
    instant = midnight.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return instant
    # The clocks were put forward over midnight: the day begins with the change itself.
    before, after = midnight.replace(fold=1).astimezone(UTC), instant
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < midnight.replace(tzinfo=None):
            before = middle
        else:
            after = middle
    return after


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day it is in the city at an aware instant."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(zone).date()


def period_of(kind: str, day: date) -> Period:
    """The one period of the kind that holds the day."""
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        iso = day.isocalendar()
        return Period(kind, f"{iso.year:04}-W{iso.week:02}", monday, monday + timedelta(days=7))
    if kind == "month":
        return _months(kind, _month_key(day.year, day.month), day.year, day.month, 1)
    if kind == "quarter":
        quarter = (day.month + 2) // 3
        return _months(kind, f"{day.year:04}-Q{quarter}", day.year, 3 * quarter - 2, 3)
    if kind == "year":
        return _months(kind, f"{day.year:04}", day.year, 1, 12)
    if kind == "cycle":
        first = day.year - (day.year - CYCLE_ANCHOR) % CYCLE_YEARS
        return _months(kind, f"{first:04}--{first + CYCLE_YEARS - 1:04}", first, 1, 12 * CYCLE_YEARS)
    raise ValueError(f"no such kind of period: {kind}")


def parse(key: str) -> Period:
    """The period a key names. Raises ValueError for whatever is not exactly the key of a period that exists."""
    for kind, form in _FORMS.items():
        found = form.fullmatch(key)
        period = _named(kind, found) if found else None
        if period and period.key == key:
            return period
    raise ValueError(f"no such period: {key!r}")


def is_closed(period: Period, at: datetime, zone: ZoneInfo, sealed: frozenset[str] = frozenset()) -> bool:
    """Whether a posting written at this instant comes too late for the period; the closing instant itself does.

    `sealed` holds the keys of periods that a rehearsal sealed before their closing.
    """
    return at >= period.closes_at(zone) or period.key in sealed


def oldest_open(kind: str, at: datetime, zone: ZoneInfo, sealed: frozenset[str] = frozenset()) -> Period:
    """The oldest period of the kind that still takes postings at the instant."""
    period = period_of(kind, day_of(at, zone))
    while not is_closed(period.previous(), at, zone):
        period = period.previous()
    while is_closed(period, at, zone, sealed):
        period = period.next()
    return period


def mark(kind: str, acted_on: date, at: datetime, zone: ZoneInfo, sealed: frozenset[str] = frozenset()) -> Period:
    """The period of the act day while it is open, else the oldest open one."""
    return _open_or_oldest(period_of(kind, acted_on), at, zone, sealed)


def marks(acted_on: date, at: datetime, zone: ZoneInfo, sealed: frozenset[str] = frozenset()) -> Marks:
    """The marks of a posting for that act day written at this instant."""
    week = mark("week", acted_on, at, zone, sealed)
    month = mark("month", acted_on, at, zone, sealed)
    return Marks(week.key, month.key, acted_on if acted_on in month else month.starts_on)


def reversal_marks(award_marks: Marks, at: datetime, zone: ZoneInfo, sealed: frozenset[str] = frozenset()) -> Marks:
    """The marks of a reversal written at this instant: those of what it names while they are open (fine print P5)."""
    week = _open_or_oldest(parse(award_marks.week), at, zone, sealed)
    month = _open_or_oldest(parse(award_marks.month), at, zone, sealed)
    stays = month.key == award_marks.month
    return Marks(week.key, month.key, award_marks.counts_on if stays else month.starts_on)


def counted_in(marks: Marks) -> tuple[tuple[str, str], ...]:
    """(kind, key) of every period the marks count for; quarter, year and cycle follow from the month."""
    first = parse(marks.month).starts_on
    larger = ((kind, period_of(kind, first).key) for kind in ("quarter", "year", "cycle"))
    return (("week", marks.week), ("month", marks.month), *larger)


def ended_by(kind: str, at: datetime, zone: ZoneInfo) -> Period:
    """The latest period of the kind that is over at the instant."""
    return period_of(kind, day_of(at, zone)).previous()


def closed_between(
    after: datetime, until: datetime, zone: ZoneInfo, kinds: Iterable[str] = KINDS
) -> tuple[Period, ...]:
    """Periods whose closing lies after the one instant and not after the other, oldest closing first."""
    found = []
    for kind in kinds:
        period = oldest_open(kind, after, zone)
        while period.closes_at(zone) <= until:
            found.append(period)
            period = period.next()
    return tuple(sorted(found, key=lambda p: (p.closes_at(zone), KINDS.index(p.kind))))


def _open_or_oldest(period: Period, at: datetime, zone: ZoneInfo, sealed: frozenset[str]) -> Period:
    """The period, or else the oldest open one, but none before it: where a clock was put back, one may be open."""
    found = max(period, oldest_open(period.kind, at, zone, sealed), key=lambda one: one.starts_on)
    while is_closed(found, at, zone, sealed):
        found = found.next()
    return found


def _months(kind: str, key: str, year: int, month: int, length: int) -> Period:
    years, months = divmod(month - 1 + length, 12)
    return Period(kind, key, date(year, month, 1), date(year + years, months + 1, 1))


def _month_key(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"


def _named(kind: str, written: re.Match[str]) -> Period | None:
    """The period that the written numbers point to; None where the calendar has none."""
    year = int(written[1])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return period_of(kind, _first_day(kind, year, written))
    except ValueError:
        return None


def _first_day(kind: str, year: int, written: re.Match[str]) -> date:
    """The day the written numbers point to; raises ValueError where the calendar has none."""
    if kind == "week":
        return date.fromisocalendar(year, int(written[2]), 1)
    if kind == "month":
        return date(year, int(written[2]), 1)
    return date(year, 3 * int(written[2]) - 2, 1) if kind == "quarter" else date(year, 1, 1)
