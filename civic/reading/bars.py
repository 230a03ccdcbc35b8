"""The geometry of a few bars side by side, ready to be drawn. The table behind them has the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 350, 96
GAP = 14
LEAST = 2  # a bar of little is seen as well


@dataclass(frozen=True)
class Bar:
    """One bar, from its upper left corner to the ground."""

    x: float
    y: float
    width: float
    height: float


def bars(values: Sequence[int]) -> list[Bar]:
    """Bars for values from 0 on, the highest as high as there is room; nothing where all is 0."""
    most = max(values, default=0)
    slot = WIDTH / max(1, len(values))
    heights = [max(LEAST, HEIGHT * value / most) if value else 0 for value in values]
    return [
        Bar(round(at * slot + GAP / 2, 1), round(HEIGHT - height, 1), round(slot - GAP, 1), round(height, 1))
        for at, height in enumerate(heights)
    ]
