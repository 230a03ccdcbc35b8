"""What an entry is worth and what the caps leave of it.

docs/rules.md: section 4, fine print P1, P2, P3, P4.
Whole numbers throughout: a price per unit is kept in hundredths.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from civic.rules.refused import Refused

DAY_TOTAL = 30  # of all that residents report about themselves, for one act day
MAX_WORTH = 30  # of one entry
KEPT_DAY_WORTH = 1
KEPT_DAYS_PER_DAY = 2  # points for kept days, over all pledges, for one act day
PUBLISHED_BEFORE_DAYS = 7
ONCE_PER = ("month", "quarter", "year")
HUNDREDTHS = 100

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,3})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True)
class PointRule:
    """One version of an activity's price. A cap that is None does not exist."""

    version: int
    base: int
    per_unit_hundredths: int
    min_quantity: int
    max_quantity: int
    per_day: int | None
    per_week: int | None
    once_per: str | None
    from_on: date
    published_on: date


@dataclass(frozen=True)
class Standing:
    """What stands, unreversed, for one resident at this moment, all but `week_points` for one act day.

    same_day: awards of this activity, zero awards included · day_points, week_points: their sum for the act day and its
    Monday week · self_reported: the sum over all activities, kept days included · kept_days: the points of kept days,
    all pledges together.
    """

    same_day: int
    day_points: int
    week_points: int
    self_reported: int
    kept_days: int


@dataclass(frozen=True)
class Award:
    """An award's points and how they came about: the worth, how many stood before it, the cap that set the figure."""

    points: int
    worth: int
    standing: int
    cut_by: str | None


@dataclass(frozen=True)
class UpTo:
    """What a form can promise before anything is decided: the most this entry may earn, and what the caps leave."""

    points: int
    left: int


def worth(rule: PointRule, quantity: int) -> int:
    """The price of a quantity before halving and caps, rounded down."""
    return (rule.base * HUNDREDTHS + rule.per_unit_hundredths * quantity) // HUNDREDTHS


def check_quantity(rule: PointRule, quantity: int) -> None:
    """Raises Refused where the quantity lies outside the rule's range; nothing is trimmed (fine print P1)."""
    if not rule.min_quantity <= quantity <= rule.max_quantity:
        raise Refused("quantity_out_of_range", "quantity", min=rule.min_quantity, max=rule.max_quantity)


def award(rule: PointRule, quantity: int, standing: Standing, is_kept_day: bool = False) -> Award:
    """What an entry approved at this moment earns: worth, then halving, then cut by one cap after the other."""
    full = KEPT_DAY_WORTH if is_kept_day else worth(rule, quantity)
    points, cut_by = full if is_kept_day else _halved(full, standing.same_day), None
    for cap, left in _left(rule, standing, is_kept_day):
        if points > left:
            points, cut_by = left, cap
    return Award(points, full, standing.same_day, cut_by)


def up_to(rule: PointRule, standing: Standing, is_kept_day: bool = False) -> UpTo:
    """The most an entry of this activity could earn if it were approved now."""
    most = award(rule, rule.max_quantity, standing, is_kept_day)
    return UpTo(most.points, min(left for _, left in _left(rule, standing, is_kept_day)))


def hundredths(written: str) -> int:
    """A price per unit such as 0.5 or 1.25, in hundredths. Raises ValueError beyond two decimals."""
    found = _DECIMAL.fullmatch(written)
    if found is None:
        raise ValueError(f"not a price with at most two decimals: {written!r}")
    return int(found[1]) * HUNDREDTHS + int((found[2] or "").ljust(2, "0"))


def check_rule(rule: PointRule) -> None:
    """Raises Refused for a rule that nobody may put into force."""
    if rule.base < 0 or rule.per_unit_hundredths < 0 or worth(rule, rule.max_quantity) > MAX_WORTH:
        raise Refused("rule_worth_out_of_range", "base", max=MAX_WORTH)
    if not 1 <= rule.min_quantity <= rule.max_quantity:
        raise Refused("rule_quantities_out_of_order", "min_quantity")
    if any(cap is not None and cap < 0 for cap in (rule.per_day, rule.per_week)):
        raise Refused("rule_cap_negative", "per_day")
    if rule.once_per is not None and rule.once_per not in ONCE_PER:
        raise Refused("rule_once_per_unknown", "once_per")
    if rule.from_on.day != 1:
        raise Refused("rule_not_from_the_first", "from_on")
    if rule.published_on + timedelta(days=PUBLISHED_BEFORE_DAYS) > rule.from_on:
        raise Refused("rule_published_too_late", "from_on", days=PUBLISHED_BEFORE_DAYS)


def _halved(points: int, same_day: int) -> int:
    """The second award of an activity and day is halved, a third earns nothing."""
    return (points, points // 2, 0)[min(same_day, 2)]


def _left(rule: PointRule, standing: Standing, is_kept_day: bool) -> tuple[tuple[str, int], ...]:
    """(cap, what is left of it) in the order in which they cut. A cap already exceeded leaves 0."""
    caps = [
        ("per_day", rule.per_day, standing.day_points),
        ("per_week", rule.per_week, standing.week_points),
        ("kept_days", KEPT_DAYS_PER_DAY if is_kept_day else None, standing.kept_days),
        ("day_total", DAY_TOTAL, standing.self_reported),
    ]
    return tuple((name, max(0, cap - used)) for name, cap, used in caps if cap is not None)
