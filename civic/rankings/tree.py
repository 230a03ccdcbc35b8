"""The areas a period's rankings are made of: every city that has anything to say, and all that lies in it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import exists, func, select

from civic.accounts.models import Membership
from civic.areas.models import CODE_LENGTHS, LEVELS, Area
from civic.db import db
from civic.rankings.service import AREA_BOARDS


@dataclass(frozen=True)
class Tree:
    """Areas by code, each with the codes from its root down to itself."""

    paths: dict[str, tuple[str, ...]]
    below: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # (area, board) → subjects, by code

    @cached_property
    def communities(self) -> list[str]:
        """The codes of all communities."""
        return [code for code in self.paths if LEVELS[len(code)] == "community"]

    @cached_property
    def city_of(self) -> dict[str, str]:
        """The root of each community."""
        return {code: self.paths[code][0] for code in self.communities}

    def boards(self) -> Iterator[tuple[str, str, list[str]]]:
        """(area, of, subjects) of every ranking of areas that has anybody to list, by code."""
        for (area, of), subjects in sorted(self.below.items()):
            yield area, of, subjects


def cities() -> list[str]:
    """Every root that anybody ever belonged to."""
    belongs = exists().where(Membership.community_code >= Area.code, Membership.community_code < Area.code + ":")
    return list(db.session.scalars(select(Area.code).where(Area.parent_code.is_(None), belongs).order_by(Area.code)))


def tree_on(day: date, roots: Iterable[str], active: Iterable[str]) -> Tree:
    """All areas of these cities that are open on that day, or active though closed."""
    first_four = {root[: CODE_LENGTHS["city"]] for root in roots}
    rows = db.session.execute(
        select(Area.code, Area.parent_code, Area.closed_on).where(func.substr(Area.code, 1, 4).in_(first_four))
    ).all()
    parents = {row.code: row.parent_code for row in rows}
    needed = {code for each in active if each in parents for code in _path(each, parents)}
    open_then = {row.code for row in rows if row.closed_on is None or row.closed_on > day}
    return _tree(needed | open_then, parents)


def tree_of(codes: Iterable[str]) -> Tree:
    """These areas and whatever lies above them: the tree as it was when a ranking of them was sealed."""
    parents = {row.code: row.parent_code for row in db.session.execute(select(Area.code, Area.parent_code))}
    return _tree({code for each in codes if each in parents for code in _path(each, parents)}, parents)


def _tree(codes: set[str], parents: dict[str, str | None]) -> Tree:
    paths = {code: _path(code, parents) for code in sorted(codes)}
    return Tree(paths, _boards(paths))


def _path(code: str, parents: dict[str, str | None]) -> tuple[str, ...]:
    line = [code]
    while (parent := parents.get(line[-1])) is not None:
        line.append(parent)
    return tuple(reversed(line))


def _boards(paths: dict[str, tuple[str, ...]]) -> dict[tuple[str, str], list[str]]:
    board_of = {level: of for of, level in AREA_BOARDS.items()}
    below: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code in sorted(paths):
        of = board_of.get(LEVELS[len(code)])
        for above in paths[code][:-1]:
            if of and len(above) < CODE_LENGTHS["community"]:
                below[above, of].append(code)
    return dict(below)
