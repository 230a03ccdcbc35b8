"""Reading: what was read, week by week and book by book; which books are finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select

from civic.accounts.models import Person
from civic.activities import service as activities
from civic.db import db, id_of
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.reading.models import FinishedBook
from civic.rules.books import one_title, shown_title
from civic.rules.periods import Period, period_of
from civic.rules.refused import NotFound

STANDING = ("pending", "held", "approved", "appealed")
SHELF_ROWS = 50
WEEKS_SHOWN = 8


@dataclass(frozen=True)
class Book:
    """A book or classic on a resident's shelf. `key` is its title in one spelling."""

    key: str
    title: str
    minutes: int
    notes: int
    last_on: date
    is_finished: bool


@dataclass(frozen=True)
class WeekRead:
    """The minutes read in a week."""

    week: Period
    minutes: int


# Verbs


def finish(person: Person, key: str, *, now: datetime) -> None:
    """Say that a book is read to the end. Said already, it stays so. Raises NotFound for a book not on the shelf."""
    ledger.hold(id_of(person))  # two taps at once finish once
    if key not in {book.key for book in shelf(person.id)}:
        raise NotFound("book")
    if db.session.get(FinishedBook, (person.id, key)) is None:
        db.session.add(FinishedBook(person_id=person.id, title=key, finished_at=now))
        db.session.flush()


def read_on(person: Person, key: str) -> None:
    """Take that back: the book is being read again."""
    if not key.isprintable():  # no title of ours; a NUL never gets to a query
        return
    db.session.execute(delete(FinishedBook).where(FinishedBook.person_id == person.id, FinishedBook.title == key))


# Questions


def forget_of(person_id: int) -> None:
    """Clear the shelf of somebody who leaves for good."""
    db.session.execute(delete(FinishedBook).where(FinishedBook.person_id == person_id))


def weeks_read(person_id: int, today: date) -> list[WeekRead]:
    """Minutes read in each of the last weeks, oldest first, those waiting for a decision included."""
    this_week = period_of("week", today)
    first = this_week.starts_on - timedelta(weeks=WEEKS_SHOWN - 1)
    rows = db.session.execute(
        select(Entry.acted_on, func.sum(Entry.quantity))
        .where(
            Entry.resident_id == person_id,
            Entry.acted_on >= first,
            Entry.acted_on < this_week.ends_on,
            Entry.activity_key.in_(_minute_keys()),
            Entry.status.in_(STANDING),
        )
        .group_by(Entry.acted_on)
    ).all()
    mondays = [first + timedelta(weeks=number) for number in range(WEEKS_SHOWN)]
    weeks = [period_of("week", monday) for monday in mondays]
    return [WeekRead(week, sum(int(minutes) for day, minutes in rows if day in week)) for week in weeks]


def shelf(person_id: int) -> list[Book]:
    """What a resident has read, most lately read first; minutes where minutes were counted.

    A title written with and without its marks is one book.
    """
    counted = Entry.activity_key.in_(_minute_keys())
    rows = db.session.execute(
        select(
            Entry.title,
            func.sum(Entry.quantity).filter(counted),
            func.count().filter(Entry.note != ""),
            func.max(Entry.acted_on),
        )
        .where(Entry.resident_id == person_id, Entry.kind == "reading", Entry.title != "", Entry.status.in_(STANDING))
        .group_by(Entry.title)
        .order_by(func.max(Entry.acted_on).desc(), Entry.title)
    ).all()
    spellings: dict[str, list[tuple[str, int, int, date]]] = {}
    for title, minutes, notes, last_on in rows:
        if one_title(title):
            spellings.setdefault(one_title(title), []).append((title, int(minutes or 0), int(notes), last_on))
    finished = set(db.session.scalars(select(FinishedBook.title).where(FinishedBook.person_id == person_id)))
    books = [_book(key, found, key in finished) for key, found in spellings.items()]
    return books[:SHELF_ROWS]


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


# Below


def _minute_keys() -> list[str]:
    """The reading activities that count minutes."""
    return [found.key for found in activities.open_activities() if found.kind == "reading" and found.minutes == 1]


def _book(key: str, spellings: Sequence[tuple[str, int, int, date]], is_finished: bool) -> Book:
    """One book from the ways its title was written, the latest first."""
    return Book(
        key,
        shown_title(spellings[0][0]),
        sum(minutes for _, minutes, _, _ in spellings),
        sum(notes for _, _, notes, _ in spellings),
        spellings[0][3],
        is_finished,
    )
