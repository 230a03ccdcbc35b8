"""Logging an act: what is taken, what is refused, and that one key is one entry for ever."""

import uuid
from datetime import date, timedelta

import pytest
from flask import Flask

from civic.accounts import grants
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import checks, service
from civic.entries.service import Logged
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from tests.factories import COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, approved_entry, decide, log, person, staff
from tests.queries import count_queries

KEY = "0b9d3c5e-6f0a-4f3e-9a53-0d6f3a1c2b4d"
NOTE_OF_50 = "这本书让我明白了一件小事也可以坚持很久，" * 3


def refusal(who: Person, activity: str = "litter_pickup", **facts: object) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        log(who, activity, **facts)  # type: ignore[arg-type]
    return caught.value.code, caught.value.field


def submit(who: Person, **changes: object) -> service.Submission:
    facts: dict[str, object] = {
        "activity_key": "litter_pickup",
        "acted_on": TODAY,
        "quantity": 2,
        "client_key": KEY,
        "note": "桥头",
    }
    logged = Logged(**{**facts, **changes})  # type: ignore[arg-type]
    with transaction():
        return service.submit(logged, body_hash=service.body_hash(logged, []), by=who, now=NOW, zone=ZONE)


# What is kept


def test_an_entry_keeps_what_was_true_on_the_day_of_the_act(app: Flask) -> None:
    entry = log(person(), quantity=3)
    assert (entry.status, entry.community_code, entry.rule_version, entry.acted_on) == ("pending", COMMUNITY, 1, TODAY)
    assert (entry.submitted_at, entry.queued_at, entry.decided_at) == (NOW, NOW, None)
    assert entry.logged_by == entry.resident_id


def test_an_act_before_a_move_belongs_to_the_old_community_and_one_before_joining_to_the_first(app: Flask) -> None:
    resident = person(now=NOW - timedelta(days=3))
    with transaction():
        accounts.move(resident, OTHER_COMMUNITY, NOW - timedelta(days=1), ZONE)
    days = (TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=7))
    codes = [log(resident, acted_on=day).community_code for day in days]
    assert codes == [OTHER_COMMUNITY, COMMUNITY, COMMUNITY]


def test_control_characters_are_dropped_and_line_breaks_stay(app: Flask) -> None:
    entry = log(person(), note="  桥头\x00\r\n石阶\u202e\ud800 ")
    assert entry.note == "桥头\n石阶"


# One key, one entry


def test_the_same_key_with_the_same_body_is_the_same_entry_for_ever(app: Flask) -> None:
    resident = person()
    first = log(resident, key=KEY)
    much_later = NOW + timedelta(days=400)
    assert log(resident, key=KEY, now=much_later).id == first.id
    assert log(resident, key=KEY.upper(), now=much_later).id == first.id


def test_the_same_key_with_another_body_is_a_conflict_and_writes_nothing(app: Flask) -> None:
    resident = person()
    log(resident, key=KEY)
    for changes in ({"quantity": 2}, {"note": "别处"}, {"acted_on": TODAY - timedelta(days=1)}):
        with pytest.raises(Conflict) as caught:
            log(resident, key=KEY, **changes)  # type: ignore[arg-type]
        assert caught.value.code == "key_reused"
    assert len(service.list_own(resident.id)) == 1


def test_two_residents_may_happen_upon_the_same_key(app: Flask) -> None:
    first, second = log(person(), key=KEY), log(person(), key=KEY)
    assert first.id != second.id


def test_what_was_refused_leaves_its_key_free(app: Flask) -> None:
    resident = person()
    assert refusal(resident, quantity=99, key=KEY)[0] == "quantity_out_of_range"
    assert log(resident, key=KEY).quantity == 1


def test_a_guardian_logs_for_a_child_and_nobody_else_does(app: Flask) -> None:
    guardian, stranger = person(), person()
    child = person(born_on=date(2018, 3, 1), guardian=guardian)
    entry = log(guardian, resident=child)
    assert (entry.resident_id, entry.logged_by) == (child.id, guardian.id)
    with pytest.raises(Forbidden):
        log(stranger, resident=child)
    assert service.get_own(entry.id, guardian).id == entry.id


def test_nobody_gets_at_a_known_entry_of_somebody_else_by_its_key(app: Flask) -> None:
    resident, stranger = person(), person()
    log(resident, key=KEY)
    with pytest.raises(Conflict):
        log(stranger, key=KEY, resident=resident)


# What is refused


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "day_in_future"), (8, "day_too_old")], ids=["tomorrow", "eight days ago"]
)
def test_only_the_last_seven_days_can_be_logged(app: Flask, days: int, code: str) -> None:
    resident = person()
    assert refusal(resident, acted_on=TODAY - timedelta(days=days)) == (code, "acted_on")
    assert log(resident, acted_on=TODAY - timedelta(days=7)).status == "pending"


def test_a_kept_day_is_filled_in_at_most_two_days_later(app: Flask) -> None:
    resident = person()
    assert refusal(resident, "pledge_walker", acted_on=TODAY - timedelta(days=3))[0] == "day_too_old"
    assert log(resident, "pledge_walker", acted_on=TODAY - timedelta(days=2)).status == "approved"


