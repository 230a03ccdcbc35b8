"""Covering parts of photos, opening what is underneath, and requests to be covered, on both databases."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from civic import media
from civic.accounts.models import Person
from civic.backup.service import missing_photos
from civic.db import db, transaction
from civic.entries.models import Photo, PhotoOriginal
from civic.mydata import leaving
from civic.notices import service as notices
from civic.photos import service
from civic.photos.models import OriginalLook, PhotoRequest
from civic.rules.photos import CELLS
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.tidying import tidy
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, TODAY, ZONE, person, staff
from tests.media.pictures import RED, corners
from tests.photos.conftest import Scene, sent

DAY = timedelta(days=1)
GREY = (92, 96, 94)


def cover(photo: Photo, *cells: int, by: Person) -> Photo:
    was = photo.key
    painted = service.paint(photo, [str(cell) for cell in cells])
    with transaction():
        return service.cover(photo.id, painted, was, by=by, now=NOW)


def picture(key: str, small: bool = False) -> Image.Image:
    return Image.open(io.BytesIO(media.open_photo(key, small=small).read())).convert("RGB")


def near(found: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(have - want) < 24 for have, want in zip(found, wanted, strict=True))


def is_there(key: str) -> bool:
    try:
        media.open_photo(key)
    except NotFound:
        return False
    return True


def test_what_is_covered_is_gone_from_both_files_and_the_rest_is_as_it_was(scene: Scene) -> None:
    before = corners(picture(scene.photo.key))[1:]
    photo = cover(scene.photo, 0, 1, 8, by=scene.resident)
    for small in (False, True):
        found = picture(photo.key, small)
        wide, high = found.size
        assert near(found.getpixel((wide // 16, high // 12)), GREY)
        assert near(found.getpixel((wide * 3 // 16, high // 12)), GREY)
        assert near(found.getpixel((wide * 5 // 16, high // 12)), RED)
        assert near(found.getpixel((wide * 3 // 16, high * 3 // 12)), RED)
    assert corners(picture(photo.key))[1:] == before
    assert (photo.width, photo.height) == (640, 480)
    assert missing_photos() == []


def test_the_old_address_is_dead_and_the_original_kept_apart(scene: Scene) -> None:
    was = scene.photo.key
    photo = cover(scene.photo, 5, by=scene.resident)
    assert photo.key != was
    with pytest.raises(NotFound):
        service.find(was)
    original = db.session.get(PhotoOriginal, photo.id)
    assert original is not None
    assert (original.key, original.covered_by) == (was, scene.resident.id)
    assert is_there(was)


def test_covered_again_the_first_original_stays_and_nothing_is_uncovered(scene: Scene) -> None:
    first = scene.photo.key
    once = cover(scene.photo, 0, by=scene.resident).key
    twice = cover(scene.photo, 7, by=scene.manager).key
    assert [is_there(key) for key in (first, once, twice)] == [True, False, True]
    found = picture(twice)
    assert near(found.getpixel((40, 40)), GREY)
    assert near(found.getpixel((600, 40)), GREY)


def test_of_two_who_cover_at_once_the_second_is_told_and_undoes_nothing(scene: Scene) -> None:
    photo, was = scene.photo, scene.photo.key
    late = service.paint(photo, ["7"])
    now_served = cover(photo, 0, by=scene.resident).key
    with pytest.raises(Conflict, match="photo_changed"), transaction():
        service.cover(photo.id, late, was, by=scene.manager, now=NOW)
    assert scene.photo.key == now_served


@pytest.mark.parametrize("cells", [[], ["48"], ["-1"], ["x"], ["０"], [str(CELLS)], ["1"] * 10_000])
def test_squares_that_are_none_are_refused(scene: Scene, cells: list[str]) -> None:
    with pytest.raises(Refused):
        service.paint(scene.photo, cells)


def test_a_whole_photo_can_be_hidden(scene: Scene) -> None:
    photo = cover(scene.photo, *range(CELLS), by=scene.resident)
    shades = [shade for _count, shade in picture(photo.key).getcolors(999_999) or ()]
    assert shades
    assert all(near(shade, GREY) for shade in shades)


def test_an_officer_opens_the_original_and_it_is_written_down_for_good(scene: Scene) -> None:
    was = scene.photo.key
    photo = cover(scene.photo, 0, by=scene.resident)
    with transaction():
        assert service.open_original(photo, scene.entry, "居民申诉，要核实", by=scene.officer, now=NOW) == was
    look = db.session.scalars(sa.select(OriginalLook)).one()
    assert (look.person_id, look.purpose, look.looked_at) == (scene.officer.id, "居民申诉，要核实", NOW)
    for change in ("UPDATE original_look SET purpose = ''", "DELETE FROM original_look"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), transaction() as session:
            session.execute(sa.text(change))


def test_nobody_else_opens_an_original(scene: Scene) -> None:
    photo = cover(scene.photo, 0, by=scene.resident)
    far = staff("subdistrict_officer", "990105001")
    refusals = ((scene.manager, Forbidden), (far, NotFound), (scene.resident, NotFound), (person(), NotFound))
    for who, refusal in refusals:
        with pytest.raises(refusal), transaction():
            service.open_original(photo, scene.entry, "居民申诉，要核实", by=who, now=NOW)
    with pytest.raises(Refused, match="purpose_missing"), transaction():
        service.open_original(photo, scene.entry, "看看", by=scene.officer, now=NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OriginalLook)) == 0


def test_originals_are_removed_after_180_days(scene: Scene) -> None:
    was = scene.photo.key
    photo = cover(scene.photo, 0, by=scene.resident)
    for days, stays in ((179, True), (181, False)):
        with transaction():
            tidy("", now=NOW + days * DAY, zone=ZONE)
        assert is_there(was) is stays
    assert is_there(photo.key)
    with pytest.raises(NotFound), transaction():
        service.open_original(photo, scene.entry, "居民申诉，要核实", by=scene.officer, now=NOW)


def test_who_leaves_for_good_takes_originals_along(scene: Scene) -> None:
    was = scene.photo.key
    now_served = cover(scene.photo, 0, by=scene.resident).key
    leaving.leave(scene.resident, now=NOW, zone=ZONE)
    assert not is_there(was)
    assert not is_there(now_served)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PhotoOriginal)) == 0


def ask(who: Person, words: str = "桥头，穿红外套的是我", days: int = 0) -> PhotoRequest:
    with transaction():
        return service.ask(COMMUNITY, TODAY - days * DAY, words, by=who, now=NOW, zone=ZONE)


def answer(asked: PhotoRequest, by: Person, verdict: str = "covered", reason: str = "") -> None:
    with transaction():
        service.answer(asked.id, verdict, reason, by=by, now=NOW + DAY)


def test_a_request_waits_for_the_manager_with_the_photos_of_its_day(scene: Scene) -> None:
    ask(person())
    (one,) = service.waiting(scene.manager, NOW)
    assert not one.is_overdue
    assert service.entries_of([one]) == {(COMMUNITY, TODAY): [scene.entry]}
    assert service.waiting(scene.officer, NOW) == [], "officers see what is overdue"
    assert service.waiting(staff(area=FAR_COMMUNITY, community=COMMUNITY), NOW) == []


def test_after_seven_days_it_waits_for_the_officer_too(scene: Scene) -> None:
    ask(person())
    late = NOW + 7 * DAY + timedelta(seconds=1)
    assert [one.is_overdue for one in service.waiting(scene.officer, late)] == [True]
    assert [one.is_overdue for one in service.waiting(scene.manager, late)] == [True]


@pytest.mark.parametrize(("verdict", "reason"), [("covered", ""), ("declined", "照片里没有人，只有桥。")])
def test_whoever_asked_is_told_and_nobody_else(scene: Scene, verdict: str, reason: str) -> None:
    who = person()
    before = len(notices.inbox(scene.resident.id))
    answer(ask(who), scene.manager, verdict, reason)
    (told,) = notices.inbox(who.id)
    assert (told.kind, told.facts["verdict"]) == ("photo_request_answered", verdict)
    assert len(notices.inbox(scene.resident.id)) == before
    assert service.waiting(scene.manager, NOW) == []


def test_an_answer_is_given_once_within_reach_and_never_to_oneself(scene: Scene) -> None:
    asked = ask(person())
    with pytest.raises(NotFound):
        answer(asked, staff(area=FAR_COMMUNITY, community=COMMUNITY))
    with pytest.raises(Refused, match="reason_needed"):
        answer(asked, scene.manager, "declined", " ")
    with pytest.raises(Refused, match="verdict_unknown"):
        answer(asked, scene.manager, "hidden")
    answer(asked, scene.manager)
    with pytest.raises(Conflict, match="photo_request_answered"):
        answer(asked, scene.officer, "declined", "已经有人答复过了")
    with pytest.raises(Forbidden, match="own_request"):
        answer(ask(scene.manager), scene.manager)


@pytest.mark.parametrize(
    ("words", "days", "code"),
    [
        ("桥头", 0, "photo_request_words"),
        ("桥头，穿红外套的是我", -1, "photo_request_day"),
        ("桥头，穿红外套的是我", 367, "photo_request_day"),
        ("桥" * 501, 0, "words_too_long"),
        ("桥头\u202e穿红外套", 0, "text_unreadable"),
    ],
)
def test_a_request_that_says_too_little_or_too_much_is_refused(scene: Scene, words: str, days: int, code: str) -> None:
    with pytest.raises(Refused, match=code):
        ask(person(), words, days)


def test_five_may_wait_at_a_time(scene: Scene) -> None:
    who = person()
    first, *_others = [ask(who) for _ in range(5)]
    with pytest.raises(Refused, match="photo_requests_full"):
        ask(who)
    answer(first, scene.manager)
    ask(who)


def test_requests_of_whoever_leaves_go_with_them(app: Flask, scene: Scene) -> None:
    who = person()
    ask(who)
    leaving.leave(who, now=NOW, zone=ZONE)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PhotoRequest)) == 0


def test_an_original_is_no_orphan_and_one_without_its_photo_is(scene: Scene) -> None:
    was = scene.photo.key
    cover(scene.photo, 0, by=scene.resident)
    later = NOW + 3650 * DAY  # whatever the file's own time says, it is older than a day by then
    other = sent(scene.resident, 2)
    with transaction() as session:
        session.execute(sa.update(PhotoOriginal).values(covered_at=later))
    with transaction():
        tidy("", now=later, zone=ZONE)
    assert is_there(was)
    assert other.id
    with transaction() as session:
        session.execute(sa.delete(PhotoOriginal))
    with transaction():
        tidy("", now=later, zone=ZONE)
    assert not is_there(was)
