"""Size classes of communities, so that a small one can see how it stands among the small.

docs/rules.md: section 6, case A56. The class follows from N, the people counted in the index (X3).
"""

from fractions import Fraction

# The first N of the second, third and fourth class.
STEPS = (500, 2_000, 5_000)
CLASSES = tuple(range(1, len(STEPS) + 2))


def class_of(n: Fraction) -> int:
    """The class of so many people, from 1 for the smallest."""
    return 1 + sum(n >= step for step in STEPS)


def bounds(size: int) -> tuple[int | None, int | None]:
    """The least N of a class, and the least of the class above; None where there is none."""
    return (STEPS[size - 2] if size > 1 else None, STEPS[size - 1] if size <= len(STEPS) else None)
