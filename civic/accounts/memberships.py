"""Where people belong: the days of a person in a community."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, or_, select, update

from civic.accounts.leaving import hold_present
from civic.accounts.models import Membership, Person, Removal
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import db
from civic.rules.people import is_child
from civic.rules.refused import NotFound, Refused

MONTHS_A_QUARTER = 3


def open_community(code: str) -> Area:
    """The community a person may belong to from now on. Refuses what is unknown, no community, or closed."""
    area = areas.find_area(code)
    if area is None:
        raise Refused("community_unknown", "community")
    if area.level != "community":
        raise Refused("community_is_wider", "community")
    if area.closed_on is not None:
        raise Refused("community_closed", "community")
    return area


def begin(person: Person, community_code: str, from_on: date, confirmed_at: datetime | None = None) -> Membership:
    """Let a person belong to a community from a day on; the caller has ended what stood before."""
    code = open_community(community_code).code
    membership = Membership(person_id=person.id, community_code=code, from_on=from_on, confirmed_at=confirmed_at)
    db.session.add(membership)
    db.session.flush()
    return membership


def membership_on(person_id: int, day: date) -> Membership | None:
    """Where a person belongs on a day, confirmed or not; None before the first day and after the last."""
    return db.session.scalar(
        select(Membership).where(
            Membership.person_id == person_id,
            Membership.from_on <= day,
            or_(Membership.until_on.is_(None), Membership.until_on > day),
        )
    )


def coming(person_id: int, today: date) -> Membership | None:
    """The membership that a move asked for has made, as long as its first day is still to come."""
    return db.session.scalar(select(Membership).where(Membership.person_id == person_id, Membership.from_on > today))


def community_of(person_id: int, day: date) -> str:
    """The code of the community a person's acts of a day belong to.

    Before the first membership that is the first one (P9), after the last the last one. Raises NotFound without any.
    """
    of_person = select(Membership.community_code).where(Membership.person_id == person_id).limit(1)
    latest = of_person.where(Membership.from_on <= day).order_by(Membership.from_on.desc(), Membership.id.desc())
    code = db.session.scalar(latest) or db.session.scalar(of_person.order_by(Membership.from_on, Membership.id))
    if code is None:
        raise NotFound("membership")
    return code


def community_for(person_id: ColumnElement[int], day: date) -> ColumnElement[str]:
    """What `community_of` answers, as a part of a query over many people; null for whoever never belonged anywhere."""
    of_person = select(Membership.community_code).where(Membership.person_id == person_id).limit(1)
    latest = of_person.where(Membership.from_on <= day).order_by(Membership.from_on.desc(), Membership.id.desc())
    first = of_person.order_by(Membership.from_on, Membership.id)
    return func.coalesce(latest.scalar_subquery(), first.scalar_subquery())


def confirm_membership(person_id: int, community_code: str, now: datetime) -> bool:
    """Confirm that a person belongs to a community, from the day they asked for it; says whether that was new."""
    waiting = db.session.scalars(
        select(Membership).where(
            Membership.person_id == person_id,
            Membership.community_code == community_code,
            Membership.confirmed_at.is_(None),
        )
    ).all()
    for membership in waiting:
        membership.confirmed_at = now
    db.session.flush()
    return bool(waiting)


def take_back_confirmation(person_id: int, community_code: str, confirmed_at: datetime) -> None:
    """Let a membership wait again that was confirmed at this instant: the approval that did it was undone."""
    db.session.execute(
        update(Membership)
        .where(
            Membership.person_id == person_id,
            Membership.community_code == community_code,
            Membership.confirmed_at == confirmed_at,
        )
        .values(confirmed_at=None)
    )


def confirmed_members(pairs: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of these (person, community) pairs are or were confirmed memberships that no manager ended."""
    wanted = set(pairs)
    rows = db.session.execute(
        select(Membership.person_id, Membership.community_code).where(
            Membership.person_id.in_({person_id for person_id, _code in wanted}),
            Membership.confirmed_at.is_not(None),
            ~exists().where(Removal.membership_id == Membership.id, Removal.taken_back_at.is_(None)),
        )
    )
    return {(person_id, code) for person_id, code in rows} & wanted


def move(person: Person, community_code: str, now: datetime, zone: ZoneInfo) -> Membership:
    """Let a person belong to another community from the next 00:00 on, and the children they guard with them.

    At most once a quarter; what was earned stays where it was earned.
    """
    open_community(community_code)
    hold_present(person)
    today = now.astimezone(zone).date()
    next_quarter = next_move_on(person.id, today)
    if next_quarter is not None:
        raise Refused("moved_this_quarter", "community", next=next_quarter)
    # Whoever was removed may ask for the same place again.
    if _goes_on(person.id, today) and community_of(person.id, today) == community_code:
        raise Refused("same_community", "community")
    moved = _move_one(person, community_code, today)
    for ward in db.session.scalars(select(Person).where(Person.guardian_id == person.id)):
        stays = _goes_on(ward.id, today) and community_of(ward.id, today) == community_code
        if is_child(ward.born_on, today) and not stays:
            _move_one(ward, community_code, today)
    return moved


def next_move_on(person_id: int, today: date) -> date | None:
    """The day from which a person may move again; None if they may today, as whoever was removed may."""
    if not _goes_on(person_id, today):
        return None
    first_month = (today.month - 1) // MONTHS_A_QUARTER * MONTHS_A_QUARTER + 1
    quarter_begins = date(today.year, first_month, 1)
    begins = db.session.scalars(select(Membership.from_on).where(Membership.person_id == person_id)).all()
    # A move takes effect on the day after it was asked for; the first membership is no move.
    asked = [begin - timedelta(days=1) for begin in sorted(begins)[1:]]
    if not any(day >= quarter_begins for day in asked):
        return None
    return (quarter_begins + timedelta(days=100)).replace(day=1)


def _goes_on(person_id: int, today: date) -> bool:
    """Whether a person belongs somewhere beyond today, or will."""
    lasting = or_(Membership.until_on.is_(None), Membership.until_on > today + timedelta(days=1))
    return bool(db.session.scalar(select(exists().where(Membership.person_id == person_id, lasting))))


def _move_one(person: Person, community_code: str, today: date) -> Membership:
    tomorrow = today + timedelta(days=1)
    standing = membership_on(person.id, today)
    if standing is not None:
        standing.until_on = tomorrow
    return begin(person, community_code, tomorrow)
