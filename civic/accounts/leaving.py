"""Leaving for good: what an account loses, and the certainty that whoever left gets nothing new.

The row stays, because the ledger refers to it: a random id, without a name, a login or a birthday.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update

from civic import tokens
from civic.accounts import sessions
from civic.accounts.models import LEFT, FamilyTie, Grant, Membership, Person
from civic.db import db
from civic.rules.refused import Conflict, Refused


def hold_present(person: Person) -> None:
    """Lock a person's row until the transaction ends. Raises Conflict where they have left for good meanwhile."""
    db.session.refresh(person, with_for_update=True)
    if person.erased_at is not None:
        raise Conflict("account_gone")


def check_present(person_id: int) -> None:
    """Raises Conflict where somebody has left for good; asked once they are held. Unknown ids are not its matter."""
    if db.session.scalar(select(Person.erased_at).where(Person.id == person_id)) is not None:
        raise Conflict("account_gone")


def dependents(person_id: int) -> list[Person]:
    """Those whom a person guards and who could not reach their own things without them."""
    wards = select(Person).where(Person.guardian_id == person_id, Person.password_hash.is_(None))
    return list(db.session.scalars(wards.order_by(Person.born_on, Person.id)))


def leave_for_good(person: Person, now: datetime, zone: ZoneInfo) -> None:
    """Take everything from an account that tells who it was, and all it could do. What was earned stays, under its id.

    Raises Refused for a guardian whose children cannot sign in themselves, Conflict for whoever has left already.
    """
    hold_present(person)
    children = dependents(person.id)
    if children:
        raise Refused("wards_left", names="、".join(child.name for child in children))
    sessions.close_all(person)
    _leave_family(person.id)
    db.session.execute(
        update(Grant).where(Grant.person_id == person.id, Grant.revoked_at.is_(None)).values(revoked_at=now)
    )
    _end_memberships(person.id, now, zone)
    person.login = person.password_hash = person.born_on = person.guardian_id = None
    person.name, person.appear, person.erased_at = LEFT, "hidden", now
    # A code with a sign that no code has, so that nobody can type it.
    person.family_code = f"-{tokens.spoken_code(12)}"
    db.session.flush()


def _leave_family(person_id: int) -> None:
    tied = or_(FamilyTie.person_id == person_id, FamilyTie.relative_id == person_id)
    db.session.execute(delete(FamilyTie).where(tied))
    db.session.execute(update(Person).where(Person.guardian_id == person_id).values(guardian_id=None))


def _end_memberships(person_id: int, now: datetime, zone: ZoneInfo) -> None:
    """Today is no longer a day of theirs; a move that was to come does not."""
    today, mine = now.astimezone(zone).date(), Membership.person_id == person_id
    db.session.execute(delete(Membership).where(mine, Membership.from_on > today))
    goes_on = or_(Membership.until_on.is_(None), Membership.until_on > today)
    db.session.execute(update(Membership).where(mine, goes_on).values(until_on=today))
