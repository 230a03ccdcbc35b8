"""Families: who may not judge whom. Declared by telling somebody one's code, by command, or by being a guardian."""

from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, or_, select
from sqlalchemy.orm import aliased

from civic import tokens
from civic.accounts import heard
from civic.accounts.models import FamilyTie, Person
from civic.db import db
from civic.rules.refused import Conflict, Refused

MAX_RELATIVES = 30


def declare_family(a: Person, b: Person, now: datetime, by: Person | None = None) -> FamilyTie:
    """Write down that two people are family; whoever of them did not do it hears of it. Declared already, it stays."""
    if a.id == b.id:
        raise Refused("family_is_self", "code")
    low, high = sorted((a.id, b.id))
    _hold(low, high)
    tie = db.session.get(FamilyTie, (low, high))
    if tie is None:
        if max(len(relatives(a.id)), len(relatives(b.id))) >= MAX_RELATIVES:
            raise Refused("family_full", "code", max=MAX_RELATIVES)
        tie = FamilyTie(person_id=low, relative_id=high, declared_at=now)
        db.session.add(tie)
        db.session.flush()
        for one, other in ((a, b), (b, a)):
            if by is None or one.id != by.id:
                about = f"family:{low}:{high}"
                heard.tell(one.id, "family_declared", about=about, facts={"relative": other.id}, now=now)
    return tie


def tie_by_code(person: Person, code: str, now: datetime) -> FamilyTie:
    """Declare kinship with whoever told their family code. Raises Refused for a code that is nobody's."""
    wanted = "".join(code.split()).replace("-", "").upper()
    is_code = wanted.isascii() and wanted.isalnum()
    other = db.session.scalar(select(Person).where(Person.family_code == wanted)) if is_code else None
    if other is None:
        raise Refused("family_code_unknown", "code")
    return declare_family(person, other, now, by=person)


def renew_code(person: Person) -> str:
    """A new family code; the old one opens nothing any more, ties made with it stay."""
    person.family_code = tokens.spoken_code()
    db.session.flush()
    return person.family_code


def relatives(person_id: int) -> list[Person]:
    """Whom a person declared as family, or who declared them, by name."""
    return list(db.session.scalars(select(Person).where(Person.id.in_(_ties({person_id}))).order_by(Person.name)))


def family_of(person_id: int) -> frozenset[int]:
    """Everybody whose entries a person may not decide on for kinship, and the other way round.

    Their guardian and declared relatives, a guardian's relatives too, and the wards of all these.
    """
    guardian = db.session.scalar(select(Person.guardian_id).where(Person.id == person_id))
    heads = {person_id} if guardian is None else {person_id, guardian}
    near = heads | _ties(heads)
    wards = db.session.scalars(select(Person.id).where(Person.guardian_id.in_(near)))
    return frozenset(near.union(wards) - {person_id})


def are_family(a: SQLColumnExpression[int], b: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """The same question as `family_of` for two people, as part of a query."""
    one, other = aliased(Person), aliased(Person)
    ones, others = (one.id, one.guardian_id), (other.id, other.guardian_id)
    tied = exists().where(
        or_(
            and_(FamilyTie.person_id.in_(ones), FamilyTie.relative_id.in_(others)),
            and_(FamilyTie.person_id.in_(others), FamilyTie.relative_id.in_(ones)),
        )
    )
    same_house = or_(other.id == one.guardian_id, other.guardian_id.in_(ones))
    return exists().where(one.id == a, other.id == b, one.id != other.id, or_(same_house, tied))


def _ties(people: set[int]) -> set[int]:
    rows = db.session.execute(
        select(FamilyTie.person_id, FamilyTie.relative_id).where(
            or_(FamilyTie.person_id.in_(people), FamilyTie.relative_id.in_(people))
        )
    )
    return {person for row in rows for person in row} - people


def _hold(*person_ids: int) -> None:
    """Lock people, the smaller id first, so that what is counted next stays true until the end.

    Raises Conflict where one of them has left for good meanwhile.
    """
    held = select(Person.erased_at).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update()
    if any(db.session.scalars(held)):
        raise Conflict("account_gone")
