"""What people may do: a grant is a role over an area and everything below it. The newest word counts at once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from civic.accounts.leaving import hold_present
from civic.accounts.models import ROLES, Grant, Person, StandIn
from civic.accounts.terms import in_force
from civic.areas import service as areas
from civic.areas.models import CODE_LENGTHS, Area
from civic.db import db
from civic.rules.decisions import LEVEL_OF_ROLE, LEVELS, reaches
from civic.rules.refused import Forbidden, NotFound, Refused

# The lowest level a role makes sense at. Above it a role reaches everything below; a root takes every role, so that
# a county can be the root. An administrator changes what counts for the whole city.
LOWEST_LEVEL = {
    "community_manager": "community",
    "subdistrict_officer": "subdistrict",
    "district_officer": "district",
    "city_officer": "city",
    "administrator": "city",
}


def grant(person: Person, role: str, area_code: str, now: datetime) -> Grant:
    """Give a role over an area. Given already, it stays as it is.

    Raises Refused for an unknown role, a level below the role's, or somebody who cannot sign in.
    """
    area = area_for(role, area_code)
    # Two at once: the second waits here, and then finds the first one's.
    hold_present(person)
    if person.password_hash is None:
        raise Refused("no_login", "login")
    standing = find_grant(person.id, role, area.code)
    if standing is None:
        standing = Grant(person_id=person.id, role=role, area_code=area.code, granted_at=now)
        db.session.add(standing)
        db.session.flush()
    return standing


def revoke(person: Person, role: str, area_code: str, now: datetime) -> Grant:
    """Take a role back, from the next request on. Raises NotFound if it does not stand."""
    standing = find_grant(person.id, role, area_code)
    if standing is None:
        raise NotFound("grant_not_standing", "role")
    standing.revoked_at = now
    # Who stands in for somebody has no more than they have.
    lent = select(StandIn.grant_id).where(StandIn.manager_id == person.id, StandIn.area_code == area_code)
    if role == "community_manager":
        db.session.execute(update(Grant).where(Grant.id.in_(lent), Grant.revoked_at.is_(None)).values(revoked_at=now))
    db.session.flush()
    return standing


def lend(person: Person, area_code: str, begins_at: datetime, ends_at: datetime, now: datetime) -> Grant:
    """Let somebody manage a community from one instant until another."""
    area = area_for("community_manager", area_code)
    lent = Grant(
        person_id=person.id,
        role="community_manager",
        area_code=area.code,
        granted_at=now,
        begins_at=begins_at,
        ends_at=ends_at,
    )
    db.session.add(lent)
    db.session.flush()
    return lent


def find_grant(person_id: int, role: str, area_code: str) -> Grant | None:
    """The grant of this person, role and area that stands for good, if there is one."""
    return db.session.scalar(
        select(Grant).where(
            Grant.person_id == person_id,
            Grant.role == role,
            Grant.area_code == area_code,
            Grant.revoked_at.is_(None),
            Grant.ends_at.is_(None),
        )
    )


def grants_of(person_id: int) -> list[Grant]:
    """A person's grants in force, the widest area first."""
    found = db.session.scalars(select(Grant).where(Grant.person_id == person_id, in_force()))
    return sorted(found, key=lambda grant: (len(grant.area_code), grant.area_code, ROLES.index(grant.role)))


def over(grants: Iterable[Grant], area_code: str) -> Grant | None:
    """Of somebody's grants, the highest that decides and reaches an area; an administrator's does not."""
    reaching = [one for one in grants if one.role in LEVEL_OF_ROLE and reaches(one.area_code, area_code)]
    return max(reaching, key=lambda one: LEVELS.index(LEVEL_OF_ROLE[one.role]), default=None)


def get_over(person_id: int, area_code: str) -> Grant:
    """The grant by which somebody manages an area. Raises Forbidden without one."""
    found = over(grants_of(person_id), area_code)
    if found is None:
        raise Forbidden("not_your_area")
    return found


def area_for(role: str, area_code: str) -> Area:
    """The area a role can be given over. Raises Refused where the two make no sense together."""
    if role not in ROLES:
        raise Refused("role_unknown", "role", roles=", ".join(ROLES))
    area = areas.get_area(area_code)
    if area.closed_on is not None:
        raise Refused("area_closed", "area")
    if area.parent_code is not None and CODE_LENGTHS[area.level] > CODE_LENGTHS[LOWEST_LEVEL[role]]:
        raise Refused("role_level", "area", level=LOWEST_LEVEL[role])
    return area
