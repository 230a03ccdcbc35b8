"""Who belongs to a community, for those who manage it: lists without children, and taking somebody out of it.

A manager needs the names of those they decide for. Whoever chose to stand on no board is listed without their name,
minors of 14 to 17 masked as everywhere, children under 14 as a number only (docs/rules.md, section 2).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from civic.accounts import families, grants
from civic.accounts.models import Membership, Person, Removal
from civic.areas import names
from civic.db import db
from civic.rules.decisions import rank_over
from civic.rules.people import ADULT_AGE, OWN_LOGIN_AGE, is_child, is_masked, last_birth
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.standings import masked
from civic.rules.words import one_line

STATES = ("confirmed", "waiting", "moved", "removed")
PAGE_ROWS = 50
MAX_REASON = 200
MAX_SEARCH = 40


@dataclass(frozen=True)
class Member:
    """A line of the list. `name` is None for whoever chose to be named nowhere."""

    membership: Membership
    name: str | None
    appear: str
    removal: Removal | None

    @property
    def until_on(self) -> date | None:
        """The first day they no longer belong here."""
        return self.membership.until_on


@dataclass(frozen=True)
class Page:
    """A stretch of the list."""

    members: tuple[Member, ...]
    number: int
    has_next: bool


# Verbs


def remove(membership_id: int, reason: str, *, by: Person, now: datetime, zone: ZoneInfo) -> Removal:
    """Take somebody out of a community from the next 00:00 on, and the children they guard there with them.

    They count in N for twelve more months (X3). Raises NotFound, Forbidden for oneself, family, staff, Refused without
    a reason, Conflict where they are gone already.
    """
    membership = _get(membership_id, lock=True)
    _check_may_remove(membership, by)
    words = one_line(reason, "reason", MAX_REASON)
    if not words:
        raise Refused("removal_reason_needed", "reason")
    today = now.astimezone(zone).date()
    if membership.until_on is not None:
        raise Conflict("member_gone")
    removal = _end(membership, words, by, now, today)
    for ward in _wards_here(membership, today):
        _end(ward, words, by, now, today)
    return removal


def take_back(membership_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Let somebody stay after all, until the day of the removal is over. Raises Conflict when it is."""
    membership = _get(membership_id, lock=True)
    grants.get_over(by.id, membership.community_code)
    today = now.astimezone(zone).date()
    removal = _standing(membership.id)
    if removal is None or membership.until_on is None or membership.until_on <= today:
        raise Conflict("removal_over")
    if _begins_later(membership):
        raise Conflict("removal_over")
    wards = [ward for ward in _wards_here(membership, today, until_on=membership.until_on) if _standing(ward.id)]
    for one in (membership, *wards):
        standing = _standing(one.id)
        if standing is not None:
            standing.taken_back_at, one.until_on = now, None
    db.session.flush()


def _end(membership: Membership, reason: str, by: Person, now: datetime, today: date) -> Removal:
    membership.until_on = max(today + timedelta(days=1), membership.from_on)
    removal = Removal(membership_id=membership.id, reason=reason, removed_at=now, removed_by_id=by.id)
    db.session.add(removal)
    db.session.flush()
    return removal


def _check_may_remove(membership: Membership, by: Person) -> None:
    held = grants.get_over(by.id, membership.community_code)
    if membership.person_id == by.id:
        raise Forbidden("removes_self")
    if membership.person_id in families.family_of(by.id):
        raise Forbidden("removes_family")
    theirs = rank_over(_pairs(membership.person_id), membership.community_code)
    mine = rank_over([(held.role, held.area_code)], membership.community_code)
    if theirs is not None and (mine is None or mine <= theirs):
        raise Forbidden("removes_staff")


def _pairs(person_id: int) -> list[tuple[str, str]]:
    return [(one.role, one.area_code) for one in grants.grants_of(person_id)]


def _get(membership_id: int, *, lock: bool = False) -> Membership:
    query = select(Membership).where(Membership.id == membership_id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("member")
    return found


def _wards_here(membership: Membership, today: date, until_on: date | None = None) -> list[Membership]:
    rows = db.session.execute(
        select(Membership, Person.born_on)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.guardian_id == membership.person_id,
            Membership.community_code == membership.community_code,
            Membership.until_on.is_(None) if until_on is None else Membership.until_on == until_on,
        )
    )
    return [row.Membership for row in rows if is_child(row.born_on, today)]


