"""The queue: what waits for a decision, for each who may decide on it.

However much waits in the city, a page of it costs the same: one community's queue is read in order from its own index,
that of a wider area in order of time until a page is full, and how much waits is counted from an index alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true, tuple_

from civic.accounts import service as accounts
from civic.accounts.models import Grant, Person
from civic.accounts.terms import in_force
from civic.areas import service as areas
from civic.areas.models import CODE_LENGTHS, Area, within
from civic.db import db, id_of
from civic.entries import service as entries
from civic.entries.models import Entry, Photo
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


@dataclass(frozen=True)
class Reach:
    """How far somebody's grants reach, in an area or everywhere, and whose entries are for others."""

    places: tuple[tuple[int, str], ...]  # rank and area code
    mine: frozenset[int]  # the person and their family


@dataclass(frozen=True)
class Only:
    """What a queue is narrowed to besides its area."""

    activity: str | None = None
    has_photo: bool = False
    until: datetime | None = None  # waiting since this instant or longer


@dataclass(frozen=True)
class Backlog:
    """How much waits in a community, and how much of it is owed an answer by two instants."""

    waiting: int
    overdue: int
    due_today: int  # the overdue not among them


EVERYTHING = Only()


def reach(person: Person, area_code: str | None = None) -> Reach:
    """How far a person's grants reach: four queries, and one more for an area. Raises NotFound outside them."""
    places = [
        (rules.LEVELS.index(rules.LEVEL_OF_ROLE[grant.role]), grant.area_code)
        for grant in accounts.grants_of(id_of(person))
        if grant.role in rules.LEVEL_OF_ROLE
    ]
    if area_code is not None:
        places = _narrowed(places, area_code)
    return Reach(tuple(places), frozenset({id_of(person), *accounts.family_of(id_of(person))}))


def queue(
    person: Person,
    area_code: str | None = None,
    *,
    within_reach: Reach | None = None,
    only: Only = EVERYTHING,
    after: tuple[datetime, int] | None = None,
    limit: int = QUEUE_ROWS,
) -> list[Waiting]:
    """Entries this person may decide on, oldest first, in an area or wherever their grants reach.

    However long the queue is, that is seven queries, and one more for an area: grants, family (3), entries, their
    photos, who is confirmed; `within_reach`, known already, saves the first ones. `after` is the (queued_at, id) of the
    last entry seen. Raises NotFound for an area outside their grants.
    """
    query = _with_whose().where(waits_for(within_reach or reach(person, area_code)), *narrowed_to(only))
    if after is not None:
        query = query.where(tuple_(Entry.queued_at, Entry.id) > after)
    return _found(query.order_by(Entry.queued_at, Entry.id).limit(limit))


def pick(entry_ids: Iterable[int], within_reach: Reach) -> list[Waiting]:
    """Those of some entries that wait for somebody, in the order of the queue."""
    query = _with_whose().where(Entry.id.in_(list(entry_ids)), waits_for(within_reach))
    return _found(query.order_by(Entry.queued_at, Entry.id))


def queue_length(person: Person, area_code: str | None = None) -> int:
    """How many entries wait for this person."""
    return sum(waiting_by_community(person, reach(person, area_code)).values())


def waiting_by_community(person: Person, within_reach: Reach | None = None) -> dict[str, int]:
    """How many entries wait for this person in each community where any do: two queries, and four for the reach."""
    found = backlog(within_reach or reach(person))
    return {code: waits.waiting for code, waits in found.items()}


