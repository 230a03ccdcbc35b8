"""What a resident finds on the home page: the week, what waits for a look, what could be done today."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from civic.activities import service as activities
from civic.activities.models import Activity
from civic.db import db
from civic.entries.models import Entry
from civic.home import ideas
from civic.ledger.models import ResidentTotal
from civic.progress import street
from civic.progress.street import Walk
from civic.rules.entries import STANDING
from civic.rules.periods import period_of
from civic.rules.points import worth
from civic.rules.streaks import ROUND_DAYS, Streak, bonus_due

USUAL_DAYS = 60
WEEKDAY_TIMES = 3  # done on so many of the last weeks' same day, it is a habit of that day
LATELY = 300
SUGGESTIONS = 3
WAITING_SHOWN = 4
FIRST_SUGGESTIONS = ("litter_pickup", "reading_minutes", "help_neighbour")


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
class Habits:
    """What a resident logged in the last two months, most often first, and what they tend to do on this weekday."""

    keys: list[str]
    of_weekday: str | None


@dataclass(frozen=True)
class Suggestion:
    """Something to do today, what it would earn at least, and why it is offered.

    `why`: weekday (done on this day of the week), usual, lacking (the community does it least), season, open.
    """

    activity: Activity
    points: int
    why: str
    done: int = 0  # for lacking: how often it was done lately


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
    return habits(person_id, today).keys


def habits(person_id: int, today: date) -> Habits:
    """One query: a row for each activity and day."""
    rows = db.session.execute(
        select(Entry.activity_key, Entry.acted_on, func.count())
        .where(Entry.resident_id == person_id, Entry.acted_on > today - timedelta(days=USUAL_DAYS))
        .group_by(Entry.activity_key, Entry.acted_on)
    )
    times, on_weekday = Counter[str](), Counter[str]()
    for key, day, number in rows:
        times[key] += number
        if day.weekday() == today.weekday():
            on_weekday[key] += 1
    keys = sorted(times, key=lambda key: (-times[key], key))
    often = [key for key in keys if on_weekday[key] >= WEEKDAY_TIMES]
    return Habits(keys, max(often, key=lambda key: on_weekday[key], default=None))


def least_done(community_code: str, today: date) -> tuple[str, int] | None:
    """The category that a community did least this month among its latest acts, and how often; None for none at all.

    It looks at no more than some hundred acts, so that a large community costs no more than a small one.
    """
    month = period_of("month", today)
    lately = (
        select(Entry.activity_key)
        .where(
            Entry.community_code == community_code,
            Entry.acted_on >= month.starts_on,
            Entry.acted_on < month.ends_on,
            Entry.status.in_(STANDING),
        )
        .order_by(Entry.acted_on.desc())
        .limit(LATELY)
        .subquery()
    )
    rows = db.session.execute(select(lately.c.activity_key, func.count()).group_by(lately.c.activity_key)).all()
    if not rows:
        return None
    done = dict.fromkeys(ideas.EASY, 0)
    for key, number in rows:
        category = activities.get(key).category
        if category in done:
            done[category] += number
    category = min(done, key=lambda one: (done[one], list(done).index(one)))
    return category, done[category]


def suggestions(
    found: Habits, least: tuple[str, int] | None, today: date, *, without: Collection[str] = ()
) -> list[Suggestion]:
    """Three things to do today: what this resident tends to do, what the community does least, what suits the season.

    `without`: keys that stand on the page already.
    """
    ways: list[tuple[str, str, int]] = []
    of_weekday = found.of_weekday if found.of_weekday not in without else None
    if of_weekday:
        ways.append((of_weekday, "weekday", 0))
    offerable = activities.usual(key for key in found.keys if key not in without and key != of_weekday)
    usual = [(activity.key, "usual", 0) for activity in offerable if not activity.is_pledge]
    ways += usual[: 0 if of_weekday else 1]
    if least:
        category, done = least
        ways.append((ideas.in_turn(ideas.EASY[category], today)[0], "lacking", done))
    ways += [(key, "season", 0) for key in ideas.in_turn(ideas.season_of(today).keys, today)[:1]]
    ways += [*usual, *((key, "open", 0) for key in FIRST_SUGGESTIONS)]
    offered: dict[str, Suggestion] = {}
    by_key = {one.key: one for one in activities.usual(key for key, _why, _done in ways) if not one.is_pledge}
    for key, why, done in ways:
        if key in by_key and key not in offered and key not in without and len(offered) < SUGGESTIONS:
            offered[key] = Suggestion(by_key[key], _least_points(by_key[key], today), why, done)
    return list(offered.values())


def worth_today(chosen: Iterable[Activity], today: date) -> list[tuple[Activity, int]]:
    """Activities with what each would earn at least."""
    return [(activity, _least_points(activity, today)) for activity in chosen]


def _least_points(activity: Activity, today: date) -> int:
    rule = activities.rule_on(activity.key, today)
    return worth(rule, rule.min_quantity)


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
