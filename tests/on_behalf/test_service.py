"""Logging from paper slips: a second person elsewhere, thirty a month, and "not me", on both databases."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from civic import invariants, media
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.moderation import assignments, reviews
from civic.moderation.models import Assignment
from civic.mydata import leaving
from civic.notices import service as notices
from civic.on_behalf import service
from civic.on_behalf.models import Slip
from civic.on_behalf.service import Typed
from civic.rules import on_behalf as rules
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, decide, person, staff
from tests.media.pictures import jpeg

PAPER = jpeg((640, 480))
DAY = timedelta(days=1)


@pytest.fixture
def manager(app: Flask) -> Person:
    return staff()


@pytest.fixture
def other(manager: Person) -> Person:
    """The manager of another community of the subdistrict."""
    return staff(area=OTHER_COMMUNITY)


def helped(by: Person, name: str = "老人") -> Person:
    with transaction():
        return service.add_helped(COMMUNITY, name, by=by, now=NOW - 30 * DAY, zone=ZONE)


def slips(by: Person) -> list[str]:
    with transaction():
        return [slip.code for slip in service.make_sheet(COMMUNITY, by=by, now=NOW)]


def type_in(
    code: str, who: Person, by: Person, *, activity: str = "litter_pickup", acted_on: date = TODAY, quantity: int = 1
) -> Entry:
    paper = media.shrink(PAPER, acted_on=acted_on, zone=ZONE)
    with transaction():
        return service.type_in(Typed(code, who.id, activity, acted_on, quantity), paper, by=by, now=NOW, zone=ZONE)


def review(entry: Entry, verdict: str, by: Person) -> Entry:
    with transaction():
        return reviews.decide(entry.id, verdict, "和纸条上写的一样", by=by, now=NOW, zone=ZONE)


def test_what_a_slip_says_is_decided_on_by_a_second_person_elsewhere(manager: Person, other: Person) -> None:
    who, (code, *_rest) = helped(manager), slips(manager)
    entry = type_in(f" {code[:4].lower()}-{code[4:]} ", who, manager)
    assert (entry.status, entry.resident_id, entry.logged_by) == ("held", who.id, manager.id)
    with pytest.raises(Forbidden):
        decide(entry, "approve", manager)
    assert [found.id for _given, found in assignments.of(other.id)] == [entry.id]
    review(entry, "approve", other)
    assert ledger.merit_of([entry.id])[entry.id] > 0
    assert service.which([entry.id]) == {entry.id}
    assert invariants.broken() == []


def test_a_slip_is_used_once(manager: Person, other: Person) -> None:
    who, (code, *_rest) = helped(manager), slips(manager)
    type_in(code, who, manager)
    with pytest.raises(Conflict, match="slip_used"):
        type_in(code, who, manager)
    with pytest.raises(Conflict, match="slip_used"):
        type_in(code, who, manager, quantity=3)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Entry)) == 1


def test_an_unknown_code_and_one_of_another_community_are_refused(manager: Person, other: Person) -> None:
    who = helped(manager)
    for code in ("", "NOSUCHCD", "'; --"):
        with pytest.raises(Refused, match="slip_unknown"):
            type_in(code, who, manager)
    with pytest.raises(Refused, match="slip_unknown"):
        type_in(slips(manager)[0], who, other)
    with pytest.raises(Forbidden):
        slips(staff(area=FAR_COMMUNITY, community=COMMUNITY))
    with pytest.raises(Forbidden):
        helped(staff(area=FAR_COMMUNITY, community=COMMUNITY))


def test_only_for_people_on_the_list(manager: Person, other: Person) -> None:
    code = slips(manager)[0]
    guardian = person()
    child = person(born_on=date(2018, 5, 1), guardian=guardian)
    for who in (person(), child, manager):
        with pytest.raises(Refused, match="on_behalf_not_for"):
            type_in(code, who, manager)
    listed = helped(manager)
    assert [one.id for one in service.helped(COMMUNITY)] == [listed.id]


def test_no_pledge_and_nothing_an_entry_is_refused_for(manager: Person, other: Person) -> None:
    who, code = helped(manager), slips(manager)[0]
    for wrong in ({"activity": "pledge_give_way"}, {"acted_on": TODAY + DAY}, {"quantity": 99}, {"activity": "none"}):
        with pytest.raises(Refused):
            type_in(code, who, manager, **wrong)  # type: ignore[arg-type]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Entry)) == 0
    type_in(code, who, manager)


def test_thirty_a_month_and_the_thirty_first_is_refused(
    manager: Person, other: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules.MONTHLY == 30
    monkeypatch.setattr(rules, "MONTHLY", 3)
    who, codes = helped(manager), slips(manager)
    for number in range(3):
        type_in(codes[number], who, manager, acted_on=TODAY - number * DAY)
    with pytest.raises(Refused, match="on_behalf_month_full"):
        type_in(codes[3], who, manager)
    colleague = staff()
    type_in(codes[3], who, colleague)
    with transaction() as session:
        session.execute(sa.update(Slip).where(Slip.typed_by_id == manager.id).values(used_at=NOW - 30 * DAY))
    type_in(codes[4], who, manager, acted_on=TODAY - 4 * DAY)


@pytest.mark.parametrize("is_approved", [False, True])
def test_not_me_has_it_looked_at_again_and_tells_the_officer(manager: Person, other: Person, is_approved: bool) -> None:
    officer = staff("subdistrict_officer", "990102001")
    third = staff(area="990102002001")
    who, code = helped(manager), slips(manager)[0]
    entry = type_in(code, who, manager)
    if is_approved:
        review(entry, "approve", other)
    for _twice in range(2):
        with transaction():
            service.disown(code, now=NOW)
    assert [notice.kind for notice in notices.inbox(officer.id)] == ["slip_disowned"]
    expected = (third.id, "audit") if is_approved else (other.id, "hold")
    given = db.session.execute(
        sa.select(Assignment.person_id, Assignment.purpose).where(Assignment.ended_at.is_(None))
    ).one()
    assert tuple(given) == expected
    if is_approved:
        assert ledger.merit_of([entry.id])[entry.id] > 0, "a machine takes nothing away"
    reviewer = db.session.get_one(Person, given.person_id)
    found = reviews.find(entry.id, reviewer)
    assert found.hold is not None
    assert found.hold.why == "disowned"
    review(entry, "reject", reviewer)
    assert ledger.merit_of([entry.id]).get(entry.id, 0) == 0
    assert entries.find_entry(entry.id).status == ("reversed" if is_approved else "rejected")  # type: ignore[union-attr]
    assert invariants.broken() == []


def test_a_slip_that_logged_nothing_says_nothing(manager: Person) -> None:
    code = slips(manager)[0]
    for wrong in (code, "NOSUCHCD", "x" * 500, "\x00"):
        with pytest.raises(NotFound), transaction():
            service.disown(wrong, now=NOW)


def test_whoever_was_helped_can_be_forgotten(manager: Person, other: Person) -> None:
    who, code = helped(manager, "要走的人"), slips(manager)[0]
    entry = type_in(code, who, manager)
    leaving.leave(who, now=NOW, zone=ZONE)
    assert entries.find_entry(entry.id).status == "withdrawn"  # type: ignore[union-attr]
    assert service.helped(COMMUNITY) == []


def test_ledger_check_finds_one_approved_by_who_typed_it(manager: Person, other: Person) -> None:
    who, code = helped(manager), slips(manager)[0]
    entry = type_in(code, who, manager)
    review(entry, "approve", other)
    with transaction() as session:
        session.execute(sa.update(Slip).values(typed_by_id=other.id))
    assert any("second person elsewhere" in line for line in invariants.broken())