def backlog(
    within_reach: Reach, overdue_since: datetime | None = None, due_since: datetime | None = None
) -> dict[str, Backlog]:
    """What waits for somebody in each community where anything does: two queries.

    `overdue_since` is the instant before which whatever began to wait is overdue now, `due_since` the one for tonight.
    Everything that waits is counted from the index alone; what is not for this person is few, and taken off.
    """
    overdue = _since(overdue_since)
    today = and_(_since(due_since), ~overdue)
    figures = (func.count(), func.count().filter(overdue), func.count().filter(today))
    counted = select(Entry.community_code, *figures).group_by(Entry.community_code)
    everything = counted.where(
        Entry.status == "pending", _any(_lies_within(code) for _rank, code in within_reach.places)
    )
    for_others = counted.where(
        Entry.status == "pending",
        _any(_begins_with(code) for _rank, code in within_reach.places),
        Entry.resident_id.in_(_perhaps_for_others(within_reach)),
        ~waits_for(within_reach),
    )
    taken_off = {code: numbers for code, *numbers in db.session.execute(for_others)}
    found: dict[str, Backlog] = {}
    for code, *numbers in db.session.execute(everything):
        less = taken_off.get(code, (0, 0, 0))
        waits = Backlog(*(number - off for number, off in zip(numbers, less, strict=True)))
        if waits.waiting:
            found[code] = waits
    return found


def waits_for(within_reach: Reach) -> ColumnElement[bool]:
    """Pending, within reach, and not the person's own, their family's, nor a peer's: what `may_decide` says, as SQL."""
    return and_(
        Entry.status == "pending",
        _any(and_(_lies_in(code), _not_by_a_peer(rank)) for rank, code in within_reach.places),
        Entry.resident_id.not_in(within_reach.mine),
        Entry.logged_by.not_in(within_reach.mine),
    )


def narrowed_to(only: Only) -> list[ColumnElement[bool]]:
    """The conditions of a narrowed queue."""
    conditions: list[ColumnElement[bool]] = []
    if only.activity is not None:
        conditions.append(Entry.activity_key == only.activity)
    if only.has_photo:
        conditions.append(exists().where(Photo.entry_id == Entry.id))
    if only.until is not None:
        conditions.append(Entry.queued_at <= only.until)
    return conditions


# Below


def _with_whose() -> Select[Entry, Person, Area]:
    return (
        select(Entry, Person, Area)
        .options(entries.photos_too())
        .join(Person, Person.id == Entry.resident_id)
        .join(Area, Area.code == Entry.community_code)
    )


def _found(query: Select[Entry, Person, Area]) -> list[Waiting]:
    rows = db.session.execute(query).all()
    members = accounts.confirmed_members([(row.Entry.resident_id, row.Entry.community_code) for row in rows])
    return [
        Waiting(entry, resident, community, (resident.id, community.code) in members)
        for entry, resident, community in rows
    ]


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(false(), *conditions)


def _since(instant: datetime | None) -> ColumnElement[bool]:
    return false() if instant is None else Entry.queued_at <= instant


def _lies_in(code: str) -> ColumnElement[bool]:
    """A single community is asked for by equality, so that its index gives its queue in order.

    A wider area is not asked for as a range: its index would give all that waits there, to be sorted; the index by time
    gives the oldest first and is left after a page.
    """
    return Entry.community_code == code if len(code) == CODE_LENGTHS["community"] else _begins_with(code)


def _begins_with(code: str) -> ColumnElement[bool]:
    return func.substr(Entry.community_code, 1, len(code)) == code


def _lies_within(code: str) -> ColumnElement[bool]:
    return within(Entry.community_code, code)


def _perhaps_for_others(within_reach: Reach) -> Select[int]:
    """Whose entries may be for others to decide: the person's own, their family's, those of staff. Few, by index."""
    roles = list(rules.LEVEL_OF_ROLE)
    staff = select(Grant.person_id).where(in_force(), Grant.role.in_(roles))
    wards = select(Person.id).where(Person.guardian_id.in_(within_reach.mine))
    mine = select(Person.id).where(Person.id.in_(within_reach.mine))
    found = mine.union(wards, staff).subquery()
    return select(found.c[0])


def _narrowed(places: list[tuple[int, str]], area_code: str) -> list[tuple[int, str]]:
    """The part of each grant that lies in an area. Raises NotFound where there is none."""
    areas.get_area(area_code)
    inside = [
        (rank, max(code, area_code, key=len))
        for rank, code in places
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
