"""The week's focus: chosen by whoever manages the community, for this week or the next."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from civic.accounts import grants
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.areas import service as areas
from civic.db import db
from civic.focus.models import Focus
from civic.rules.periods import Period, period_of
from civic.rules.refused import NotFound, Refused

MOST = 3


def weeks_open(today: date) -> tuple[Period, Period]:
    """The weeks a focus can be set for: this one and the next."""
    this_week = period_of("week", today)
    return this_week, this_week.next()


def set_focus(
    community_code: str, week: str, keys: Iterable[str], *, by: Person, now: datetime, zone: ZoneInfo
) -> list[Activity]:
    """Put up to three activities forward for a week, in place of what stood there; none takes the section away.

    Raises Forbidden outside one's grants, Refused for another week, too many, or what cannot be logged.
    """
    area = areas.get_area(community_code)
    if area.level != "community":
        raise NotFound("area")
    grants.get_over(by.id, area.code)
    if week not in [one.key for one in weeks_open(now.astimezone(zone).date())]:
        raise Refused("focus_week", "week")
    chosen = list(dict.fromkeys(key for key in keys if key))
    if len(chosen) > MOST:
        raise Refused("focus_too_many", "activities", max=MOST)
    found = activities.usual(chosen)
    if len(found) != len(chosen):
        raise Refused("activity_unknown", "activities")
    areas.hold(area)  # two at once: the later one stands whole
    db.session.execute(delete(Focus).where(Focus.community_code == area.code, Focus.week == week))
    for place, activity in enumerate(found, 1):
        key = activity.key
        row = Focus(community_code=area.code, week=week, place=place, activity_key=key, set_by_id=by.id, set_at=now)
        db.session.add(row)
    db.session.flush()
    return list(found)


def focus_of(community_code: str, weeks: Sequence[str]) -> dict[str, list[Activity]]:
    """What a community put forward for some weeks; what cannot be logged any more is left out."""
    rows = db.session.execute(
        select(Focus.week, Focus.activity_key)
        .where(Focus.community_code == community_code, Focus.week.in_(weeks))
        .order_by(Focus.week, Focus.place)
    ).all()
    return {week: list(activities.usual(key for of, key in rows if of == week)) for week in weeks}
