"""What must hold for entries on behalf. Each check gives its broken rows in words; none means all is well."""

from collections.abc import Callable, Iterator

from sqlalchemy import exists, or_, select

from civic.db import db
from civic.entries.models import Entry
from civic.moderation.models import Assignment, Decision
from civic.on_behalf.models import Slip


def decided_elsewhere() -> Iterator[str]:
    """An entry on behalf is approved by whoever was given the review, never by who typed it, never by a rule (I17)."""
    given = exists().where(Assignment.entry_id == Slip.entry_id, Assignment.person_id == Decision.by_id)
    query = (
        select(Slip.entry_id)
        .join(Decision, Decision.entry_id == Slip.entry_id)
        .where(
            Decision.verdict == "approve",
            or_(Decision.by_id.is_(None), Decision.by_id == Slip.typed_by_id, ~given),
        )
    )
    for entry_id in db.session.scalars(query):
        yield f"entry {entry_id} on behalf was not approved by a second person elsewhere"


def typed_by_who_logged() -> Iterator[str]:
    """Who typed a slip is who logged its entry, for somebody else."""
    query = (
        select(Entry.id)
        .join(Slip, Slip.entry_id == Entry.id)
        .where(or_(Entry.logged_by != Slip.typed_by_id, Entry.logged_by == Entry.resident_id))
    )
    for entry_id in db.session.scalars(query):
        yield f"entry {entry_id} on behalf was not logged by who typed it"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (decided_elsewhere, typed_by_who_logged)
