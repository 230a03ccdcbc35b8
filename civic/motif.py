"""The geometry of the three pictures: leaf and ring (my week), street (my weeks), windows (my community's day).

Each is a real figure: what is drawn filled, planted or lit equals a number given to it. Nothing here knows of colour.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, pi, sin

from flask import Flask

# -- Leaf ----------------------------------------------------------------------------------------------------------

LEAF_STATES = ("outline", "half", "green", "gold")
VEINS_FROM = 40  # px; smaller leaves are clearer without veins


def leaf_state(active_days: int) -> str:
    """The leaf after so many active days: outline, left lobe, both lobes, gold from three on."""
    return LEAF_STATES[max(0, min(active_days, 3))]


def week(monday: date) -> tuple[date, ...]:
    """The seven days from a Monday."""
    return tuple(monday + timedelta(days=at) for at in range(7))


# -- Ring ----------------------------------------------------------------------------------------------------------

RING_SIZE = 136
RING_RADIUS = 58
FREE_DEGREES = 11  # at each end of an arc


@dataclass(frozen=True)
class Arc:
    """One part of the ring: a day, saved or still open."""

    path: str
    is_filled: bool


@dataclass(frozen=True)
class Ring:
    """A week as a ring: as many filled arcs as active days, closed once the goal is reached."""

    days: int
    goal: int
    arcs: tuple[Arc, ...]

    @property
    def is_closed(self) -> bool:
        """Whether the goal is reached; then one full circle is drawn and no arcs."""
        return self.days >= self.goal


def ring(days: int, goal: int = 3) -> Ring:
    """The ring of a week with so many active days, clockwise from the top."""
    span = 360 / goal
    return Ring(days, goal, tuple(Arc(_arc(at * span, span), at < days) for at in range(goal)))


def _arc(starts: float, span: float) -> str:
    begins, ends = _on_ring(starts + FREE_DEGREES), _on_ring(starts + span - FREE_DEGREES)
    is_long = int(span - 2 * FREE_DEGREES > 180)
    return f"M{begins}A{RING_RADIUS} {RING_RADIUS} 0 {is_long} 1 {ends}"


def _on_ring(degrees: float) -> str:
    turn = degrees * pi / 180
    centre = RING_SIZE / 2
    return f"{centre + RING_RADIUS * sin(turn):.2f} {centre - RING_RADIUS * cos(turn):.2f}"


# -- Street --------------------------------------------------------------------------------------------------------

STREET_WIDTH = 350
STREET_HEIGHT = 58
STREET_WEEKS = 12
GROUND = 54
TREE_SCALES = (0.98, 0.86, 1.06, 0.92, 1.02, 0.84, 1.08, 0.95, 0.88, 1.04)
SAPLING_SCALES = (0.34, 0.56, 0.78, 1.0)
# Where the drawing of each kind stands on the ground: half its width, its height.
_FEET = {"tree": (15, 46), "sapling": (15, 46), "bench": (11, 16), "grass": (5, 6)}


@dataclass(frozen=True)
class Plant:
    """What one week left on the street, ready to be placed."""

    kind: str  # tree, bench, grass or sapling
    x: float
    y: float
    scale: float
    is_light: bool  # every third crown, so that a row of trees does not look stamped


def street(weeks: Sequence[str], days: int = 0) -> tuple[Plant, ...]:
    """The last twelve weeks, oldest first: tree (kept), bench (rest), grass (missed); a sapling is the week going on.

    `days` are this week's active days; the sapling grows with them.
    """
    shown = tuple(weeks)[-STREET_WEEKS:]
    slot = STREET_WIDTH / STREET_WEEKS
    first = STREET_WEEKS - len(shown)
    # A tree keeps its size and shade while the street moves on: both come from the week's place since the start.
    since_start = len(weeks) - len(shown)
    return tuple(_plant(kind, (first + at + 0.5) * slot, since_start + at, days) for at, kind in enumerate(shown))


def _plant(kind: str, x: float, at: int, days: int) -> Plant:
    scale = 1.0
    if kind == "tree":
        scale = TREE_SCALES[at % len(TREE_SCALES)]
    elif kind == "sapling":
        scale = SAPLING_SCALES[max(0, min(days, 3))]
    half, height = _FEET[kind]
    return Plant(kind, round(x - half * scale, 2), round(GROUND - height * scale, 2), scale, at % 3 == 0)


# -- Skyline -------------------------------------------------------------------------------------------------------

SKYLINE_WIDTH = 390
SKYLINE_HEIGHT = 96
SKYLINE_GROUND = 88
WINDOW_WIDTH, WINDOW_HEIGHT = 4.6, 4.8
ACTS_PER_WINDOW = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

# x, width, height, columns, rows, roof
_Built = tuple[int, int, int, int, int, str]
_HOUSES: tuple[tuple[_Built, ...], tuple[_Built, ...]] = (
    (
        (6, 46, 40, 4, 4, "tank"),
        (66, 30, 30, 2, 2, "gable"),
        (104, 22, 58, 2, 5, "clock"),
        (190, 26, 66, 3, 7, "flat"),
        (216, 28, 48, 2, 5, "mast"),
        (308, 36, 44, 3, 4, "tank"),
        (348, 36, 32, 3, 3, "gable"),
    ),
    (
        (4, 36, 32, 3, 3, "gable"),
        (46, 40, 48, 3, 5, "tank"),
        (96, 30, 30, 2, 2, "gable"),
        (134, 26, 66, 3, 7, "flat"),
        (160, 30, 42, 3, 4, "mast"),
        (258, 36, 38, 3, 4, "flat"),
        (302, 22, 58, 2, 5, "clock"),
        (332, 46, 34, 4, 3, "tank"),
    ),
)
_LANDMARKS = (((134, "bridge"), (254, "pavilion")), ((200, "bridge"),))
_TREES = (
    ((59, 0.5), (130, 0.44), (187, 0.42), (249, 0.48), (303, 0.46)),
    ((43, 0.44), (91, 0.48), (130, 0.42), (196, 0.46), (254, 0.44), (298, 0.42), (383, 0.48)),
)
LANDMARK_PATHS = {
    "bridge": (
        "M-2 0C12-22 38-22 52 0M11 0a14 12 0 0 1 28 0M4-12C16-28 34-28 46-12M4-12v6M14-19.5v5.5"
        "M25-24v7M36-19.5v5.5M46-12v6M13 4h7M26 4h10"
    ),
    "pavilion": "M8 0v-22M16 0v-22M28 0v-22M36 0v-22M0-21c7-1 12-6 22-15 10 9 15 14 22 15zM22-36v-5",
}


@dataclass(frozen=True)
class Window:
    """One window of a house. A lit one stands for acts of today, never for a person."""

    x: float
    y: float
    is_lit: bool


@dataclass(frozen=True)
class House:
    """A house and its roof, drawn from its left eave."""

    x: int
    y: int
    width: int
    height: int
    roof: str
    clock: tuple[float, float] | None  # the centre of its clock face


@dataclass(frozen=True)
class Landmark:
    """A bridge or a pavilion, drawn from its left foot."""

    x: int
    path: str


@dataclass(frozen=True)
class Skyline:
    """A community's street front with one lit window per act today, or per `acts_per_window` acts on a busy day."""

    width: int
    acts: int | None
    acts_per_window: int
    houses: tuple[House, ...]
    landmarks: tuple[Landmark, ...]
    trees: tuple[tuple[float, float, float], ...]  # x, y, scale
    windows: tuple[Window, ...]

    @property
    def lit(self) -> tuple[Window, ...]:
        """The lit windows."""
        return tuple(window for window in self.windows if window.is_lit)

    @property
    def unlit(self) -> tuple[Window, ...]:
        """The dark windows."""
        return tuple(window for window in self.windows if not window.is_lit)


