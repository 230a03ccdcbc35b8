"""Choosing a community without script: by a search, or down the tree one level a page."""

from dataclasses import dataclass, field

from flask import request

from civic.areas import service as areas
from civic.areas.models import Area

MAX_FOUND = 20


@dataclass(frozen=True)
class Picker:
    """What stands on a page where somebody chooses a community."""

    chosen: list[Area] = field(default_factory=list)  # the chosen community's path, itself last
    text: str = ""  # what was searched for
    found: list[Area] = field(default_factory=list)
    where: dict[str, list[Area]] = field(default_factory=dict)  # the path of each found one: names repeat
    above: list[Area] = field(default_factory=list)  # where we stand in the tree
    below: list[Area] = field(default_factory=list)


def picker(code: str = "") -> Picker:
    """Read the address: the chosen community, else what `?q=` finds, else the tree below `?area=`."""
    chosen = areas.find_area(code)
    if chosen is not None and chosen.level == "community" and chosen.closed_on is None:
        return Picker(chosen=areas.path(code))
    text = request.args.get("q", "").strip()
    found = areas.search(text, level="community", limit=MAX_FOUND) if text else []
    above, below = _tree(request.args.get("area", ""))
    return Picker(text=text, found=found, where=areas.paths(area.code for area in found), above=above, below=below)


def _tree(code: str) -> tuple[list[Area], list[Area]]:
    area = areas.find_area(code)
    roots = [] if area else areas.roots()
    if len(roots) == 1:  # with one city there is nothing to choose yet
        area = roots[0]
    if area is None:
        return [], roots
    return areas.path(area.code), areas.children(area.code)