def _standing(membership_id: int) -> Removal | None:
    return db.session.scalar(
        select(Removal).where(Removal.membership_id == membership_id, Removal.taken_back_at.is_(None))
    )


def _begins_later(membership: Membership) -> bool:
    """Whether they asked for another place since."""
    later = exists().where(Membership.person_id == membership.person_id, Membership.id > membership.id)
    return bool(db.session.scalar(select(later)))


# Questions


def page(community_code: str, state: str, wanted: str, number: int, *, today: date) -> Page:
    """A page of a community's people in one state, the newest first; of those a text may mean, if there is one."""
    query = (
        _listed(community_code, state, today)
        .where(_meant(wanted, today))
        .order_by(Membership.from_on.desc(), Membership.id.desc())
        .limit(PAGE_ROWS + 1)
        .offset((number - 1) * PAGE_ROWS)
    )
    rows = db.session.execute(query).all()
    return Page(tuple(_member(row, today) for row in rows[:PAGE_ROWS]), number, len(rows) > PAGE_ROWS)


def counts(community_code: str, *, today: date) -> dict[str, int]:
    """How many people there are in each state, and `children` among those who belong here now."""
    child = _is_child(today)
    wanted = [func.count().filter(_in_state(state, today), ~child).label(state) for state in STATES]
    now_here = or_(_in_state("confirmed", today), _in_state("waiting", today))
    wanted.append(func.count().filter(child, now_here).label("children"))
    return dict(db.session.execute(_here(community_code).with_only_columns(*wanted)).one()._mapping)


def get_member(community_code: str, membership_id: int, *, today: date) -> Member:
    """One of a community's people. Raises NotFound for a child, and for anybody elsewhere."""
    query = _here(community_code).where(Membership.id == membership_id, ~_is_child(today))
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound("member")
    return _member(row, today)


def find_refusal(member: Member, by: Person) -> Refused | None:
    """Why somebody may not take this member out of the community."""
    try:
        _check_may_remove(member.membership, by)
    except Forbidden as refused:
        return refused
    return None


def removal_of(person_id: int) -> Removal | None:
    """Why somebody belongs nowhere any more; None for whoever was not removed, or belongs somewhere since."""
    later = aliased(Membership)
    return db.session.scalar(
        select(Removal)
        .join(Membership, Membership.id == Removal.membership_id)
        .where(
            Membership.person_id == person_id,
            Removal.taken_back_at.is_(None),
            ~exists().where(later.person_id == person_id, later.id > Membership.id),
        )
    )


def _here(community_code: str) -> Select[Membership, Person, Removal | None]:
    return (
        select(Membership, Person, Removal)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Removal, and_(Removal.membership_id == Membership.id, Removal.taken_back_at.is_(None)))
        .where(Membership.community_code == community_code)
    )


def _listed(community_code: str, state: str, today: date) -> Select[Membership, Person, Removal | None]:
    return _here(community_code).where(_in_state(state, today), ~_is_child(today))


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    if state == "removed":
        return Removal.id.is_not(None)
    ended = and_(Membership.until_on.is_not(None), Membership.until_on <= today)
    if state == "moved":
        return and_(Removal.id.is_(None), ended)
    is_confirmed = Membership.confirmed_at.is_not(None)
    return and_(Removal.id.is_(None), ~ended, is_confirmed if state == "confirmed" else ~is_confirmed)


def _is_child(today: date) -> ColumnElement[bool]:
    return and_(Person.born_on.is_not(None), Person.born_on > last_birth(OWN_LOGIN_AGE, today))


def _meant(wanted: str, today: date) -> ColumnElement[bool]:
    """Whom a text may mean: by name or, typed in letters, by pinyin or initials; only those the list names in full."""
    text = " ".join(wanted[:MAX_SEARCH].split())
    if not text:
        return Membership.id.is_not(None)
    ways = [Person.name.icontains(text, autoescape=True)]
    letters = names.typed(text)
    if names.is_typed(text) and letters:
        ways.append(Person.letters.contains(f" {letters}"))
    is_named = and_(
        Person.appear != "hidden", or_(Person.born_on.is_(None), Person.born_on <= last_birth(ADULT_AGE, today))
    )
    return and_(is_named, or_(false(), *ways))


def _member(row: Row[Membership, Person, Removal | None], today: date) -> Member:
    membership, person, removal = row
    name: str | None = person.name
    if is_masked(person.born_on, today):
        name = masked(person.name)
    elif person.appear == "hidden":
        name = None
    return Member(membership, name, person.appear, removal)
