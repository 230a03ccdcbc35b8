"""The catalogue's questions. It is read from files once a process and changes only with a release."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from civic.activities import checks, files, search
from civic.activities.models import Activity, Catalogue, Shelf
from civic.rules.points import PointRule
from civic.rules.refused import NotFound


@cache
def catalogue() -> Catalogue:
    """Every activity and every version of its rule. Raises CatalogueError where a file cannot be read."""
    return files.load()


def get(key: str) -> Activity:
    """The activity of that key, also one that opens later. Raises NotFound."""
    return catalogue().get(key)


def get_open(key: str) -> Activity:
    """The activity of that key, if it can be logged now. Raises NotFound."""
    activity = get(key)
    if not activity.is_open:
        raise NotFound("activity", "activity")
    return activity


def open_activities() -> tuple[Activity, ...]:
    """The activities that can be logged now, category by category."""
    return catalogue().open()


def open_shelves() -> tuple[Shelf, ...]:
    """The same, grouped by category."""
    return catalogue().shelves(open_activities())


def find_open(query: str) -> tuple[Activity, ...]:
    """The open activities that match what a person typed, best first; all of them for an empty query."""
    return search.find_open(catalogue(), query)


def usual(keys: Iterable[str]) -> tuple[Activity, ...]:
    """The open activities among these keys, in their order; keys of the past are left out."""
    by_key = {activity.key: activity for activity in open_activities()}
    return tuple(by_key[key] for key in dict.fromkeys(keys) if key in by_key)


def rule_on(key: str, day: date) -> PointRule:
    """The rule in force on a day. Raises NotFound for the key, Refused before its first version."""
    return catalogue().rule_on(key, day)


def rule_version(key: str, version: int) -> PointRule:
    """A rule by its version. Raises NotFound."""
    return catalogue().rule_version(key, version)


def rulebook(day: date) -> str:
    """The name of the set of rules in force on a day: 2026-11."""
    return f"{day:%Y-%m}"


def check() -> list[str]:
    """Everything that is wrong with the catalogue; empty when it may be used."""
    try:
        return checks.problems(catalogue())
    except files.CatalogueError as error:
        return [str(error)]
