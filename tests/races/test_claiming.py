"""Managers who open the queue at the same instant: nobody holds what another holds."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from civic.accounts.models import Person
from civic.db import db, transaction
from civic.moderation import claims, service
from tests import factories as make
from tests.races.crowd import AT_ONCE, at_once, refusals

EACH = 3
ROUNDS = 3


def claim(by: Person, count: int = EACH, at: object = make.NOW) -> Callable[[], tuple[int, ...]]:
    """A manager's program that asks for entries."""
    by_id = by.id

    def ask() -> tuple[int, ...]:
        manager = db.session.get_one(Person, by_id)
        reach = service.reach(manager)
        with transaction():
            return claims.take(reach, count, by=manager, now=at).entry_ids  # type: ignore[arg-type]

    return ask


def opened(by: Person) -> Callable[[], int | None]:
    """A manager who opens the queue's page."""
    by_id = by.id

    def look() -> int | None:
        manager = db.session.get_one(Person, by_id)
        reach = service.reach(manager)
        with transaction():
            return claims.open_next(reach, by=manager, now=make.NOW)

    return look


def test_eight_who_claim_at_once_hold_different_entries_and_all_they_asked_for(app: Flask) -> None:
    resident, managers = make.person(), [make.staff() for _ in range(AT_ONCE)]
    waiting = {make.log(resident).id for _ in range(AT_ONCE * EACH)}
    for number in range(ROUNDS):
        at = make.NOW + timedelta(minutes=11 * number)  # what was claimed before has run out
        answers = at_once(app, [claim(manager, at=at) for manager in managers])
        taken = [entry_id for answer in answers for entry_id in answer]
        assert len(taken) == len(set(taken))
        assert set(taken) == waiting


def test_where_less_waits_than_is_asked_for_it_is_shared_out_without_doubles(app: Flask) -> None:
    resident, managers = make.person(), [make.staff() for _ in range(AT_ONCE)]
    waiting = {make.log(resident).id for _ in range(5)}
    answers = at_once(app, [claim(manager) for manager in managers])
    taken = [entry_id for answer in answers for entry_id in answer]
    assert sorted(taken) == sorted(waiting)


def test_eight_who_open_the_queue_at_once_see_eight_entries(app: Flask) -> None:
    resident, managers = make.person(), [make.staff() for _ in range(AT_ONCE)]
    for _ in range(AT_ONCE + 2):
        make.log(resident)
    for _ in range(ROUNDS):
        answers = at_once(app, [opened(manager) for manager in managers])
        seen = [answer for answer in answers if answer is not None]
        assert len(seen) == len(set(seen))
        # Of eight who want the same few, one may find them all taken and look again.
        assert len(seen) >= AT_ONCE - 1


def test_of_a_holder_and_seven_others_who_press_at_once_the_holder_decides(app: Flask) -> None:
    entry, managers = make.log(make.person()), [make.staff() for _ in range(AT_ONCE)]
    holder_id, entry_id = managers[0].id, entry.id
    claim(managers[0], 1)()

    def press(by_id: int) -> Callable[[], str]:
        def decide() -> str:
            found, by = make.entries.find_entry(entry_id), db.session.get_one(Person, by_id)
            assert found is not None
            return make.decide(found, "approve" if by_id == holder_id else "reject", by).status

        return decide

    answers = at_once(app, [press(manager.id) for manager in managers])
    assert answers[0] == "approved"
    assert set(refusals(answers)) <= {"held_by_other", "already_decided_by"}
    assert len(refusals(answers)) == AT_ONCE - 1
    assert make.statuses(entry) == ["approved"]
