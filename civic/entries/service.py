"""Entries: an act is submitted once for ever, can be withdrawn or mended, and changes status in one place only."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, select, update
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.base import ExecutableOption

from civic import tokens
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.db import connection, db
from civic.entries import places
from civic.entries.models import Entry, Photo, PhotoOriginal, PhotoPrint
from civic.entries.zone import hold_to
from civic.ledger import service as ledger
from civic.ledger.service import Act
from civic.media import Kept
from civic.rules import points
from civic.rules.entries import check_day, check_kept_day, check_once_per, check_transition, parse_client_key
from civic.rules.periods import day_of, period_of
from civic.rules.places import Place
from civic.rules.points import PointRule
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.signals import bands
from civic.teams import service as teams

MAX_PHOTOS = 4
MAX_NOTE = 1000
MAX_TITLE = 120
MAX_ID = 2**63 - 1  # an address may hold any number; a database's column does not
KEPT_SIGNS = "\n\u200d"  # line breaks, and the joiner inside emoji, which count among the control characters
# An entry of these statuses holds the place of its pledge's day or of its `once_per` span.
UNDECIDED = ("pending", "held", "returned", "appealed")
HOLDING = ("pending", "held", "approved", "returned", "appealed")


@dataclass(frozen=True)
class Logged:
    """What a person says about an act, as it arrives."""

    activity_key: str
    acted_on: date
    quantity: int
    client_key: str
    note: str = ""
    title: str = ""
    answers: tuple[str, ...] = ()
    resident_id: int | None = None  # a child, when its guardian logs for it
    team_id: int | None = None  # which of the resident's teams it counts for, if any
    place: Place | None = None  # where it was logged, if the person gave that; no part of what is claimed
    photo_places: tuple[str, ...] = ()  # whether each photo was taken there, as far as the phone could tell
    is_on_behalf: bool = False  # typed by a manager from a slip, who was found to be the one to do it


@dataclass(frozen=True)
class Submission:
    """An entry, and whether this sending made it or an earlier one did."""

    entry: Entry
    is_new: bool


# Verbs


def submit(
    logged: Logged, *, body_hash: str, photos: Sequence[Kept] = (), by: Person, now: datetime, zone: ZoneInfo
) -> Submission:
    """Take an entry in; the same key again gives the same entry, for ever, and judges nothing anew (T1).

    Raises Conflict where the key was used for something else, Refused for what is wrong with a field.
    """
    # Sendings of one key, and entries that would share a pledge's day, arrive one after another.
    ledger.hold(logged.resident_id or by.id)
    accounts.check_present(logged.resident_id or by.id)
    known = find_again(logged, body_hash, by)
    if known is not None:
        return Submission(known, is_new=False)
    hold_to(zone)
    entry = _judged(logged, len(photos), by, now, zone)
    entry.body_hash = body_hash
    db.session.add(entry)
    db.session.flush()
    _attach(entry, photos)
    return Submission(entry, is_new=True)


def check(logged: Logged, photos: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Raises whatever `submit` would raise now, so that nobody waits for photos of what is refused anyway."""
    _judged(logged, photos, by, now, zone)


def _judged(logged: Logged, photos: int, by: Person, now: datetime, zone: ZoneInfo) -> Entry:
    """The entry as it would be taken in, once every rule has been asked."""
    today = day_of(now, zone)
    resident_id = _resident(logged, by, today)
    activity = _open_activity(logged.activity_key)
    check_day(logged.acted_on, today, is_kept_day=activity.is_pledge)
    rule = activities.rule_on(activity.key, logged.acted_on)
    points.check_quantity(rule, logged.quantity)
    told = _told(activity, logged.note, logged.title, logged.answers, photos)
    check_other_days(resident_id, activity.key, rule.once_per, logged.acted_on)
    if logged.team_id is not None:
        teams.check_may_count(logged.team_id, resident_id, logged.acted_on)
    return Entry(
        resident_id=resident_id,
        team_id=logged.team_id,
        logged_by=by.id,
        community_code=accounts.community_of(resident_id, logged.acted_on),
        activity_key=activity.key,
        kind=activity.kind,
        rule_version=rule.version,
        acted_on=logged.acted_on,
        quantity=logged.quantity,
        client_key=parse_client_key(logged.client_key),
        status="pending",
        submitted_at=now,
        queued_at=now,
        **told,
    )


