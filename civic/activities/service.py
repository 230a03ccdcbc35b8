"""The catalogue's questions. Files are read once a process; the city's own versions of rules are laid over them."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from civic.activities import checks, city_rules, files, search
from civic.activities.models import Activity, Catalogue, Shelf
from civic.rules.points import PointRule
from civic.rules.refused import NotFound


@cache
def written() -> Catalogue:
    """The catalogue as the files have it. Raises CatalogueError where one cannot be read."""
    return files.load()


def catalogue() -> Catalogue:
    """Every activity and every version of its rule. Raises CatalogueError where a file cannot be read."""
    return city_rules.laid_over(written())


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


def latest_rule(key: str) -> PointRule:
    """The newest version of a rule, also one still to come into force."""
    return catalogue().rules[get(key).key][-1]


def to_come(day: date) -> list[tuple[Activity, PointRule]]:
    """What is published and not in force yet, the nearest first."""
    found = [
        (activity, rule)
        for activity in open_activities()
        for rule in catalogue().rules[activity.key]
        if rule.from_on > day
    ]
    return sorted(found, key=lambda one: (one[1].from_on, one[0].key))


def rulebook(day: date) -> str:
    """The name of the set of rules in force on a day: 2026-11."""
    return f"{day:%Y-%m}"


def check() -> list[str]:
    """Everything that is wrong with the catalogue; empty when it may be used."""
    try:
        return checks.problems(catalogue())
    except files.CatalogueError as error:
        return [str(error)]
