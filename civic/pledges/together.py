"""How the neighbours keep a pledge: rates compiled every night, and today's number. Never of fewer than five people."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, func, insert, or_, select

from civic.accounts.models import Membership
from civic.db import connection, db
from civic.entries.models import Entry
from civic.pledges.models import Pledge, PledgeRate
from civic.rules.people import SMALLEST_GROUP
from civic.rules.periods import day_of
from civic.rules.pledges import possible_days

ROWS_AT_ONCE = 500
KEPT = "approved"

# Verbs


def compile_rates(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Count every community's standing pledges anew: kept days and possible days since signing, up to yesterday."""
    today = day_of(now, zone)
    rates: dict[tuple[str, str], list[int]] = {}
    for community, activity, signed_on, kept in _pledges(today):
        rate = rates.setdefault((community, activity), [0, 0, 0])
        possible = possible_days(signed_on, today)
        if possible:
            rate[0] += 1
            rate[1] += min(kept, possible)
            rate[2] += possible
    connection().execute(delete(PledgeRate))
    rows = [
        {
            "community_code": community,
            "activity_key": activity,
            "people": people,
            "kept": kept,
            "possible": possible,
            "counted_on": today,
        }
        for (community, activity), (people, kept, possible) in sorted(rates.items())
        if people
    ]
    for first in range(0, len(rows), ROWS_AT_ONCE):
        connection().execute(insert(PledgeRate), rows[first : first + ROWS_AT_ONCE])
    return {"rates": len(rows)}


# Questions


def rate_of(community_code: str, activity_key: str) -> PledgeRate | None:
    """How a community keeps a pledge; None where fewer than five people have signed it."""
    found = db.session.get(PledgeRate, (community_code, activity_key))
    return found if found is not None and found.people >= SMALLEST_GROUP else None


def kept_today(community_code: str, activity_key: str, today: date) -> int | None:
    """How many neighbours have kept a pledge today; None below five."""
    people = db.session.scalar(
        select(func.count()).where(
            Entry.community_code == community_code,
            Entry.acted_on == today,
            Entry.activity_key == activity_key,
            Entry.status == KEPT,
        )
    )
    return people if people and people >= SMALLEST_GROUP else None


# Below


def _pledges(today: date) -> Iterator[Any]:
    """Community, activity, day of signing and kept days since then, of every standing pledge of a confirmed member."""
    belongs = and_(
        Membership.person_id == Pledge.person_id,
        Membership.confirmed_at.is_not(None),
        Membership.from_on <= today,
        or_(Membership.until_on.is_(None), Membership.until_on > today),
    )
    was_kept = and_(
        Entry.resident_id == Pledge.person_id,
        Entry.activity_key == Pledge.activity_key,
        Entry.kind == "pledge",
        Entry.status == KEPT,
        Entry.acted_on >= Pledge.signed_on,
        Entry.acted_on < today,
    )
    yield from db.session.execute(
        select(Membership.community_code, Pledge.activity_key, Pledge.signed_on, func.count(Entry.id))
        .select_from(Pledge)
        .join(Membership, belongs)
        .outerjoin(Entry, was_kept)
        .where(Pledge.ended_at.is_(None))
        .group_by(Membership.community_code, Pledge.id, Pledge.activity_key, Pledge.signed_on)
    )
