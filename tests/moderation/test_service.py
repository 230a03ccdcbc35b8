"""Deciding on entries: who may, what follows, and how it is taken back."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from civic.accounts import families, grants
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.audit import service as audit
from civic.audit.service import Wanted
from civic.db import db, transaction
from civic.entries.models import Entry
from civic.ledger import checks as ledger_checks
from civic.ledger import service as ledger
from civic.moderation import checks, service
from civic.moderation.models import Decision, Reason
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from tests.factories import (
    COMMUNITY,
    FAR_COMMUNITY,
    NOW,
    OTHER_COMMUNITY,
    TODAY,
    ZONE,
    approved_entry,
    city,
    decide,
    log,
    person,
    staff,
    statuses,
)
from tests.queries import count_queries

MINUTE = timedelta(minutes=1)


def refused(entry: Entry, verdict: str, by: Person, **facts: object) -> str:
    with pytest.raises(Refused) as caught:
        decide(entry, verdict, by, **facts)  # type: ignore[arg-type]
    db.session.rollback()
    return f"{type(caught.value).__name__} {caught.value.code}"


def is_confirmed(resident: Person) -> bool:
    membership = accounts.membership_on(resident.id, TODAY)
    return membership is not None and membership.confirmed_at is not None


# What follows from a verdict


@pytest.mark.parametrize(
    ("verdict", "status"), [("approve", "approved"), ("reject", "rejected"), ("return", "returned")]
)
def test_a_verdict_changes_the_status_and_leaves_a_row(app: Flask, verdict: str, status: str) -> None:
    manager = staff()
    entry = decide(log(person()), verdict, manager, words="量和照片对不上" if verdict != "approve" else "")
    assert (entry.status, entry.decided_at) == (status, NOW)
    (step,) = service.history(entry.id)
    assert (step.decision.verdict, step.decision.was, step.decision.became) == (verdict, "pending", status)
    assert step.by is not None
    assert step.by.id == manager.id
    assert step.words == ("量和照片对不上" if verdict != "approve" else "")


def test_an_approval_posts_an_award_that_hangs_on_its_decision(app: Flask) -> None:
    entry = approved_entry(quantity=4)
    award = ledger.get_standing_award(entry.id)
    assert award.decision_id == service.history(entry.id)[0].decision.id
    assert (award.merit, award.quantity) == (6, 4)


def test_approving_costs_the_same_nine_statements_however_much_there_is(app: Flask) -> None:
    resident, manager = person(), staff()
    for _ in range(3):
        approved_entry(resident, manager)
    entry = log(resident, "crossing_guide", quantity=2)
    with count_queries() as queries, transaction():
        service.decide(entry_id=entry.id, verdict="approve", words="", by=manager, now=NOW, zone=ZONE)
    locks = sum("FOR NO KEY UPDATE" in statement for statement in queries.statements)
    entry_read_by_the_test = 1
    assert queries.total - locks <= 9 + entry_read_by_the_test, str(queries)


def test_the_first_approval_confirms_a_newcomer_and_its_undo_takes_that_back(app: Flask) -> None:
    newcomer, manager = person(confirmed=False), staff()
    first = decide(log(newcomer, acted_on=TODAY), "approve", manager)
    assert is_confirmed(newcomer)
    decide(first, "undo", manager, now=NOW + MINUTE)
    assert not is_confirmed(newcomer)


def test_an_undo_leaves_a_newcomer_confirmed_by_another_approval(app: Flask) -> None:
    newcomer, manager = person(confirmed=False), staff()
    first, second = (decide(log(newcomer), "approve", manager) for _ in range(2))
    decide(first, "undo", manager, now=NOW + MINUTE)
    assert is_confirmed(newcomer)
    assert statuses(first, second) == ["pending", "approved"]


@pytest.mark.parametrize("verdict", ["reject", "return", "reverse"])
@pytest.mark.parametrize("words", ["", "   ", "\u200b"])
def test_whoever_turns_down_says_why(app: Flask, verdict: str, words: str) -> None:
    manager = staff()
    entry = approved_entry(by=manager) if verdict == "reverse" else log(person())
    assert refused(entry, verdict, manager, words=words) == "Refused reason_needed"


# Who may decide


def test_an_entry_outside_every_grant_is_not_found(app: Flask) -> None:
    entry = log(person())
    for stranger in (person(), staff(area=OTHER_COMMUNITY), staff("district_officer", "990105")):
        assert refused(entry, "approve", stranger) == "NotFound entry"
    assert refused(entry, "approve", staff("administrator", "9901")) == "NotFound entry"


@pytest.mark.parametrize(
    ("role", "area"),
    [
        ("community_manager", COMMUNITY),
        ("subdistrict_officer", "990102001"),
        ("district_officer", "990102"),
        ("city_officer", "9901"),
    ],
)
def test_a_grant_reaches_its_area_and_all_below(app: Flask, role: str, area: str) -> None:
    city()
    assert decide(log(person()), "approve", staff(role, area)).status == "approved"


def test_a_grant_that_was_revoked_or_is_gone_decides_on_nothing_more(app: Flask) -> None:
    manager, entry = staff(), log(person())
    with transaction():
        grants.revoke(manager, "community_manager", COMMUNITY, NOW)
    assert refused(entry, "approve", manager) == "NotFound entry"


def test_nobody_decides_on_their_own_or_their_familys(app: Flask) -> None:
    manager = staff("subdistrict_officer", "990102001", community=COMMUNITY)
    relative, in_law = person(), person()
    child = person(born_on=date(2018, 3, 1), guardian=manager)
    nephew = person(born_on=date(2018, 3, 1), guardian=relative)
    with transaction():
        families.declare_family(manager, relative, NOW)
        families.declare_family(relative, in_law, NOW)
    assert refused(log(manager), "approve", manager) == "Forbidden own_entry"
    assert refused(log(relative), "approve", manager) == "Forbidden family_entry"
    assert refused(log(manager, resident=child), "approve", manager) == "Forbidden family_entry"
    assert refused(log(relative, resident=nephew), "approve", manager) == "Forbidden family_entry"
    assert decide(log(in_law), "approve", manager).status == "approved"


def test_family_is_the_same_in_one_query_and_in_words(app: Flask) -> None:
    people = [person() for _ in range(4)]
    people += [
        person(born_on=date(2018, 3, 1), guardian=people[0]),
        person(born_on=date(2018, 3, 1), guardian=people[1]),
    ]
    with transaction():
        families.declare_family(people[0], people[1], NOW)
        families.declare_family(people[2], people[4], NOW)
    for one in people:
        kin = accounts.family_of(one.id)
        for other in people:
            asked = db.session.scalar(select(accounts.are_family(db.literal(one.id), db.literal(other.id))))
            assert bool(asked) == (other.id in kin), (people.index(one), people.index(other))


def test_staff_are_decided_on_from_above(app: Flask) -> None:
    colleague, manager = staff(community=COMMUNITY), staff()
    entry = log(colleague)
    assert refused(entry, "approve", manager) == "Forbidden staff_entry"
    assert decide(entry, "approve", staff("subdistrict_officer", "990102001")).status == "approved"


def test_city_officers_decide_on_one_another(app: Flask) -> None:
    officer = staff("city_officer", "9901", community=COMMUNITY)
    assert decide(log(officer), "approve", staff("city_officer", "9901")).status == "approved"


# Too late


def test_the_second_to_decide_hears_who_was_first(app: Flask) -> None:
    entry, first, second = log(person()), staff(), staff()
    decide(entry, "approve", first)
    with pytest.raises(Conflict) as caught:
        decide(entry, "reject", second, words="")
    assert (caught.value.code, caught.value.facts["by"], caught.value.facts["at"]) == (
        "already_decided_by",
        "何静",
        NOW,
    )
    kept = log(person(), "pledge_walker")
    assert refused(kept, "approve", second) == "Conflict already_decided_by_rule"


def test_what_was_withdrawn_is_not_decided_on(app: Flask) -> None:
    resident = person()
    entry = log(resident)
    with transaction():
        service.entries.withdraw(entry.id, by=resident)
    assert refused(entry, "approve", staff()) == "Conflict already_decided"


# Taking back


def test_who_decided_can_undo_for_ten_minutes_and_nobody_else(app: Flask) -> None:
    manager = staff()
    entry = approved_entry(by=manager, quantity=3)
    assert refused(entry, "undo", staff()) == "Forbidden not_your_decision"
    assert refused(entry, "undo", manager, now=NOW + 11 * MINUTE) == "Conflict undo_too_late"
    undone = decide(entry, "undo", manager, now=NOW + 10 * MINUTE)
    assert (undone.status, undone.decided_at, undone.queued_at) == ("pending", None, NOW)
    assert ledger.merit_of([entry.id]) == {entry.id: 0}
    assert refused(entry, "undo", manager) == "Conflict not_decided_yet"


def test_an_undone_approval_is_priced_anew(app: Flask) -> None:
    resident, manager = person(), staff()
    first = approved_entry(resident, manager, quantity=6)
    decide(first, "undo", manager)
    approved_entry(resident, manager, quantity=1)
    decide(first, "approve", manager)
    assert ledger.merit_of([first.id]) == {first.id: 4}
    assert ledger_checks.problems() + checks.problems() == []


def test_a_rejection_stays_once_its_resident_has_logged_the_same_again(app: Flask) -> None:
    newcomer, manager = person(confirmed=False), staff()
    entry = decide(log(newcomer, "pledge_walker"), "reject", manager)
    log(newcomer, "pledge_walker")
    assert refused(entry, "undo", manager) == "Conflict logged_again"
    assert statuses(entry) == ["rejected"]


def test_a_manager_reverses_while_the_month_is_open_and_an_officer_later(app: Flask) -> None:
    manager, officer = staff(), staff("subdistrict_officer", "990102001")
    entry = approved_entry(by=manager)
    closed = NOW + timedelta(days=13)  # 8 December, 10:05
    assert refused(entry, "reverse", manager, now=closed) == "Forbidden month_closed"
    assert decide(entry, "reverse", officer, now=closed).status == "reversed"
    reversal = ledger.postings_of(entry.id)[-1]
    assert (reversal.month, reversal.counts_on) == ("2026-12", date(2026, 12, 1))
    assert reversal.decision_id == service.history(entry.id)[-1].decision.id
    assert refused(entry, "reverse", officer, now=closed) == "Conflict already_decided_by"


def test_what_an_officer_takes_back_stands_in_the_audit_list_and_what_a_manager_does_not(app: Flask) -> None:
    manager, officer = staff(), staff("subdistrict_officer", "990102001")
    decide(approved_entry(by=manager), "reverse", manager)
    assert list(audit.lines(Wanted())) == []
    entry = approved_entry(by=manager)
    decide(entry, "reverse", officer)
    (line,) = audit.lines(Wanted(kind="entry_reversed"))
    assert (line.person_id, line.area_code, line.about) == (officer.id, COMMUNITY, f"entry:{entry.id}")
    assert line.facts == {"month": "2026-11"}


def test_nobody_reverses_after_the_end_of_the_next_year(app: Flask) -> None:
    entry, officer = approved_entry(), staff("city_officer", "9901")
    new_year = NOW + timedelta(days=37 + 365)
    assert refused(entry, "reverse", officer, now=new_year) == "Conflict reverse_too_late"


# Rules


def test_a_members_kept_day_is_approved_by_habit_and_a_newcomers_waits(app: Flask) -> None:
    kept, waiting = log(person(), "pledge_walker"), log(person(confirmed=False), "pledge_walker")
    assert (kept.status, waiting.status) == ("approved", "pending")
    (step,) = service.history(kept.id)
    assert (step.decision.rule, step.by) == ("habit", None)
    assert ledger.merit_of([kept.id]) == {kept.id: 1}


def test_a_third_kept_day_stays_in_the_calendar_with_nothing(app: Flask) -> None:
    resident = person()
    kept = [log(resident, key) for key in ("pledge_walker", "pledge_rider", "pledge_parking")]
    assert statuses(*kept) == ["approved"] * 3
    assert [ledger.get_standing_award(entry.id).merit for entry in kept] == [1, 1, 0]
    assert ledger.get_standing_award(kept[2].id).cut_by == "kept_days"


# The queue


def test_the_queue_is_the_oldest_first_and_leaves_out_what_one_may_not_decide_on(app: Flask) -> None:
    manager = staff(community=COMMUNITY)
    relative, colleague = person(), staff(community=COMMUNITY)
    with transaction():
        families.declare_family(manager, relative, NOW)
    entries = [log(person(), now=NOW + number * MINUTE) for number in (2, 0, 1)]
    for other in (manager, relative, colleague, person(community=FAR_COMMUNITY)):
        log(other)
    decide(log(person()), "return", staff())
    found = [waiting.entry.id for waiting in service.queue(manager)]
    assert found == [entries[1].id, entries[2].id, entries[0].id]
    assert service.queue_length(manager) == 3
    officers = service.queue(staff("subdistrict_officer", "990102001"))
    assert {waiting.resident.id for waiting in officers} >= {manager.id, relative.id, colleague.id}


def test_everything_in_a_queue_can_be_decided_on_and_nothing_else(app: Flask) -> None:
    judges = [staff(community=COMMUNITY), staff("subdistrict_officer", "990102001", community=OTHER_COMMUNITY)]
    judges += [staff("district_officer", "990102"), staff("city_officer", "9901", community=COMMUNITY), person()]
    authors = [*judges, person(community=OTHER_COMMUNITY), person(community=FAR_COMMUNITY), person(confirmed=False)]
    entries = [log(author) for author in authors]
    for judge in judges:
        queued = {waiting.entry.id for waiting in service.queue(judge)}
        assert queued == {entry.id for entry in entries if service.find_refusal(entry, judge) is None}


def test_a_queue_is_read_in_pages_with_the_same_few_queries(app: Flask) -> None:
    manager = staff()
    entries = [log(person(confirmed=number % 2 == 0)) for number in range(5)]
    first = service.queue(manager, limit=3)
    assert [waiting.is_member for waiting in first] == [True, False, True]
    last = first[-1].entry
    with count_queries() as queries:
        rest = service.queue(manager, after=(last.queued_at, last.id), limit=3)
    assert [waiting.entry.id for waiting in rest] == [entry.id for entry in entries[3:]]
    assert queries.total <= 7


def test_a_queue_of_another_area_is_not_found(app: Flask) -> None:
    manager = staff()
    for code in (FAR_COMMUNITY, "990105", "999999"):
        with pytest.raises(NotFound):
            service.queue(manager, code)
    assert service.queue(manager, COMMUNITY) == []


# Questions


def test_the_last_decision_can_be_offered_for_undoing(app: Flask) -> None:
    manager = staff()
    assert service.find_undoable(manager, NOW) is None
    decide(log(person()), "reject", manager)
    last = decide(log(person()), "approve", manager, now=NOW + MINUTE)
    found = service.find_undoable(manager, NOW + 2 * MINUTE)
    assert found is not None
    assert found[1].id == last.id
    assert service.find_undoable(manager, NOW + 12 * MINUTE) is None


def test_reasons_are_those_of_the_last_decision(app: Flask) -> None:
    manager = staff()
    entry = decide(log(person()), "return", manager, words="少一张照片")
    assert service.last_reasons([entry.id]) == {entry.id: "少一张照片"}
    assert service.record_of(entry.resident_id) == (1, 0)


def test_a_reason_can_be_erased_and_a_decision_cannot(app: Flask) -> None:
    decide(log(person()), "reject", staff())
    with transaction() as session:
        session.execute(db.delete(Reason))
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(db.delete(Decision))


def test_an_entry_says_why_somebody_may_not_decide_on_it(app: Flask) -> None:
    manager = staff(community=COMMUNITY)
    own = log(manager)
    refusal = service.find_refusal(own, manager)
    assert isinstance(refusal, Forbidden)
    service.check_within_reach(own, manager)
    with pytest.raises(NotFound):
        service.check_within_reach(own, person())
    assert service.would_earn(own).points == 3
    assert service.resident_of(own).id == manager.id


# Checks


def test_the_checks_find_a_decision_by_family_and_one_without_a_grant(app: Flask) -> None:
    manager, resident = staff(), person()
    approved_entry(resident, manager)
    assert checks.problems() == []
    with transaction():
        families.declare_family(manager, resident, NOW - timedelta(days=30))
    assert any("family" in line for line in checks.problems())
    with transaction() as session:
        session.execute(db.text("UPDATE \"grant\" SET area_code = '990105001001'"))
    assert any("without a grant" in line for line in checks.problems())


def test_a_zero_award_is_reversed_by_a_zero(app: Flask) -> None:
    resident, manager = person(), staff()
    third = [approved_entry(resident, manager) for _ in range(3)][-1]
    decide(third, "reverse", manager)
    assert [(line.kind, line.merit) for line in ledger.postings_of(third.id)] == [("award", 0), ("reversal", 0)]
    assert ledger_checks.problems() == []