def skyline(code: str, acts: int | None = None, width: int = SKYLINE_WIDTH, drawn: int | None = None) -> Skyline:
    """The street front of a community, `width` wide; None for `acts` where no count is at hand: no window is lit.

    Houses go on to `drawn` where a screen may be wider than the part that everybody sees; windows light in that part
    only, so that they can be counted on every screen. They light in an order of the community's own, so that a lit
    window stays lit all day.
    """
    reach = max(width, drawn or width)
    copies = range(-(-reach // SKYLINE_WIDTH))
    offered = [at for copy in copies for at in _windows(copy)]
    may_light = [at for at in offered if at[0] + WINDOW_WIDTH <= width]
    each = _acts_per_window(acts or 0, len(may_light))
    lit = _lit(code, may_light, (acts or 0) // each)
    return Skyline(
        width=reach,
        acts=acts,
        acts_per_window=each,
        houses=tuple(_house(copy, built) for copy in copies for built in _HOUSES[copy % 2]),
        landmarks=tuple(
            Landmark(x + copy * SKYLINE_WIDTH, LANDMARK_PATHS[kind])
            for copy in copies
            for x, kind in _LANDMARKS[copy % 2]
        ),
        trees=tuple(_tree(copy, x, scale) for copy in copies for x, scale in _TREES[copy % 2]),
        windows=tuple(Window(x, y, (x, y) in lit) for x, y in offered),
    )


def _acts_per_window(acts: int, windows: int) -> int:
    """The smallest round number of acts a window may stand for, so that the windows suffice."""
    return next((each for each in ACTS_PER_WINDOW if acts // each <= windows), acts)


def _lit(code: str, windows: list[tuple[float, float]], count: int) -> set[tuple[float, float]]:
    order = list(windows)
    random.Random(code).shuffle(order)  # noqa: S311 - an order that is the same all year, not a secret
    return set(order[:count])


def _windows(copy: int) -> list[tuple[float, float]]:
    return [
        at
        for x, width, height, columns, rows, roof in _HOUSES[copy % 2]
        for at in _grid(x + copy * SKYLINE_WIDTH, width, height, columns, rows, 16.5 if roof == "clock" else 6)
    ]


def _grid(x: int, width: int, height: int, columns: int, rows: int, top: float) -> list[tuple[float, float]]:
    """The upper left corners of a house's windows, spread over its front with room for a door below."""
    margin, foot, steepest = 5.0, 5.5, 11.0
    across = (width - 2 * margin - WINDOW_WIDTH) / (columns - 1)
    down = min(steepest, (height - top - foot - WINDOW_HEIGHT) / (rows - 1))
    return [
        (round(x + margin + column * across, 2), round(SKYLINE_GROUND - height + top + row * down, 2))
        for row in range(rows)
        for column in range(columns)
    ]


def _house(copy: int, built: _Built) -> House:
    x, width, height, _, _, roof = built
    left, eave = x + copy * SKYLINE_WIDTH, SKYLINE_GROUND - height
    clock = (left + width / 2, eave + 9.0) if roof == "clock" else None
    return House(left, eave, width, height, _roof(roof, width), clock)


def _roof(kind: str, width: int) -> str:
    half = f"{width / 2:g}"
    return {
        "tank": "M8 0v-5h9v5",
        "gable": f"M-3 0L{half} -11L{width + 3} 0",
        "clock": f"M-3 0L{half} -9L{width + 3} 0M{half} -9v-5",
        "mast": f"M{width - 6} 0v-8M4 0v-4h7v4",
        "flat": "",
    }[kind]


def _tree(copy: int, x: float, scale: float) -> tuple[float, float, float]:
    return (round(x + copy * SKYLINE_WIDTH - 15 * scale, 2), round(SKYLINE_GROUND - 46 * scale, 2), scale)


SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 84, 26, 3


@dataclass(frozen=True)
class Sparkline:
    """A line through some figures, the oldest left, and the dot at its end."""

    line: str
    x: float
    y: float


def sparkline(values: Sequence[float], width: int = SPARK_WIDTH, height: int = SPARK_HEIGHT) -> Sparkline:
    """From the lowest figure at the foot to the highest at the top; equal ones lie in the middle."""
    low, high = min(values), max(values)
    step = (width - 2 * SPARK_MARGIN) / max(1, len(values) - 1)
    points = [
        (
            round(SPARK_MARGIN + at * step, 1),
            round(height - SPARK_MARGIN - _share(value, low, high) * (height - 2 * SPARK_MARGIN), 1),
        )
        for at, value in enumerate(values)
    ]
    return Sparkline(" ".join(f"{x},{y}" for x, y in points), *points[-1])


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


def init(app: Flask) -> None:
    """Let templates draw: the macros in templates/components ask `motif` for geometry."""
    app.jinja_env.globals["motif"] = {
        "leaf_state": leaf_state,
        "week": week,
        "ring": ring,
        "street": street,
        "skyline": skyline,
        "sparkline": sparkline,
        "veins_from": VEINS_FROM,
    }