@pytest.mark.parametrize(
    ("activity", "facts", "expected"),
    [
        ("no_such_thing", {}, ("activity_unknown", "activity")),
        ("snap_problem", {}, ("activity_not_open", "activity")),
        ("litter_pickup", {"quantity": 0}, ("quantity_out_of_range", "quantity")),
        ("litter_pickup", {"quantity": 7}, ("quantity_out_of_range", "quantity")),
        ("litter_pickup", {"note": "长" * 1001}, ("words_too_long", "note")),
        ("litter_pickup", {"key": "not-a-key"}, ("client_key_invalid", "client_key")),
        ("book_note", {"note": "很好"}, ("note_too_short", "note")),
        ("elder_visit", {"note": ""}, ("witness_needed", "note")),
        ("classics_recitation", {"note": ""}, ("note_or_photo", "note")),
        ("fire_check", {}, ("form_incomplete", "answers")),
    ],
)
def test_what_does_not_fit_the_activity_is_refused_at_its_field(
    app: Flask, activity: str, facts: dict[str, object], expected: tuple[str, str]
) -> None:
    assert refusal(person(), activity, **facts) == expected


def test_a_checklist_takes_its_own_lines_only(app: Flask) -> None:
    resident = person()
    with pytest.raises(Refused, match="answer_unknown"):
        submit(resident, activity_key="inspection_walk", answers=("moon",))
    lines = ("pavement", "bins", "lights", "crossing")
    entry = submit(resident, activity_key="inspection_walk", answers=lines).entry
    assert entry.answers == sorted(lines)


def test_a_photo_is_never_forced_and_a_title_neither(app: Flask) -> None:
    resident = person()
    assert log(resident, note="").status == "pending"
    assert log(resident, "reading_minutes", quantity=30, note="").status == "pending"
    assert log(resident, "book_note", note=NOTE_OF_50).status == "pending"


def test_an_activity_for_once_a_month_is_refused_a_second_time_in_that_month(app: Flask) -> None:
    resident = person()
    lines = ("stove", "wires", "charging", "door", "extinguisher", "lane", "gas", "battery")
    facts: dict[str, object] = {"activity_key": "fire_check", "quantity": 1}
    form = tuple(line.key for line in service.activities.get("fire_check").form) or lines
    first = submit(resident, **facts, answers=form).entry
    again = {**facts, "answers": form, "acted_on": TODAY - timedelta(days=6), "client_key": str(uuid.uuid4())}
    with pytest.raises(Refused, match="once_per_month"):
        submit(resident, **again)
    decide(first, "reject", staff())
    assert submit(resident, **again).is_new


def test_the_same_pledge_is_kept_once_a_day_and_another_one_besides(app: Flask) -> None:
    resident = person()
    log(resident, "pledge_walker")
    assert refusal(resident, "pledge_walker") == ("day_already_kept", "acted_on")
    assert log(resident, "pledge_rider").status == "approved"


# Afterwards


def test_a_waiting_or_returned_entry_can_be_withdrawn_a_decided_one_cannot(app: Flask) -> None:
    resident, manager = person(), staff()
    waiting, returned, approved = log(resident), log(resident), approved_entry(resident, manager)
    decide(returned, "return", manager)
    for entry in (waiting, returned):
        with transaction():
            assert service.withdraw(entry.id, by=resident).status == "withdrawn"
    with pytest.raises(Conflict), transaction():
        service.withdraw(approved.id, by=resident)


def test_a_returned_entry_is_mended_with_its_day_kept_and_waits_anew(app: Flask) -> None:
    resident = person()
    entry = log(resident, acted_on=TODAY - timedelta(days=7))
    decide(entry, "return", staff())
    later = NOW + timedelta(days=5)
    with transaction():
        service.mend(entry.id, quantity=4, note="补一句", by=resident, now=later)
    mended = service.get_own(entry.id, resident)
    assert (mended.status, mended.quantity, mended.note, mended.queued_at) == ("pending", 4, "补一句", later)
    assert (mended.acted_on, mended.submitted_at, mended.decided_at) == (TODAY - timedelta(days=7), NOW, None)
    with pytest.raises(Conflict), transaction():
        service.mend(entry.id, quantity=1, note="", by=resident, now=later)


def test_an_entry_is_nobody_elses(app: Flask) -> None:
    entry, stranger = log(person()), person()
    for entry_id in (entry.id, entry.id + 1, 0, 2**70):
        with pytest.raises(NotFound):
            service.get_own(entry_id, stranger)


def test_my_entries_come_newest_first_in_pages(app: Flask) -> None:
    resident = person()
    ids = [log(resident).id for _ in range(3)]
    found = service.list_own(resident.id, limit=2)
    assert [entry.id for entry in found] == ids[:0:-1]
    with count_queries() as queries:
        rest = service.list_own(resident.id, before_id=found[-1].id, statuses=("pending",))
    assert [entry.id for entry in rest] == ids[:1]
    assert queries.total <= 3


def test_a_form_is_told_what_could_still_be_earned(app: Flask) -> None:
    resident, manager = person(), staff()
    assert (service.room_left(resident.id, "litter_pickup", TODAY).points) == 8
    approved_entry(resident, manager, quantity=3)
    left = service.room_left(resident.id, "litter_pickup", TODAY)
    assert (left.points, left.left) == (3, 3)


def test_a_role_does_not_let_anybody_log_for_others(app: Flask) -> None:
    resident, manager = person(), person()
    with transaction():
        grants.grant(manager, "community_manager", COMMUNITY, NOW)
    with pytest.raises(Forbidden):
        log(manager, resident=resident)


def test_the_check_finds_an_entry_whose_award_is_missing(app: Flask) -> None:
    entry = approved_entry()
    assert checks.problems() == []
    with transaction() as session:
        session.execute(db.text("UPDATE entry SET status = 'rejected' WHERE id = :id"), {"id": entry.id})
    assert any(f"entry {entry.id} is not approved" in line for line in checks.problems())
