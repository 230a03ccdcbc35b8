"""Handing a community over while on leave: the manager proposes, an officer above accepts, the days do the rest.

A grant given on the web needs two persons; here they are the manager and an officer of a level above, neither of them
the one who stands in. Where the subdistrict has nobody, the next above accepts.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from civic.accounts import grants, memberships
from civic.accounts.models import Grant, Person, StandIn
from civic.accounts.service import find_by_login
from civic.areas.models import CODE_LENGTHS, Area
from civic.db import db
from civic.rules import stand_ins as rules
from civic.rules.decisions import MANAGER_RANK, rank_over, reaches
from civic.rules.periods import start_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

OPEN = ("proposed", "accepted")
MANAGER = "community_manager"
LISTED_DAYS = 90  # what is over is listed for so long


@dataclass(frozen=True)
class Handover:
    """A hand-over with the people and the place it names, as its page shows it on a day."""

    row: StandIn
    manager: Person
    person: Person
    area: Area
    state: str  # proposed, coming, running, over, declined, ended, lapsed


# Verbs


def propose(
    by: Person, community_code: str, login: str, from_on: date, until_on: date, *, now: datetime, zone: ZoneInfo
) -> StandIn:
    """Ask that another adult manage one's community for some days.

    Raises Forbidden for whoever does not manage it for good, Refused for the days or for somebody who may not.
    """
    today = now.astimezone(zone).date()
    db.session.refresh(by, with_for_update=True)
    if grants.find_grant(by.id, MANAGER, community_code) is None:
        raise Forbidden("not_your_area")
    rules.check_days(from_on, until_on, today)
    person = find_by_login(login)
    if person is not None and person.id == by.id:
        raise Refused("stand_in_self", "login")
    # One sentence whatever the reason: who has which login, and how old they are, is nobody's business.
    if person is None or not _may_stand_in(person, community_code, today):
        raise Refused("stand_in_unfit", "login")
    if grants.over(grants.grants_of(person.id), community_code) is not None:
        raise Refused("stand_in_manages", "login")
    for other in _open_of(by.id, community_code):
        if rules.overlap((from_on, until_on), (other.from_on, other.until_on)):
            raise Refused("stand_in_overlaps", "from_on", first=other.from_on, last=other.until_on)
    proposed = StandIn(
        manager_id=by.id,
        person_id=person.id,
        area_code=community_code,
        from_on=from_on,
        until_on=until_on,
        status="proposed",
        proposed_at=now,
    )
    db.session.add(proposed)
    db.session.flush()
    return proposed


def accept(stand_in_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> StandIn:
    """As an officer above, let it be: the grant begins and ends by itself.

    Raises NotFound outside one's grants, Forbidden for a peer and for the two concerned, Conflict where it was settled,
    the days are over, or either of the two may not any more.
    """
    found = _get_for_officer(stand_in_id, by)
    today = now.astimezone(zone).date()
    person = cast(Person, db.session.get(Person, found.person_id))
    is_lapsed = found.until_on < today or grants.find_grant(found.manager_id, MANAGER, found.area_code) is None
    if is_lapsed or not _may_stand_in(person, found.area_code, today):
        raise Conflict("stand_in_lapsed")
    ends_at = start_of(found.until_on + timedelta(days=1), zone)
    lent = grants.lend(person, found.area_code, start_of(found.from_on, zone), ends_at, now)
    found.grant_id = lent.id
    _settle(found, "accepted", by, now)
    return found


def decline(stand_in_id: int, *, by: Person, now: datetime) -> StandIn:
    """As an officer above, say no. Raises as `accept`."""
    found = _get_for_officer(stand_in_id, by)
    _settle(found, "declined", by, now)
    return found


def end(stand_in_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> StandIn:
    """Take it back or end it early: the manager, whoever stands in, or an officer above.

    A grant given ends with it, from the next request on. Raises NotFound for anybody else, Conflict when it is over.
    """
    found = _locked(stand_in_id)
    is_officer = _rank(by.id, found.area_code) > MANAGER_RANK
    if by.id not in (found.manager_id, found.person_id) and not is_officer:
        raise NotFound("stand_in")
    if found.status not in OPEN or found.until_on < now.astimezone(zone).date():
        raise Conflict("stand_in_over")
    lent = db.session.get(Grant, found.grant_id) if found.grant_id else None
    if lent is not None and lent.revoked_at is None:
        lent.revoked_at = now
    found.status, found.ended_at, found.ended_by_id = "ended", now, by.id
    db.session.flush()
    return found


def _settle(found: StandIn, status: str, by: Person, now: datetime) -> None:
    found.status, found.decided_at, found.decided_by_id = status, now, by.id
    db.session.flush()


def _get_for_officer(stand_in_id: int, by: Person) -> StandIn:
    found = _locked(stand_in_id)
    rank = _rank(by.id, found.area_code)
    if by.id in (found.manager_id, found.person_id):
        raise Forbidden("stand_in_second_person")
    if rank < MANAGER_RANK:
        raise NotFound("stand_in")
    if rank == MANAGER_RANK:
        raise Forbidden("stand_in_by_above")
    if found.status != "proposed":
        raise Conflict("stand_in_settled")
    return found


def _locked(stand_in_id: int) -> StandIn:
    found = db.session.scalar(select(StandIn).where(StandIn.id == stand_in_id).with_for_update())
    if found is None:
        raise NotFound("stand_in")
    return found


def _rank(person_id: int, community_code: str) -> int:
    """How high somebody may decide there; below every rank for whoever may not."""
    rank = rank_over([(one.role, one.area_code) for one in grants.grants_of(person_id)], community_code)
    return MANAGER_RANK - 1 if rank is None else rank


def _may_stand_in(person: Person, community_code: str, today: date) -> bool:
    """An adult who signs in, and is a confirmed member of the community or manages another of its subdistrict."""
    if person.password_hash is None or not rules.is_of_age(person.born_on, today):
        return False
    member = memberships.membership_on(person.id, today)
    is_member = member is not None and member.community_code == community_code and member.confirmed_at is not None
    subdistrict = community_code[: CODE_LENGTHS["subdistrict"]]
    return is_member or any(
        one.role == MANAGER and one.ends_at is None and reaches(subdistrict, one.area_code)
        for one in grants.grants_of(person.id)
    )


def _open_of(manager_id: int, community_code: str) -> list[StandIn]:
    query = select(StandIn).where(
        StandIn.manager_id == manager_id, StandIn.area_code == community_code, StandIn.status.in_(OPEN)
    )
    return list(db.session.scalars(query))


# Questions


def of_community(community_code: str, today: date) -> list[Handover]:
    """A community's hand-overs, the latest first; what is long over is left out."""
    return _listed(today, StandIn.area_code == community_code)


