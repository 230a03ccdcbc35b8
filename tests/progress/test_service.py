"""What a resident has reached: derived from the ledger, noticed once, gone where an act behind it is reversed."""

from datetime import timedelta
from uuid import uuid4

from flask import Flask

from civic.config import STAR_HOURS
from civic.db import transaction
from civic.entries.models import Entry
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.progress import service, street
from civic.progress.service import Progress
from civic.rules.streaks import Streak
from tests.factories import NOW, TODAY, ZONE, decide, log, person, staff

FIRST = "badge.first_step"


def approved_entry(who, by=None, activity="litter_pickup", **facts) -> Entry:  # type: ignore[no-untyped-def]
    return decide(log(who, activity, **facts), "approve", by or staff())


def of(resident_id: int) -> Progress:
    return service.progress_of(resident_id, STAR_HOURS)


def notice(resident_id: int) -> frozenset[str]:
    found = of(resident_id)
    with transaction():
        return service.notice(found)


def keys(found: Progress) -> set[str]:
    return {held.badge.key for held in found.held}


def test_whoever_did_nothing_has_nothing_and_sees_what_comes(app: Flask) -> None:
    found = of(person().id)
    assert (found.merit, found.level.number, found.held, found.unnoticed) == (0, 1, (), ())
    assert len(found.to_come) >= 20
    assert [hours.minutes for hours in found.hours] == [0, 0, 0]


def test_an_approved_act_brings_its_badge_and_a_waiting_one_none(app: Flask) -> None:
    resident, manager = person(), staff()
    entry = log(resident)
    assert of(resident.id).held == ()
    decide(entry, "approve", manager)
    found = of(resident.id)
    assert keys(found) == {"first_step"}
    assert found.held[0].standing.behind is not None
    assert found.held[0].standing.behind.entry_id == entry.id
    assert [each.key for each in found.brought_by(entry.id)] == [FIRST]


def test_what_rests_on_a_reversed_act_is_not_shown_and_comes_back_without_a_second_celebration(app: Flask) -> None:
    resident, manager = person(), staff()
    entry = approved_entry(resident, manager)
    assert notice(resident.id) == {FIRST}
    decide(entry, "reverse", manager)
    assert of(resident.id).held == ()
    assert of(resident.id).reached == ()
    approved_entry(resident, manager, acted_on=TODAY - timedelta(days=1))
    found = of(resident.id)
    assert keys(found) == {"first_step"}
    assert found.held[0].reached_at == NOW  # the day it was first reached
    assert found.unnoticed == ()


def test_something_is_noticed_once(app: Flask) -> None:
    resident = person()
    approved_entry(resident)
    found = of(resident.id)
    with transaction():
        assert service.notice(found) == {FIRST}
    with transaction():
        assert service.notice(found) == frozenset()
    assert of(resident.id).unnoticed == ()


def test_a_level_rises_with_merit_and_falls_with_what_is_reversed(app: Flask) -> None:
    resident, manager = person(), staff()
    entries = [
        approved_entry(resident, manager, "crossing_guide", quantity=4, acted_on=TODAY - timedelta(days=days))
        for days in range(2)
    ]
    found = of(resident.id)
    assert (found.merit, found.level.key) == (40, "sprout")
    assert "level.sprout" in {each.key for each in found.brought_by(entries[0].id)}
    for entry in entries:
        decide(entry, "reverse", manager)
    assert (of(resident.id).merit, of(resident.id).level.key) == (0, "seed")


def test_hours_count_by_the_minute_in_the_class_of_who_stands_for_them(app: Flask) -> None:
    resident, manager = person(), staff()
    approved_entry(resident, manager, "elder_visit", quantity=2, note="李阿姨，3 号楼")  # an hour, vouched for
    approved_entry(resident, manager, "litter_pickup", quantity=3)  # half an hour
    approved_entry(resident, manager, "tree_planting", quantity=1)  # not counted by time
    approved_entry(resident, manager, "help_neighbour", note="帮王奶奶搬了一袋米上楼")
    log(resident, "crossing_guide")  # waits
    minutes = {hours.hour_class: hours.minutes for hours in of(resident.id).hours}
    assert minutes["attested"] == 60
    assert minutes["checked_in"] == 0
    assert minutes["recorded"] == 30 + 15


def test_a_star_comes_at_the_hours_that_the_city_set(app: Flask) -> None:
    resident = person()
    entry = approved_entry(resident, None, "elder_visit", quantity=2, note="李阿姨，3 号楼")
    found = service.progress_of(resident.id, (1, 3))
    assert [(hours.stars, hours.next_hours) for hours in found.hours] == [(0, 1), (1, 3), (0, 1)]
    assert "star.attested.1" in {each.key for each in found.brought_by(entry.id)}


def test_books_are_those_read_long_enough_in_any_spelling(app: Flask) -> None:
    resident, manager = person(), staff()
    for title in ("《边城》", "边城"):
        logged = Logged("reading_minutes", TODAY, 30, str(uuid4()), title=title)
        decide(receive(logged, by=resident, now=NOW, zone=ZONE).entry, "approve", manager)
    assert "first_book" in keys(of(resident.id))


def test_kept_days_bring_their_badge_and_no_first_act(app: Flask) -> None:
    resident = person()
    for ago in reversed(range(21)):
        at = {"acted_on": TODAY - timedelta(days=ago), "now": NOW - timedelta(days=ago)}
        log(resident, "pledge_give_way", **at)  # type: ignore[arg-type]
    assert keys(of(resident.id)) == {"twenty_one"}


def test_the_street_shows_last_week_as_a_tree_until_it_is_judged(app: Flask) -> None:
    resident = person()
    for days in (4, 5, 6):
        log(resident, acted_on=TODAY - timedelta(days=days))
    log(resident)
    saved = street.saved_days(resident.id, TODAY)
    assert (saved.days, saved.was_round) == (1, True)
    walk = street.walk(Streak(), saved.was_round, saved.monday, NOW, ZONE)
    assert (walk.signs, walk.weeks, walk.has_begun) == (("tree", "sapling"), 1, True)
    later = street.walk(Streak(), saved.was_round, saved.monday, NOW + timedelta(days=1), ZONE)
    assert later.signs == ("sapling",)
