"""Reading the official tables: cities.csv, areas.csv, streets.csv, villages.csv, and a table of populations.

Everything is checked before anything is returned. A table with a bad row is refused whole, and the refusal names
each row as "villages.csv:12: …", at most MAX_LINES of them.
"""

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from civic.areas.models import LEVELS
from civic.rules.refused import Refused

if TYPE_CHECKING:
    from _csv import Reader  # it has no public name

MAX_LINES = 50
MAX_NAME_CHARACTERS = 100
MAX_PEOPLE = 100_000_000
_CITY = 4
_UNREADABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode categories; rare characters in private use are names


class ImportRefused(Refused):
    """The tables hold mistakes and nothing was imported; `lines` names them, `count` says how many there are."""

    def __init__(self, lines: list[str], count: int | None = None) -> None:
        self.lines = lines
        self.count = len(lines) if count is None else count
        super().__init__("areas_refused", count=self.count, first=lines[0])


class Place(NamedTuple):
    """One area as the tables have it."""

    name: str
    parent_code: str | None


# The areas of one root by their codes, the root first and every parent before its children.
Tree = dict[str, Place]


class Row(NamedTuple):
    """A row under the names of its columns, and the line on which it ends."""

    line: int
    cells: dict[str, str]


@dataclass
class Problems:
    """Collects what is wrong, so that one run shows everything there is to mend."""

    lines: list[str] = field(default_factory=list)
    count: int = 0
    has_lost_rows: bool = False  # a whole file could not be read: what hangs on its rows cannot be judged

    def lose(self, file: str, line: int | None, text: str) -> None:
        """Note that a file, or the rest of it, could not be read."""
        self.has_lost_rows = True
        self.add(file, line, text)

    def add(self, file: str, line: int | None, text: str) -> None:
        """Note one mistake; after MAX_LINES they are only counted."""
        self.count += 1
        if len(self.lines) < MAX_LINES:
            self.lines.append(f"{file}: {text}" if line is None else f"{file}:{line}: {text}")

    def refuse_if_any(self) -> None:
        """Raise ImportRefused with everything noted so far."""
        if self.count:
            raise ImportRefused(self.lines, self.count)


class Layout(NamedTuple):
    """What one of the four files holds."""

    file: str
    lengths: tuple[int, ...]
    parent_column: str | None
    parent_length: int


CITIES = Layout("cities.csv", (_CITY, 6), None, 0)
DISTRICTS = Layout("areas.csv", (6,), "cityCode", 4)
STREETS = Layout("streets.csv", (9,), "areaCode", 6)
VILLAGES = Layout("villages.csv", (12,), "streetCode", 9)


def read_tables(directory: Path) -> list[Tree]:
    """The areas of each root in the directory. Raises ImportRefused naming every bad row."""
    return _Reader(directory).read()


def read_populations(file: Path) -> dict[str, tuple[int, int]]:
    """People and line by code, from a table with the columns code and population. Raises ImportRefused."""
    problems = Problems()
    people: dict[str, tuple[int, int]] = {}
    for line, cells in _rows(file, ("code", "population"), problems):
        code, text = cells["code"], cells["population"]
        if len(code) not in LEVELS or not _is_number(code):
            problems.add(file.name, line, f"code {_shown(code)} does not have 4, 6, 9 or 12 digits")
        elif code in people:
            problems.add(file.name, line, f"code {code} stands on line {people[code][1]} already")
        elif not _is_number(text) or len(text) > len(str(MAX_PEOPLE)) or int(text) > MAX_PEOPLE:
            problems.add(file.name, line, f"population {_shown(text)} is not a whole number from 0 to {MAX_PEOPLE}")
        else:
            people[code] = (int(text), line)
    if not people and not problems.count:
        problems.add(file.name, None, "has no rows")
    problems.refuse_if_any()
    return people


