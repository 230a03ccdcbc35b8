"""Grants given on the web: one person proposes, another confirms, and every step keeps who and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from civic.accounts import grants
from civic.accounts.models import Grant, GrantProposal, GrantRevocation, Person
from civic.accounts.service import get_by_login
from civic.areas.models import Area, within
from civic.audit import service as audit
from civic.db import db, id_of
from civic.rules import granting
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

LISTED = 100
RECORDED = 20


@dataclass(frozen=True)
class Standing:
    """A standing grant with whose it is and where."""

    grant: Grant
    person: Person
    area: Area


@dataclass(frozen=True)
class Proposed:
    """A proposal with everybody it names."""

    proposal: GrantProposal
    person: Person
    area: Area
    by: Person
    answered_by: Person | None


# Verbs


def propose(login: str, role: str, area_code: str, *, by: Person, now: datetime) -> GrantProposal:
    """Propose a role for somebody; nothing is granted until another person confirms.

    Raises Refused for a person, role or area that makes no sense, Forbidden for oneself and beyond one's reach, and
    Conflict where it stands or is proposed already.
    """
    person = get_by_login(login)
    area = grants.area_for(role, area_code)
    if person.id == id_of(by):
        raise Forbidden("grant_to_oneself", "login")
    if not granting.may_grant(_held(id_of(by)), role, area.code):
        raise Forbidden("grant_beyond_reach", "area")
    db.session.refresh(person, with_for_update=True)  # two at once: the second finds the first one's
    if person.password_hash is None:
        raise Refused("no_login", "login")
    if grants.find_grant(person.id, role, area.code) is not None:
        raise Conflict("grant_stands", "role")
    same = (GrantProposal.person_id == person.id, GrantProposal.role == role, GrantProposal.area_code == area.code)
    if db.session.scalar(select(GrantProposal.id).where(*same, _is_open(now))) is not None:
        raise Conflict("grant_proposed", "role")
    proposal = GrantProposal(
        person_id=person.id,
        role=role,
        area_code=area.code,
        proposed_by=id_of(by),
        proposed_at=now,
        expires_at=granting.expires(now),
    )
    db.session.add(proposal)
    db.session.flush()
    _note("grant_proposed", proposal, by, now)
    return proposal


def confirm(proposal_id: int, *, by: Person, now: datetime) -> Grant:
    """Give what another person proposed. Both must still be allowed to; raises Conflict once answered or expired."""
    found = _locked(proposal_id)
    both = all(
        granting.may_grant(_held(person), found.role, found.area_code) for person in (id_of(by), found.proposed_by)
    )
    granting.check_confirm(
        by=id_of(by),
        proposed_by=found.proposed_by,
        person=found.person_id,
        may_both=both,
        expires_at=found.expires_at,
        is_answered=found.answer is not None,
        now=now,
    )
    _answer(found, "confirmed", by, now)
    _note("grant_confirmed", found, by, now)
    person = db.session.get_one(Person, found.person_id)
    return grants.grant(person, found.role, found.area_code, now)


def decline(proposal_id: int, *, by: Person, now: datetime) -> None:
    """Let a proposal fall; its proposer may, and whoever could confirm it."""
    found = _locked(proposal_id)
    if found.answer is not None:
        raise Conflict("proposal_answered")
    is_allowed = granting.may_grant(_held(id_of(by)), found.role, found.area_code)
    if id_of(by) == found.person_id or not (is_allowed or id_of(by) == found.proposed_by):
        raise Forbidden("grant_beyond_reach", "area")
    _answer(found, "declined", by, now)
    _note("grant_declined", found, by, now)


def take_back(grant_id: int, *, by: Person, now: datetime) -> Grant:
    """Take a grant back, from the next request on. Nobody takes back their own, so that nobody is left without one."""
    found = db.session.scalar(select(Grant).where(Grant.id == grant_id).with_for_update())
    if found is None or not granting.may_grant(_held(id_of(by)), found.role, found.area_code):
        raise NotFound("grant_not_standing", "role")
    if found.person_id == id_of(by):
        raise Forbidden("grant_own_stays")
    if found.revoked_at is not None:
        raise Conflict("grant_not_standing", "role")
    found.revoked_at = now
    db.session.add(GrantRevocation(grant_id=found.id, by_id=id_of(by)))
    db.session.flush()
    _note("grant_revoked", found, by, now)
    return found


def _note(kind: str, found: GrantProposal | Grant, by: Person, now: datetime) -> None:
    about = f"{'grant' if isinstance(found, Grant) else 'proposal'}:{found.id}"
    audit.note(
        kind, by=id_of(by), now=now, area_code=found.area_code, about=about, role=found.role, person=found.person_id
    )


def _locked(proposal_id: int) -> GrantProposal:
    found = db.session.scalar(select(GrantProposal).where(GrantProposal.id == proposal_id).with_for_update())
    if found is None:
        raise NotFound("proposal")
    return found


def _answer(found: GrantProposal, answer: str, by: Person, now: datetime) -> None:
    found.answer, found.answered_by, found.answered_at = answer, id_of(by), now
    db.session.flush()


# Questions


def held_areas(person_id: int) -> list[str]:
    """The areas in which a person may give roles; none for most."""
    return granting.areas_granted(_held(person_id))


def standing(reach: list[str], text: str = "") -> list[Standing]:
    """The standing grants within some areas, by area, that a text may mean: a login, a name or a code."""
    query = (
        select(Grant, Person, Area)
        .join(Person, Person.id == Grant.person_id)
        .join(Area, Area.code == Grant.area_code)
        .where(Grant.revoked_at.is_(None), _lies_in(Grant.area_code, reach))
    )
    words = text.strip()[:40]
    if words:
        named = Person.name.icontains(words, autoescape=True), Person.login.istartswith(words, autoescape=True)
        placed = Area.name.icontains(words, autoescape=True), Area.code.startswith(words, autoescape=True)
        query = query.where(or_(*named, *placed))
    rows = db.session.execute(query.order_by(Grant.area_code, Grant.role, Grant.id).limit(LISTED))
    return [Standing(grant, person, area) for grant, person, area in rows]


def waiting(reach: list[str], now: datetime) -> list[Proposed]:
    """The proposals within some areas that can still be confirmed, oldest first."""
    return _proposed(_lies_in(GrantProposal.area_code, reach), _is_open(now), newest_first=False)


def answered(reach: list[str], now: datetime) -> list[Proposed]:
    """The last proposals that were confirmed, declined or never answered, the latest first."""
    return _proposed(_lies_in(GrantProposal.area_code, reach), ~_is_open(now), newest_first=True)


def _proposed(*conditions: ColumnElement[bool], newest_first: bool) -> list[Proposed]:
    by, answering = aliased(Person), aliased(Person)
    rows = db.session.execute(
        select(GrantProposal, Person, Area, by, answering)
        .join(Person, Person.id == GrantProposal.person_id)
        .join(Area, Area.code == GrantProposal.area_code)
        .join(by, by.id == GrantProposal.proposed_by)
        .outerjoin(answering, answering.id == GrantProposal.answered_by)
        .where(*conditions)
        .order_by(GrantProposal.id.desc() if newest_first else GrantProposal.id)
        .limit(RECORDED if newest_first else LISTED)
    )
    return [Proposed(*row) for row in rows]


def _held(person_id: int) -> list[tuple[str, str]]:
    return [(grant.role, grant.area_code) for grant in grants.grants_of(person_id)]


def _is_open(now: datetime) -> ColumnElement[bool]:
    return GrantProposal.answer.is_(None) & (GrantProposal.expires_at > now)


def _lies_in(column: InstrumentedAttribute[str], reach: list[str]) -> ColumnElement[bool]:
    return or_(false(), *(within(column, code) for code in reach))
