"""Handing a community over while on leave: for how long, and to whom."""

from datetime import date, timedelta

from civic.rules.people import is_child, is_masked
from civic.rules.refused import Refused

MAX_DAYS = 60
MAX_DAYS_AHEAD = 90


def check_days(from_on: date, until_on: date, today: date) -> None:
    """Raises Refused for days in the past, in the wrong order, too far ahead, or more than 60."""
    if from_on < today:
        raise Refused("stand_in_begins_past", "from_on")
    if from_on > today + timedelta(days=MAX_DAYS_AHEAD):
        raise Refused("stand_in_too_early", "from_on", days=MAX_DAYS_AHEAD)
    if until_on < from_on:
        raise Refused("stand_in_ends_first", "until_on")
    if (until_on - from_on).days >= MAX_DAYS:
        raise Refused("stand_in_too_long", "until_on", days=MAX_DAYS)


def overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Whether two spans of days, the last included, have a day in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def is_of_age(born_on: date | None, day: date) -> bool:
    """Whether somebody may decide on others' entries: an adult."""
    return not (is_child(born_on, day) or is_masked(born_on, day))
