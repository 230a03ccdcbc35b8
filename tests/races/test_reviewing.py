"""Appeals and reviews pressed at the same instant: one of them counts."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from civic import invariants
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.ledger.models import Posting
from civic.moderation import reviews
from civic.moderation.models import Appeal, Assignment
from tests import factories as make
from tests.races.crowd import AT_ONCE, at_once

WORDS = "照片里就是我，河边的那一段。"


def count(column: object) -> int:
    return db.session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


def appealing(entry_id: int, by_id: int) -> Callable[[], str]:
    def press() -> str:
        with transaction():
            return reviews.appeal(entry_id, WORDS, by=db.session.get_one(Person, by_id), now=make.NOW).status

    return press


def reviewing(entry_id: int, verdict: str, by_id: int) -> Callable[[], str]:
    def press() -> str:
        with transaction():
            by = db.session.get_one(Person, by_id)
            return reviews.decide(entry_id, verdict, WORDS, by=by, now=make.NOW, zone=make.ZONE).status

    return press


def test_two_phones_that_appeal_at_once_make_one_appeal_and_one_review(app: Flask) -> None:
    who, manager = make.person(), make.staff()
    make.staff(area=make.OTHER_COMMUNITY)
    entry = make.decide(make.log(who), "reject", manager)
    answers = at_once(app, [appealing(entry.id, who.id)] * AT_ONCE)
    assert answers.count("appealed") == 1
    assert (count(Appeal.entry_id), count(Assignment.id)) == (1, 1)
    assert invariants.broken() == []


def test_a_review_pressed_eight_times_at_once_is_decided_once(app: Flask) -> None:
    who, manager, other = make.person(), make.staff(), make.staff(area=make.OTHER_COMMUNITY)
    entry = make.decide(make.log(who), "reject", manager)
    appealing(entry.id, who.id)()
    verdicts = ["approve", "reject"] * (AT_ONCE // 2)
    answers = at_once(app, [reviewing(entry.id, verdict, other.id) for verdict in verdicts])
    assert len([answer for answer in answers if answer in ("approved", "rejected")]) == 1
    assert count(Posting.id) <= 1
    assert invariants.broken() == []
