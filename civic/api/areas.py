"""The tree of areas."""

from typing import Any

from civic import clock
from civic.access import open_to_all
from civic.api import paging
from civic.api.blueprint import ApiBlueprint
from civic.api.schemas import AreaQuery, AreasOut
from civic.areas import service
from civic.areas.models import Area
from civic.rules.refused import Refused
from civic.web import zone

MAX_FOUND = 1000  # nobody reads on that far; a better text finds better

bp = ApiBlueprint("areas", "The official tree: city, district, subdistrict, community.")


@bp.get("/areas")
@open_to_all
@bp.takes(AreaQuery, location="query")
@bp.answers(200, AreasOut)
@bp.fails(404, 422)
def list_areas(query: dict[str, Any]) -> dict[str, Any]:
    """The areas below one, or those a text may mean; without either, the roots."""
    if "q" in query:
        return _found(query)
    if "parent" not in query:
        return {"items": _items(service.roots()), "next": None}
    parent = service.get_area(query["parent"])
    found = service.children(parent.code, after=query.get("after", ""), limit=paging.PAGE_ROWS + 1)
    page, last = paging.split(found)
    return {"items": _items(page), "next": paging.next_path(after=last.code) if last else None}


def _found(query: dict[str, Any]) -> dict[str, Any]:
    """What a text may mean, the likeliest first."""
    skip = query.get("skip", 0)
    if skip > MAX_FOUND:
        raise Refused("cursor_unknown", "skip")
    under = service.get_area(query["parent"]).code if "parent" in query else None
    found = service.search(query["q"], under=under, limit=skip + paging.PAGE_ROWS + 1)[skip:]
    page, last = paging.split(found)
    has_next = last is not None and skip + paging.PAGE_ROWS <= MAX_FOUND
    return {"items": _items(page), "next": paging.next_path(skip=skip + paging.PAGE_ROWS) if has_next else None}


def _items(areas: list[Area]) -> list[dict[str, Any]]:
    people = service.populations([area.code for area in areas], clock.today(zone()))
    return [
        {
            "code": area.code,
            "name": area.name,
            "short_name": area.short_name,
            "level": area.level,
            "parent": area.parent_code,
            "population": people.get(area.code),
        }
        for area in areas
    ]
