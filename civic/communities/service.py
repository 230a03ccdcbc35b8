"""What a community's public page says: counts of at least five people, or nothing."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from civic.db import db
from civic.entries.models import Entry
from civic.ledger.models import CommunityTotal, ResidentTotal
from civic.rules.people import SMALLEST_GROUP
from civic.rules.periods import Period

STANDING = ("pending", "held", "approved", "appealed")


@dataclass(frozen=True)
class PublicWeek:
    """A community's period in totals. `people` is None below five."""

    merit: int
    people: int | None


def acts_on(community_code: str, day: date) -> int:
    """How many acts of a day stand in a community."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Entry.community_code == community_code, Entry.acted_on == day, Entry.status.in_(STANDING)
            )
        )
        or 0
    )


def public_week(community_code: str, period: Period) -> PublicWeek:
    """Merit and people with merit in a period."""
    total = db.session.get(CommunityTotal, (period.key, community_code))
    people = (
        db.session.scalar(
            select(func.count()).where(
                ResidentTotal.community_code == community_code,
                ResidentTotal.period == period.key,
                ResidentTotal.merit >= 1,
            )
        )
        or 0
    )
    return PublicWeek(total.merit if total else 0, people if people >= SMALLEST_GROUP else None)
