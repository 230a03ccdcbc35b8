"""What a resident finds on the home page: the week, what waits for a look, what could be done today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from civic.activities import service as activities
from civic.activities.models import Activity
from civic.db import db
from civic.entries.models import Entry
from civic.ledger.models import ResidentTotal
from civic.progress import street
from civic.progress.street import Walk
from civic.rules.periods import period_of
from civic.rules.points import worth
from civic.rules.streaks import ROUND_DAYS, Streak, bonus_due

USUAL_DAYS = 60
SUGGESTIONS = 3
WAITING_SHOWN = 4
FIRST_SUGGESTIONS = ("litter_pickup", "reading_minutes", "help_neighbour")
# Statuses under which an entry still stands for the resident: a day counts in the ring once it is saved.
STANDING = ("pending", "held", "approved", "returned", "appealed")


@dataclass(frozen=True)
class Week:
    """A resident's week so far."""

    monday: date
    today: date
    active_days: tuple[date, ...]
    merit: int
    merit_last_week: int
    was_round: bool  # last week, by what was saved

    @property
    def days_to_go(self) -> int:
        """Active days still missing for a round week."""
        return max(0, ROUND_DAYS - len(self.active_days))

    @property
    def bonus(self) -> int:
        """What a round week brings at least."""
        return bonus_due(ROUND_DAYS)

    @property
    def days_left(self) -> int:
        """Days of the week that are not over, today included."""
        return 7 - (self.today - self.monday).days


@dataclass(frozen=True)
class Suggestion:
    """Something to do today and what it would earn at least."""

    activity: Activity
    points: int
    is_usual: bool


def week(person_id: int, today: date) -> Week:
    """The resident's week: days with a saved entry (kept days of pledges left out), merit, and the week before it."""
    this_week = period_of("week", today)
    last_week = this_week.previous()
    days = db.session.scalars(
        select(Entry.acted_on)
        .where(
            Entry.resident_id == person_id,
            Entry.acted_on >= last_week.starts_on,
            Entry.acted_on < this_week.ends_on,
            Entry.kind != "pledge",
            Entry.status.in_(STANDING),
        )
        .distinct()
        .order_by(Entry.acted_on)
    ).all()
    totals = db.session.execute(
        select(ResidentTotal.period, func.sum(ResidentTotal.merit))
        .where(
            ResidentTotal.resident_id == person_id,
            ResidentTotal.kind == "week",
            ResidentTotal.period.in_((this_week.key, last_week.key)),
        )
        .group_by(ResidentTotal.period)
    )
    merit = {key: int(total) for key, total in totals}
    active = tuple(day for day in days if day in this_week)
    was_round = len(days) - len(active) >= ROUND_DAYS
    return Week(this_week.starts_on, today, active, merit.get(this_week.key, 0), merit.get(last_week.key, 0), was_round)


def walk(streak: Streak, mine: Week, at: datetime, zone: ZoneInfo) -> Walk:
    """The resident's weeks so far, with the one going on."""
    return street.walk(streak, mine.was_round, mine.monday, at, zone)


def usual_keys(person_id: int, today: date) -> list[str]:
    """The activities this resident logged in the last two months, most often first."""
    return list(
        db.session.scalars(
            select(Entry.activity_key)
            .where(Entry.resident_id == person_id, Entry.acted_on > today - timedelta(days=USUAL_DAYS))
            .group_by(Entry.activity_key)
            .order_by(func.count().desc(), Entry.activity_key)
        )
    )


def suggestions(usual: Sequence[str], today: date) -> list[Suggestion]:
    """Three things to do today: what this resident tends to do, else what everybody can."""
    offered = [found for found in activities.usual((*usual, *FIRST_SUGGESTIONS)) if found.kind != "pledge"]
    return [_suggestion(activity, today, activity.key in usual) for activity in offered[:SUGGESTIONS]]


def _suggestion(activity: Activity, today: date, is_usual: bool) -> Suggestion:
    rule = activities.rule_on(activity.key, today)
    return Suggestion(activity, worth(rule, rule.min_quantity), is_usual)


def to_look_at(person_id: int) -> list[Entry]:
    """My entries that wait: those sent back for mending first, then those waiting for a decision, newest first."""
    return list(
        db.session.scalars(
            select(Entry)
            .where(Entry.resident_id == person_id, Entry.status.in_(("returned", "pending", "held")))
            .order_by((Entry.status != "returned"), Entry.id.desc())
            .limit(WAITING_SHOWN)
        )
    )


def worth_of(entry: Entry) -> int:
    """What an entry that waits may earn before caps."""
    return worth(activities.rule_version(entry.activity_key, entry.rule_version), entry.quantity)