def withdraw(entry_id: int, *, by: Person) -> Entry:
    """Take an entry back that nobody approved or refused."""
    entry = get_own(entry_id, by)
    change_status(entry, "withdrawn")
    return entry


def withdraw_returned(before: datetime) -> int:
    """Withdraw whatever was returned before an instant and nobody mended; says how many entries."""
    waiting = select(Entry).where(Entry.status == "returned", Entry.decided_at < before).order_by(Entry.id)
    withdrawn = 0
    for entry in db.session.scalars(waiting).all():
        with suppress(Conflict):  # mended or withdrawn at this very moment
            change_status(entry, "withdrawn")
            withdrawn += 1
    return withdrawn


def forget_of(resident_id: int) -> list[str]:
    """Withdraw what waits of somebody who leaves for good, and forget the words and photos of all their entries.

    What was posted stays, as does what it was for. Gives the keys of the photos, whose files are still there.
    """
    mine = _TABLE.c.resident_id == resident_id
    connection().execute(
        update(_TABLE).where(mine, _TABLE.c.status.in_(UNDECIDED)).values(status="withdrawn", decided_at=None)
    )
    connection().execute(update(_TABLE).where(mine, _TABLE.c.body_hash != "").values(_WORDLESS))
    places.forget_of(resident_id)
    photos = Photo.entry_id.in_(select(Entry.id).where(Entry.resident_id == resident_id))
    keys = photo_keys(photos)
    db.session.execute(delete(Photo).where(photos).execution_options(synchronize_session=False))
    db.session.expire_all()
    return keys


def mend(
    entry_id: int,
    *,
    quantity: int,
    note: str,
    title: str = "",
    answers: Sequence[str] = (),
    photos: Sequence[Kept] = (),
    dropped_photos: Iterable[str] = (),
    by: Person,
    now: datetime,
) -> list[str]:
    """Send a returned entry in again; day, activity, community and team stay (T1).

    Gives the keys of photos dropped.
    """
    entry = get_own(entry_id, by)
    dropped = [photo for photo in entry.photos if photo.key in set(dropped_photos)]
    told = check_mended(entry, quantity, note, title, answers, len(entry.photos) - len(dropped) + len(photos))
    change_status(entry, "pending")
    entry.quantity, entry.queued_at = quantity, now
    entry.note, entry.title, entry.answers = told["note"], told["title"], told["answers"]
    first = 1 + max((photo.position for photo in entry.photos), default=-1)
    keys = photo_keys(Photo.id.in_([photo.id for photo in dropped]))
    for photo in dropped:
        db.session.delete(photo)
    _attach(entry, photos, first)
    return keys


def check_mended(
    entry: Entry, quantity: int, note: str, title: str, answers: Sequence[str], photos: int
) -> dict[str, Any]:
    """The words of a mended entry, clean. Raises Conflict unless it was returned, Refused for what is wrong."""
    if entry.status != "returned":
        raise Conflict("not_returned", status=entry.status)
    points.check_quantity(rule_of(entry), quantity)
    return _told(activities.get(entry.activity_key), note, title, answers, photos)


def change_status(entry: Entry, becomes: str, decided_at: datetime | None = None) -> None:
    """The only way a status changes: one guarded UPDATE, so that of several at once exactly one wins.

    Raises Conflict where the entry cannot take the status, or took another in the meantime.
    """
    was = entry.status
    check_transition(was, becomes)
    facts = {"entry_id": entry.id, "was": was, "becomes": becomes, "at": decided_at}
    changed = connection().execute(_CHANGE_STATUS, facts)
    if changed.rowcount != 1:
        db.session.refresh(entry, ["status"])
        raise Conflict("already_decided", status=entry.status)
    # The row is as we say now; reading it again would cost a query at every approval.
    set_committed_value(entry, "status", becomes)
    set_committed_value(entry, "decided_at", decided_at)


# Questions


def body_hash(logged: Logged, raw_photos: Iterable[bytes]) -> str:
    """A fingerprint of what arrived under a key, to tell a retry from something else under the same key."""
    body: list[Any] = [
        logged.activity_key,
        logged.acted_on.isoformat(),
        logged.quantity,
        logged.note,
        logged.title,
        sorted(logged.answers),
        [hashlib.sha256(raw).hexdigest() for raw in raw_photos],
    ]
    if logged.team_id is not None:  # what came without a team keeps the fingerprint it had before there were any
        body.append(logged.team_id)
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def find_sent(resident_id: int, client_key: str) -> Entry | None:
    """The entry a resident's key stands for."""
    return db.session.scalar(with_photos().where(Entry.resident_id == resident_id, Entry.client_key == client_key))


