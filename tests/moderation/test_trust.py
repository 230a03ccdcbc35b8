"""The trusted way: who it is for, what stands in its way, and the tenth that is audited, on both databases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from civic import invariants
from civic.accounts import grants
from civic.accounts.models import Membership, Person
from civic.db import db, transaction
from civic.entries import service as entries
from civic.entries.models import Entry, PhotoPrint
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.ledger import service as ledger
from civic.moderation import assignments, reviews, trust
from civic.moderation import service as moderation
from civic.moderation.models import Assignment, Decision
from civic.notices import service as notices
from civic.rules import trust as rules
from civic.rules.refused import Conflict
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
from tests.media.pictures import exif, jpeg

DAY = timedelta(days=1)
DRAWN = rules.is_audited


@pytest.fixture
def manager(app: Flask) -> Person:
    return staff()


@pytest.fixture
def trusted(manager: Person) -> Person:
    """Somebody of whom ten entries were approved by a person."""
    who = person(now=NOW - 90 * DAY)
    for number in range(10):
        at = NOW - (20 + number) * DAY
        approved_entry(who, manager, acted_on=at.date(), now=at)
    return who


@pytest.fixture(autouse=True)
def no_audit(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Nothing is audited unless a test asks for it."""

    def audit(wanted: bool) -> None:
        monkeypatch.setattr(rules, "is_audited", lambda _secret, _entry_id: wanted)

    audit(False)
    return audit


def status(entry: Entry) -> str:
    return entries.find_entry(entry.id).status  # type: ignore[union-attr]


def test_a_small_act_of_somebody_trusted_is_approved_as_it_arrives(trusted: Person) -> None:
    entry = log(trusted)
    assert status(entry) == "approved"
    decision = db.session.scalars(sa.select(Decision).where(Decision.entry_id == entry.id)).one()
    assert (decision.rule, decision.by_id) == ("trusted", None)
    assert ledger.get_standing_award(entry.id).decision_id == decision.id
    assert invariants.broken() == []
    told = len(notices.inbox(trusted.id))
    log(trusted, "cigarette_ends")
    assert len(notices.inbox(trusted.id)) == told, "what a rule decides they see at once"


def test_nine_approvals_are_not_ten(manager: Person) -> None:
    who = person(now=NOW - 90 * DAY)
    for number in range(9):
        at = NOW - (20 + number) * DAY
        approved_entry(who, manager, acted_on=at.date(), now=at)
    assert status(log(who)) == "pending"


def test_approvals_of_long_ago_and_those_by_a_rule_do_not_count(manager: Person) -> None:
    who = person(now=NOW - 200 * DAY)
    for number in range(10):
        at = NOW - (61 + number) * DAY
        decide(log(who, acted_on=at.date(), now=at), "approve", manager, now=at)
    for number in range(3):
        log(who, "pledge_give_way", acted_on=TODAY - number * DAY)
    assert status(log(who)) == "pending"


@pytest.mark.parametrize(
    "change", ["worth more", "pledge", "maximum", "other day", "newcomer", "office", "reversed", "burst", "seen before"]
)
def test_what_stands_in_its_way(trusted: Person, manager: Person, change: str) -> None:
    if change == "worth more":
        assert status(log(trusted, quantity=5)) == "pending"
    elif change == "pledge":
        entry = log(trusted, "pledge_give_way")
        assert db.session.scalar(sa.select(Decision.rule).where(Decision.entry_id == entry.id)) == "habit"
    elif change == "maximum":
        assert status(log(trusted, quantity=6)) == "pending"
    elif change == "newcomer":
        with transaction() as session:
            mine = sa.update(Membership).where(Membership.person_id == trusted.id)
            session.execute(mine.values(confirmed_at=NOW - 29 * DAY))
        assert status(log(trusted)) == "pending"
    elif change == "office":
        with transaction():
            grants.grant(trusted, "community_manager", FAR_COMMUNITY, NOW)
        assert status(log(trusted)) == "pending"
    elif change == "reversed":
        decide(approved_entry(trusted, manager, acted_on=TODAY - DAY, quantity=6), "reverse", manager)
        assert status(log(trusted)) == "pending"
    elif change == "burst":
        found = [log(trusted, quantity=1, note=f"第 {number} 段") for number in range(8)]
        assert status(found[-1]) == "pending"
    elif change == "seen before":
        photo = jpeg((640, 480))
        for number, who in enumerate((person(), trusted)):
            logged = Logged("litter_pickup", TODAY, 1, client_key=f"00000000-0000-4000-8000-00000000000{number}")
            entry = receive(logged, [photo], by=who, now=NOW, zone=ZONE).entry
        assert status(entry) == "pending"
    else:
        photo = jpeg((640, 480), exif=_of_another_day())
        logged = Logged("litter_pickup", TODAY, 1, client_key="00000000-0000-4000-8000-000000000009")
        assert status(receive(logged, [photo], by=trusted, now=NOW, zone=ZONE).entry) == "pending"


