"""What the residents of a synthetic city did, day by day, priced by the rules of the game, marked by its calendar."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from civic.activities import service as activities
from civic.activities.models import Activity
from civic.bench.city import City, Resident
from civic.rules.periods import Marks, marks, reversal_marks
from civic.rules.points import Award, PointRule, Standing, award

KEPT_DAYS = 0.15  # share of the acts that are kept days of pledges
REVERSED = 0.01
REVERSED_AFTER_DAYS = (12, 24)  # once everything for the act day is approved
APPROVED_AFTER_DAYS = (0,) * 11 + (1,) * 6 + (2,) * 2 + (9,)  # one of these
EVENING_BEGINS, EVENING_MINUTES = time(19), 180
PLEDGE = "pledge"
T = TypeVar("T")
TRIES = 8  # at an act that may not be logged a second time


class Line(NamedTuple):
    """A line of the ledger to be, in the order of the table it is staged in. `of` is its own number, or the one undone.

    Its entry and its decision follow from it.
    """

    number: int
    of: int
    kind: str
    resident_id: int
    community_code: str
    activity_key: str
    activity_kind: str
    rule_version: int
    quantity: int
    acted_on: date
    merit: int
    worth: int | None
    standing: int | None
    cut_by: str | None
    week: str
    month: str
    counts_on: date
    logged_at: datetime
    posted_at: datetime


class Calendar:
    """The act days, and when what was done on them is posted. Each instant and each mark is made once."""

    def __init__(self, start: date, now: datetime, zone: ZoneInfo, sealed: frozenset[str]) -> None:
        count = (now.astimezone(zone).date() - start).days
        self.days = [start + timedelta(days=number) for number in range(count)]  # the last is yesterday
        self.zone, self.sealed = zone, sealed
        self._latest = now - timedelta(minutes=1)
        self._evenings: dict[date, list[datetime]] = {}
        self._marks: dict[tuple[date, date], Marks] = {}

    def evening(self, day: date, rng: Random) -> datetime:
        """Some minute of a day's evening, but never one to come."""
        if day not in self._evenings:
            begins = datetime.combine(day, EVENING_BEGINS, self.zone).astimezone(UTC)
            minutes = (begins + timedelta(minutes=number) for number in range(EVENING_MINUTES))
            self._evenings[day] = [min(at, self._latest) for at in minutes]
        return self._evenings[day][int(rng.random() * EVENING_MINUTES)]

    def marks(self, acted_on: date, posted_on: date, at: datetime) -> Marks:
        """The marks of an award; nothing closes within an evening."""
        found = self._marks.get((acted_on, posted_on))
        if found is None:
            found = self._marks[acted_on, posted_on] = marks(acted_on, at, self.zone, self.sealed)
        return found


