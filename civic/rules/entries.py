"""What may be logged, for which day, and which status may follow which.

docs/rules.md: section 5, fine print T1, P4, P11.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from civic.rules.periods import period_of
from civic.rules.refused import Conflict, Refused

LATE_DAYS = 7
LATE_KEPT_DAYS = 2

# approved, rejected and returned go back to pending by undo alone; returned also when it was mended.
TRANSITIONS: dict[str, frozenset[str]] = {
    "pending": frozenset({"approved", "rejected", "returned", "held", "withdrawn"}),
    "held": frozenset({"approved", "rejected"}),
    "returned": frozenset({"pending", "withdrawn"}),
    "approved": frozenset({"reversed", "pending"}),
    "rejected": frozenset({"appealed", "pending"}),
    "reversed": frozenset({"appealed"}),
    "appealed": frozenset({"approved", "rejected", "reversed"}),
    "withdrawn": frozenset(),
}
STATUSES = tuple(TRANSITIONS)
STANDING = ("pending", "held", "approved", "returned", "appealed")  # a day counts in the ring once it is saved
LIT = ("pending", "held", "approved", "appealed")  # an act that lights a window

_UUID = re.compile(r"([0-9a-f]{8})(-?)([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{12})")


def days_open(arrived_on: date, is_kept_day: bool = False) -> tuple[date, date]:
    """The first and the last day for which something that arrives on this day of the city can be logged."""
    return arrived_on - timedelta(days=LATE_KEPT_DAYS if is_kept_day else LATE_DAYS), arrived_on


def check_day(acted_on: date, arrived_on: date, is_kept_day: bool = False) -> None:
    """Raises Refused for a day to come, or one longer ago than may still be logged."""
    earliest, latest = days_open(arrived_on, is_kept_day)
    if acted_on > latest:
        raise Refused("day_in_future", "acted_on", earliest=earliest, latest=latest)
    if acted_on < earliest:
        raise Refused("day_too_old", "acted_on", earliest=earliest, latest=latest)


def check_transition(was: str, becomes: str) -> None:
    """Raises Conflict where an entry of the one status cannot take the other."""
    if becomes not in TRANSITIONS[was]:
        raise Conflict("already_decided", status=was)


def check_once_per(once_per: str | None, acted_on: date, other_days: Iterable[date]) -> None:
    """Raises Refused where one of the resident's other entries of the activity lies in the same month, quarter or year.

    `other_days` are the act days of entries that wait or stand; what was rejected, reversed or withdrawn is not among
    them.
    """
    if once_per is None:
        return
    period = period_of(once_per, acted_on)
    if any(day in period for day in other_days):
        raise Refused(f"once_per_{once_per}", "acted_on", period=period.key, next=period.ends_on)


def check_kept_day(acted_on: date, other_days: Iterable[date]) -> None:
    """Raises Refused for the second kept day of one pledge on one day (fine print P4)."""
    if acted_on in other_days:
        raise Refused("day_already_kept", "acted_on", day=acted_on)


def parse_client_key(text: object) -> str:
    """The key a phone made for its entry, as a UUID in lower case with hyphens. Raises Refused for anything else."""
    found = _UUID.fullmatch(text.lower()) if isinstance(text, str) else None
    if found is None:
        raise Refused("client_key_invalid", "client_key")
    return "-".join(found.group(1, 3, 4, 5, 6))
