"""Assignments: a review outside an entry's area is given to one person, who sees the entry without the resident's name.

It is somebody from elsewhere: a manager of another community nearby, else an officer above; never the resident or
anybody close to them, nobody who manages the community, and nobody who had a hand in the entry before.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, func, or_, select, update

from civic.accounts import families, grants
from civic.accounts.models import Grant, Person
from civic.accounts.terms import in_force
from civic.areas.models import CODE_LENGTHS, within
from civic.db import db
from civic.entries.models import Entry
from civic.moderation.models import Assignment, Decision, Hold
from civic.rules import reviews as rules
from civic.rules.decisions import rank_over

WAITING = {rules.HOLD: "held", rules.APPEAL: "appealed"}


# Verbs


def give(entry: Entry, purpose: str, now: datetime, from_tier: int = 0) -> Assignment | None:
    """Give a review to whoever from elsewhere has the fewest; None where nobody may, and the hourly job asks again."""
    author = [(grant.role, grant.area_code) for grant in grants.grants_of(entry.resident_id)]
    for tier, role, level in rules.tiers_for(rank_over(author, entry.community_code), from_tier):
        person_id = db.session.scalar(_least_busy(entry, role, entry.community_code[: CODE_LENGTHS[level]]))
        if person_id is not None:
            given = Assignment(entry_id=entry.id, person_id=person_id, purpose=purpose, tier=tier, given_at=now)
            db.session.add(given)
            db.session.flush()
            return given
    return None


def end(assignment: Assignment, now: datetime) -> None:
    """The review is done, or goes to somebody else."""
    assignment.ended_at = now
    db.session.flush()


def give_back_of(person_id: int, now: datetime) -> None:
    """End whatever somebody who leaves was given; the hourly job gives it to others."""
    mine = (Assignment.person_id == person_id, Assignment.ended_at.is_(None))
    db.session.execute(update(Assignment).where(*mine).values(ended_at=now))


def pass_on(now: datetime) -> int:
    """Give a level up what nobody answered in 72 hours, or whose reviewer lost their office; and what nobody had.

    Says how many reviews went to somebody.
    """
    late = or_(Assignment.given_at <= now - timedelta(hours=rules.ANSWER_HOURS), ~_holds_office(Assignment.person_id))
    passed = 0
    for assignment in db.session.scalars(select(Assignment).where(Assignment.ended_at.is_(None), late)).all():
        entry = db.session.get_one(Entry, assignment.entry_id)
        end(assignment, now)
        higher = min(max(rules.FIRST_OFFICERS, assignment.tier + 1), len(rules.TIERS) - 1)
        passed += give(entry, assignment.purpose, now, higher) is not None
    has_one = exists().where(Assignment.entry_id == Entry.id, Assignment.ended_at.is_(None))
    for purpose, status in WAITING.items():
        for entry in db.session.scalars(select(Entry).where(Entry.status == status, ~has_one)).all():
            passed += give(entry, purpose, now) is not None
    return passed


# Questions


def find_open(entry_id: int, person: Person, *, for_update: bool = False) -> Assignment | None:
    """The review of this entry that lies before this person, who still holds an office."""
    query = select(Assignment).where(
        Assignment.entry_id == entry_id,
        Assignment.person_id == person.id,
        Assignment.ended_at.is_(None),
        _holds_office(Assignment.person_id),
    )
    return db.session.scalar(query.with_for_update() if for_update else query)


def of(person_id: int) -> list[tuple[Assignment, Entry]]:
    """The reviews that lie before somebody, the oldest first."""
    rows = db.session.execute(
        select(Assignment, Entry)
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(Assignment.person_id == person_id, Assignment.ended_at.is_(None), _holds_office(Assignment.person_id))
        .order_by(Assignment.given_at, Assignment.id)
    )
    return [(row.Assignment, row.Entry) for row in rows]


def count_of(person_id: int) -> int:
    """How many reviews lie before somebody."""
    mine = (Assignment.person_id == person_id, Assignment.ended_at.is_(None))
    return db.session.scalar(select(func.count()).where(*mine)) or 0


def since(entry_id: int) -> datetime | None:
    """Since when an entry's review lies before somebody."""
    return db.session.scalar(
        select(Assignment.given_at).where(Assignment.entry_id == entry_id, Assignment.ended_at.is_(None))
    )


# Below


def _least_busy(entry: Entry, role: str, area_code: str) -> Select[int]:
    """Of those with this role in this area, who has the fewest reviews; inside a tie the smallest id."""
    busy = (
        select(func.count())
        .where(Assignment.person_id == Grant.person_id, Assignment.ended_at.is_(None))
        .correlate(Grant)
        .scalar_subquery()
    )
    return (
        select(Grant.person_id)
        .where(
            Grant.role == role,
            within(Grant.area_code, area_code),
            in_force(),
            ~exists().where(*_manages(entry.community_code)).correlate(Grant),
            Grant.person_id.not_in(_involved(entry)),
        )
        .group_by(Grant.person_id)
        .order_by(busy, Grant.person_id)
        .limit(1)
    )


def _manages(community_code: str) -> tuple[ColumnElement[bool], ...]:
    other = Grant.__table__.alias("managing")
    return (
        other.c.person_id == Grant.person_id,
        other.c.area_code == community_code,
        other.c.revoked_at.is_(None),
    )


def _involved(entry: Entry) -> set[int]:
    """Everybody close to the entry: its people, their families, who decided on it, held it or was given it before."""
    people: set[int] = {entry.resident_id, entry.logged_by}
    for person_id in (entry.resident_id, entry.logged_by):
        people |= families.family_of(person_id)
    hands: Iterable[int | None] = db.session.scalars(
        select(Decision.by_id)
        .where(Decision.entry_id == entry.id)
        .union(
            select(Hold.by_id).where(Hold.entry_id == entry.id),
            select(Assignment.person_id).where(Assignment.entry_id == entry.id),
        )
    )
    return people | {hand for hand in hands if hand is not None}


def _holds_office(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return exists().where(Grant.person_id == person_id, Grant.role != "administrator", in_force())