def concerning(person_id: int, today: date) -> list[Handover]:
    """Those that somebody asked for or stands in by."""
    return _listed(today, or_(StandIn.manager_id == person_id, StandIn.person_id == person_id))


def concerns(person_id: int) -> bool:
    """Whether there ever was one that somebody asked for or stands in by."""
    query = exists().where(or_(StandIn.manager_id == person_id, StandIn.person_id == person_id))
    return bool(db.session.scalar(select(query)))


def awaiting(person: Person, today: date) -> list[Handover]:
    """Proposals that somebody may accept: within their grants, above the manager's rank, and not their own."""
    held = [(one.role, one.area_code) for one in grants.grants_of(person.id)]
    if not any(rank_over([pair], pair[1]) for pair in held):
        return []
    found = _listed(today, StandIn.status == "proposed", StandIn.until_on >= today)
    return [
        one
        for one in found
        if (rank_over(held, one.area.code) or MANAGER_RANK) > MANAGER_RANK
        and person.id not in (one.row.manager_id, one.row.person_id)
    ]


def _listed(today: date, *where: object) -> list[Handover]:
    manager, person = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(StandIn, manager, person, Area)
        .join(manager, manager.id == StandIn.manager_id)
        .join(person, person.id == StandIn.person_id)
        .join(Area, Area.code == StandIn.area_code)
        .where(StandIn.until_on > today - timedelta(days=LISTED_DAYS), *where)  # type: ignore[arg-type]
        .order_by(StandIn.from_on.desc(), StandIn.id.desc())
    )
    return [Handover(row, one, other, area, _state(row, today)) for row, one, other, area in rows]


def _state(row: StandIn, today: date) -> str:
    if row.status == "proposed":
        return "lapsed" if row.until_on < today else "proposed"
    if row.status != "accepted":
        return row.status
    if row.until_on < today:
        return "over"
    return "coming" if row.from_on > today else "running"
