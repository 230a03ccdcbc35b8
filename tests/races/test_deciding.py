"""Managers who press at the same instant: of several decisions on one entry exactly one counts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic.accounts.models import Person
from civic.db import db
from civic.entries import checks as entry_checks
from civic.ledger import checks as ledger_checks
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.moderation import checks as decision_checks
from civic.moderation.models import Decision
from tests import factories as make
from tests.races.crowd import AT_ONCE, at_once, refusals

ROUNDS = 3


def press(entry_id: int, verdict: str, by: Person) -> Callable[[], str]:
    """A manager's finger over a button; ids are taken before the race, as each thread has a session of its own."""
    by_id = by.id

    def decide() -> str:
        entry, manager = make.entries.find_entry(entry_id), db.session.get_one(Person, by_id)
        assert entry is not None
        return make.decide(entry, verdict, manager).status

    return decide


def assert_nothing_is_broken() -> None:
    assert ledger_checks.problems() + entry_checks.problems() + decision_checks.problems() == []


def count(column: object) -> int:
    return db.session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


def test_eight_approvals_at_once_make_one_award(app: Flask) -> None:
    resident, managers = make.person(), [make.staff() for _ in range(AT_ONCE)]
    for number in range(1, ROUNDS + 1):
        entry = make.log(resident, acted_on=make.TODAY - timedelta(days=number))
        answers = at_once(app, [press(entry.id, "approve", manager) for manager in managers])
        assert answers.count("approved") == 1
        assert refusals(answers) == ["already_decided_by"] * (AT_ONCE - 1)
        assert (count(Posting.id), count(Decision.id)) == (number, number)
    assert_nothing_is_broken()


def test_of_approving_and_rejecting_at_once_one_wins_and_the_ledger_follows_it(app: Flask) -> None:
    resident, managers = make.person(), [make.staff() for _ in range(AT_ONCE)]
    for number in range(1, ROUNDS + 1):
        entry = make.log(resident, acted_on=make.TODAY - timedelta(days=number))
        verdicts = ["approve", "reject"] * (AT_ONCE // 2)
        presses = [press(entry.id, verdict, by) for verdict, by in zip(verdicts, managers, strict=True)]
        answers = at_once(app, presses)
        (status,) = [answer for answer in answers if isinstance(answer, str)]
        assert make.statuses(entry) == [status]
        assert (ledger.find_standing_award(entry.id) is not None) == (status == "approved")
    assert_nothing_is_broken()


def test_two_reversals_and_an_undo_at_once_take_the_award_back_once(app: Flask) -> None:
    resident, manager, others = make.person(), make.staff(), [make.staff() for _ in range(3)]
    entry = make.approved_entry(resident, manager)
    presses = [press(entry.id, "undo", manager), *(press(entry.id, "reverse", other) for other in others)]
    answers = at_once(app, presses)
    assert len(refusals(answers)) == len(presses) - 1
    assert ledger.merit_of([entry.id]) == {entry.id: 0}
    assert len(ledger.postings_of(entry.id)) == 2
    assert_nothing_is_broken()


def test_the_last_points_under_a_cap_are_given_once(app: Flask) -> None:
    resident, managers = make.person(), [make.staff() for _ in range(AT_ONCE)]
    logged = [make.log(resident, quantity=6) for _ in managers]
    at_once(app, [press(entry.id, "approve", by) for entry, by in zip(logged, managers, strict=True)])
    merit = sorted(ledger.merit_of([entry.id for entry in logged]).values(), reverse=True)
    assert merit == [8] + [0] * (AT_ONCE - 1)
    assert_nothing_is_broken()


def test_a_day_never_earns_more_than_thirty_however_many_press_at_once(app: Flask) -> None:
    resident, managers = make.person(), [make.staff() for _ in range(AT_ONCE)]
    kinds = ["crossing_guide", "patrol", "persuasion_shift", "law_study", "moral_lecture", "litter_pickup"]
    logged = [make.log(resident, kind, quantity=4) for kind in kinds]
    at_once(app, [press(entry.id, "approve", by) for entry, by in zip(logged, managers, strict=False)])
    assert sum(ledger.merit_of([entry.id for entry in logged]).values()) == 30
    assert_nothing_is_broken()


@pytest.mark.parametrize("verdict", ["approve", "return"])
def test_a_resident_who_withdraws_while_a_manager_decides_finds_one_answer(app: Flask, verdict: str) -> None:
    resident, manager = make.person(), make.staff()
    entry = make.log(resident)
    entry_id, resident_id = entry.id, resident.id

    def withdraw() -> str:
        with make.transaction():
            return make.entries.withdraw(entry_id, by=db.session.get_one(Person, resident_id)).status

    answers = at_once(app, [withdraw, press(entry_id, verdict, manager)])
    assert make.statuses(entry)[0] in answers
    assert_nothing_is_broken()
