"""What a wall screen shows: today's acts, the week, the latest acts with chosen or masked names, the index.

It hangs in public: no child is on it, nobody who wants to be hidden, no number of people below five.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from civic.accounts.models import Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.areas.models import Area
from civic.dashboards.models import AreaFigures, AreaNow
from civic.db import db
from civic.entries.models import Entry
from civic.rules.people import SMALLEST_GROUP, is_child, is_masked
from civic.rules.periods import Period, day_of
from civic.rules.standings import masked

ACTS_SHOWN = 4
LOOKED_AT = 40  # enough to find four that may be shown
DAYS_BACK = 6


@dataclass(frozen=True)
class LatestAct:
    """An act approved lately. Without a name it is that of somebody between 14 and 17."""

    activity: Activity
    name: str | None
    acted_on: date
    submitted_at: datetime


@dataclass(frozen=True)
class Totals:
    """An area's day and week; people are None below five. Acts counted yesterday are none of today's."""

    acts: int
    entries: int
    merit: int
    people: int | None
    as_of: datetime | None


def totals(area: Area, week: Period, today: date, zone: ZoneInfo) -> Totals:
    """The compiled figures of today and this week: two queries."""
    now = db.session.get(AreaNow, area.code)
    row = db.session.get(AreaFigures, (week.key, area.code))
    people = row.people if row else 0
    return Totals(
        acts=now.acts if now and day_of(now.as_of, zone) == today else 0,
        entries=row.entries if row else 0,
        merit=row.merit if row else 0,
        people=people if people >= SMALLEST_GROUP else None,
        as_of=now.as_of if now else None,
    )


def latest_acts(community: Area, today: date) -> list[LatestAct]:
    """The four latest approved acts of the last days that may be shown; kept days are left out."""
    rows = db.session.execute(
        select(Entry, Person)
        .join(Person, Person.id == Entry.resident_id)
        .where(
            Entry.community_code == community.code,
            Entry.acted_on >= today - timedelta(days=DAYS_BACK),
            Entry.status == "approved",
            Entry.kind != "pledge",
            Person.appear != "hidden",
        )
        .order_by(Entry.acted_on.desc(), Entry.decided_at.desc(), Entry.id.desc())
        .limit(LOOKED_AT)
    )
    shown = [
        LatestAct(
            activities.get(row.Entry.activity_key), _name(row.Person, today), row.Entry.acted_on, row.Entry.submitted_at
        )
        for row in rows
        if not is_child(row.Person.born_on, today)
    ]
    return shown[:ACTS_SHOWN]


def _name(person: Person, today: date) -> str | None:
    if is_masked(person.born_on, today):
        return None
    return person.name if person.appear == "nickname" else masked(person.name)
