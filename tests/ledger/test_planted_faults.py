"""Faults that no code of ours can make, planted past the guards of both databases: the check meant for it finds each.

A check that nothing here makes speak is a check nobody knows to work, so every one needs its fault.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from civic import invariants, media
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.moderation import reviews
from civic.mydata import leaving
from civic.on_behalf import service as on_behalf
from civic.on_behalf.service import Typed
from civic.rankings.sealing import seal
from civic.rules.periods import parse
from civic.rules.sealing import due_at
from tests import factories as make
from tests.media.pictures import jpeg

LAST_WEEK = date(2026, 11, 18)
AWARD = "(SELECT min(id) FROM posting WHERE kind = 'award')"
ITS_ENTRY = f"(SELECT entry_id FROM posting WHERE id = {AWARD})"
WEEK_KIND = "kind = 'week' AND period = '2026-W48'"
BONUS = (
    "INSERT INTO posting (resident_id, community_code, team_id, kind, merit, balance, act_week, counts_on, week, "
    "month, posted_at) SELECT resident_id, community_code, {team}, 'bonus', {merit}, {merit}, {week}, counts_on, week, "
    f"month, posted_at FROM posting WHERE id = {AWARD}"
)
SECOND_DECISION = (
    "INSERT INTO decision (entry_id, verdict, by_id, was, became, decided_at) "
    "SELECT entry_id, '{verdict}', by_id, '{was}', '{became}', decided_at FROM decision "
    f"WHERE entry_id = {ITS_ENTRY} AND verdict = 'approve'"
)
SECOND_AWARD = (
    "INSERT INTO posting (resident_id, community_code, kind, merit, balance, activity_key, rule_version, quantity, "
    "acted_on, counts_on, week, month, entry_id, decision_id, worth, standing, posted_at) "
    "SELECT p.resident_id, p.community_code, 'award', p.merit, p.balance, p.activity_key, p.rule_version, p.quantity, "
    "p.acted_on, p.counts_on, p.week, p.month, p.entry_id, (SELECT max(id) FROM decision WHERE entry_id = p.entry_id), "
    f"p.worth, p.standing, p.posted_at FROM posting p WHERE p.id = {AWARD}"
)
PHOTOS = " UNION ALL ".join(
    f"SELECT {ITS_ENTRY}, {number}, 'planted{number}', 'x', 'x', 1, 1, 'absent', 'absent'" for number in range(5)
)

FAULTS = {
    # Counters and postings.
    f"UPDATE resident_total SET merit = merit + 1 WHERE {WEEK_KIND}": "counters_equal_the_ledger",
    "DELETE FROM community_total": "counters_equal_the_ledger",
    "INSERT INTO team_total (period, team_id, merit) SELECT '2026', min(id), 3 FROM team": (
        "team_counters_equal_the_ledger"
    ),
    BONUS.format(team="(SELECT min(id) FROM team)", merit=5, week="'2026-W47'"): "bonuses_bear_no_team",
    BONUS.format(team="NULL", merit=13, week="'2026-W47'"): "bonuses_add_up",
    BONUS.format(team="NULL", merit=5, week="NULL"): "bonuses_name_their_week",
    "UPDATE posting SET merit = 0, balance = 0 WHERE kind = 'reversal'": "reversals_restore",
    f"UPDATE posting SET merit = merit + 1, balance = balance + 1 WHERE id = {AWARD}": "awards_follow_their_rule",
    f"UPDATE posting SET balance = 0 WHERE id = {AWARD}": "merit_and_balance_move_alike",
    f"UPDATE posting SET merit = 31, balance = 31 WHERE id = {AWARD}": "days_stay_under_their_caps",
    f"UPDATE posting SET week = '2020-W01' WHERE id = {AWARD}": "marks_lie_on_the_calendar",
    f"{SECOND_DECISION.format(verdict='approve', was='approved', became='approved')}; {SECOND_AWARD}": (
        "at_most_one_award_stands"
    ),
    # Entries.
    "DELETE FROM posting WHERE kind = 'reversal'": "approved_entries_have_one_award",
    "UPDATE entry SET status = 'approved' WHERE status = 'rejected'": "approved_entries_have_one_award",
    f"UPDATE posting SET community_code = '990102001013' WHERE id = {AWARD}": "postings_are_those_of_their_entry",
    f"UPDATE entry SET rule_version = 2 WHERE id = {ITS_ENTRY}": "entries_go_by_the_rule_of_their_day",
    f"UPDATE entry SET acted_on = '2026-10-01' WHERE id = {ITS_ENTRY}": "acts_lie_in_the_days_open",
    f"UPDATE entry SET acted_on = '2026-11-28' WHERE id = {ITS_ENTRY}": "acts_lie_in_the_days_open",
    f"UPDATE entry SET activity_key = 'family_motto' WHERE resident_id = (SELECT resident_id FROM entry "
    f"WHERE id = {ITS_ENTRY})": "nothing_is_logged_twice_in_its_span",
    f"INSERT INTO photo (entry_id, position, key, sha256, source_sha256, width, height, taken_time, "
    f"taken_place) {PHOTOS}": ("entries_have_few_photos"),
    "UPDATE entry SET team_id = (SELECT min(id) FROM team) WHERE resident_id NOT IN "
    "(SELECT person_id FROM team_membership)": "teams_were_theirs_on_the_day",
    # Decisions.
    "UPDATE decision SET by_id = (SELECT resident_id FROM entry WHERE id = decision.entry_id)": (
        "nobody_decided_on_their_own"
    ),
    'UPDATE "grant" SET revoked_at = granted_at': "deciders_held_a_grant",
    f"UPDATE decision SET was = 'held' WHERE entry_id = {ITS_ENTRY}": "reviews_are_decided_by_others",
    f"UPDATE decision SET verdict = 'reject' WHERE entry_id = {ITS_ENTRY}": "awards_hang_on_an_approval",
    "DELETE FROM reason": "reasons_are_given",
    SECOND_DECISION.format(verdict="undo", was="approved", became="pending"): "undone_in_time_by_their_own",
    "UPDATE entry SET status = 'held' WHERE status = 'rejected'": "entries_stand_where_their_decisions_left_them",
    SECOND_DECISION.format(verdict="approve", was="pending", became="approved"): "decisions_follow_one_another",
    # Entries on behalf.
    "UPDATE decision SET verdict = 'approve', by_id = (SELECT typed_by_id FROM slip WHERE entry_id IS NOT NULL) "
    "WHERE entry_id IN (SELECT entry_id FROM slip)": "decided_elsewhere",
    "UPDATE entry SET logged_by = resident_id WHERE id IN (SELECT entry_id FROM slip)": "typed_by_who_logged",
    # People.
    "INSERT INTO membership (person_id, community_code, from_on) SELECT person_id, '990105001001', '2026-11-20' "
    "FROM membership WHERE until_on IS NULL": "nobody_belongs_twice",
    "DELETE FROM guardian_consent": "wards_have_consent",
    "UPDATE person SET name = '秀兰' WHERE erased_at IS NOT NULL": "who_left_left_nothing",
    "UPDATE entry SET note = '北岸' WHERE resident_id IN (SELECT id FROM person WHERE erased_at IS NOT NULL)": (
        "who_left_left_nothing"
    ),
    # Sealed rankings.
    "UPDATE ranking_row SET rank = rank + 1": "ranks_count_who_is_ahead",
    "UPDATE ranking SET merit_ranked = merit_ranked + 1": "sums_are_those_of_their_rows",
    "UPDATE ranking SET ranked = ranked + 1": "sums_are_those_of_their_rows",
}


@pytest.fixture
def town(app: Flask) -> Flask:
    """A town in which everything has happened once."""
    manager, other = make.staff(), make.staff(area=make.OTHER_COMMUNITY)
    resident, gone = make.person(), make.person()
    make.team(resident)
    for day in (make.TODAY, LAST_WEEK):
        make.approved_entry(resident, manager, quantity=2, acted_on=day)
    make.decide(make.approved_entry(make.person(), manager, activity="patrol", quantity=2), "reverse", manager)
    make.decide(make.log(make.person()), "reject", manager)
    make.approved_entry(gone, manager)
    leaving.leave(gone, now=make.NOW, zone=make.ZONE)
    make.person(guardian=resident, born_on=date(2018, 5, 5))
    _on_behalf(manager, other)
    week = parse("2026-W47")
    due = due_at(week, make.ZONE)
    with transaction():
        seal(week, now=due, clock_now=due, zone=make.ZONE)
    return app


def _on_behalf(manager: Person, other: Person) -> None:
    """An entry typed from a slip and turned down by the manager of another community."""
    with transaction():
        helped = on_behalf.add_helped(
            make.COMMUNITY, "老人", by=manager, now=make.NOW - timedelta(days=30), zone=make.ZONE
        )
        code = on_behalf.make_sheet(make.COMMUNITY, by=manager, now=make.NOW)[0].code
    paper = media.shrink(jpeg(), acted_on=make.TODAY, zone=make.ZONE)
    with transaction():
        typed = Typed(code, helped.id, "litter_pickup", make.TODAY, 1)
        entry = on_behalf.type_in(typed, paper, by=manager, now=make.NOW, zone=make.ZONE)
    with transaction():
        reviews.decide(entry.id, "reject", "纸条上看不清", by=other, now=make.NOW, zone=make.ZONE)


def _plant(fault: str) -> None:
    """Do it with the guards out of the way; they stand again before anything is checked."""
    if db.engine.dialect.name == "postgresql":
        _do("SET LOCAL session_replication_role = replica", *fault.split("; "))
        _do("SET LOCAL session_replication_role = origin")
        return
    guards = db.session.execute(db.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    _do(*(f"DROP TRIGGER {name}" for name, _sql in guards), *fault.split("; "))
    _do(*(sql for _name, sql in guards))


def _do(*statements: str) -> None:
    for statement in statements:
        changed = db.session.execute(db.text(statement.replace(":", r"\:")))
        planted = statement.startswith(("UPDATE", "DELETE", "INSERT"))
        assert not planted or changed.rowcount, f"nothing was planted by {statement}"  # type: ignore[attr-defined]


def _complaining(faults: dict[str, str]) -> Iterator[tuple[str, set[str]]]:
    """Which checks complain of each fault; each is taken back before the next."""
    for fault in faults:
        try:
            _plant(fault)
            yield fault, {line.split(":")[0] for line in invariants.broken()}
        finally:
            db.session.rollback()


def test_every_planted_fault_is_found_by_the_check_it_is_for(town: Flask) -> None:
    assert invariants.broken() == []
    missed = [(fault, found) for fault, found in _complaining(FAULTS) if FAULTS[fault] not in found]
    assert missed == []


def test_a_guard_that_is_gone_is_missed(app: Flask) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    off = "DROP TRIGGER posting_no_delete" if is_sqlite else "ALTER TABLE posting DISABLE TRIGGER USER"
    assert list(invariants.guards_stand()) == []
    db.session.execute(db.text(off))
    assert list(invariants.guards_stand()) == ["the guard of posting is gone"]
    db.session.rollback()


def test_every_table_with_both_guards_is_asked_for(app: Flask) -> None:
    assert invariants.guarded() == set(invariants.APPEND_ONLY)


def test_every_check_has_a_planted_fault() -> None:
    assert {check.__name__ for check in invariants.CHECKS} - {"guards_stand"} == set(FAULTS.values())


def test_no_two_checks_share_a_name() -> None:
    names = [check.__name__ for check in invariants.CHECKS]
    assert len(names) == len(set(names))
