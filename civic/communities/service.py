"""What a community's public page says: counts of at least five people, or nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from civic.accounts import grants
from civic.accounts.models import Person
from civic.areas import service as areas
from civic.communities.models import Contact
from civic.db import db
from civic.entries.models import Entry
from civic.ledger.models import CommunityTotal, ResidentTotal
from civic.rules.entries import LIT
from civic.rules.people import SMALLEST_GROUP
from civic.rules.periods import Period
from civic.rules.refused import NotFound
from civic.rules.words import one_line

MAX_CONTACT = 120


@dataclass(frozen=True)
class PublicWeek:
    """A community's period in totals. `people` is None below five."""

    merit: int
    people: int | None


def set_contact(community_code: str, text: str, *, by: Person, now: datetime) -> None:
    """Say how the community's office is reached; without words, say nothing any more.

    Raises Forbidden outside one's grants, Refused for words that cannot be kept.
    """
    area = areas.get_area(community_code)
    if area.level != "community":
        raise NotFound("area")
    grants.get_over(by.id, area.code)
    words = one_line(text, "words", MAX_CONTACT)
    areas.hold(area)
    standing = db.session.get(Contact, area.code)
    if not words:
        if standing is not None:
            db.session.delete(standing)
    elif standing is None:
        db.session.add(Contact(area_code=area.code, words=words, set_by_id=by.id, set_at=now))
    else:
        standing.words, standing.set_by_id, standing.set_at = words, by.id, now
    db.session.flush()


def contact_of(community_code: str) -> str | None:
    """How the community's office is reached, if it says so."""
    return db.session.scalar(select(Contact.words).where(Contact.area_code == community_code))


def acts_on(community_code: str, day: date) -> int:
    """How many acts of a day stand in a community."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Entry.community_code == community_code, Entry.acted_on == day, Entry.status.in_(LIT)
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
