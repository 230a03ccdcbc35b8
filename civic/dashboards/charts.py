"""The geometry of a dashboard's small drawings: sparklines, the trend, the steps of the tile map.

Nothing here knows of colour or words; every drawing has a table behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, radians

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 84, 26, 4
TREND_WIDTH, TREND_HEIGHT = 520, 190
TREND_LEFT, TREND_RIGHT, TREND_TOP, TREND_FOOT = 44, 92, 12, 30
STEPS = 5
MAP_WIDTH, MAP_HEIGHT = 520, 460

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


@dataclass(frozen=True)
class Drawn:
    """A map in a frame: its height for the width of MAP_WIDTH, and the path of each area."""

    height: float
    paths: dict[str, str]


def drawn_map(outlines: Mapping[str, Sequence[Sequence[tuple[float, float]]]]) -> Drawn | None:
    """Areas by their rings in degrees, drawn to one scale, north up; None without any."""
    points = [point for rings in outlines.values() for ring in rings for point in ring]
    if not points:
        return None
    norths = [north for _east, north in points]
    narrowed = cos(radians((min(norths) + max(norths)) / 2))  # a degree east is shorter than one north
    left, top = min(east for east, _north in points) * narrowed, max(norths)
    wide = max(east for east, _north in points) * narrowed - left
    high = top - min(norths)
    scale = min(MAP_WIDTH / (wide or 1), MAP_HEIGHT / (high or 1))

    def path(ring: Sequence[tuple[float, float]]) -> str:
        spots = (f"{(east * narrowed - left) * scale:.1f} {(top - north) * scale:.1f}" for east, north in ring)
        return "M" + "L".join(spots) + "Z"

    paths = {code: "".join(path(ring) for ring in rings) for code, rings in outlines.items()}
    return Drawn(round(high * scale, 1), paths)


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
