"""The queue: what waits for a decision, for each who may decide on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true, tuple_

from civic.accounts import service as accounts
from civic.accounts.models import Grant, Person
from civic.accounts.terms import in_force
from civic.areas import service as areas
from civic.areas.models import CODE_LENGTHS, Area, within
from civic.db import db
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.rules import decisions as rules
from civic.rules.refused import NotFound

QUEUE_ROWS = 50


@dataclass(frozen=True)
class Waiting:
    """An entry in the queue, with whose it is and where."""

    entry: Entry
    resident: Person
    community: Area
    is_member: bool  # approving the first entry of a newcomer confirms that they belong here


def queue(
    person: Person, area_code: str | None = None, *, after: tuple[datetime, int] | None = None, limit: int = QUEUE_ROWS
) -> list[Waiting]:
    """Entries this person may decide on, oldest first, in an area or wherever their grants reach.

    However long the queue is, that is seven queries, and one more for an area: grants, family (3), entries, their
    photos, who is confirmed. `after` is the (queued_at, id) of the last entry seen. Raises NotFound for an area outside
    their grants.
    """
    query = (
        select(Entry, Person, Area)
        .options(entries.photos_too())
        .join(Person, Person.id == Entry.resident_id)
        .join(Area, Area.code == Entry.community_code)
        .where(_decidable_by(person, area_code))
    )
    if after is not None:
        query = query.where(tuple_(Entry.queued_at, Entry.id) > after)
    rows = db.session.execute(query.order_by(Entry.queued_at, Entry.id).limit(limit)).all()
    members = accounts.confirmed_members([(row.Entry.resident_id, row.Entry.community_code) for row in rows])
    return [
        Waiting(entry, resident, community, (resident.id, community.code) in members)
        for entry, resident, community in rows
    ]


def queue_length(person: Person, area_code: str | None = None) -> int:
    """How many entries wait for this person."""
    return db.session.scalar(select(func.count()).select_from(Entry).where(_decidable_by(person, area_code))) or 0


def waiting_by_community(person: Person) -> dict[str, int]:
    """How many entries wait for this person in each community where any do: five queries."""
    rows = db.session.execute(
        select(Entry.community_code, func.count().label("waiting"))
        .where(_decidable_by(person, None))
        .group_by(Entry.community_code)
    )
    return {row.community_code: row.waiting for row in rows}


def _decidable_by(person: Person, area_code: str | None) -> ColumnElement[bool]:
    """Pending, within reach, and not the person's own, their family's, nor a peer's: what `may_decide` says, as SQL."""
    reach = [
        (rules.LEVELS.index(rules.LEVEL_OF_ROLE[grant.role]), grant.area_code)
        for grant in accounts.grants_of(person.id)
        if grant.role in rules.LEVEL_OF_ROLE
    ]
    if area_code is not None:
        reach = _narrowed(reach, area_code)
    mine = {person.id, *accounts.family_of(person.id)}
    return and_(
        Entry.status == "pending",
        _any(and_(_lies_in(code), _not_by_a_peer(rank)) for rank, code in reach),
        Entry.resident_id.not_in(mine),
        Entry.logged_by.not_in(mine),
    )


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)


def _lies_in(code: str) -> ColumnElement[bool]:
    """A single community is asked for by equality, so that the index gives its queue in order."""
    is_community = len(code) == CODE_LENGTHS["community"]
    return Entry.community_code == code if is_community else within(Entry.community_code, code)


def _narrowed(reach: list[tuple[int, str]], area_code: str) -> list[tuple[int, str]]:
    """The part of each grant that lies in an area. Raises NotFound where there is none."""
    areas.get_area(area_code)
    inside = [
        (rank, max(code, area_code, key=len))
        for rank, code in reach
        if rules.reaches(code, area_code) or rules.reaches(area_code, code)
    ]
    if not inside:
        raise NotFound("area")
    return inside


def _not_by_a_peer(rank: int) -> ColumnElement[bool]:
    """Staff are decided on from above: no entry of anybody whose own grant there ranks as high as this one."""
    if rank == rules.TOP_RANK:
        return true()
    as_high = [role for role, level in rules.LEVEL_OF_ROLE.items() if rules.LEVELS.index(level) >= rank]
    return ~exists().where(
        Grant.person_id == Entry.resident_id,
        in_force(),
        Grant.role.in_(as_high),
        func.substr(Entry.community_code, 1, func.length(Grant.area_code)) == Grant.area_code,
    )
