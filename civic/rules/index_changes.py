"""Changing a city's index: who may, from when on, and what its targets could be.

docs/rules.md: section 6, cases A60 and A61.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from civic.rules.civility_index import PER
from civic.rules.decisions import reaches

PROPOSED_FROM = (11, 1)  # month and day: two months before the new year
BEST_ONE_IN = 10


def may_change(held: Iterable[tuple[str, str]], city_code: str) -> bool:
    """Whether grants run a city: as its officer or its administrator."""
    return any(role in ("city_officer", "administrator") and reaches(own, city_code) for role, own in held)


def next_new_year(today: date) -> date:
    """The day from which a change made today is in force."""
    return date(today.year + 1, 1, 1)


def is_season(today: date) -> bool:
    """Whether the proposal for the next year is due."""
    return (today.month, today.day) >= PROPOSED_FROM


def target_from(reached: Sequence[Fraction], target: int) -> int:
    """The mean of what the best tenth reached, in ten-thousandths; at least one counts.

    Where nobody was judged, or the best reached nothing, the present target stays: one that anybody meets says nothing.
    """
    if not reached:
        return target
    best = sorted(reached, reverse=True)[: max(1, len(reached) // BEST_ONE_IN)]
    return int(sum(best, Fraction(0)) / len(best) * PER) or target
