"""Leaving for good while somebody decides, or while a phone still sends: one order or the other, never in between."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from civic.accounts.models import Person
from civic.db import db
from civic.entries import checks as entry_checks
from civic.entries.models import Entry
from civic.ledger import checks as ledger_checks
from civic.moderation import checks as decision_checks
from civic.mydata import leaving
from tests import factories as make
from tests.factories import NOW, TODAY, ZONE
from tests.races.crowd import at_once

ROUNDS = 4


def away(person_id: int) -> Any:
    """Somebody's finger over the last button."""

    def leave() -> str:
        leaving.leave(db.session.get_one(Person, person_id), now=NOW, zone=ZONE)
        return "left"

    return leave


def assert_all_is_whole(person_id: int) -> None:
    assert ledger_checks.problems() + entry_checks.problems() + decision_checks.problems() == []
    entries = db.session.scalars(select(Entry).where(Entry.resident_id == person_id)).all()
    assert {entry.note for entry in entries} <= {""}
    assert {entry.status for entry in entries} <= {"withdrawn", "approved", "rejected"}


def test_a_decision_at_the_same_instant_comes_before_or_not_at_all(app: Flask) -> None:
    for _ in range(ROUNDS):
        me, managers = make.person(), [make.staff() for _ in range(3)]
        found = [make.log(me, acted_on=TODAY - timedelta(days=day)).id for day in range(3)]
        verdicts = ("approve", "reject", "approve")

        def press(entry_id: int, verdict: str, by_id: int) -> Any:
            def decide() -> str:
                entry = make.entries.find_entry(entry_id)
                assert entry is not None
                return make.decide(entry, verdict, db.session.get_one(Person, by_id)).status

            return decide

        calls = [press(*each) for each in zip(found, verdicts, [by.id for by in managers], strict=True)]
        answers = at_once(app, [away(me.id), *calls])
        assert answers[0] == "left"
        assert_all_is_whole(me.id)


def test_an_entry_sent_at_the_same_instant_leaves_no_word(app: Flask) -> None:
    for _ in range(ROUNDS):
        me = make.person()
        person_id = me.id

        def send() -> Any:
            return make.log(db.session.get_one(Person, person_id), note="还在路上的一句").status  # noqa: B023

        answers = at_once(app, [away(person_id), send, send, send])
        assert answers[0] == "left"
        assert_all_is_whole(person_id)


def test_two_fingers_on_the_last_button_leave_once(app: Flask) -> None:
    me = make.person()
    answers = at_once(app, [away(me.id)] * 4)
    assert answers.count("left") == 1
    assert {answer.code for answer in answers if answer != "left"} == {"account_gone"}
