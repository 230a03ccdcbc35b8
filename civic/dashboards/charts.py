"""The geometry of a dashboard's small drawings: sparklines, the trend, the steps of the tile map.

Nothing here knows of colour or words; every drawing has a table behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 84, 26, 4
TREND_WIDTH, TREND_HEIGHT = 520, 190
TREND_LEFT, TREND_RIGHT, TREND_TOP, TREND_FOOT = 44, 92, 12, 30
STEPS = 5

Values = Sequence[float | None]


@dataclass(frozen=True)
class Line:
    """A line through the values that are known, broken where one is missing, and its last point."""

    path: str
    end: tuple[float, float] | None


@dataclass(frozen=True)
class Trend:
    """Two lines in one frame with the heights that are named at its side."""

    now: Line
    before: Line
    axis: tuple[tuple[float, float], ...]  # value, y
    columns: tuple[float, ...]  # the x of each value


def sparkline(values: Values) -> Line:
    """A row of values in the small frame of a table's cell; between its own lowest and highest."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    xs = _columns(len(values), SPARK_MARGIN, SPARK_WIDTH - SPARK_MARGIN)
    return _line(values, xs, low, high, SPARK_MARGIN, SPARK_HEIGHT - SPARK_MARGIN - 2)


def trend(now: Values, before: Values) -> Trend:
    """The same for the larger frame: from zero up, with three or four heights at its side."""
    known = [value for value in (*now, *before) if value is not None]
    step = _round_step(max(known, default=0.0) / 3)
    top = step * max(1, ceil(max(known, default=0.0) / step))
    xs = _columns(len(now), TREND_LEFT, TREND_WIDTH - TREND_RIGHT)
    upper, lower = TREND_TOP, TREND_HEIGHT - TREND_FOOT
    count = round(top / step)
    axis = tuple((step * at, round(lower - (lower - upper) * at / count, 1)) for at in range(count + 1))
    return Trend(_line(now, xs, 0, top, upper, lower), _line(before, xs, 0, top, upper, lower), axis, tuple(xs))


def bounds(scores: Sequence[int]) -> tuple[int, ...]:
    """Where the second to fifth step of the tile map begin, in whole points; none where nothing is known.

    Equal steps between the lowest and the highest, so that near scores have near shades.
    """
    if not scores:
        return ()
    low, high = floor(min(scores) / 100), ceil(max(scores) / 100)
    width = max(1, ceil((high - low) / STEPS))
    return tuple(low + width * at for at in range(1, STEPS))


def step_of(score: int, steps: Sequence[int]) -> int:
    """Which of the five steps a score in hundredths falls into, from 1."""
    return 1 + sum(score >= 100 * begins for begins in steps)


def _round_step(least: float) -> float:
    """The smallest round number that is not less."""
    size = 0.01
    while True:
        for figure in (1, 2, 5):
            if size * figure >= least:
                return round(size * figure, 2)
        size *= 10


def _columns(count: int, left: float, right: float) -> list[float]:
    if count < 2:
        return [right] * count
    return [round(left + (right - left) * at / (count - 1), 1) for at in range(count)]


def _line(values: Values, xs: Sequence[float], low: float, high: float, upper: float, lower: float) -> Line:
    spread = (high - low) or 1.0
    path, end, is_on = "", None, False
    for value, x in zip(values, xs, strict=True):
        if value is None:
            is_on = False
            continue
        y = round(lower - (lower - upper) * (value - low) / spread, 1)
        path += f"{'L' if is_on else 'M'}{x:g} {y:g}"
        end, is_on = (x, y), True
    return Line(path, end)
