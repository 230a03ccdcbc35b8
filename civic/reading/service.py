"""Reading: what was read, and how long this week."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from civic.activities import service as activities
from civic.db import db
from civic.entries.models import Entry
from civic.rules.periods import Period

STANDING = ("pending", "held", "approved", "appealed")
SHELF_ROWS = 50


@dataclass(frozen=True)
class Book:
    """A book or classic on a resident's shelf."""

    title: str
    minutes: int
    last_on: date


def _minute_keys() -> list[str]:
    """The reading activities that count minutes."""
    return [found.key for found in activities.open_activities() if found.kind == "reading" and found.minutes == 1]


def week_minutes(person_id: int, week: Period) -> int:
    """Minutes read in a week, those waiting for a decision included."""
    minutes = db.session.scalar(
        select(func.sum(Entry.quantity)).where(
            Entry.resident_id == person_id,
            Entry.acted_on >= week.starts_on,
            Entry.acted_on < week.ends_on,
            Entry.activity_key.in_(_minute_keys()),
            Entry.status.in_(STANDING),
        )
    )
    return int(minutes or 0)


def shelf(person_id: int) -> list[Book]:
    """What a resident has read, most lately read first; minutes where minutes were counted."""
    counted = Entry.activity_key.in_(_minute_keys())
    rows = db.session.execute(
        select(Entry.title, func.sum(Entry.quantity).filter(counted), func.max(Entry.acted_on).label("last_on"))
        .where(Entry.resident_id == person_id, Entry.kind == "reading", Entry.title != "", Entry.status.in_(STANDING))
        .group_by(Entry.title)
        .order_by(func.max(Entry.acted_on).desc(), Entry.title)
        .limit(SHELF_ROWS)
    )
    return [Book(title, int(minutes or 0), last_on) for title, minutes, last_on in rows]


def notes(person_id: int, limit: int = 10) -> list[Entry]:
    """A resident's latest reading notes."""
    return list(
        db.session.scalars(
            select(Entry)
            .where(
                Entry.resident_id == person_id, Entry.kind == "reading", Entry.note != "", Entry.status.in_(STANDING)
            )
            .order_by(Entry.id.desc())
            .limit(limit)
        )
    )
