"""Ranks and the names that stand beside them.

docs/rules.md: section 6, fine print S1, S4.
"""

from collections.abc import Sequence

MIN_RANKED_MERIT = 1


def ranks(scores: Sequence[int]) -> list[int]:
    """Competition ranks (1, 2, 2, 4) of scores that descend: one more than the number with more."""
    found: list[int] = []
    for place, score in enumerate(scores, start=1):
        if place > 1 and score > scores[place - 2]:
            raise ValueError("scores must descend")
        found.append(found[-1] if place > 1 and score == scores[place - 2] else place)
    return found


def masked(name: str) -> str:
    """A name as others see it by default: its first character and two stars."""
    return f"{name[:1]}**"
