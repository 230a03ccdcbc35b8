"""How long entries wait for a decision, told in steps of whole hours, so that the figures of areas and months add up.

docs/rules.md: section 5, decided within 48 hours. A share of a sum of steps is exact: "half within 4 hours" is true of
every sum, while a mean of medians is true of none.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from civic.rules.decisions import ANSWER_HOURS

# The upper ends of the steps, in hours; one more step takes whatever lasted longer.
STEPS = (1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 168)
NO_WAITS = (0,) * (len(STEPS) + 1)
HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)
# How old what still waits is: the ends of the first three groups; the fourth is overdue.
AGES = (12, 24, ANSWER_HOURS)


def added(some: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """Several counts of steps as one."""
    total = list(NO_WAITS)
    for steps in some:
        total = [one + more for one, more in zip(total, steps, strict=True)]
    return tuple(total)


def within(steps: Sequence[int], share: Fraction) -> int | None:
    """The hours within which at least this share was decided; None if nothing was, or if it took longer than a week."""
    wanted, had = share * sum(steps), 0
    if not wanted:
        return None
    for hours, count in zip(STEPS, steps, strict=False):
        had += count
        if had >= wanted:
            return hours
    return None
