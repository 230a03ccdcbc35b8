"""Where areas lie, for maps: outlines from a GeoJSON file, made simple enough for a page, all or nothing.

Coordinates are degrees east and north. A ring keeps at most MOST_POINTS points, chosen by how far the others lie from
the line between them (Douglas and Peucker), and an area its largest rings.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select

from civic.areas.models import Area, AreaOutline
from civic.areas.tables import ImportRefused, Problems
from civic.db import connection, db

MOST_BYTES = 64 * 1024 * 1024
MOST_FEATURES = 20_000
MOST_POINTS = 120
MOST_RINGS = 8
PLACES = 5  # decimals of a degree: about a metre
FINEST = 1e-5
CODE_NAMES = ("code", "adcode")

Point = tuple[float, float]
Ring = list[Point]
_OUTLINE = cast(Table, AreaOutline.__table__)


def import_geojson(file: Path) -> int:
    """Take over outlines, in place of those before; says how many. Raises ImportRefused naming each bad feature."""
    problems = Problems()
    found = _read(file, problems)
    known = _known(found)
    for code, (number, _rings) in found.items():
        if code not in known:
            problems.add(file.name, number, f"unknown code {code}")
    problems.refuse_if_any()
    rows = [{"area_code": code, "rings": rings} for code, (_number, rings) in sorted(found.items())]
    codes = [row["area_code"] for row in rows]
    for start in range(0, len(codes), 500):
        connection().execute(delete(AreaOutline).where(AreaOutline.area_code.in_(codes[start : start + 500])))
    connection().execute(insert(_OUTLINE), rows)
    return len(rows)


def outlines(codes: Iterable[str]) -> dict[str, list[Ring]]:
    """The rings of those of some areas that have any: one query."""
    wanted = list(codes)
    if not wanted:
        return {}
    rows = db.session.execute(select(AreaOutline.area_code, AreaOutline.rings).where(AreaOutline.area_code.in_(wanted)))
    return {code: [[(point[0], point[1]) for point in ring] for ring in rings] for code, rings in rows}


def _read(file: Path, problems: Problems) -> dict[str, tuple[int, list[Ring]]]:
    """By code, the number of its feature and its rings."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ImportRefused([f"{file.name}: larger than {MOST_BYTES // 1024 // 1024} MB"])
        whole = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportRefused([f"{file.name}: it cannot be read: {error}"]) from None
    features = whole.get("features") if isinstance(whole, dict) and whole.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise ImportRefused([f"{file.name}: it is no FeatureCollection with features"])
    if len(features) > MOST_FEATURES:
        raise ImportRefused([f"{file.name}: {len(features)} features; at most {MOST_FEATURES}"])
    found: dict[str, tuple[int, list[Ring]]] = {}
    for number, feature in enumerate(features, 1):
        try:
            code = _code(feature)
            if code in found:
                raise ValueError(f"code {code} stands twice")
            found[code] = (number, _rings(feature["geometry"]))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            problems.add(file.name, number, f"{error}")
    return found


def _code(feature: Any) -> str:
    facts = feature.get("properties") or {}
    for name in CODE_NAMES:
        if facts.get(name) is not None:
            return str(facts[name]).strip()
    if feature.get("id") is not None:
        return str(feature["id"]).strip()
    raise ValueError(f"no code; name it {' or '.join(CODE_NAMES)}")


def _rings(geometry: Any) -> list[Ring]:
    if geometry["type"] == "Polygon":
        shapes = [geometry["coordinates"]]
    elif geometry["type"] == "MultiPolygon":
        shapes = geometry["coordinates"]
    else:
        raise ValueError(f"a {geometry['type']} has no inside; only Polygon and MultiPolygon do")
    rings = [_simple(_checked(ring)) for shape in shapes for ring in shape]
    largest = sorted((ring for ring in rings if len(ring) >= 4), key=_extent, reverse=True)[:MOST_RINGS]
    if not largest:
        raise ValueError("nothing is left of its outline")
    return largest


def _checked(ring: Any) -> Ring:
    points = [(float(point[0]), float(point[1])) for point in ring]
    if len(points) < 4:
        raise ValueError("a ring needs four points")
    if not all(abs(east) <= 180 and abs(north) <= 90 for east, north in points):
        raise ValueError("coordinates must be degrees east and north")
    return points


def _extent(ring: Ring) -> float:
    easts, norths = [point[0] for point in ring], [point[1] for point in ring]
    return (max(easts) - min(easts)) * (max(norths) - min(norths))


def _simple(ring: Ring) -> Ring:
    tolerance, kept = FINEST, ring
    while len(kept) > MOST_POINTS:
        kept = _thinned(ring, tolerance)
        tolerance *= 2
    return [(round(east, PLACES), round(north, PLACES)) for east, north in kept]


def _thinned(ring: Ring, tolerance: float) -> Ring:
    """Without the points that lie nearer to the line between their neighbours kept; no recursion, rings may be long."""
    kept = {0, len(ring) - 1, len(ring) // 2}  # a ring ends where it begins: the middle keeps it open
    spans = [(0, len(ring) // 2), (len(ring) // 2, len(ring) - 1)]
    while spans:
        first, last = spans.pop()
        far, distance = first, 0.0
        for at in range(first + 1, last):
            away = _away(ring[at], ring[first], ring[last])
            if away > distance:
                far, distance = at, away
        if distance > tolerance:
            kept.add(far)
            spans += [(first, far), (far, last)]
    return [ring[at] for at in sorted(kept)]


def _away(point: Point, start: Point, end: Point) -> float:
    wide, high = end[0] - start[0], end[1] - start[1]
    length = (wide * wide + high * high) ** 0.5
    if not length:
        return float(((point[0] - start[0]) ** 2 + (point[1] - start[1]) ** 2) ** 0.5)
    return float(abs(wide * (start[1] - point[1]) - high * (start[0] - point[0])) / length)


def _known(found: Iterable[str]) -> set[str]:
    codes, known = list(found), set[str]()
    for start in range(0, len(codes), 500):
        known |= set(db.session.scalars(select(Area.code).where(Area.code.in_(codes[start : start + 500]))))
    return known
