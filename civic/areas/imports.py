"""Taking over the official tables of areas and populations; service.py offers both verbs to other rooms."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Table, bindparam, insert, select, text, update

from civic.areas import names
from civic.areas.models import CODE_LENGTHS, LEVELS, Area, Population, within
from civic.areas.populations import in_force
from civic.areas.tables import MAX_LINES, ImportRefused, Problems, Tree, read_populations, read_tables
from civic.db import db

BATCH_ROWS = 5_000
MANY_ROWS = 10_000
_COLUMNS = ("code", "parent_code", "level", "name", "short_name", "pinyin", "initials", "closed_on")
T = TypeVar("T")
_AREA = cast(Table, Area.__table__)
_POPULATION = cast(Table, Population.__table__)


def import_tables(directory: Path, on: date) -> dict[str, int]:
    """Take over the tables of a directory, all or nothing; other roots than those it holds are not touched.

    Returns how many areas of each level the tables hold, and, where there were any, how many were "renamed",
    "closed" (they vanished from the tables) and "reopened". Raises ImportRefused.
    """
    trees = read_tables(directory)
    _refuse_torn_roots(trees)
    counts = dict.fromkeys(LEVELS.values(), 0)
    changes = dict.fromkeys(("renamed", "closed", "reopened"), 0)
    written = sum(_import_tree(tree, on, counts, changes) for tree in trees)
    if written > MANY_ROWS:
        # Fresh statistics, or the first searches are planned for the empty table of before.
        db.session.execute(text("ANALYZE area"))
    db.session.expire_all()
    return counts | {change: count for change, count in changes.items() if count}


def _refuse_torn_roots(trees: list[Tree]) -> None:
    # A county at the root of the tables whose city stands in the database would be torn out of it.
    cities = {code[:4]: code for code in map(_root_of, trees) if len(code) > CODE_LENGTHS["city"]}
    standing = db.session.scalars(select(Area.code).where(Area.code.in_(cities), Area.closed_on.is_(None)))
    lines = [
        f"{cities[city]} stands as a root in the tables, but its city {city} is here already; import the whole city"
        for city in sorted(standing)
    ]
    if lines:
        raise ImportRefused(lines[:MAX_LINES], len(lines))


def _root_of(tree: Tree) -> str:
    return next(iter(tree))


def _import_tree(tree: Tree, on: date, counts: dict[str, int], changes: dict[str, int]) -> int:
    """Bring one root and all below it to what its tables say; answer how many rows that took."""
    standing = _standing(tree)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for code, place in tree.items():
        level = LEVELS[len(code)]
        counts[level] += 1
        row = (code, place.parent_code, level, place.name, *names.spell(place.name, level), None)
        was = standing.pop(code, None)
        if was is None:
            new.append(dict(zip(_COLUMNS, row, strict=True)))
        elif was != row:
            changed.append(dict(zip(_COLUMNS, row, strict=True)) | {"this_code": code})
            changes["renamed"] += was[3] != place.name
            changes["reopened"] += was[-1] is not None
    vanished = [code for code, was in standing.items() if was[-1] is None]
    changes["closed"] += len(vanished)
    _write(new, changed, vanished, on)
    return len(new) + len(changed) + len(vanished)


def _standing(tree: Tree) -> dict[str, tuple[Any, ...]]:
    """The rows of a root as they are, without other roots that its code happens to hold and the tables do not."""
    root = _root_of(tree)
    rows = db.session.execute(select(*_AREA.c[_COLUMNS]).where(within(Area.code, root)).order_by(Area.code))
    standing = {row.code: tuple(row) for row in rows}
    others = tuple(code for code, row in standing.items() if row[1] is None and code not in tree and code != root)
    return {code: row for code, row in standing.items() if not code.startswith(others)} if others else standing


def _write(new: list[dict[str, Any]], changed: list[dict[str, Any]], vanished: list[str], on: date) -> None:
    for rows in _batches(new):
        db.session.execute(insert(_AREA), rows)
    overwrite = update(_AREA).where(_AREA.c.code == bindparam("this_code"))
    for rows in _batches(changed):
        db.session.connection().execute(overwrite.values({name: bindparam(name) for name in _COLUMNS[1:]}), rows)
    for codes in _batches(vanished):
        db.session.execute(update(_AREA).where(_AREA.c.code.in_(codes)).values(closed_on=on))


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH_ROWS)):
        yield batch


def import_population(file: Path, on: date) -> int:
    """Take over the people living in communities, in force from a day on; answer how many rows that added.

    A row is added only where the figure differs from the one in force, so a file may be imported again.
    Raises ImportRefused naming every bad row; then nothing is added.
    """
    people = read_populations(file)
    _refuse_strangers(file.name, people)
    standing = in_force(list(people), on)
    rows = [
        {"area_code": code, "from_on": on, "people": count}
        for code, (count, _line) in people.items()
        if standing.get(code) != count
    ]
    for batch in _batches(rows):
        db.session.execute(insert(_POPULATION), batch)
    return len(rows)


def _refuse_strangers(file: str, people: dict[str, tuple[int, int]]) -> None:
    closed_on: dict[str, date | None] = {}
    for codes in _batches(people):
        found = select(Area.code, Area.closed_on).where(Area.code.in_(codes))
        closed_on |= {row.code: row.closed_on for row in db.session.execute(found)}
    problems = Problems()
    for code, (_count, line) in people.items():
        if code not in closed_on:
            problems.add(file, line, f"unknown code {code}")
        elif LEVELS[len(code)] != "community":
            problems.add(file, line, f"{code} is a {LEVELS[len(code)]}; populations are those of communities")
        elif (day := closed_on[code]) is not None:
            problems.add(file, line, f"{code} was closed on {day.isoformat()}")
    problems.refuse_if_any()
