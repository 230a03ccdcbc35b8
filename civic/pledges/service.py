"""Pledges: signed once, then kept day by day. The kept days themselves are entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.db import db, id_of
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.pledges.models import Pledge
from civic.rules.periods import Period, day_of
from civic.rules.pledges import possible_days
from civic.rules.refused import Conflict, NotFound

KEPT = ("approved",)
WAITING = ("pending", "held")


@dataclass(frozen=True)
class Month:
    """The days of a month on which a pledge was kept, and those that wait for a decision."""

    period: Period
    kept: frozenset[date]
    waiting: frozenset[date]


@dataclass(frozen=True)
class Tally:
    """How a resident keeps a pledge: all its kept days, and those since it was signed with those there could be."""

    kept: int
    kept_since: int = 0
    possible: int = 0

    @property
    def percent(self) -> int | None:
        """The kept-rate since signing; None before the first day is over."""
        return round(100 * self.kept_since / self.possible) if self.possible else None


# Verbs


def sign(person: Person, activity_key: str, *, now: datetime, zone: ZoneInfo) -> Pledge:
    """Sign a pledge. Signed already, it stays as it is."""
    return _sign(id_of(person), get_pledge_activity(activity_key).key, now, zone)


def sign_by_keeping(entry: Entry, *, now: datetime, zone: ZoneInfo) -> None:
    """Whoever fills in a day of a pledge they never signed signs it by that."""
    if entry.kind == "pledge":
        _sign(entry.resident_id, entry.activity_key, now, zone)


def take_back(person: Person, activity_key: str, *, now: datetime) -> Pledge:
    """End a pledge; its kept days stay."""
    standing = find_signed(person.id, activity_key)
    if standing is None:
        raise Conflict("pledge_not_signed")
    standing.ended_at = now
    db.session.flush()
    return standing


def end_all(person_id: int, *, now: datetime) -> None:
    """End every pledge of somebody who leaves for good."""
    standing = (Pledge.person_id == person_id, Pledge.ended_at.is_(None))
    db.session.execute(update(Pledge).where(*standing).values(ended_at=now))


# Questions


def get_pledge_activity(key: str) -> Activity:
    """The activity that can be pledged. Raises NotFound for any other."""
    activity = activities.get_open(key)
    if not activity.is_pledge:
        raise NotFound("pledge")
    return activity


def find_signed(person_id: int, activity_key: str) -> Pledge | None:
    """The pledge of this kind that a person has signed and not taken back."""
    return db.session.scalar(
        select(Pledge).where(
            Pledge.person_id == person_id, Pledge.activity_key == activity_key, Pledge.ended_at.is_(None)
        )
    )


def signed_by(person_id: int) -> list[Pledge]:
    """A person's standing pledges, oldest first."""
    return list(
        db.session.scalars(
            select(Pledge).where(Pledge.person_id == person_id, Pledge.ended_at.is_(None)).order_by(Pledge.id)
        )
    )


def kept_days(person_id: int) -> dict[str, int]:
    """How many days each pledge was kept, all in all."""
    rows = db.session.execute(
        select(Entry.activity_key, func.count())
        .where(Entry.resident_id == person_id, Entry.kind == "pledge", Entry.status.in_(KEPT))
        .group_by(Entry.activity_key)
    )
    return {key: int(days) for key, days in rows}


def kept_on(person_id: int, day: date) -> frozenset[str]:
    """The pledges a person has filled in for a day, waiting ones included."""
    return frozenset(
        db.session.scalars(
            select(Entry.activity_key).where(
                Entry.resident_id == person_id,
                Entry.acted_on == day,
                Entry.kind == "pledge",
                Entry.status.in_(KEPT + WAITING),
            )
        )
    )


def days_filled_in(person_id: int, activity_key: str, days: Iterable[date]) -> frozenset[date]:
    """Those of some days that a person has filled in for a pledge, waiting ones included."""
    return frozenset(
        db.session.scalars(
            select(Entry.acted_on).where(
                Entry.resident_id == person_id,
                Entry.acted_on.in_(list(days)),
                Entry.activity_key == activity_key,
                Entry.status.in_(KEPT + WAITING),
            )
        )
    )


def month(person_id: int, activity_key: str, period: Period) -> Month:
    """A pledge's calendar for a month."""
    rows = db.session.execute(
        select(Entry.acted_on, Entry.status).where(
            Entry.resident_id == person_id,
            Entry.acted_on >= period.starts_on,
            Entry.acted_on < period.ends_on,
            Entry.activity_key == activity_key,
            Entry.status.in_(KEPT + WAITING),
        )
    ).all()
    kept = frozenset(day for day, status in rows if status in KEPT)
    return Month(period, kept, frozenset(day for day, status in rows if status in WAITING))


def tally(person_id: int, activity_key: str, pledge: Pledge | None, today: date) -> Tally:
    """How a resident keeps one pledge; `pledge` is the standing one, if they signed it."""
    kept = Entry.status.in_(KEPT)
    mine = (Entry.resident_id == person_id, Entry.activity_key == activity_key, Entry.kind == "pledge", kept)
    signed_on = pledge.signed_on if pledge else today
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(Entry.acted_on >= signed_on),
            func.count().filter(Entry.acted_on == today),
        ).where(*mine)
    ).one()
    if pledge is None:
        return Tally(int(row[0]))
    return Tally(int(row[0]), int(row[1]), possible_days(signed_on, today, bool(row[2])))


def _sign(person_id: int, activity_key: str, now: datetime, zone: ZoneInfo) -> Pledge:
    ledger.hold(person_id)  # two taps at once sign once
    accounts.check_present(person_id)
    standing = find_signed(person_id, activity_key)
    if standing is None:
        standing = Pledge(person_id=person_id, activity_key=activity_key, signed_at=now, signed_on=day_of(now, zone))
        db.session.add(standing)
        db.session.flush()
    return standing
