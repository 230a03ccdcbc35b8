"""What a resident's own acts have grown to: a level, stars by hours, badges.

All of it is derived from the ledger when it is read, reversed acts left out, so that it is always right. A row in
`milestone` only remembers when something was first noticed: its date, and that it was celebrated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from civic.activities import service as activities
from civic.activities.models import Activity
from civic.db import connection, db, inserting
from civic.entries.models import Entry
from civic.ledger.models import Posting
from civic.progress.badges import Badge, all_badges
from civic.progress.models import Milestone
from civic.rules.books import one_title
from civic.rules.progress import (
    HOUR_CLASSES,
    LEVELS,
    MINUTES_PER_HOUR,
    Deed,
    Level,
    Line,
    Standing,
    climbs,
    level_after,
    level_of,
    minutes_by_class,
    standing,
    star_deeds,
    stars,
)


@dataclass(frozen=True)
class Reached:
    """Something reached: when, and by which entry (none where a weekly bonus did it). `what` names it on a page."""

    key: str
    at: datetime
    entry_id: int | None
    kind: str  # level, star, badge
    what: Any


@dataclass(frozen=True)
class Held:
    """A badge with how far it is; the day it was reached, where it holds."""

    badge: Badge
    standing: Standing
    reached_at: datetime | None

    @property
    def is_held(self) -> bool:
        """Whether it is shown as one's own: it was reached, and what it rests on still stands."""
        return self.standing.is_reached


@dataclass(frozen=True)
class Hours:
    """One class of volunteering hours with its stars."""

    hour_class: str
    minutes: int
    stars: int
    next_hours: int | None


@dataclass(frozen=True)
class Progress:
    """Everything that the page of progress shows of one resident."""

    resident_id: int
    merit: int
    level: Level
    next_level: Level | None
    hours: tuple[Hours, ...]
    badges: tuple[Held, ...]
    reached: tuple[Reached, ...]
    noticed: frozenset[str]

    @property
    def unnoticed(self) -> tuple[Reached, ...]:
        """What was reached and nobody has noticed yet."""
        return tuple(found for found in self.reached if found.key not in self.noticed)

    @property
    def held(self) -> tuple[Held, ...]:
        """The badges that hold, the newest first."""
        mine = [held for held in self.badges if held.reached_at is not None]
        return tuple(sorted(mine, key=lambda held: (held.reached_at, held.badge.key), reverse=True))

    @property
    def to_come(self) -> tuple[Held, ...]:
        """The others, the nearest first."""
        others = [held for held in self.badges if not held.is_held]
        return tuple(sorted(others, key=lambda held: -held.standing.have / held.standing.need))

    def news(self, fresh: frozenset[str]) -> tuple[Reached, ...]:
        """What is seen for the first time; of several levels at once the highest alone."""
        new = [found for found in self.reached if found.key in fresh]
        return tuple(found for found in new if found.kind != "level" or found.what.number == self.level.number)

    def brought_by(self, entry_id: int) -> tuple[Reached, ...]:
        """What an entry brought that still holds."""
        return tuple(found for found in self.reached if found.entry_id == entry_id)


@dataclass(frozen=True)
class Brought:
    """What one entry brought, and the keys of what is seen for the first time."""

    reached: tuple[Reached, ...]
    fresh: frozenset[str]

    @property
    def is_fresh(self) -> bool:
        """Whether there is something to celebrate."""
        return bool(self.fresh)


# Verbs


def notice(found: Progress, which: Sequence[Reached] | None = None) -> frozenset[str]:
    """Write down what was reached, all of it or some, and not noticed yet.

    Says which of it was new; of several who look at once exactly one is told.
    """
    wanted = found.unnoticed if which is None else which
    rows = [
        {"person_id": found.resident_id, "key": each.key, "reached_at": each.at, "entry_id": each.entry_id}
        for each in sorted(wanted, key=lambda each: each.key)
    ]
    return frozenset(key for row in rows for key in connection().scalars(_note(row)))


# Questions


def forget_of(person_id: int) -> None:
    """Forget when somebody who leaves for good reached what."""
    db.session.execute(delete(Milestone).where(Milestone.person_id == person_id))