class _Prices:
    """What acts earn by the rules, and what stands of the week they are in: all that a price depends on."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int, int, int, int, int], Award] = {}
        self.begin_week()

    def begin_week(self) -> None:
        """Forget what stood: caps are by days and by weeks."""
        self._same_day: dict[tuple[int, str, int], list[int]] = {}  # how many, and their points
        self._week: dict[tuple[int, str], int] = defaultdict(int)
        self._today: dict[tuple[int, int], list[int]] = {}  # points, and those of kept days

    def is_logged(self, who: int, key: str, weekday: int) -> bool:
        """Whether there is an act of this kind for the day."""
        return (who, key, weekday) in self._same_day

    def award(self, who: int, offer: "_Offer", quantity: int, weekday: int) -> Award:
        """What an entry earns now, which then stands for the next ones."""
        key = offer.activity.key
        same = self._same_day.setdefault((who, key, weekday), [0, 0])
        today = self._today.setdefault((who, weekday), [0, 0])
        stands = (same[0], same[1], self._week[who, key], today[0], today[1])
        earned = self._known.get((key, quantity, *stands))
        if earned is None:
            earned = award(offer.rule, quantity, Standing(*stands), offer.activity.is_pledge)
            self._known[(key, quantity, *stands)] = earned
        same[0] += 1
        same[1] += earned.points
        self._week[who, key] += earned.points
        today[0] += earned.points
        today[1] += earned.points if offer.activity.is_pledge else 0
        return earned


class _Offer(NamedTuple):
    """An activity with its rule."""

    activity: Activity
    rule: PointRule


def lines(city: City, count: int, calendar: Calendar, rng: Random) -> Iterator[Line]:
    """So many lines in the order of their act days; about one in a hundred undoes an earlier one."""
    offers, prices = _offers(calendar.days[0]), _Prices()
    zeal = list(accumulate(resident.zeal for resident in city.residents))
    due: dict[date, list[Line]] = defaultdict(list)
    number = 0
    for place, day in enumerate(calendar.days, start=1):
        if day.weekday() == 0:
            prices.begin_week()
        until = count * place // len(calendar.days)
        for named in due.pop(day, ())[: until - number]:
            number += 1
            yield _reversal(number, named, calendar, day, rng)
        for resident in rng.choices(city.residents, cum_weights=zeal, k=until - number):
            number += 1
            line = _award(number, resident, _choose(prices, resident.id, day, offers, rng), prices, calendar, day, rng)
            if line.activity_kind != PLEDGE and rng.random() < REVERSED:
                due[day + timedelta(days=rng.randint(*REVERSED_AFTER_DAYS))].append(line)
            yield line


def _offers(day: date) -> tuple[list[_Offer], list[_Offer]]:
    """What may be logged any number of times, and the pledges."""
    found = [_Offer(activity, activities.rule_on(activity.key, day)) for activity in activities.open_activities()]
    often = [offer for offer in found if not offer.rule.once_per]
    return [offer for offer in often if not offer.activity.is_pledge], [
        offer for offer in often if offer.activity.is_pledge
    ]


def _choose(prices: _Prices, who: int, day: date, offers: tuple[list[_Offer], list[_Offer]], rng: Random) -> _Offer:
    """An act or a kept day; the second kept day of a pledge for one day would be refused (P4)."""
    acts, pledges = offers
    if rng.random() < KEPT_DAYS:
        for _try in range(TRIES):
            pledge = _one_of(pledges, rng)
            if not prices.is_logged(who, pledge.activity.key, day.weekday()):
                return pledge
    return _one_of(acts, rng)


def _one_of(choices: Sequence[T], rng: Random) -> T:
    return choices[int(rng.random() * len(choices))]  # half the time of rng.choice, a million times


def _award(
    number: int, who: Resident, offer: _Offer, prices: _Prices, calendar: Calendar, day: date, rng: Random
) -> Line:
    activity, rule = offer
    quantity = 1 if activity.is_pledge else _one_of(range(rule.min_quantity, rule.max_quantity + 1), rng)
    earned = prices.award(who.id, offer, quantity, day.weekday())
    wait = 0 if activity.is_pledge else _one_of(APPROVED_AFTER_DAYS, rng)
    posted_on = min(day + timedelta(days=wait), calendar.days[-1] + timedelta(days=1))
    posted_at = calendar.evening(posted_on, rng)
    logged_at = posted_at if posted_on == day else calendar.evening(day, rng)
    marked = calendar.marks(day, posted_on, posted_at)
    return Line(
        *(number, number, "award", who.id, who.community_on(day)),
        *(activity.key, activity.kind, rule.version, quantity, day),
        *(earned.points, earned.worth, earned.standing, earned.cut_by),
        *(marked.week, marked.month, marked.counts_on),
        *(logged_at, posted_at),
    )


def _reversal(number: int, named: Line, calendar: Calendar, day: date, rng: Random) -> Line:
    at = calendar.evening(day, rng)
    award_marks = Marks(named.week, named.month, named.counts_on)
    marked = reversal_marks(award_marks, at, calendar.zone, calendar.sealed)
    return named._replace(
        number=number,
        kind="reversal",
        merit=-named.merit,
        worth=None,
        standing=None,
        cut_by=None,
        week=marked.week,
        month=marked.month,
        counts_on=marked.counts_on,
        posted_at=at,
    )
