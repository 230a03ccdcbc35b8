"""Taking in what residents log, with its photos: all of it or nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from civic import media
from civic.accounts.models import Person
from civic.db import db
from civic.entries import service as entries
from civic.entries.models import Entry, EntryPlace
from civic.entries.service import Logged, Submission
from civic.intake.receive import receive, receive_mended
from civic.rules.places import Cell, Place
from civic.rules.refused import Conflict, Refused
from tests.factories import NOW, TODAY, ZONE, decide, person, staff
from tests.media.pictures import jpeg

PICTURE, OTHER_PICTURE = jpeg((64, 48)), jpeg((48, 64))
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_is_left_behind(app: Flask) -> Iterator[None]:
    """After every test each file on the disk has its row, and each row its file (I13)."""
    before = set(media.keys(FUTURE))
    yield
    db.session.rollback()
    rows = set(db.session.scalars(db.select(entries.Photo.key)))
    assert set(media.keys(FUTURE)) - before == rows


def send(who: Person, *photos: bytes, **changes: object) -> Submission:
    facts = {"activity_key": "litter_pickup", "acted_on": TODAY, "quantity": 2, "client_key": str(uuid4()), **changes}
    return receive(Logged(**facts), photos, by=who, now=NOW, zone=ZONE)  # type: ignore[arg-type]


def stored(entry_id: int) -> Entry:
    entry = entries.find_entry(entry_id)
    assert entry is not None
    return entry


def test_photos_are_kept_with_their_entry_in_order(app: Flask) -> None:
    entry = stored(send(person(), PICTURE, OTHER_PICTURE).entry.id)
    assert [(photo.position, photo.width, photo.height) for photo in entry.photos] == [(0, 64, 48), (1, 48, 64)]
    assert media.open_photo(entry.photos[0].key).read()


def test_a_retry_with_the_same_photos_is_the_same_entry_and_keeps_no_file_twice(app: Flask) -> None:
    resident, key = person(), str(uuid4())
    first = send(resident, PICTURE, client_key=key)
    again = send(resident, PICTURE, client_key=key)
    assert (again.entry.id, first.is_new, again.is_new) == (first.entry.id, True, False)
    with pytest.raises(Conflict, match="key_reused"):
        send(resident, OTHER_PICTURE, client_key=key)


@pytest.mark.parametrize(
    ("photos", "changes", "code"),
    [
        ((b"no picture",), {}, "photo_kind"),
        ((PICTURE, b"no picture"), {}, "photo_kind"),
        ((PICTURE,) * 5, {}, "too_many_photos"),
        ((PICTURE,), {"quantity": 99}, "quantity_out_of_range"),
        ((PICTURE,), {"activity_key": "pledge_walker", "quantity": 1}, "photo_not_needed"),
    ],
)
def test_what_is_refused_leaves_neither_entry_nor_file(
    app: Flask, photos: tuple[bytes, ...], changes: dict[str, object], code: str
) -> None:
    resident = person()
    with pytest.raises(Refused, match=code):
        send(resident, *photos, **changes)
    assert entries.list_own(resident.id) == []


def test_what_is_refused_anyway_costs_no_work_on_photos(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "shrink", lambda *_args, **_facts: pytest.fail("nobody needed this photo"))
    with pytest.raises(Refused, match="day_in_future"):
        send(person(), PICTURE, acted_on=TODAY + timedelta(days=1))


def test_a_failure_after_the_files_takes_them_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "submit", lambda *_args, **_facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(person(), PICTURE)


def test_mending_adds_and_drops_photos(app: Flask) -> None:
    resident, manager = person(), staff()
    entry = stored(send(resident, PICTURE, PICTURE).entry.id)
    dropped = entry.photos[0].key
    decide(entry, "return", manager)
    changes = {"quantity": 3, "note": "", "raw_photos": (OTHER_PICTURE,), "dropped_photos": (dropped,)}
    mended = receive_mended(entry.id, by=resident, now=NOW, zone=ZONE, **changes)  # type: ignore[arg-type]
    assert [(photo.position, photo.width) for photo in mended.photos] == [(1, 64), (2, 48)]
    with pytest.raises(Refused):
        media.open_photo(dropped)


def test_a_refused_mending_changes_nothing(app: Flask) -> None:
    resident = person()
    entry = stored(send(resident, PICTURE).entry.id)
    with pytest.raises(Conflict, match="not_returned"):
        receive_mended(entry.id, quantity=3, note="", raw_photos=(PICTURE,), by=resident, now=NOW, zone=ZONE)
    decide(entry, "return", staff())
    for photos, quantity in (((PICTURE,) * 4, 3), ((b"x",), 3), ((), 0)):
        with pytest.raises(Refused):
            receive_mended(entry.id, quantity=quantity, note="", raw_photos=photos, by=resident, now=NOW, zone=ZONE)
    assert (stored(entry.id).status, len(stored(entry.id).photos)) == ("returned", 1)


def test_the_phones_word_on_a_photos_place_is_taken_where_the_photo_itself_says_nothing(app: Flask) -> None:
    here = Place(Cell(31240, 121490), NOW)
    told = {"place": here, "photo_places": ("differs",)}
    entry = stored(send(person(), PICTURE, OTHER_PICTURE, **told).entry.id)
    assert [photo.taken_place for photo in entry.photos] == ["differs", "absent"]
    without = stored(send(person(), PICTURE, photo_places=("differs",)).entry.id)
    assert [photo.taken_place for photo in without.photos] == ["absent"]


def test_a_place_is_no_part_of_what_is_claimed(app: Flask) -> None:
    resident, key = person(), str(uuid4())
    first = send(resident, client_key=key, place=Place(Cell(31240, 121490), NOW))
    again = send(resident, client_key=key)
    assert (first.entry.id, again.is_new) == (again.entry.id, False)
    assert db.session.scalar(db.select(db.func.count()).select_from(EntryPlace)) == 1


def test_a_place_of_long_ago_is_not_kept(app: Flask) -> None:
    send(person(), place=Place(Cell(31240, 121490), NOW - timedelta(days=100)))
    assert db.session.scalar(db.select(db.func.count()).select_from(EntryPlace)) == 0