def progress_of(resident_id: int, scale: Sequence[int]) -> Progress:
    """How far a resident is, from all their postings; `scale` are the hours at which stars are due."""
    rows = _rows(resident_id)
    deeds = list(_deeds(rows))
    lines = [Line(row.merit, row.posted_at, row.entry_id) for row in rows]
    noticed = {row.key: row.reached_at for row in _milestones(resident_id)}
    merit = sum(line.merit for line in lines)
    level, minutes = level_of(merit), minutes_by_class(deeds)
    standings = [(badge, standing(badge.rule, deeds)) for badge in all_badges()]
    reached = (*_levels(lines), *_stars(deeds, scale), *_badges(standings))
    first_at = {each.key: noticed.get(each.key, each.at) for each in reached}
    return Progress(
        resident_id,
        merit,
        level,
        level_after(level),
        tuple(_hours(name, minutes[name], scale) for name in HOUR_CLASSES),
        tuple(Held(badge, found, first_at.get(f"badge.{badge.key}")) for badge, found in standings),
        reached,
        frozenset(noticed),
    )


# Below


def _levels(lines: Sequence[Line]) -> Iterator[Reached]:
    by_key = {level.key: level for level in LEVELS}
    for key, line in climbs(lines).items():
        yield Reached(f"level.{key}", line.at, line.entry_id, "level", by_key[key])


def _stars(deeds: Sequence[Deed], scale: Sequence[int]) -> Iterator[Reached]:
    for (hour_class, number), deed in star_deeds(deeds, scale).items():
        what = Hours(hour_class, scale[number - 1] * MINUTES_PER_HOUR, number, None)
        yield Reached(f"star.{hour_class}.{number}", deed.at, deed.entry_id, "star", what)


def _badges(standings: Sequence[tuple[Badge, Standing]]) -> Iterator[Reached]:
    for badge, found in standings:
        if found.behind is not None:
            yield Reached(f"badge.{badge.key}", found.behind.at, found.behind.entry_id, "badge", badge)


def _hours(hour_class: str, minutes: int, scale: Sequence[int]) -> Hours:
    held = stars(minutes, scale)
    return Hours(hour_class, minutes, held, scale[held] if held < len(scale) else None)


def _rows(resident_id: int) -> Sequence[Any]:
    """A resident's whole ledger, oldest first, with the titles of what was read."""
    return db.session.execute(
        select(
            Posting.id,
            Posting.kind,
            Posting.merit,
            Posting.reverses_id,
            Posting.activity_key,
            Posting.acted_on,
            Posting.quantity,
            Posting.entry_id,
            Posting.posted_at,
            Entry.title,
        )
        .outerjoin(Entry, Entry.id == Posting.entry_id)
        .where(Posting.resident_id == resident_id)
        .order_by(Posting.id)
    ).all()


def _deeds(rows: Sequence[Any]) -> Iterator[Deed]:
    """The acts whose awards no reversal names."""
    reversed_ids = {row.reverses_id for row in rows}
    known = activities.catalogue().activities
    for row in rows:
        if row.kind == "award" and row.id not in reversed_ids and row.activity_key in known:
            yield _deed(row, known[row.activity_key])


def _deed(row: Any, activity: Activity) -> Deed:
    minutes = activity.minutes * row.quantity
    is_service = bool(activity.hours_hundredths and activity.minutes)
    return Deed(
        at=row.posted_at,
        acted_on=row.acted_on,
        entry_id=row.entry_id,
        activity=activity.key,
        category=activity.category,
        is_kept_day=activity.is_pledge,
        reading_minutes=minutes if activity.kind == "reading" else 0,
        title=one_title(row.title or "") if activity.kind == "reading" else "",
        hour_class=_hour_class(activity) if is_service else "",
        service_minutes=minutes if is_service else 0,
    )


def _hour_class(activity: Activity) -> str:
    """Who stands for the hours: a check-in on the spot, whoever was helped, or the staff who approved them."""
    if activity.kind == "event":
        return "checked_in"
    return "attested" if "attested" in activity.evidence else "recorded"


def _milestones(resident_id: int) -> Sequence[Any]:
    return db.session.execute(
        select(Milestone.key, Milestone.reached_at).where(Milestone.person_id == resident_id)
    ).all()


def _note(row: dict[str, Any]) -> Any:
    return inserting(Milestone, connection().dialect.name).values(row).on_conflict_do_nothing().returning(Milestone.key)
