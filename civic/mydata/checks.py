"""What must hold for those who left for good. Each check gives its broken rows in words; none means all is well."""

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, exists, or_, select

from civic.accounts.models import LEFT, ApiToken, FamilyTie, Grant, LoginSession, Person
from civic.db import db
from civic.entries.models import Entry, Photo

# What is gone with whoever leaves, and how it would be found; that they have no login, the table itself says.
_TRACES: dict[str, ColumnElement[bool]] = {
    "their name": Person.name != LEFT,
    "a session": exists().where(LoginSession.person_id == Person.id),
    "a token": exists().where(ApiToken.person_id == Person.id),
    "a tie of their family": exists().where(or_(FamilyTie.person_id == Person.id, FamilyTie.relative_id == Person.id)),
    "a role": exists().where(Grant.person_id == Person.id, Grant.revoked_at.is_(None)),
    "words of theirs": exists().where(Entry.resident_id == Person.id, or_(Entry.note != "", Entry.title != "")),
    "a photo": exists().where(Entry.resident_id == Person.id, Photo.entry_id == Entry.id),
}


def who_left_left_nothing() -> Iterator[str]:
    """Of whoever left there is no name, word, photo or way in, and no role that stands (I36)."""
    left = select(Person.id).where(Person.erased_at.is_not(None))
    for what, is_there in _TRACES.items():
        for person_id in db.session.scalars(left.where(is_there)):
            yield f"person {person_id} left for good; {what} is still there"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (who_left_left_nothing,)
