"""The steadiness bonus, posted each Thursday as due minus paid (P7), and the streak, derived whenever it is read (P8).

Both rest on active days: days with an award that no reversal names, kept days of pledges left out, zero awards too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, and_, case, cast, func, literal, select, union_all
from sqlalchemy.orm import aliased

from civic.activities import service as activities
from civic.db import db
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.notices import service as notices
from civic.rules.periods import Period
from civic.rules.streaks import BONUSES, Streak, judged_at, last_judged, streak, weeks_to_judge

# Verbs


def pay_bonuses(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Post what each of the last six weeks is still due, or has been paid too much, as of this Thursday's instant.

    What was posted at or after that instant does not count for what is due, so that a late run posts the same. Whoever
    got one is told, and whoever did something in the week that has closed finds how it went.
    """
    weeks = weeks_to_judge(now, zone)
    posted = ledger.post_bonuses(_differences(weeks, now), now=now, zone=zone)
    notices.notify_all("bonus_posted", _bonuses_after(posted.after_id), now=now)
    notices.notify_all("week_digest", _digests(weeks[-1], now), now=now)
    return {"bonuses": posted.lines, "merit": posted.merit}


# Questions


def streak_of(resident_id: int, at: datetime, zone: ZoneInfo) -> Streak:
    """The resident's streak as it was judged on the latest Thursday."""
    week = last_judged(at, zone)
    days = _active_days(judged_at(week, zone)).where(Posting.resident_id == resident_id)
    return streak(db.session.scalars(days.with_only_columns(Posting.acted_on).distinct()), week)


# Below


def _active_days(before: datetime) -> Select[*tuple[Any, ...]]:
    """Resident and day of every award that stood at an instant and makes a day active."""
    reversal = aliased(Posting)
    undone = and_(reversal.reverses_id == Posting.id, reversal.posted_at < before)
    pledges = [activity.key for activity in activities.catalogue().activities.values() if activity.is_pledge]
    return (
        select(Posting.resident_id, Posting.acted_on)
        .outerjoin(reversal, undone)
        .where(
            Posting.kind == "award",
            Posting.posted_at < before,
            Posting.activity_key.not_in(pledges),
            reversal.id.is_(None),
        )
    )


def _differences(weeks: Sequence[Period], due: datetime) -> Select[*tuple[Any, ...]]:
    """Resident, act week and points wherever a week's bonus is not what was paid for it so far; one statement."""
    days = (
        _active_days(due)
        .add_columns(case(*((Posting.acted_on < week.ends_on, week.key) for week in weeks)).label("week"))
        .where(Posting.acted_on >= weeks[0].starts_on, Posting.acted_on < weeks[-1].ends_on)
        .where(Posting.week >= weeks[0].key)  # nothing is marked for a week before its day's: a range of the index
        .distinct()
        .subquery()
    )
    earned = select(
        days.c.resident_id,
        days.c.week,
        case(*((func.count() >= enough, points) for enough, points in BONUSES), else_=0).label("points"),
    ).group_by(days.c.resident_id, days.c.week)
    paid = (
        select(Posting.resident_id, Posting.act_week, -func.sum(Posting.merit))
        .where(
            Posting.kind == "bonus",
            Posting.act_week.in_([week.key for week in weeks]),
            Posting.posted_at <= due,  # what this very Thursday has paid too: a second run finds nothing missing
        )
        .group_by(Posting.resident_id, Posting.act_week)
    )
    both = union_all(earned, paid).subquery()
    points = func.sum(both.c.points)
    return (
        select(both.c.resident_id, both.c.week.label("act_week"), points.label("points"))
        .group_by(both.c.resident_id, both.c.week)
        .having(points != 0)
    )


def _bonuses_after(last_id: int) -> Select[*tuple[Any, ...]]:
    """What to tell of the bonuses just posted."""
    return select(
        Posting.resident_id.label("person_id"),
        (literal("posting:") + cast(Posting.id, String)).label("about"),
        notices.facts_of(week=Posting.act_week, merit=Posting.merit, resident=Posting.resident_id).label("facts"),
    ).where(Posting.id > last_id, Posting.kind == "bonus")


def _digests(week: Period, before: datetime) -> Select[*tuple[Any, ...]]:
    """Resident, active days and merit of a closed week, for whoever had an award in it; one statement."""
    reversal = aliased(Posting)
    pledges = [activity.key for activity in activities.catalogue().activities.values() if activity.is_pledge]
    is_active = and_(Posting.kind == "award", Posting.activity_key.not_in(pledges), reversal.id.is_(None))
    told = (
        select(
            Posting.resident_id,
            func.sum(Posting.merit).label("merit"),
            func.count(case((is_active, Posting.acted_on)).distinct()).label("days"),
        )
        .outerjoin(reversal, and_(reversal.reverses_id == Posting.id, reversal.posted_at < before))
        .where(Posting.week == week.key, Posting.posted_at < before)
        .group_by(Posting.resident_id)
        .having(func.count(case((Posting.kind == "award", Posting.id))) > 0)
        .subquery()
    )
    return select(
        told.c.resident_id.label("person_id"),
        (literal(f"week:{week.key}:") + cast(told.c.resident_id, String)).label("about"),
        notices.facts_of(
            week=literal(week.key), merit=told.c.merit, days=told.c.days, resident=told.c.resident_id
        ).label("facts"),
    )
