"""A phone that sends again and again: however many of them arrive at once, one entry comes of it."""

import uuid
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from civic.accounts.models import Person
from civic.db import db
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.pledges.models import Pledge
from tests import factories as make
from tests.races.crowd import AT_ONCE, at_once, refusals


def send(who: Person, activity: str = "litter_pickup", **facts: object) -> Callable[[], int]:
    person_id = who.id

    def log() -> int:
        return make.log(db.session.get_one(Person, person_id), activity, **facts).id  # type: ignore[arg-type]

    return log


def rows(model: type[Entry] | type[Pledge]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_eight_senders_of_one_key_get_the_same_entry(app: Flask) -> None:
    resident = make.person()
    for number in range(1, 4):
        answers = at_once(app, [send(resident, key=str(uuid.uuid4()))] * AT_ONCE)
        assert len(set(answers)) == 1
        assert rows(Entry) == number


def test_of_two_bodies_under_one_key_the_first_counts(app: Flask) -> None:
    resident, key = make.person(), str(uuid.uuid4())
    answers = at_once(app, [send(resident, key=key, quantity=1 + place % 2) for place in range(AT_ONCE)])
    assert set(refusals(answers)) == {"key_reused"}
    assert len({answer for answer in answers if isinstance(answer, int)}) == 1
    assert rows(Entry) == 1


def test_one_pledge_is_kept_once_a_day_and_signed_once(app: Flask) -> None:
    resident = make.person()
    answers = at_once(app, [send(resident, "pledge_give_way") for _ in range(AT_ONCE)])
    assert refusals(answers) == ["day_already_kept"] * (AT_ONCE - 1)
    assert (rows(Entry), rows(Pledge)) == (1, 1)


def test_what_is_possible_once_a_quarter_is_taken_once(app: Flask) -> None:
    resident = make.person()
    note = "家和万事兴，勤俭持家，这是我家的家训"
    answers = at_once(app, [send(resident, "family_motto", note=note) for _ in range(AT_ONCE)])
    assert refusals(answers) == ["once_per_quarter"] * (AT_ONCE - 1)
    assert rows(Entry) == 1


def test_three_kept_days_at_once_earn_two_points(app: Flask) -> None:
    resident = make.person()
    keys = ("pledge_give_way", "pledge_walker", "pledge_rider", "pledge_parking")
    kept = at_once(app, [send(resident, key) for key in keys])
    merit = ledger.merit_of(kept)
    assert sorted(merit.values()) == [0, 0, 1, 1]
