"""Outlines for the demo city: a made-up map in a desert, whose borders meet at every level."""

from collections.abc import Iterator
from math import sin

from sqlalchemy import insert

from civic.areas import service as areas
from civic.areas.models import Area, AreaOutline
from civic.db import connection

WEST, NORTH, SIZE = 89.0, 44.3, 0.36
STEPS = 6  # points on each side
Box = tuple[float, float, float, float]  # left, top, right, bottom, as parts of the whole


def draw(city_code: str) -> None:
    """Give every area of the city an outline."""
    rows = [{"area_code": code, "rings": [_ring(box)]} for code, box in _boxes(city_code, (0.0, 0.0, 1.0, 1.0), True)]
    connection().execute(insert(AreaOutline), rows)


def _boxes(code: str, box: Box, side_by_side: bool) -> Iterator[tuple[str, Box]]:
    """The area's place, and within it those of the areas below: cut in strips, each level across the one above."""
    yield code, box
    below: list[Area] = areas.children(code)
    left, top, right, bottom = box
    for at, area in enumerate(below):
        first, last = at / len(below), (at + 1) / len(below)
        if side_by_side:
            part = (left + (right - left) * first, top, left + (right - left) * last, bottom)
        else:
            part = (left, top + (bottom - top) * first, right, top + (bottom - top) * last)
        yield from _boxes(area.code, part, not side_by_side)


def _ring(box: Box) -> list[list[float]]:
    left, top, right, bottom = box
    along = [step / STEPS for step in range(STEPS)]
    edge = [(left + (right - left) * part, top) for part in along]
    edge += [(right, top + (bottom - top) * part) for part in along]
    edge += [(right - (right - left) * part, bottom) for part in along]
    edge += [(left, bottom - (bottom - top) * part) for part in along]
    return [_on_earth(x, y) for x, y in [*edge, edge[0]]]


def _on_earth(x: float, y: float) -> list[float]:
    """A place of the unit square, bent the same way for every border that passes through it."""
    bent_x = x + 0.02 * sin(9 * y + 1) + 0.012 * sin(23 * y + 5 * x)
    bent_y = y + 0.02 * sin(8 * x + 2) + 0.012 * sin(19 * x + 7 * y)
    return [round(WEST + SIZE * bent_x * 1.4, 5), round(NORTH - SIZE * bent_y, 5)]
