"""What is looked at elsewhere in the demo city: an appeal, a hold, a slip typed in, and who is in a photo.

Everything goes the way people's own does. The tests of the demo city count on the statuses only.
"""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select

from civic import media
from civic.accounts.models import Grant, Person
from civic.accounts.service import find_by_login
from civic.db import db, transaction
from civic.entries.models import Entry, Photo
from civic.moderation import reviews
from civic.on_behalf import service as on_behalf
from civic.photos import service as photos
from civic.rules.refused import Refused
from civic.seed import pictures
from civic.seed.places import LIUQIAO

AGO, OF_LATE = timedelta(hours=5), timedelta(days=14)
STREET = LIUQIAO[:9]
LITTER, HELPED, SLIP = "litter_pickup", "钟奶奶", 990_002


def show(now: datetime, zone: ZoneInfo) -> None:
    """Let a few people ask for a second look."""
    at = now - AGO
    for entry in _rejected(at)[:2]:
        _appeal(entry, at)
    doubted = _waiting_next_door(at)
    if doubted is not None:
        _hold(doubted, at)
    manager, asker = find_by_login("manager"), find_by_login("parent")
    if manager is not None:
        _type_a_slip(manager, at, zone)
    photo = _a_photo()
    if asker is not None and photo is not None:
        _ask_and_cover(asker, photo, at, zone)


def _rejected(at: datetime) -> list[Entry]:
    """What was not approved in the street of late."""
    query = select(Entry).where(
        Entry.community_code.startswith(STREET),
        Entry.status == "rejected",
        Entry.submitted_at > at - OF_LATE,
        Entry.kind == "act",
    )
    return list(db.session.scalars(query.order_by(Entry.submitted_at, Entry.activity_key)))


def _waiting_next_door(at: datetime) -> Entry | None:
    """What waits in another community of the street, acts first; no manager's own, which would go to their officer."""
    query = select(Entry).where(
        Entry.community_code.startswith(STREET),
        Entry.community_code != LIUQIAO,
        Entry.status == "pending",
        Entry.kind.in_(("act", "reading")),
        Entry.submitted_at.between(at - OF_LATE, at),
        Entry.resident_id.not_in(select(Grant.person_id)),
    )
    return db.session.scalars(query.order_by(Entry.kind, Entry.submitted_at, Entry.activity_key)).first()


def _appeal(entry: Entry, at: datetime) -> None:
    who = db.session.get_one(Person, entry.logged_by)
    with transaction():
        reviews.appeal(entry.id, "当时天快黑了，照片暗，近处看得清是我们捡的。", by=who, now=at)


def _hold(entry: Entry, at: datetime) -> None:
    """By whoever decides there; somebody close to the resident may not, and then nothing is held."""
    above = db.session.scalars(
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role == "subdistrict_officer", Grant.area_code == STREET)
    ).first()
    if above is None:
        return
    try:
        with transaction():
            reviews.hold(entry.id, "quantity", by=above, now=at)
    except Refused:
        return


def _type_a_slip(manager: Person, at: datetime, zone: ZoneInfo) -> None:
    day = at.astimezone(zone).date()
    taken = at - timedelta(hours=1)
    paper = media.shrink(
        pictures.photo(LITTER, taken.astimezone(zone), Random(SLIP)),  # noqa: S311 - a drawing
        acted_on=day,
        zone=zone,
    )
    with transaction():
        helped = on_behalf.add_helped(LIUQIAO, HELPED, by=manager, now=at - timedelta(days=1), zone=zone)
        slips = on_behalf.make_sheet(LIUQIAO, by=manager, now=at)
        typed = on_behalf.Typed(slips[0].code, helped.id, LITTER, day, 1, "楼前花坛")
    with transaction():
        on_behalf.type_in(typed, paper, by=manager, now=at, zone=zone)


def _a_photo() -> Photo | None:
    """The latest photo of an approved entry in 柳桥."""
    query = (
        select(Photo)
        .join(Entry, Entry.id == Photo.entry_id)
        .where(Entry.community_code == LIUQIAO, Entry.status == "approved")
        .order_by(Entry.acted_on.desc(), Entry.submitted_at.desc())
    )
    return db.session.scalars(query).first()


def _ask_and_cover(asker: Person, photo: Photo, at: datetime, zone: ZoneInfo) -> None:
    entry = db.session.get_one(Entry, photo.entry_id)
    day, was, photo_id = entry.acted_on, photo.key, photo.id
    owner = db.session.get_one(Person, entry.logged_by)
    painted = photos.paint(photo, ["10", "11", "18", "19"])
    with transaction():
        photos.cover(photo_id, painted, was, by=owner, now=at)
        photos.ask(LIUQIAO, day, "河边的步道上，推自行车的是我。", by=asker, now=at, zone=zone)
