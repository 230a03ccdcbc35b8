"""The street of a resident's weeks: a sign for each that was judged, and the week going on."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from civic.db import db
from civic.entries.models import Entry
from civic.rules.entries import STANDING
from civic.rules.periods import period_of
from civic.rules.streaks import ROUND_DAYS, TREE, Streak, last_judged

SAPLING = "sapling"
# Statuses under which an entry still stands for the resident: a day counts in the ring once it is saved.


@dataclass(frozen=True)
class Walk:
    """The street of a resident's weeks: a sign for each, the weeks kept in a row, the rest weeks in stock."""

    signs: tuple[str, ...]
    weeks: int
    rests: int

    @property
    def has_begun(self) -> bool:
        """Whether any week was ever kept."""
        return len(self.signs) > 1


@dataclass(frozen=True)
class SavedDays:
    """Days of this week with something saved, and whether last week was round by what was saved."""

    monday: date
    days: int
    was_round: bool


def saved_days(resident_id: int, today: date) -> SavedDays:
    """This week and the last as the ring counts them; kept days of pledges make none."""
    this_week = period_of("week", today)
    days = db.session.scalars(
        select(Entry.acted_on)
        .where(
            Entry.resident_id == resident_id,
            Entry.acted_on >= this_week.previous().starts_on,
            Entry.acted_on < this_week.ends_on,
            Entry.kind != "pledge",
            Entry.status.in_(STANDING),
        )
        .distinct()
    ).all()
    here = sum(day in this_week for day in days)
    return SavedDays(this_week.starts_on, here, len(days) - here >= ROUND_DAYS)


def walk(streak: Streak, was_round: bool, monday: date, at: datetime, zone: ZoneInfo) -> Walk:
    """The resident's weeks so far, with the one going on.

    Until its Thursday last week is not judged yet; by what was saved it may be a tree already.
    """
    is_tree = was_round and last_judged(at, zone).ends_on < monday
    signs = (*streak.signs, *((TREE,) if is_tree else ()), SAPLING)
    return Walk(signs, streak.weeks + is_tree, streak.rests)