class _Reader:
    """One reading of a directory; what is known so far is what the next row is checked against."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.problems = Problems()
        self.trees: dict[str, Tree] = {}  # by root
        self.tree_of: dict[str, Tree] = {}  # by the code of every area above a community
        self.seen: set[str] = set()  # also the codes of bad rows, so that one mistake is not told once a child
        self.stand_ins: dict[str, str] = {}  # 441900 → 4419: a city that stands as its own district
        self.lacks_cities = False

    def read(self) -> list[Tree]:
        """Read the four files in the order of the levels."""
        if not self.directory.is_dir():
            raise ImportRefused([f"{self.directory}: no such directory"])
        # A county stands at the root: its tables may come without a file of cities.
        self.lacks_cities = not _has_content(self.directory / CITIES.file)
        if not self.lacks_cities:
            self._read_file(CITIES)
        self._read_file(DISTRICTS)
        for layout in (STREETS, VILLAGES):
            # Without this, a table cut short would close every area of a level.
            if not self._read_file(layout) and not self.problems.count:
                self.problems.add(layout.file, None, "has no rows")
        self.problems.refuse_if_any()
        return list(self.trees.values())

    def _read_file(self, layout: Layout) -> int:
        required = ("code", "name", layout.parent_column) if layout.parent_column else ("code", "name")
        has_cities = bool(self.trees)
        count = 0
        for row in _rows(self.directory / layout.file, required, self.problems):
            count += 1
            mistake = self._mistake(layout, row.cells) or self._take(layout, row.cells, has_cities)
            if mistake:
                self.problems.add(layout.file, row.line, mistake)
        return count

    def _mistake(self, layout: Layout, cells: dict[str, str]) -> str | None:
        """What is wrong with a row in itself; notes its code as seen."""
        code, name = cells["code"], cells["name"]
        if not _is_number(code) or len(code) not in layout.lengths:
            digits = " or ".join(map(str, layout.lengths))
            return f"code {_shown(code)} does not have {digits} digits"
        if code in self.seen:
            return f"code {code} stands in the tables already"
        self.seen.add(code)
        if not name:
            return f"{code} has no name"
        if len(name) > MAX_NAME_CHARACTERS or not _is_readable(name):
            return f"{code} has an unreadable name: {_shown(name)}"
        for column, value in cells.items():
            if column.endswith("Code") and not code.startswith(value):
                return f"{code} does not lie in {column} {_shown(value)}"
        return None

    def _take(self, layout: Layout, cells: dict[str, str], has_cities: bool) -> str | None:
        """Hang a row on its parent, or say why it cannot be."""
        code, place = cells["code"], Place(cells["name"], None)
        if layout.parent_column is None:
            return self._take_root(code, place)
        parent = cells[layout.parent_column]
        if layout is DISTRICTS and not (parent and has_cities):
            if parent and self.lacks_cities:
                return f"{code} names city {parent}, but cities.csv is missing or empty"
            return self._take_root(code, place)
        parent = self.stand_ins.get(parent, parent)
        if parent not in self.tree_of:
            is_told = parent in self.seen or self.problems.has_lost_rows
            return None if is_told else f"unknown {layout.parent_column} {_shown(parent)}"
        if parent != code[: layout.parent_length] and not (layout is STREETS and code.startswith(parent + "00")):
            return f"{code} does not hang from {layout.parent_column} {parent}"
        tree = self.tree_of[parent]
        if layout is DISTRICTS and code == parent + "00" and place.name == tree[parent].name:
            self.stand_ins[code] = parent
            return None
        tree[code] = Place(place.name, parent)
        if layout is not VILLAGES:
            self.tree_of[code] = tree
        return None

    def _take_root(self, code: str, place: Place) -> str | None:
        if any(root.startswith(code) for root in self.trees):
            return f"{code} stands as a root, but a county of it does so too"
        if code[:_CITY] in self.trees:
            return f"{code} stands as a root, but its city {code[:_CITY]} is in the tables too"
        self.trees[code] = self.tree_of[code] = {code: place}
        return None


def _has_content(file: Path) -> bool:
    return file.exists() and (not file.is_file() or file.stat().st_size > 0)


def _rows(file: Path, required: tuple[str, ...], problems: Problems) -> Iterator[Row]:
    """The rows of a table that have the right number of cells; everything else is noted."""
    try:
        # utf-8-sig takes the mark that spreadsheets put in front, and does without it.
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            try:
                yield from _rows_of(reader, file.name, required, problems)
            except csv.Error as error:
                problems.lose(file.name, reader.line_num, f"cannot be read as csv: {error}")
    except FileNotFoundError:
        problems.lose(file.name, None, "no such file")
    except UnicodeDecodeError:
        problems.lose(file.name, _first_line_not_utf8(file), "is not UTF-8 text; save the table as UTF-8")
    except OSError as error:
        problems.lose(file.name, None, f"cannot be read: {error.strerror}")


def _rows_of(reader: "Reader", file: str, required: tuple[str, ...], problems: Problems) -> Iterator[Row]:
    header = [cell.strip() for cell in next(reader, [])]
    if not header:
        problems.lose(file, None, "is empty")
        return
    missing = [column for column in required if header.count(column) != 1]
    if missing:
        problems.lose(file, 1, f"the header needs the column {', '.join(missing)} once")
        return
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            problems.add(file, reader.line_num, f"has {len(cells)} cells, the header {len(header)}")
            continue
        yield Row(reader.line_num, dict(zip(header, map(str.strip, cells), strict=True)))


def _first_line_not_utf8(file: Path) -> int | None:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return None


def _is_readable(name: str) -> bool:
    return name.isprintable() or not any(unicodedata.category(char) in _UNREADABLE for char in name)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _shown(text: str) -> str:
    """What stands in a cell, safe and short enough for one line of a terminal."""
    return ascii(text[:40]) if not text.isprintable() or not text else text[:40]