def _of_another_day() -> bytes:
    return exif(taken="2026:11:20 09:00:00")


def test_one_whose_photos_are_still_to_be_compared_waits_for_the_job(
    trusted: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "look_for_alikes", lambda _entry_id: None)
    logged = Logged("litter_pickup", TODAY, 1, client_key="00000000-0000-4000-8000-000000000001")
    entry = receive(logged, [jpeg((640, 480))], by=trusted, now=NOW, zone=ZONE).entry
    if db.session.scalar(sa.select(sa.func.count()).where(PhotoPrint.turns.is_not(None))):
        assert status(entry) == "pending"
        with transaction() as session:
            session.execute(sa.update(PhotoPrint).values(turns=None))
        with transaction():
            assert trust.catch_up("", now=NOW + timedelta(minutes=10), zone=ZONE) == {"approved": 1}
    assert status(entry) == "approved"


def test_what_was_mended_or_decided_on_before_is_left_to_people(trusted: Person, manager: Person) -> None:
    entry = log(trusted, quantity=6)
    decide(entry, "approve", manager)
    decide(entry, "undo", manager)
    with transaction():
        assert not trust.settle(entry.id, now=NOW, zone=ZONE)


def test_the_tenth_is_drawn_by_the_secret_and_near_a_tenth() -> None:
    drawn = [entry_id for entry_id in range(1, 10_001) if DRAWN("one secret", entry_id)]
    assert 850 < len(drawn) < 1150
    assert drawn != [entry_id for entry_id in range(1, 10_001) if DRAWN("another", entry_id)]


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_an_audit_elsewhere_agrees_or_takes_it_back(
    trusted: Person, no_audit: Callable[[bool], None], verdict: str
) -> None:
    other = staff(area=OTHER_COMMUNITY)
    no_audit(True)
    entry = log(trusted)
    (found,) = assignments.of(other.id)
    assert (found[0].purpose, found[1].id) == ("audit", entry.id)
    earned = ledger.get_standing_award(entry.id).merit
    assert reviews.find(entry.id, other).would_earn == earned
    with transaction():
        reviews.decide(entry.id, verdict, "照片里看不出做了什么", by=other, now=NOW, zone=ZONE)
    assert status(entry) == ("approved" if verdict == "approve" else "reversed")
    assert trust.saved(COMMUNITY, TODAY.replace(day=1)) == (1, 1, int(verdict == "reject"))
    assert invariants.broken() == []
    no_audit(False)
    assert status(log(trusted, "cigarette_ends")) == ("approved" if verdict == "approve" else "pending")


def test_reversed_in_an_audit_it_is_people_s_turn_for_60_days(
    trusted: Person, manager: Person, no_audit: Callable[[bool], None]
) -> None:
    other = staff(area=OTHER_COMMUNITY)
    no_audit(True)
    entry = log(trusted)
    with transaction():
        reviews.decide(entry.id, "reject", "照片里看不出做了什么", by=other, now=NOW, zone=ZONE)
    no_audit(False)
    for number in range(12):
        at = NOW + (30 + number) * DAY
        approved_entry(trusted, manager, acted_on=at.date(), now=at, quantity=6)
    for days, becomes in ((59, "pending"), (61, "approved")):
        at = NOW + days * DAY
        assert status(log(trusted, acted_on=at.date(), now=at)) == becomes


def test_an_audit_of_what_a_manager_took_back_meanwhile_is_over(
    trusted: Person, manager: Person, no_audit: Callable[[bool], None]
) -> None:
    other = staff(area=OTHER_COMMUNITY)
    no_audit(True)
    entry = log(trusted)
    decide(entry, "reverse", manager)
    with pytest.raises(Conflict), transaction():
        reviews.decide(entry.id, "approve", "", by=other, now=NOW, zone=ZONE)
    with transaction():
        assignments.pass_on(NOW)
    assert db.session.scalar(sa.select(Assignment.ended_at).where(Assignment.entry_id == entry.id)) == NOW
