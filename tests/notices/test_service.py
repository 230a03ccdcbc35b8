"""Who is told what, once, in the transaction of what happened."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic.accounts.families import declare_family, tie_by_code
from civic.accounts.models import LoginSession
from civic.db import db, transaction
from civic.notices import service
from civic.notices.models import Notice
from civic.rules.notices import GRAVE, KEPT_DAYS, SPARED
from civic.rules.refused import NotFound, Refused
from civic.streaks.service import pay_bonuses
from civic.tidying import tidy
from tests import factories
from tests.factories import COMMUNITY, NOW, TODAY, ZONE, approved_entry, decide, log, person, staff
from tests.queries import count_queries


def kinds(person_id: int) -> list[str]:
    return [notice.kind for notice in reversed(service.inbox(person_id))]


def newest(person_id: int) -> Notice:
    return service.inbox(person_id)[0]


@pytest.mark.parametrize(
    ("verdict", "kind"), [("approve", "entry_approved"), ("return", "entry_returned"), ("reject", "entry_rejected")]
)
def test_a_resident_is_told_what_a_person_decided(app: Flask, verdict: str, kind: str) -> None:
    me = person()
    entry = decide(log(me), verdict, staff())
    found = newest(me.id)
    assert (found.kind, found.facts["entry"], found.read_at) == (kind, entry.id, None)
    assert found.facts["acted_on"] == TODAY.isoformat()


def test_a_notice_holds_no_words(app: Flask) -> None:
    me = person(name="秀兰")
    decide(log(me, note="河边的事"), "return", staff(), words="请补一张照片")
    facts = str(newest(me.id).facts)
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in facts)


def test_a_reversal_is_told_with_what_was_taken_away(app: Flask) -> None:
    me, manager = person(), staff()
    entry = approved_entry(me, manager, quantity=3)
    merit = newest(me.id).facts["merit"]
    decide(entry, "reverse", manager)
    assert (newest(me.id).kind, newest(me.id).facts["merit"]) == ("entry_reversed", -merit)


def test_what_was_undone_is_told_no_more(app: Flask) -> None:
    me, manager = person(confirmed=False), staff()
    entry = approved_entry(me, manager)
    assert kinds(me.id) == ["membership_confirmed", "entry_approved"]
    decide(entry, "undo", manager)
    assert kinds(me.id) == []
    decide(entry, "approve", manager)
    assert kinds(me.id) == ["membership_confirmed", "entry_approved"]


def test_what_a_rule_decides_is_not_told(app: Flask) -> None:
    me = person()
    log(me, "pledge_walker")
    assert kinds(me.id) == []


def test_a_decision_that_fails_tells_nothing(app: Flask) -> None:
    me, manager = person(), staff()
    entry = log(me)
    with transaction() as session:
        factories.moderation.decide(entry.id, "approve", "", by=manager, now=NOW, zone=ZONE)
        assert kinds(me.id) == ["entry_approved"]
        session.rollback()
    assert kinds(me.id) == []


def test_a_childs_notices_go_to_the_guardian(app: Flask) -> None:
    guardian, manager = person(), staff()
    child = person(name="豆豆", born_on=date(2018, 5, 1), guardian=guardian)
    approved_entry(guardian, manager, resident=child)
    assert (kinds(child.id), kinds(guardian.id)) == ([], ["entry_approved"])
    assert newest(guardian.id).facts["resident"] == child.id
    decide(log(guardian, resident=child, acted_on=TODAY - timedelta(days=1)), "reject", manager)
    assert kinds(guardian.id) == ["entry_approved", "entry_rejected"]


def test_a_relative_who_did_not_do_it_is_told(app: Flask) -> None:
    me, other = person(), person()
    with transaction():
        tie_by_code(me, other.family_code, NOW)
        tie_by_code(me, other.family_code, NOW)
    assert (kinds(me.id), kinds(other.id)) == ([], ["family_declared"])
    third = person()
    with transaction():
        declare_family(me, third, NOW)
    assert (kinds(me.id), kinds(third.id)) == (["family_declared"], ["family_declared"])


def test_a_bonus_and_the_week_are_told_once_however_often_the_job_runs(app: Flask) -> None:
    me, idle, manager = person(), person(), staff()
    monday = date(2026, 11, 16)
    for day in range(3):
        at = NOW - timedelta(days=9 - day)
        decide(log(me, acted_on=monday + timedelta(days=day), now=at), "approve", manager, now=at)
    decide(log(idle), "approve", manager)  # this week
    thursday = factories.datetime(2026, 11, 25, 16, 10, tzinfo=factories.UTC)
    for _ in range(2):
        with transaction():
            pay_bonuses("2026-W47", now=thursday, zone=ZONE)
    told = {notice.kind: notice.facts for notice in service.inbox(me.id) if notice.made_at == thursday}
    assert told == {
        "bonus_posted": {"week": "2026-W47", "merit": 5, "resident": me.id},
        "week_digest": {"week": "2026-W47", "merit": 9, "days": 3, "resident": me.id},
    }
    assert [kind for kind in kinds(idle.id) if kind != "entry_approved"] == []


def test_telling_a_city_takes_as_many_statements_as_telling_one(app: Flask) -> None:
    manager = staff()
    costs = []
    for people in (1, 6):
        for _ in range(people):
            at = NOW - timedelta(days=9)
            decide(log(person(), acted_on=date(2026, 11, 16), now=at), "approve", manager, now=at)
        with count_queries() as asked, transaction():
            pay_bonuses("2026-W47", now=NOW + timedelta(hours=14), zone=ZONE)
        costs.append(asked.total)
    assert costs[0] == costs[1]


def test_whoever_wants_to_be_spared_is_not_told(app: Flask) -> None:
    me, manager = person(), staff()
    with transaction():
        service.choose_quiet(me.id, ["entry_approved", "week_digest"])
        service.choose_quiet(me.id, ["entry_approved"])
    assert service.quiet_kinds(me.id) == {"entry_approved"}
    approved_entry(me, manager)
    decide(log(me), "reject", manager)
    assert kinds(me.id) == ["entry_rejected"]
    with transaction():
        service.choose_quiet(me.id, [])
    approved_entry(me, manager)
    assert kinds(me.id)[-1] == "entry_approved"


@pytest.mark.parametrize("kind", [*GRAVE, "nonsense"])
def test_what_is_grave_cannot_be_switched_off(app: Flask, kind: str) -> None:
    me = person()
    with pytest.raises(Refused, match="notice_always_told"), transaction():
        service.choose_quiet(me.id, [SPARED[0], kind])
    assert service.quiet_kinds(me.id) == frozenset()


def test_reading_one_or_all_counts_down(app: Flask) -> None:
    me, other, manager = person(), person(), staff()
    for day in range(3):
        approved_entry(me, manager, acted_on=TODAY - timedelta(days=day))
    with transaction():
        token = factories.sessions.open_session(me, "", NOW)

    def unread() -> int:
        db.session.expire_all()
        session = factories.sessions.find_session(token, NOW)
        assert isinstance(session, LoginSession)
        return service.unread_in(session)

    assert unread() == 3
    with transaction():
        service.mark_read(newest(me.id).id, by=me, now=NOW)
    assert unread() == 2
    with pytest.raises(NotFound), transaction():
        service.mark_read(newest(me.id).id, by=other, now=NOW)
    with transaction():
        assert service.mark_all_read(me.id, now=NOW, before=NOW) == 0
        assert service.mark_all_read(me.id, now=NOW) == 2
    assert unread() == 0


def test_old_notices_are_put_away(app: Flask) -> None:
    me = person()
    with transaction():
        for days in (0, 1):
            at = NOW - timedelta(days=KEPT_DAYS + days, seconds=-1)
            facts = {"community": COMMUNITY}
            service.notify(me.id, "membership_confirmed", about=f"x:{days}", facts=facts, now=at)
    with transaction():
        assert tidy("2026-11-26", now=NOW, zone=ZONE)["notices"] == 1
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 1
