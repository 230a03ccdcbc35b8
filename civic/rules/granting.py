"""Who may give which role where. Two persons are needed for a grant on the web, and nobody gives one to themselves.

docs/rules.md: sections 2 and 5.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from civic.rules.decisions import LEVEL_OF_ROLE, LEVELS, MANAGER_RANK, reaches
from civic.rules.refused import Conflict, Forbidden

ADMINISTRATOR = "administrator"
PROPOSAL_DAYS = 7

Held = Iterable[tuple[str, str]]


def may_grant(held: Held, role: str, area_code: str) -> bool:
    """Whether somebody with these grants may give, confirm or take back a role over an area.

    An administrator every role within reach; an officer those of the levels below their own; a manager none.
    """
    return any(reaches(area, area_code) and _outranks(own, role) for own, area in held)


def areas_granted(held: Held) -> list[str]:
    """The areas in which somebody may give any role at all."""
    return [area for own, area in held if _rank(own) > MANAGER_RANK]


def check_confirm(
    *, by: int, proposed_by: int, person: int, may_both: bool, expires_at: datetime, is_answered: bool, now: datetime
) -> None:
    """Raises Conflict where it is answered or too late, Forbidden for whoever may not be the second person."""
    if is_answered:
        raise Conflict("proposal_answered")
    if now >= expires_at:
        raise Conflict("proposal_expired")
    if by == person:
        raise Forbidden("grant_to_oneself", "login")
    if by == proposed_by:
        raise Forbidden("proposal_needs_another")
    if not may_both:
        raise Forbidden("grant_beyond_reach", "area")


def expires(proposed_at: datetime) -> datetime:
    """The instant from which a proposal can be confirmed no more."""
    return proposed_at + timedelta(days=PROPOSAL_DAYS)


def _rank(role: str) -> int:
    return len(LEVELS) if role == ADMINISTRATOR else LEVELS.index(LEVEL_OF_ROLE[role])


def _outranks(own: str, role: str) -> bool:
    if own == ADMINISTRATOR:
        return True
    return role in LEVEL_OF_ROLE and _rank(own) > max(MANAGER_RANK, _rank(role))
