"""Reads the catalogue's files. What cannot be read at all is refused here; what reads but is wrong, in checks.py."""

import csv
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from civic.activities.models import CATEGORIES, EVIDENCE, KINDS, OPENS, Activity, Catalogue, Category, FormLine
from civic.rules import points
from civic.rules.points import PointRule

DIRECTORY = Path(__file__).parent / "catalogue"
RULES_FILE = "point_rules.csv"
RULE_COLUMNS = [
    "key",
    "version",
    "from_on",
    "published_on",
    "base",
    "per_unit",
    "min",
    "max",
    "per_day",
    "per_week",
    "once_per",
]
# Field of the file: the type it must have.
FIELDS: dict[str, type] = {
    "key": str,
    "kind": str,
    "opens": str,
    "icon": str,
    "source": str,
    "name": dict,
    "hint": dict,
    "unit": dict,
    "promise": dict,
    "minutes": int,
    "evidence": list,
    "note_min": int,
    "form": list,
    "form_min": int,
    "needs_title": bool,
    "hours_hundredths": int,
}


class CatalogueError(Exception):
    """A file of the catalogue cannot be read; the message names the file, the place in it and what is wrong."""


def load(directory: Path = DIRECTORY) -> Catalogue:
    """The catalogue in a directory. Raises CatalogueError."""
    categories: dict[str, Category] = {}
    activities: dict[str, Activity] = {}
    for key in CATEGORIES:
        where = f"{key}.toml"
        written = _toml(directory / where)
        _only(written, {"category", "activity"}, where)
        categories[key] = _category(key, written.get("category"), where)
        for table in written.get("activity", []):
            activity = _activity(key, table, where)
            if activity.key in activities:
                raise CatalogueError(f"{where}: {activity.key}: this key is taken")
            activities[activity.key] = activity
    rules = _rules(directory / RULES_FILE, activities)
    return Catalogue(MappingProxyType(categories), MappingProxyType(activities), MappingProxyType(rules))


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueError(f"{file.name}: the file is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{file.name}: {error}") from None


def _category(key: str, table: Any, where: str) -> Category:
    if not isinstance(table, dict):
        raise CatalogueError(f"{where}: the table [category] is missing")
    _only(table, {"name"}, f"{where}: [category]")
    name = _texts(table, "name", ("zh", "en"), f"{where}: [category]")
    return Category(key, name["zh"], name["en"])


def _activity(category: str, table: dict[str, Any], where: str) -> Activity:
    where = f"{where}: {table.get('key', 'an activity without a key')}"
    _only(table, set(FIELDS), where)
    for field, kind in FIELDS.items():
        # A truth value is a whole number in Python; in a file it is a mistake.
        if field in table and (type(table[field]) is not kind):
            raise CatalogueError(f"{where}: {field} must be {kind.__name__}, not {table[field]!r}")
    name, hint, promise = (_texts(table, field, ("zh", "en"), where) for field in ("name", "hint", "promise"))
    unit = _texts(table, "unit", ("zh", "en", "plural"), where)
    form = tuple(_form_line(line, where) for line in table.get("form", []))
    return Activity(
        key=_key(table, where),
        category=category,
        kind=_one_of(table.get("kind", ""), KINDS, f"{where}: kind"),
        opens=_one_of(table.get("opens", "now"), OPENS, f"{where}: opens"),
        icon=table.get("icon", ""),
        source=table.get("source", ""),
        name_zh=name["zh"],
        name_en=name["en"],
        hint_zh=hint["zh"],
        hint_en=hint["en"],
        noun_zh=unit["zh"],
        noun_en=unit["en"],
        noun_en_plural=unit["plural"] or unit["en"],
        minutes=table.get("minutes", 0),
        evidence=tuple(_one_of(kind, EVIDENCE, f"{where}: evidence") for kind in table.get("evidence", [])),
        note_min=table.get("note_min", 0),
        form=form,
        form_min=table.get("form_min", len(form)),
        promise_zh=promise["zh"],
        promise_en=promise["en"],
        needs_title=table.get("needs_title", False),
        hours_hundredths=table.get("hours_hundredths", 0),
    )


def _key(table: dict[str, Any], where: str) -> str:
    key = str(table.get("key", ""))
    if not (key.isascii() and key.isidentifier() and key.islower() and len(key) <= 64):
        raise CatalogueError(f"{where}: key must be English snake case of at most 64 characters")
    return key


def _form_line(line: Any, where: str) -> FormLine:
    texts = _texts({"form": line}, "form", ("key", "zh", "en"), where)
    return FormLine(texts["key"], texts["zh"], texts["en"])


def _texts(table: dict[str, Any], field: str, parts: tuple[str, ...], where: str) -> dict[str, str]:
    """The texts under a field; what is absent is empty, for checks.py to name."""
    texts = table.get(field, {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise CatalogueError(f"{where}: {field} must hold texts under {', '.join(parts)}")
    _only(texts, set(parts), f"{where}: {field}")
    return {part: texts.get(part, "").strip() for part in parts}


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise CatalogueError(f"{where}: unknown field {', '.join(unknown)}")


def _one_of(value: Any, allowed: tuple[str, ...], where: str) -> str:
    if value not in allowed:
        raise CatalogueError(f"{where} must be one of {', '.join(allowed)}, not {value!r}")
    return str(value)


def _rules(file: Path, activities: Mapping[str, Activity]) -> dict[str, tuple[PointRule, ...]]:
    rules: dict[str, list[PointRule]] = {key: [] for key in activities}
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{file.name}: {error}") from None
    reader = csv.DictReader(text.splitlines(), strict=True)
    if reader.fieldnames != RULE_COLUMNS:
        raise CatalogueError(f"{file.name}:1: the columns must be {','.join(RULE_COLUMNS)}")
    for row in reader:
        where = f"{file.name}:{reader.line_num}: {row['key']}"
        if row["key"] not in rules:
            raise CatalogueError(f"{where}: no activity has this key")
        rule = _rule(row, where)
        versions = rules[row["key"]]
        if rule.version != len(versions) + 1 or (versions and rule.from_on <= versions[-1].from_on):
            raise CatalogueError(f"{where}: versions must be 1, 2, 3 …, each starting later than the one before")
        versions.append(rule)
    return {key: tuple(versions) for key, versions in rules.items()}


def _rule(row: dict[str, str], where: str) -> PointRule:
    if None in row or None in row.values():  # csv's way to say: a field too many, or too few
        raise CatalogueError(f"{where}: the line needs {len(RULE_COLUMNS)} fields")
    try:
        return PointRule(
            version=_whole(row["version"]),
            base=_whole(row["base"]),
            per_unit_hundredths=points.hundredths(row["per_unit"]),
            min_quantity=_whole(row["min"]),
            max_quantity=_whole(row["max"]),
            per_day=_whole(row["per_day"]) if row["per_day"] else None,
            per_week=_whole(row["per_week"]) if row["per_week"] else None,
            once_per=row["once_per"] or None,
            from_on=date.fromisoformat(row["from_on"]),
            published_on=date.fromisoformat(row["published_on"]),
        )
    except ValueError as error:
        raise CatalogueError(f"{where}: {error}") from None


def _whole(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise ValueError(f"not a whole number: {written!r}")
    return int(written)
