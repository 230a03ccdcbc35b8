"""Managers who press at the same instant over announcements, members and stand-ins: one counts, the others are told."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from civic.accounts import members, stand_ins
from civic.accounts.models import Grant, Membership, Person, Removal
from civic.announcements.models import Announcement
from civic.db import db, transaction
from civic.focus import service as focus
from tests import factories as make
from tests.races.crowd import AT_ONCE, at_once, refusals

STREET = "990102001"


def count(column: object) -> int:
    return db.session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


def by(person: Person) -> Callable[[], Person]:
    person_id = person.id
    return lambda: db.session.get_one(Person, person_id)


def test_for_the_last_free_place_one_announcement_is_taken(app: Flask) -> None:
    manager = make.staff()
    for _ in range(19):
        make.announce(manager)
    who = by(manager)
    answers = at_once(app, [lambda: make.announce(who()).id] * AT_ONCE)
    assert refusals(answers) == ["announcements_full"] * (AT_ONCE - 1)
    assert count(Announcement.id) == 20


def test_a_member_removed_by_eight_at_once_is_removed_once(app: Flask) -> None:
    resident, manager = make.person(), by(make.staff())
    membership_id = db.session.scalar(select(Membership.id).where(Membership.person_id == resident.id))

    def remove() -> int:
        with transaction():
            return members.remove(membership_id or 0, "搬走了", by=manager(), now=make.NOW, zone=make.ZONE).id

    answers = at_once(app, [remove] * AT_ONCE)
    assert refusals(answers) == ["member_gone"] * (AT_ONCE - 1)
    assert count(Removal.id) == 1


def test_a_stand_in_accepted_and_ended_at_once_leaves_no_grant_behind_an_ended_one(app: Flask) -> None:
    manager, officer, resident = make.staff(), make.staff("subdistrict_officer", STREET), make.person()
    with transaction():
        first = make.TODAY
        found = stand_ins.propose(
            manager,
            make.COMMUNITY,
            resident.login or "",
            first,
            first + timedelta(days=3),
            now=make.NOW,
            zone=make.ZONE,
        )
    found_id, above, below = found.id, by(officer), by(manager)

    def accept() -> str:
        with transaction():
            return stand_ins.accept(found_id, by=above(), now=make.NOW, zone=make.ZONE).status

    def end() -> str:
        with transaction():
            return stand_ins.end(found_id, by=below(), now=make.NOW, zone=make.ZONE).status

    answers = at_once(app, [accept, end] * (AT_ONCE // 2))
    assert answers.count("ended") == 1
    assert answers.count("accepted") <= 1
    standing = select(func.count()).where(Grant.ends_at.is_not(None), Grant.revoked_at.is_(None))
    assert db.session.scalar(standing) == 0


def test_eight_proposals_for_the_same_days_make_one(app: Flask) -> None:
    manager, logins = by(make.staff()), [make.person().login or "" for _ in range(AT_ONCE)]
    first = make.TODAY

    def propose(login: str) -> Callable[[], int]:
        def run() -> int:
            with transaction():
                return stand_ins.propose(
                    manager(), make.COMMUNITY, login, first, first, now=make.NOW, zone=make.ZONE
                ).id

        return run

    answers = at_once(app, [propose(login) for login in logins])
    assert refusals(answers) == ["stand_in_overlaps"] * (AT_ONCE - 1)


def test_of_two_choices_of_a_focus_at_once_one_stands_whole(app: Flask) -> None:
    manager = by(make.staff())
    choices = [("exercise", "patrol", "fire_check"), ("litter_pickup", "cigarette_ends")]

    def choose(keys: tuple[str, ...]) -> Callable[[], int]:
        def run() -> int:
            with transaction():
                chosen = focus.set_focus(make.COMMUNITY, "2026-W48", keys, by=manager(), now=make.NOW, zone=make.ZONE)
                return len(chosen)

        return run

    at_once(app, [choose(keys) for keys in choices * (AT_ONCE // 2)])
    stands = tuple(one.key for one in focus.focus_of(make.COMMUNITY, ["2026-W48"])["2026-W48"])
    assert stands in choices