def find_again(logged: Logged, body: str, by: Person) -> Entry | None:
    """The entry an earlier sending of the same key made; asked before photos are worked on.

    Raises Conflict where the key came with another body, or from another person.
    """
    known = find_sent(logged.resident_id or by.id, parse_client_key(logged.client_key))
    if known is not None and (known.body_hash, known.logged_by) != (body, by.id):
        raise Conflict("key_reused", "client_key")
    return known


def get_own(entry_id: int, person: Person) -> Entry:
    """An entry of mine, or of a child I log for. Raises NotFound for anybody else's."""
    entry = find_entry(entry_id)
    if entry is None or person.id not in (entry.resident_id, entry.logged_by):
        raise NotFound("entry")
    return entry


def find_entry(entry_id: int) -> Entry | None:
    """An entry with its photos, whoever's it is; who may see it is asked elsewhere."""
    if not 0 < entry_id <= MAX_ID:
        return None
    return db.session.scalar(with_photos().where(Entry.id == entry_id))


def find_by_photo(key: str) -> Entry | None:
    """The entry a photo belongs to; none for a text that is no photo's name."""
    if not tokens.may_be_ours(key):
        return None
    return db.session.scalar(select(Entry).join(Photo).where(Photo.key == key))


def photo_keys(which: ColumnElement[bool]) -> list[str]:
    """The names of some photos' files, and of what they were before parts of them were covered."""
    originals = select(PhotoOriginal.key).join(Photo, Photo.id == PhotoOriginal.photo_id).where(which)
    return list(db.session.scalars(select(Photo.key).where(which).union_all(originals)))


def known_photos(keys: Sequence[str]) -> set[str]:
    """Which of these names belong to a photo of an entry, or to what one was before parts of it were covered."""
    originals = select(PhotoOriginal.key).where(PhotoOriginal.key.in_(keys))
    return set(db.session.scalars(select(Photo.key).where(Photo.key.in_(keys)).union_all(originals)))


def list_own(
    person_id: int, *, statuses: Sequence[str] = (), before_id: int | None = None, limit: int = 50
) -> list[Entry]:
    """A resident's entries, newest first."""
    query = with_photos().where(Entry.resident_id == person_id)
    if statuses:
        query = query.where(Entry.status.in_(statuses))
    if before_id is not None:
        query = query.where(Entry.id < before_id)
    return list(db.session.scalars(query.order_by(Entry.id.desc()).limit(limit)))


def last_team(resident_id: int) -> int | None:
    """The team a resident's latest entry counts for."""
    return db.session.scalar(
        select(Entry.team_id).where(Entry.resident_id == resident_id).order_by(Entry.id.desc()).limit(1)
    )


def room_left(resident_id: int, activity_key: str, day: date) -> points.UpTo:
    """What an entry of this activity could still earn for a day, by the rule that the ledger uses."""
    activity = activities.get_open(activity_key)
    rule = activities.rule_on(activity_key, day)
    return points.up_to(rule, ledger.standing(resident_id, activity_key, day), activity.is_pledge)


def check_other_days(resident_id: int, activity_key: str, once_per: str | None, acted_on: date, but: int = 0) -> None:
    """Raises Refused where another entry holds the pledge's day, or the month, quarter or year the activity is for."""
    is_pledge = activities.get(activity_key).is_pledge
    if not (is_pledge or once_per):
        return
    span = period_of(once_per, acted_on) if once_per else period_of("week", acted_on)
    days = db.session.scalars(
        select(Entry.acted_on).where(
            Entry.resident_id == resident_id,
            Entry.activity_key == activity_key,
            Entry.acted_on >= span.starts_on,
            Entry.acted_on < span.ends_on,
            Entry.status.in_(HOLDING),
            Entry.id != but,
        )
    ).all()
    check_once_per(once_per, acted_on, days)
    if is_pledge:
        check_kept_day(acted_on, days)


def rule_of(entry: Entry) -> PointRule:
    """The point rule an entry goes by: that of its act day."""
    return activities.rule_version(entry.activity_key, entry.rule_version)


