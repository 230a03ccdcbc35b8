"""Reads the badges, which are data beside the catalogue, and says what is wrong with them."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from civic.activities import files
from civic.activities import service as activities
from civic.activities.models import CATEGORIES, ICONS
from civic.rules.progress import STEPS, BadgeRule

FILE = files.DIRECTORY / "badges.toml"
LEAST_BADGES = 20
LONGEST_NAME_ZH, LONGEST_NAME_EN = 10, 32
# Kind of rule: the figures it needs beside n, and those it may have.
NEEDS = {"books": {"minutes"}, "returns": {"weeks"}}
MAY_HAVE = {"acts": {"category", "activity"}, "days": {"months"}}
FIGURES = ("category", "activity", "months", "minutes", "weeks")
FIELDS = {"key": str, "icon": str, "rule": dict, "name": dict, "asks": dict}
TYPES: dict[str, type] = {
    "kind": str,
    "n": int,
    "category": str,
    "activity": str,
    "months": list,
    "minutes": int,
    "weeks": int,
}
ALL_CATEGORIES = len(CATEGORIES)
MOST = {"categories": ALL_CATEGORIES, "seasons": 4}
FIGURE = re.compile(r"[0-9]+")


class BadgesError(Exception):
    """The file of badges cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Badge:
    """A badge: what it is called, what it asks for, and the rule that says whether it is reached."""

    key: str
    icon: str
    rule: BadgeRule
    name_zh: str
    name_en: str
    asks_zh: str
    asks_en: str

    def asks_in(self, language: str) -> str:
        """What it asks for, in one sentence."""
        return self.asks_en if language == "en" else self.asks_zh


@cache
def all_badges() -> tuple[Badge, ...]:
    """Every badge, in the order of the file. Raises BadgesError where it cannot be read."""
    return load()


def load(file: Path = FILE) -> tuple[Badge, ...]:
    """The badges of a file. Raises BadgesError."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadgesError(f"{file.name}: {error}") from None
    _only(written, {"badge"}, file.name)
    return tuple(_badge(table, file.name) for table in written.get("badge", []))


def check() -> list[str]:
    """Everything that is wrong with the badges; empty when residents may see them."""
    try:
        return problems(all_badges())
    except BadgesError as error:
        return [str(error)]


def problems(badges: tuple[Badge, ...]) -> list[str]:
    """The same for any badges."""
    found = [f"badges.toml: {badge.key}: {fault}" for badge in badges for fault in _faults(badge)]
    for what, values in (("key", [badge.key for badge in badges]), ("rule", [badge.rule for badge in badges])):
        found += [f"badges.toml: this {what} stands twice: {value}" for value, n in Counter(values).items() if n > 1]
    if len(badges) < LEAST_BADGES:
        found.append(f"badges.toml: there are {len(badges)} badges; residents were promised {LEAST_BADGES}")
    return found


def _badge(table: dict[str, Any], where: str) -> Badge:
    where = f"{where}: {table.get('key', 'a badge without a key')}"
    _only(table, set(FIELDS), where)
    for field, kind in FIELDS.items():
        if type(table.get(field)) is not kind:
            raise BadgesError(f"{where}: {field} must be {kind.__name__}")
    rule = table["rule"]
    _only(rule, set(TYPES), f"{where}: rule")
    for field, value in rule.items():
        if type(value) is not TYPES[field]:  # a truth value is a whole number in Python; in a file it is a mistake
            raise BadgesError(f"{where}: {field} must be {TYPES[field].__name__}")
    if rule.get("kind") not in STEPS:
        raise BadgesError(f"{where}: kind must be one of {', '.join(STEPS)}")
    figures = {**rule, "months": tuple(rule.get("months", ()))}
    texts: dict[str, str] = {}
    for field in ("name", "asks"):
        _only(table[field], {"zh", "en"}, f"{where}: {field}")
        texts |= {f"{field}_{language}": str(table[field].get(language, "")).strip() for language in ("zh", "en")}
    return Badge(table["key"], table["icon"], BadgeRule(n=figures.pop("n", 0), **figures), **texts)


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise BadgesError(f"{where}: unknown field {', '.join(unknown)}")


def _faults(badge: Badge) -> Iterator[str]:
    if not (badge.key.isascii() and badge.key.isidentifier() and badge.key.islower()):
        yield "key must be English snake case"
    if badge.icon not in ICONS:
        yield f"icon {badge.icon!r} is not in the set"
    if not (0 < len(badge.name_zh) <= LONGEST_NAME_ZH and 0 < len(badge.name_en) <= LONGEST_NAME_EN):
        yield f"name needs zh (at most {LONGEST_NAME_ZH}) and en (at most {LONGEST_NAME_EN} characters)"
    yield from _sentence_faults(badge)
    yield from _rule_faults(badge.rule)


def _sentence_faults(badge: Badge) -> Iterator[str]:
    """The sentence must say what the rule does: each of its figures stands in it, in both languages."""
    rule = badge.rule
    named = {rule.n, rule.minutes, rule.weeks} - {0, 1}  # a single one is said in words
    for language, text, end in (("zh", badge.asks_zh, "。"), ("en", badge.asks_en, ".")):
        if not text.endswith(end) or text.count(end) != 1:
            yield f"asks must be one sentence ({language})"
        missing = named - {int(figure) for figure in FIGURE.findall(text)}
        if missing:
            yield f"asks does not name the figure {', '.join(map(str, sorted(missing)))} ({language})"


def _rule_faults(rule: BadgeRule) -> Iterator[str]:
    given = {field for field in FIGURES if getattr(rule, field)}
    needed, allowed = NEEDS.get(rule.kind, set()), MAY_HAVE.get(rule.kind, set())
    if needed - given:
        yield f"a rule of the kind {rule.kind} needs {', '.join(sorted(needed - given))}"
    if given - needed - allowed:
        yield f"a rule of the kind {rule.kind} has no {', '.join(sorted(given - needed - allowed))}"
    if rule.n < 1 or rule.minutes < 0 or rule.weeks < 0:
        yield "figures are at least 1"
    if rule.n > MOST.get(rule.kind, rule.n):
        yield f"there are only {MOST[rule.kind]} of them"
    if rule.category and (rule.activity or rule.category not in CATEGORIES):
        yield f"category {rule.category!r} is none of the catalogue's, or stands beside an activity"
    if any(month not in range(1, 13) for month in rule.months):
        yield "months are 1 to 12"
    yield from _activity_faults(rule.activity)


def _activity_faults(key: str) -> Iterator[str]:
    activity = activities.catalogue().activities.get(key)
    if key and (activity is None or not activity.is_open or activity.is_pledge):
        yield f"activity {key!r} is none that can be done now"
