"""The tree of areas: taking over the official tables, then finding one's way in them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, func, select

from civic.areas.imports import import_population, import_tables
from civic.areas.models import LEVELS, Area, within
from civic.areas.outlines import import_geojson, outlines
from civic.areas.populations import POPULATION_DAYS_AHEAD, in_force, set_population
from civic.areas.search import search
from civic.areas.tables import ImportRefused
from civic.db import db
from civic.rules.refused import NotFound

# The verbs and the search stand in files of their own; other rooms know this one only.
__all__ = [
    "POPULATION_DAYS_AHEAD",
    "ImportRefused",
    "children",
    "communities_within",
    "find_area",
    "get_area",
    "hold",
    "import_geojson",
    "import_population",
    "import_tables",
    "outlines",
    "path",
    "paths",
    "population",
    "populations",
    "roots",
    "search",
    "set_population",
]


def get_area(code: str) -> Area:
    """The area with this code, open or closed. Raises NotFound."""
    area = find_area(code)
    if area is None:
        raise NotFound("area")
    return area


def find_area(code: str) -> Area | None:
    """The area with this code, open or closed, or None; also for a text that is no code."""
    if len(code) not in LEVELS or not (code.isascii() and code.isdigit()):
        return None
    return db.session.get(Area, code)


def hold(area: Area) -> None:
    """Let whoever changes what belongs to an area wait for one another; whoever only names it goes on."""
    db.session.refresh(area, with_for_update={"key_share": True})


def roots() -> list[Area]:
    """The open areas that stand at the top of a tree, by code."""
    return _open(Area.parent_code.is_(None))


def children(code: str, after: str = "", limit: int | None = None) -> list[Area]:
    """The open areas directly below one, by code; a page of them with `limit`, beginning behind `after`."""
    return _open(Area.parent_code == code, Area.code > after, limit=limit)


def _open(*conditions: ColumnElement[bool], limit: int | None = None) -> list[Area]:
    query = select(Area).where(Area.closed_on.is_(None), *conditions).order_by(Area.code).limit(limit)
    return list(db.session.scalars(query))


def path(code: str) -> list[Area]:
    """The areas from the root down to this one. Raises NotFound."""
    return paths([get_area(code).code])[code]


def paths(codes: Iterable[str]) -> dict[str, list[Area]]:
    """The path of each area that exists, with one query; names repeat, paths do not."""
    wanted = list(codes)
    # A parent's code is the beginning of its child's, so all that may be needed is known beforehand.
    above = {code[:length] for code in wanted for length in LEVELS}
    by_code = {area.code: area for area in db.session.scalars(select(Area).where(Area.code.in_(above)))}
    return {code: _upwards(by_code[code], by_code) for code in wanted if code in by_code}


def _upwards(area: Area, by_code: dict[str, Area]) -> list[Area]:
    line = [area]
    while (parent := line[-1].parent_code) is not None:
        line.append(by_code[parent])
    return line[::-1]


def population(code: str, day: date) -> int | None:
    """The people living in an area on a day, None where nobody has said."""
    return in_force([code], day).get(code)


def populations(codes: Iterable[str], day: date) -> dict[str, int]:
    """The same for many areas at once; unknown ones are left out."""
    return in_force(list(codes), day)


def communities_within(code: str) -> int:
    """How many open communities there are in an area; one, if it is an open community itself."""
    query = select(func.count()).where(Area.level == "community", within(Area.code, code), Area.closed_on.is_(None))
    return db.session.scalar(query) or 0
