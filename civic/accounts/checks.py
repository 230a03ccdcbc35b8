"""What must hold for people and where they belong. Each check gives its broken rows in words; none means all well."""

from collections.abc import Callable, Iterator

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from civic.accounts.models import GuardianConsent, Membership, Person
from civic.db import db


def nobody_belongs_twice() -> Iterator[str]:
    """No person belongs to two communities on one day, else they would count in both (I24)."""
    one, other = aliased(Membership), aliased(Membership)
    query = (
        select(one.person_id)
        .join(other, other.person_id == one.person_id)
        .where(
            one.id < other.id,
            or_(one.until_on.is_(None), one.until_on > other.from_on),
            or_(other.until_on.is_(None), other.until_on > one.from_on),
            # One that ended on the day it began holds on no day.
            or_(one.until_on.is_(None), one.until_on > one.from_on),
            or_(other.until_on.is_(None), other.until_on > other.from_on),
        )
        .distinct()
    )
    for person_id in db.session.scalars(query):
        yield f"person {person_id} belongs to two communities on one day"


def wards_have_consent() -> Iterator[str]:
    """A child is there because its guardian consented, and cannot sign in by itself (I34)."""
    consented = exists().where(
        GuardianConsent.child_id == Person.id,
        GuardianConsent.by_id == Person.guardian_id,
        GuardianConsent.kind.in_(("given", "taken_over")),
    )
    query = select(Person.id).where(Person.guardian_id.is_not(None), or_(~consented, Person.password_hash.is_not(None)))
    for person_id in db.session.scalars(query):
        yield f"ward {person_id} lacks its guardian's consent, or has a password"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (nobody_belongs_twice, wards_have_consent)
