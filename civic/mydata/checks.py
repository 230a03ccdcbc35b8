"""What must hold for those who left for good. Each check gives its broken rows in words; none means all is well."""

from collections.abc import Callable, Iterator

from sqlalchemy import exists, or_, select

from civic.accounts.models import LEFT, ApiToken, FamilyTie, Grant, LoginSession, Person
from civic.db import db
from civic.entries.models import Entry, Photo


def problems() -> list[str]:
    """What is broken, one line each."""
    return [line for check in CHECKS for line in check()]


def who_left_left_nothing() -> Iterator[str]:
    """Of whoever left there is no name, word, photo or way in, and no role that stands (I36)."""
    traces = or_(
        Person.name != LEFT,
        exists().where(LoginSession.person_id == Person.id),
        exists().where(ApiToken.person_id == Person.id),
        exists().where(or_(FamilyTie.person_id == Person.id, FamilyTie.relative_id == Person.id)),
        exists().where(Grant.person_id == Person.id, Grant.revoked_at.is_(None), Grant.ends_at.is_(None)),
        exists().where(Entry.resident_id == Person.id, or_(Entry.note != "", Entry.title != "")),
        exists().where(Entry.resident_id == Person.id, Photo.entry_id == Entry.id),
    )
    for person_id in db.session.scalars(select(Person.id).where(Person.erased_at.is_not(None), traces)):
        yield f"person {person_id} left for good, and something of theirs is still there"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (who_left_left_nothing,)
