"""Signals: for each a case that is pointed out, and an honest one that looks like it and is not."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image, ImageEnhance, ImageOps
from sqlalchemy import func, select

from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import places
from civic.entries import service as entries
from civic.entries.models import Entry, EntryPlace, PhotoPrint
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.moderation import escalation, look_alikes, service, signals
from civic.rules import signals as rules
from civic.rules.places import Cell, Place
from civic.seed import pictures
from civic.teams import service as teams
from tests.factories import NOW, TODAY, ZONE, decide, log, person, staff, team

Picture = Image.Image
TREE_PIT, PARK = "cigarette_ends", "litter_pickup"

NEW = NOW - timedelta(days=20)  # a member too short for the trusted way


def scene(number: int, of: str = PARK, taken: datetime = NOW) -> Picture:
    """A drawn photo; another number is another place."""
    raw = pictures.photo(of, taken.astimezone(ZONE), Random(number))
    return Image.open(io.BytesIO(raw)).convert("RGB")


def file_of(picture: Picture, quality: int = 85) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def log_with(who: Person, *photos: bytes, acted_on: date = TODAY, now: datetime = NOW) -> Entry:
    key = f"00000000-0000-4000-8000-{abs(hash((who.id, photos, now))) % 10**12:012d}"
    logged = Logged("litter_pickup", acted_on, 1, key, "北岸码头到石桥一段")
    return receive(logged, photos, by=who, now=now, zone=ZONE).entry


def pointed(entry: Entry, viewer: Person | None = None, now: datetime = NOW) -> signals.Signals:
    viewer = viewer or staff()
    (found,) = [one for one in service.queue(viewer) if one.entry.id == entry.id]
    return signals.of_queue([found], viewer, now)[entry.id]


def turned(picture: Picture) -> Sequence[Picture]:
    return [ImageOps.mirror(picture), *(picture.rotate(angle, expand=True) for angle in (90, 180, 270))]


# Photos


def test_the_very_same_file_is_pointed_out_and_two_photos_of_one_place_are_not(app: Flask) -> None:
    raw = file_of(scene(1))
    first, again = log_with(person(), raw), log_with(person(), raw)
    other = log_with(person(), file_of(scene(2)))
    assert pointed(again) == {"same_photo": first.id}
    assert pointed(first) == {"same_photo": again.id}
    assert pointed(other) == {}


@pytest.mark.parametrize("place", range(4))
def test_a_photo_mirrored_or_turned_and_saved_anew_is_a_look_alike(app: Flask, place: int) -> None:
    picture = scene(3, TREE_PIT)
    first = log_with(person(), file_of(picture))
    again = log_with(person(), file_of(turned(picture)[place], quality=40))
    assert pointed(again) == {"look_alike_photo": first.id}
    assert pointed(first) == {"look_alike_photo": again.id}
    own_photo, other_photo, entry_id, differs_in = look_alikes.of_entries([again.id])[again.id]
    assert (own_photo, other_photo, entry_id) == (again.photos[0].id, first.photos[0].id, first.id)
    assert differs_in <= rules.LOOK_ALIKE_BITS


def test_a_screenshot_of_a_photo_is_a_look_alike(app: Flask) -> None:
    picture = scene(4)
    first = log_with(person(), file_of(picture))
    screen = Image.new("RGB", (picture.width, picture.height * 3 // 2), (18, 18, 18))
    screen.paste(ImageEnhance.Brightness(picture).enhance(0.9), (0, picture.height // 4))
    assert pointed(log_with(person(), file_of(screen))) == {"look_alike_photo": first.id}


def test_another_tree_pit_of_the_same_street_is_no_look_alike(app: Flask) -> None:
    """Honest photos of one kind of place: drawn alike, each with its own paving, leaves and cigarette ends."""
    logged = [log_with(person(), file_of(scene(number, TREE_PIT))) for number in range(10, 16)]
    assert [pointed(entry) for entry in logged] == [{}] * len(logged)


def test_a_plain_picture_resembles_nothing(app: Flask) -> None:
    grey, white = Image.new("RGB", (640, 480), (90, 90, 90)), Image.new("RGB", (640, 480), (250, 250, 250))
    log_with(person(), file_of(grey))
    assert pointed(log_with(person(), file_of(white))) == {}


def test_what_was_not_looked_for_after_the_commit_the_hourly_job_looks_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "look_for_alikes", lambda _entry_id: None)
    picture = scene(5)
    first, again = log_with(person(), file_of(picture)), log_with(person(), file_of(ImageOps.flip(picture)))
    assert pointed(again) == {}
    with transaction():
        assert escalation.escalate("2026-11-25T02Z", now=NOW, zone=ZONE)["photos"] == 2
    assert pointed(again) == {"look_alike_photo": first.id}
    with transaction():
        assert escalation.escalate("2026-11-25T03Z", now=NOW, zone=ZONE)["photos"] == 0
    assert db.session.scalar(select(func.count()).where(PhotoPrint.turns.is_not(None))) == 0


# Figures


def test_many_acts_of_one_day_sent_at_once_are_pointed_out_and_those_of_a_week_are_not(app: Flask) -> None:
    hasty, tidy = person(), person()
    at_once = [log(hasty, now=NOW + timedelta(minutes=minute)) for minute in range(rules.BURST_ACTS)]
    a_week = [log(tidy, acted_on=TODAY - timedelta(days=day)) for day in range(7)]
    assert pointed(at_once[0]) == pointed(at_once[-1]) == {"burst": None}
    assert [pointed(entry) for entry in a_week] == [{}] * 7


def test_as_many_acts_spread_over_the_day_are_no_burst(app: Flask) -> None:
    resident = person()
    spread = [log(resident, now=NOW - timedelta(hours=2 * place)) for place in range(4)]
    assert pointed(spread[0]) == {}


def test_a_manager_who_approves_one_person_far_more_often_than_others_is_told(app: Flask) -> None:
    manager, favourite = staff(), person(now=NEW)
    others = [person() for _ in range(5)]
    for place in range(rules.OFTEN_APPROVALS):
        decide(log(favourite, acted_on=TODAY - timedelta(days=place % 7)), "approve", manager)
    for other in others:
        decide(log(other), "approve", manager)
    assert "often_this_manager" in pointed(log(favourite), manager)
    assert "often_this_manager" not in pointed(log(others[0]), manager)
    assert "often_this_manager" not in pointed(log(favourite), staff())


def test_where_two_take_part_each_has_a_large_share_and_that_is_nothing_unusual(app: Flask) -> None:
    manager, one, other = staff(), person(now=NEW), person(now=NEW)
    for place in range(rules.OFTEN_APPROVALS):
        for resident in (one, other):
            decide(log(resident, acted_on=TODAY - timedelta(days=place % 7)), "approve", manager)
    assert "often_this_manager" not in pointed(log(one), manager)


def test_a_newcomer_and_a_full_quantity_are_pointed_out_and_the_usual_is_not(app: Flask) -> None:
    assert pointed(log(person(confirmed=False), quantity=6)) == {"new_account": None, "maximum_quantity": None}
    assert pointed(log(person(), quantity=5)) == {}


# Places


SQUARE, FAR = Cell(31240, 121490), Cell(31300, 121490)


def log_at(who: Person, cell: Cell = SQUARE, minutes: int = 0, **facts: Any) -> Entry:
    at = NOW + timedelta(minutes=minutes)
    logged = Logged("litter_pickup", TODAY, 1, str(uuid4()), "北岸码头到石桥一段", place=Place(cell, at), **facts)
    return receive(logged, by=who, now=at, zone=ZONE).entry


def test_many_at_one_place_in_the_same_ten_minutes_are_pointed_out(app: Flask) -> None:
    first, second, third = (log_at(person()) for _ in range(3))
    assert pointed(first) == {"same_place_minute": second.id}
    assert pointed(third) == {"same_place_minute": first.id}


def test_two_neighbours_a_team_and_whoever_comes_later_are_no_crowd(app: Flask) -> None:
    one, other = person(), person()
    alone = [log_at(one), log_at(other)]
    assert [pointed(entry) for entry in alone] == [{}, {}]
    assert pointed(log_at(person(), FAR)) == {}
    assert pointed(log_at(person(), minutes=10)) == {}
    assert pointed(log_at(one)) == {}, "the same two, once more"
    together = [person() for _ in range(4)]
    found = team(together[0])
    for who in together[1:]:
        with transaction():
            teams.join(found.code, by=who, now=NOW, zone=ZONE)
    outing = [log_at(who, FAR, minutes=30, team_id=found.id) for who in together]
    assert [pointed(entry) for entry in outing] == [{}] * 4


def test_what_was_withdrawn_makes_no_crowd(app: Flask) -> None:
    people = [person() for _ in range(3)]
    first, second, _third = (log_at(who) for who in people)
    with transaction():
        entries.withdraw(second.id, by=people[1])
    assert pointed(first) == {}


def test_a_photo_from_another_town_is_pointed_out_and_one_from_the_next_street_is_not(app: Flask) -> None:
    def log_from(north: float, given: Cell | None = SQUARE) -> Entry:
        out = io.BytesIO()
        tags = Image.Exif()
        tags.get_ifd(0x8825).update({1: "N", 2: (north, 0, 0), 3: "E", 4: (121, 29, 24)})
        scene(int(north * 1e4)).save(out, "JPEG", exif=tags)
        place = Place(given, NOW) if given else None
        logged = Logged("litter_pickup", TODAY, 1, str(uuid4()), "北岸码头到石桥一段", place=place)
        return receive(logged, [out.getvalue()], by=person(), now=NOW, zone=ZONE).entry

    assert pointed(log_from(31.9)) == {"photo_place_differs": None}
    assert pointed(log_from(31.245)) == {}
    assert pointed(log_from(31.8, given=None)) == {}, "who gives no place is asked nothing"


def test_of_a_place_only_a_fingerprint_stays_and_it_goes_after_ninety_days(app: Flask) -> None:
    entry = log_at(person())
    (kept,) = db.session.scalars(select(EntryPlace)).all()
    assert (kept.entry_id, len(kept.fingerprint)) == (entry.id, 32)
    assert "31240" not in kept.fingerprint
    with transaction():
        assert places.remove_old(NOW + timedelta(days=89)) == 0
    with transaction():
        assert places.remove_old(NOW + timedelta(days=90)) == 1
    assert db.session.scalar(select(func.count()).select_from(EntryPlace)) == 0
