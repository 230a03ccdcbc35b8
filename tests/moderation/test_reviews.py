"""Holds and appeals: looked at elsewhere, without a name, by somebody who had no hand in it, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from civic import invariants
from civic.accounts import families, grants
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.moderation import assignments, claims, reviews, service
from civic.moderation.escalation import escalate
from civic.moderation.models import Assignment
from civic.mydata import leaving
from civic.notices import service as notices
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.reviews import HOLD_REASONS
from tests.factories import (
    COMMUNITY,
    FAR_COMMUNITY,
    NOW,
    OTHER_COMMUNITY,
    TODAY,
    ZONE,
    approved_entry,
    decide,
    log,
    person,
    staff,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = "照片里就是我，河边的那一段。"


def neighbour() -> Person:
    """A manager of another community of the same subdistrict."""
    return staff(area=OTHER_COMMUNITY)


def hold(entry: Entry, by: Person, why: str = "photo") -> Entry:
    with transaction():
        return reviews.hold(entry.id, why, by=by, now=NOW)


def appeal(entry: Entry, by: Person, words: str = WORDS, now: object = NOW) -> Entry:
    with transaction():
        return reviews.appeal(entry.id, words, by=by, now=now)  # type: ignore[arg-type]


def review(entry: Entry, verdict: str, by: Person, words: str = "看过了，是同一段河岸", now: object = NOW) -> Entry:
    with transaction():
        return reviews.decide(entry.id, verdict, words, by=by, now=now, zone=ZONE)  # type: ignore[arg-type]


def given_to(entry: Entry) -> int | None:
    return db.session.scalar(
        sa.select(Assignment.person_id).where(Assignment.entry_id == entry.id, Assignment.ended_at.is_(None))
    )


def merit(entry: Entry) -> int:
    return ledger.merit_of([entry.id]).get(entry.id, 0)


@pytest.mark.parametrize(("verdict", "becomes"), [("approve", "approved"), ("reject", "rejected")])
def test_a_held_entry_is_decided_on_by_a_neighbour(app: Flask, verdict: str, becomes: str) -> None:
    who, manager, other = person(), staff(), neighbour()
    entry = hold(log(who), manager)
    assert (entry.status, given_to(entry)) == ("held", other.id)
    assert [notice.kind for notice in notices.inbox(who.id)] == ["entry_held"]
    assert review(entry, verdict, other).status == becomes
    assert (merit(entry) > 0) is (verdict == "approve")
    assert given_to(entry) is None
    assert invariants.broken() == []


def test_while_it_is_held_nobody_else_decides_and_its_resident_cannot_withdraw(app: Flask) -> None:
    who, manager, other = person(), staff(), neighbour()
    entry = hold(log(who), manager)
    for by in (manager, staff("subdistrict_officer", "990102001")):
        with pytest.raises(Forbidden, match="decided_elsewhere"):
            decide(entry, "approve", by)
        with pytest.raises(NotFound):
            review(entry, "approve", by)
    with pytest.raises(Conflict), transaction():
        entries.withdraw(entry.id, by=who)
    with pytest.raises(Refused, match="reason_needed"):
        review(entry, "reject", other, " ")
    with pytest.raises(Refused, match="verdict_unknown"):
        review(entry, "return", other)
    assert entries.find_entry(entry.id).status == "held"  # type: ignore[union-attr]


def test_only_who_may_decide_may_hold_and_only_what_waits(app: Flask) -> None:
    who, manager = person(), staff()
    neighbour()
    entry = log(who)
    with pytest.raises(NotFound):
        hold(entry, staff(area=FAR_COMMUNITY, community=COMMUNITY))
    with pytest.raises(Refused, match="hold_reason_unknown"):
        hold(entry, manager, "because")
    colleague = staff()
    with transaction():
        claims.open_one(entry.id, by=colleague, now=NOW)
    with pytest.raises(Conflict, match="held_by_other"):
        hold(entry, manager)
    decide(entry, "reject", colleague)
    with pytest.raises(Conflict, match="already_decided"):
        hold(entry, manager)
    assert len(HOLD_REASONS) == 4


def test_it_goes_to_whoever_has_the_fewest_and_never_to_kin_or_a_hand_in_it(app: Flask) -> None:
    who, manager = person(), staff()
    kin, busy, free = neighbour(), neighbour(), neighbour()
    with transaction():
        families.declare_family(who, kin, NOW)
    first = hold(log(who, acted_on=TODAY - DAY), manager)
    second = hold(log(who), manager)
    assert {given_to(first), given_to(second)} == {busy.id, free.id}
    third = hold(log(person()), manager)
    assert given_to(third) == kin.id, "for somebody else's entry they are as good as any, and have none"


def test_where_no_manager_is_near_an_officer_has_it(app: Flask) -> None:
    entry = hold(log(person()), staff())
    assert (entry.status, given_to(entry)) == ("held", None)
    officer = staff("subdistrict_officer", "990102001")
    with transaction():
        escalate("", now=NOW + HOUR, zone=ZONE)
    assert given_to(entry) == officer.id, "the hourly job asks again"


def test_after_72_hours_it_goes_a_level_up(app: Flask) -> None:
    manager, other = staff(), neighbour()
    district = staff("district_officer", "990102")
    entry = hold(log(person()), manager)
    for hours, whose in ((71, other), (72, district)):
        with transaction():
            escalate("", now=NOW + hours * HOUR, zone=ZONE)
        assert given_to(entry) == whose.id
    with pytest.raises(NotFound):
        review(entry, "approve", other, now=NOW + 73 * HOUR)
    review(entry, "approve", district, now=NOW + 73 * HOUR)
    assert invariants.broken() == []


def test_a_reviewer_who_loses_the_grant_can_decide_no_more_and_another_gets_it(app: Flask) -> None:
    manager, other = staff(), neighbour()
    entry = hold(log(person()), manager)
    with transaction():
        grants.revoke(other, "community_manager", OTHER_COMMUNITY, NOW)
    with pytest.raises(NotFound):
        review(entry, "approve", other)
    district = staff("district_officer", "990102")
    with transaction():
        escalate("", now=NOW + HOUR, zone=ZONE)
    assert given_to(entry) == district.id


def test_reviews_of_whoever_leaves_go_to_others(app: Flask) -> None:
    manager, other = staff(), neighbour()
    entry = hold(log(person()), manager)
    leaving.leave(other, now=NOW, zone=ZONE)
    assert given_to(entry) is None
    last = neighbour()
    with transaction():
        escalate("", now=NOW + HOUR, zone=ZONE)
    assert given_to(entry) == last.id


def test_entries_of_staff_are_reviewed_from_above(app: Flask) -> None:
    manager_who_logs = person()
    with transaction():
        grants.grant(manager_who_logs, "community_manager", COMMUNITY, NOW)
    neighbour()
    officer, above = staff("subdistrict_officer", "990102001"), staff("district_officer", "990102")
    entry = hold(log(manager_who_logs), officer)
    assert given_to(entry) == above.id


def test_an_appeal_against_a_rejection_is_priced_like_any_other_now(app: Flask) -> None:
    who, manager, other = person(), staff(), neighbour()
    entry = decide(log(who), "reject", manager)
    assert appeal(entry, who).status == "appealed"
    assert given_to(entry) == other.id
    approved_entry(who, manager)  # meanwhile the same act of the same day counts, so this one is halved
    review(entry, "approve", other)
    assert 0 < merit(entry) < 6
    assert notices.inbox(who.id)[0].kind == "entry_approved"
    assert invariants.broken() == []


def test_an_appeal_against_a_reversal_restores_the_same_amount_whatever_the_caps(app: Flask) -> None:
    who, manager, other = person(), staff(), neighbour()
    entry = approved_entry(who, manager, quantity=3)
    had = merit(entry)
    decide(entry, "reverse", manager)
    for _ in range(3):  # what now stands of the day would leave nothing for a third one
        approved_entry(who, manager, quantity=3)
    appeal(entry, who)
    assert reviews.find(entry.id, other).would_earn == had
    assert review(entry, "approve", other).status == "approved"
    assert merit(entry) == had
    award = ledger.get_standing_award(entry.id)
    assert (award.kind, award.acted_on, award.counts_on) == ("award", TODAY, TODAY)
    assert invariants.broken() == []


@pytest.mark.parametrize("against", ["rejected", "reversed"])
def test_an_appeal_that_fails_leaves_what_was_and_says_why(app: Flask, against: str) -> None:
    who, manager, other = person(), staff(), neighbour()
    entry = decide(log(who), "reject", manager) if against == "rejected" else approved_entry(who, manager)
    if against == "reversed":
        decide(entry, "reverse", manager)
    appeal(entry, who)
    assert review(entry, "reject", other, "照片里没有人，只有桥。").status == against
    assert merit(entry) == 0
    assert notices.inbox(who.id)[0].kind == "appeal_declined"
    assert service.last_reasons([entry.id])[entry.id] == "照片里没有人，只有桥。"
    with pytest.raises(Conflict, match="appealed_before"):
        appeal(entry, who)
    assert invariants.broken() == []


@pytest.mark.parametrize("words", ["不对", " ", "对" * 1001, "看\u202e这里再看看"])
def test_an_appeal_needs_words_that_can_be_read(app: Flask, words: str) -> None:
    who = person()
    entry = decide(log(who), "reject", staff())
    with pytest.raises(Refused):
        appeal(entry, who, words)
    assert entries.find_entry(entry.id).status == "rejected"  # type: ignore[union-attr]


def test_it_is_open_for_15_days_to_its_resident_for_what_was_refused(app: Flask) -> None:
    who, manager = person(), staff()
    entry = decide(log(who), "reject", manager)
    with pytest.raises(NotFound):
        appeal(entry, person())
    with pytest.raises(Conflict, match="appeal_too_late"):
        appeal(entry, who, now=NOW + 15 * DAY + timedelta(seconds=1))
    appeal(entry, who, now=NOW + 15 * DAY)
    for other in (log(who), approved_entry(who, manager)):
        with pytest.raises(Conflict, match="nothing_to_appeal"):
            appeal(other, who)


def test_what_was_logged_anew_cannot_count_twice(app: Flask) -> None:
    who, manager, other = person(), staff(), neighbour()
    first = log(who, "pledge_give_way")
    decide(first, "reverse", manager)
    appeal(first, who)
    assert first.status == "appealed"
    with pytest.raises(Refused, match="day_already_kept"):  # while it is appealed its place is taken
        log(who, "pledge_give_way")
    review(first, "reject", other)
    log(who, "pledge_give_way")
    assert invariants.broken() == []


def test_what_a_review_decided_is_final(app: Flask) -> None:
    who, manager, other = person(), staff(), neighbour()
    entry = hold(log(who), manager)
    review(entry, "approve", other)
    assert service.find_undoable(other, NOW) is None
    with pytest.raises((Forbidden, NotFound, Conflict)):
        decide(entry, "undo", other)


def test_an_undone_rejection_takes_nothing_from_a_running_appeal(app: Flask) -> None:
    who, manager, other = person(), staff(), neighbour()
    entry = decide(log(who), "reject", manager)
    appeal(entry, who)
    with pytest.raises(Forbidden, match="decided_elsewhere"):
        decide(entry, "undo", manager)
    review(entry, "approve", other)
    assert invariants.broken() == []


def test_the_words_of_whoever_leaves_for_good_are_gone(app: Flask) -> None:
    who, manager = person(), staff()
    neighbour()
    entry = decide(log(who), "reject", manager)
    appeal(entry, who)
    leaving.leave(who, now=NOW, zone=ZONE)
    found = reviews.find_appeal(entry.id)
    assert found is not None
    assert found.words == ""
    assert assignments.of(person().id) == []


def test_ledger_check_finds_a_review_decided_by_a_hand_in_it(app: Flask) -> None:
    who, manager = person(), staff()
    neighbour()
    entry = decide(log(who), "reject", manager)
    appeal(entry, who)
    with transaction() as session:  # as if the program had given it to whoever rejected it
        session.execute(sa.update(Assignment).values(person_id=manager.id))
    review(entry, "approve", manager)
    assert any("by a hand in it before" in line for line in invariants.broken())
