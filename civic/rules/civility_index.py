"""The civility index: four parts, each a rate against a target, so that size alone wins nothing.

docs/rules.md: section 6, fine print X1 to X6. Exact fractions throughout; only a part's score is rounded, half up,
to two decimals, and kept as whole hundredths. The index is the sum of its parts.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from civic.rules.refused import Refused

PARTS = ("participation", "points", "steadiness", "put_right")
OWN_INDEX = ("week", "month")  # the index of other periods is the mean of their months
ACTIVE_MERIT = 3  # from so much merit on, a person takes part
STEADY_DAYS, STEADY_OF = 3, 7  # active days in so many days of the period
PRIOR = {"participation": 100, "points": 100, "steadiness": 100, "put_right": 5}  # k: people, problems
FULL = 100
HUNDREDTHS = 100
PER = 10_000  # targets are whole numbers of this
REMOVED_COUNTS_YEARS = 1  # whom a manager removes counts for twelve more months


@dataclass(frozen=True)
class Settings:
    """Weights, targets (in ten-thousandths of the rate) and one person's cap, in the order of PARTS."""

    weights: tuple[int, int, int, int]
    targets: tuple[int, int, int, int]
    cap: int


DEFAULTS = {
    "month": Settings((40, 30, 15, 15), (1_500, 30_000, 400, 9_500), cap=60),
    "week": Settings((40, 30, 15, 15), (700, 7_000, 400, 9_500), cap=15),
}


@dataclass(frozen=True)
class Figure:
    """The raw figures behind a part: x of n."""

    x: int
    n: Fraction


NOTHING = Figure(0, Fraction(0))


@dataclass(frozen=True)
class Part:
    """One judged part with everything its score follows from."""

    key: str
    x: int
    n: Fraction
    city_x: int
    city_n: Fraction
    target: Fraction
    weight: int
    judged: int  # the sum of the weights that are judged

    @property
    def city_rate(self) -> Fraction:
        """c: the rate of the whole city."""
        return self.city_x / self.city_n

    @property
    def rate(self) -> Fraction:
        """The rate with the prior, which draws a small place towards its city."""
        prior = PRIOR[self.key]
        return (self.x + prior * self.city_rate) / (self.n + prior)

    @property
    def score(self) -> int:
        """The part in hundredths, never below zero (X2): half_up(weight × 100 / judged × min(1, rate / target)).

        In whole numbers, numerator and denominator apart: fractions would reduce every step of a thousand areas.
        """
        prior, n, city_n, target = PRIOR[self.key], self.n, self.city_n, self.target
        shared = self.x * city_n.numerator + prior * self.city_x * city_n.denominator
        reached = shared * n.denominator * target.denominator
        whole = city_n.numerator * (n.numerator + prior * n.denominator) * target.numerator
        reached = min(max(0, reached), whole)
        return (2 * HUNDREDTHS * FULL * self.weight * reached + self.judged * whole) // (2 * self.judged * whole)


def judge(figures: Mapping[str, Figure], city: Mapping[str, Figure], settings: Settings) -> tuple[Part, ...]:
    """The parts of one area; a part without a case in the whole city gives its weight to the others."""
    by_key = dict(zip(PARTS, zip(settings.weights, settings.targets, strict=True), strict=True))
    # A weight of zero is not judged either.
    keys = [key for key in PARTS if city.get(key, NOTHING).n > 0 and by_key[key][0] > 0]
    judged = sum(by_key[key][0] for key in keys)
    return tuple(
        Part(
            key=key,
            x=figures.get(key, NOTHING).x,
            n=figures.get(key, NOTHING).n,
            city_x=city[key].x,
            city_n=city[key].n,
            target=Fraction(by_key[key][1], PER),
            weight=by_key[key][0],
            judged=judged,
        )
        for key in keys
    )


def index(parts: Iterable[Part]) -> int:
    """The index in hundredths: the sum of its rounded parts."""
    return sum(part.score for part in parts)


def mean(months: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Part by part the mean of the months' scores (X1); a part that a month did not judge counts as 0 there."""
    keys = [key for key in PARTS if any(key in month for month in months)]
    return {
        key: half_up(Fraction(sum(month.get(key, 0) for month in months), HUNDREDTHS * len(months))) for key in keys
    }


def half_up(score: Fraction) -> int:
    """A score that is not negative, in hundredths."""
    twice = 2 * HUNDREDTHS * score
    return (twice.numerator + twice.denominator) // (2 * twice.denominator)


def denominator(people: int | None, members_first_day: int, member_days: int, days: int) -> Fraction:
    """N: the largest of the population, the members on the first day and the mean of the daily members (X3)."""
    return max(Fraction(people or 0), Fraction(members_first_day), Fraction(member_days, days))


def is_steady(active_days: int, days: int) -> bool:
    """At least 3 active days per 7 days of a period of this length (X4)."""
    return STEADY_OF * active_days >= STEADY_DAYS * days


def counts_until(until_on: date, next_from: date | None) -> date:
    """The first day on which somebody who is no member any more no longer counts: twelve months later (X3).

    Whoever joined a community before that counts there from then on.
    """
    year = until_on.year + REMOVED_COUNTS_YEARS
    leap = (until_on.month, until_on.day) == (2, 29)
    later = date(year, 3, 1) if leap else until_on.replace(year=year)
    return min(later, next_from) if next_from else later


def with_one_more(parts: Sequence[Part]) -> int:
    """The index if one more of the people counted took part, with just the merit that makes them active."""
    more = {"participation": 1, "points": ACTIVE_MERIT}
    return index(
        Part(
            key=part.key,
            x=part.x + more.get(part.key, 0),
            n=part.n,
            city_x=part.city_x + more.get(part.key, 0),
            city_n=part.city_n,
            target=part.target,
            weight=part.weight,
            judged=part.judged,
        )
        for part in parts
    )


def furthest(parts: Sequence[Part]) -> Part | None:
    """The part that reaches the least of its target; None where every part reaches all of it."""
    short = [part for part in parts if part.rate < part.target]
    return min(short, key=lambda part: part.rate / part.target, default=None)


def missing(part: Part) -> int:
    """How much more x there must be until the part's rate meets its target, the rest of the city staying as it is.

    For taking part and steadiness those are people, for points they are points.
    """
    prior = PRIOR[part.key]
    # One more x here is one more in the city too, so the prior moves along.
    per_x = 1 + (prior / part.city_n if part.city_n else 0)
    short = part.target * (part.n + prior) - prior * part.city_rate - part.x
    return max(0, math.ceil(short / per_x))


def check_settings(settings: Settings) -> None:
    """Raises Refused for weights and targets that no index can be made with."""
    if any(weight < 0 for weight in settings.weights) or sum(settings.weights) != FULL:
        raise Refused("weights_do_not_add_up", "weights", sum=sum(settings.weights))
    if not all(settings.weights[:3]):
        # Without the parts that every area has, nothing would be left to judge where no problem was reported.
        raise Refused("weight_missing", "weights")
    if any(target <= 0 for target in settings.targets):
        raise Refused("target_zero", "targets")
    if settings.cap < ACTIVE_MERIT:
        raise Refused("cap_too_small", "cap", min=ACTIVE_MERIT)
