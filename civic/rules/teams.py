"""Teams: their kinds, how large one may be, what it may be called, and on which days somebody belongs to one.

docs/rules.md: section 2, fine print S2, A17 to A19.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from civic.rules.names import clean_name, one_spelling
from civic.rules.refused import Refused

FAMILY = "family"
# The order in which kinds are offered. A kind is one board, so each is told apart by its key for ever.
KINDS = ("collective", FAMILY, "class", "workplace", "window", "volunteers")
MOST_MEMBERS = {"collective": 60, FAMILY: 12, "class": 60, "workplace": 60, "window": 30, "volunteers": 60}
MOST_TEAMS = 10  # that one person belongs to
MOST_CAPTAINED = 3
MIN_NAME_LENGTH = 2
# What is said of members to others is said of at least so many people, or not at all.
SMALLEST_SHOWN = 5

_NAME_CODES = {"name_missing": "team_name_missing", "name_too_long": "team_name_too_long"}


def clean_team_name(text: str, child_names: Iterable[str] = ()) -> str:
    """A team's name as it is kept and shown to everybody. Refuses one that names a child, for no child is public."""
    try:
        name = clean_name(text)
    except Refused as refused:
        code = _NAME_CODES.get(refused.code, "team_name_unreadable")
        raise Refused(code, "name", **refused.facts) from None
    if len(name) < MIN_NAME_LENGTH:
        raise Refused("team_name_missing", "name")
    if names_a_child(name, child_names):
        raise Refused("team_names_child", "name")
    return name


def names_a_child(name: str, child_names: Iterable[str]) -> bool:
    """Whether a team's name holds the name of one of these children, however it is spelled."""
    spelled = name_key(name)
    return any(name_key(child) in spelled for child in child_names)


def name_key(name: str) -> str:
    """By what two names of one community are the same: width, case and spaces do not tell them apart."""
    return "".join(one_spelling(name).split())


def check_kind(kind: str) -> str:
    """A kind of team. Raises Refused for anything else."""
    if kind not in KINDS:
        raise Refused("team_kind_unknown", "kind")
    return kind


def last_day_after(today: date) -> date:
    """The first day on which somebody who leaves today no longer belongs: what was done today may still count."""
    return today + timedelta(days=1)


def shown_members(count: int) -> int | None:
    """How many members others may be told of; nothing below five."""
    return count if count >= SMALLEST_SHOWN else None
