"""Announcements: written, changed and withdrawn by whoever manages the area; read by everybody below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select

from civic.accounts import grants
from civic.accounts.models import Grant, Person
from civic.announcements.models import Announcement
from civic.areas import service as areas
from civic.areas.models import LEVELS, Area
from civic.db import db
from civic.rules import announcements as rules
from civic.rules.refused import Conflict, NotFound, Refused

PAST_SHOWN = 20


@dataclass(frozen=True)
class Written:
    """What somebody wants to announce, as it was typed."""

    title: str
    words: str
    from_on: date
    until_on: date
    is_pinned: bool = False


@dataclass(frozen=True)
class Shown:
    """An announcement with the area it speaks for and the area whose officer or manager wrote it."""

    row: Announcement
    area: Area
    role_area: Area

    @property
    def paragraphs(self) -> list[str]:
        """Its words, paragraph by paragraph."""
        return [line for line in self.row.words.split("\n") if line]


@dataclass(frozen=True)
class Board:
    """An area's announcements for those who write them."""

    running: tuple[Shown, ...]
    coming: tuple[Shown, ...]
    past: tuple[Shown, ...]

    @property
    def room_left(self) -> int:
        """How many more can be written."""
        return max(0, rules.MAX_RUNNING - len(self.running) - len(self.coming))


# Verbs


def write(area_code: str, written: Written, *, by: Person, now: datetime, zone: ZoneInfo) -> Announcement:
    """Announce something in an area and everything below it.

    Raises Forbidden outside one's grants, Refused for the words, the days, or where twenty are running already.
    """
    area = areas.get_area(area_code)
    held = grants.get_over(by.id, area.code)
    today = now.astimezone(zone).date()
    checked = _checked(written, today)
    # Two at once: the second waits here, and then counts the first one's.
    areas.hold(area)
    if area.closed_on is not None:
        raise Refused("area_closed")
    if _running(area.code, today) >= rules.MAX_RUNNING:
        raise Conflict("announcements_full", max=rules.MAX_RUNNING)
    made = Announcement(area_code=area.code, written_by_id=by.id, written_at=now, **_right(held), **vars(checked))
    db.session.add(made)
    db.session.flush()
    return made


def change(announcement_id: int, written: Written, *, by: Person, now: datetime, zone: ZoneInfo) -> Announcement:
    """Change the words or the days of one that is not over. Raises as `write`, and Conflict for one that is."""
    found = get(announcement_id, by=by, lock=True)
    today = now.astimezone(zone).date()
    _check_stands(found, today)
    checked = _checked(written, today, was_from=found.from_on)
    for field, value in {**vars(checked), **_right(grants.get_over(by.id, found.area_code))}.items():
        setattr(found, field, value)
    found.written_by_id, found.changed_at = by.id, now
    db.session.flush()
    return found


def withdraw(announcement_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> Announcement:
    """Take one down at once. Raises Forbidden outside one's grants, Conflict for one that is over or withdrawn."""
    found = get(announcement_id, by=by, lock=True)
    _check_stands(found, now.astimezone(zone).date())
    found.withdrawn_at, found.withdrawn_by_id = now, by.id
    db.session.flush()
    return found


def _checked(written: Written, today: date, was_from: date | None = None) -> Written:
    rules.check_days(written.from_on, written.until_on, today, was_from=was_from)
    title, words = rules.clean_title(written.title), rules.clean_words(written.words)
    return Written(title, words, written.from_on, written.until_on, written.is_pinned)


def _right(held: Grant) -> dict[str, str]:
    """By what right somebody writes."""
    return {"role": held.role, "role_area_code": held.area_code}


def _check_stands(found: Announcement, today: date) -> None:
    if found.withdrawn_at is not None or found.until_on < today:
        raise Conflict("announcement_over")


def _running(area_code: str, today: date) -> int:
    where = (Announcement.area_code == area_code, _not_over(today))
    return db.session.scalar(select(func.count()).where(*where)) or 0


# Questions


def get(announcement_id: int, *, by: Person, lock: bool = False) -> Announcement:
    """One that somebody may change. Raises NotFound, or Forbidden outside their grants."""
    query = select(Announcement).where(Announcement.id == announcement_id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("announcement")
    grants.get_over(by.id, found.area_code)
    return found


def running(area_code: str, today: date, limit: int | None = None) -> list[Shown]:
    """What is announced in an area on a day, by itself or by an area above: pinned ones first, then the newest."""
    above = [area_code[:length] for length in LEVELS if length <= len(area_code)]
    where = and_(Announcement.area_code.in_(above), _not_over(today), Announcement.from_on <= today)
    return _shown(where, limit)


def board(area_code: str, today: date) -> Board:
    """All of an area's own announcements that run or are to come, and the last ones that are over."""
    mine = Announcement.area_code == area_code
    standing = _shown(and_(mine, _not_over(today)))
    past = _shown(and_(mine, ~_not_over(today)), PAST_SHOWN)
    return Board(
        tuple(one for one in standing if one.row.from_on <= today),
        tuple(one for one in standing if one.row.from_on > today),
        tuple(past),
    )


def _not_over(today: date) -> ColumnElement[bool]:
    return and_(Announcement.until_on >= today, Announcement.withdrawn_at.is_(None))


def _shown(where: ColumnElement[bool], limit: int | None = None) -> list[Shown]:
    rows: Sequence[Announcement] = db.session.scalars(
        select(Announcement)
        .where(where)
        .order_by(Announcement.is_pinned.desc(), Announcement.from_on.desc(), Announcement.id.desc())
        .limit(limit)
    ).all()
    if not rows:
        return []
    codes = {code for row in rows for code in (row.area_code, row.role_area_code)}
    by_code = {area.code: area for area in db.session.scalars(select(Area).where(Area.code.in_(codes)))}
    return [Shown(row, by_code[row.area_code], by_code[row.role_area_code]) for row in rows]