def act_of(entry: Entry) -> Act:
    """An entry as the ledger needs to know it."""
    return Act(
        entry.id,
        entry.resident_id,
        entry.community_code,
        entry.activity_key,
        entry.rule_version,
        entry.acted_on,
        entry.quantity,
        is_kept_day=entry.kind == "pledge",
        team_id=entry.team_id,
    )


def photos_too() -> ExecutableOption:
    """Load photos with their entries: one query more, however many there are."""
    return selectinload(Entry.photos)


def with_photos() -> Select[Entry]:
    """Entries with their photos."""
    return select(Entry).options(photos_too())


# Below


def _resident(logged: Logged, by: Person, today: date) -> int:
    """Whose entry it is: the person's own, that of a child they guard, or that of somebody helped."""
    if logged.is_on_behalf and logged.resident_id is not None:
        return logged.resident_id
    if logged.resident_id is None or logged.resident_id == by.id:
        return by.id
    if logged.resident_id not in {child.id for child in accounts.children_of(by.id, today)}:
        raise Forbidden("not_your_child", "resident")
    return logged.resident_id


def _open_activity(key: str) -> Activity:
    activity = activities.catalogue().activities.get(key)
    if activity is None:
        raise Refused("activity_unknown", "activity")
    if not activity.is_open:
        raise Refused("activity_not_open", "activity")
    return activity


def _told(activity: Activity, note: str, title: str, answers: Sequence[str], photos: int) -> dict[str, Any]:
    """The words of an entry, clean and complete. Photos are asked for, never forced: without one a person decides."""
    if photos > MAX_PHOTOS:
        raise Refused("too_many_photos", "photo", max=MAX_PHOTOS)
    if photos and activity.is_pledge:
        raise Refused("photo_not_needed", "photo")
    note, title = _words(note, "note", MAX_NOTE), _words(title, "title", MAX_TITLE)
    if activity.needs_note and len(note) < activity.note_min:
        code = "witness_needed" if "attested" in activity.evidence else "note_too_short"
        raise Refused(code, "note", min=activity.note_min, length=len(note))
    if activity.takes_note_or_photo and not photos and len(note) < activity.note_min:
        raise Refused("note_or_photo", "note", min=activity.note_min)
    known = {line.key for line in activity.form}
    ticked = sorted(set(answers))
    if not known.issuperset(ticked):
        raise Refused("answer_unknown", "answers")
    if len(ticked) < activity.form_min:
        raise Refused("form_incomplete", "answers", min=activity.form_min)
    return {"note": note, "title": title, "answers": ticked}


def _words(text: str, field: str, most: int) -> str:
    """Words as they are kept: no control characters but line breaks, no space around them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(sign for sign in text if sign in KEPT_SIGNS or unicodedata.category(sign)[0] != "C").strip()
    if len(clean) > most:
        raise Refused("words_too_long", field, max=most, length=len(clean))
    return clean


def _attach(entry: Entry, photos: Sequence[Kept], first: int = 0) -> None:
    for position, kept in enumerate(photos, first):
        photo = Photo(
            entry_id=entry.id,
            position=position,
            key=kept.key,
            sha256=kept.sha256,
            source_sha256=kept.source_sha256,
            width=kept.width,
            height=kept.height,
            taken_time=kept.taken_time,
            taken_place=kept.taken_place,
        )
        db.session.add(photo)
        db.session.flush()
        if kept.prints:
            db.session.add(_print_of(photo.id, kept.prints))
    db.session.flush()
    db.session.refresh(entry, ["photos"])


def _print_of(photo_id: int, prints: Sequence[int]) -> PhotoPrint:
    upright = prints[0]
    band0, band1, band2, band3 = bands(upright)
    return PhotoPrint(
        photo_id=photo_id,
        features=upright - 2**64 if upright >> 63 else upright,
        band0=band0,
        band1=band1,
        band2=band2,
        band3=band3,
        turns="".join(f"{print_:016x}" for print_ in prints),
    )


# Asked at every decision, so written once.
_TABLE = cast(Table, Entry.__table__)
_WORDLESS: dict[str, Any] = {"title": "", "note": "", "answers": [], "body_hash": ""}
_CHANGE_STATUS = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("entry_id"), _TABLE.c.status == bindparam("was"))
    .values(status=bindparam("becomes"), decided_at=bindparam("at"))
)
