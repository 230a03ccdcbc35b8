"""My data: what leaving for good takes away, in one transaction, and what is still to be finished of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.children import service as children
from civic.db import db, id_of
from civic.entries import service as entries
from civic.moderation import assignments, claims, reviews
from civic.moderation import service as moderation
from civic.mydata.models import Erasure
from civic.notices import service as notices
from civic.photos import service as photos
from civic.pledges import certificates
from civic.pledges import service as pledges
from civic.progress import service as progress
from civic.rankings import objections
from civic.reading import service as reading
from civic.rules.periods import day_of
from civic.teams import service as teams

# Verbs


def erase(person: Person, *, now: datetime, zone: ZoneInfo) -> None:
    """Forget a person: name, login, words, photos, sessions, ties; what waits is withdrawn, pledges and roles end.

    Postings, sealed rows and decisions stay with the bare id. The photos' files are for `leaving.finish_all`.
    """
    person_id = id_of(person)
    # Entries come before the person, as when somebody decides on one: two who lock in one order never lock crosswise.
    keys = entries.forget_of(person_id)
    children.pass_on_wards(person, now=now, zone=zone)
    teams.let_go(person, day_of(now, zone))
    accounts.leave_for_good(person, now, zone)
    keys += entries.forget_of(person_id)  # what was sent in that very moment; nothing can follow it
    moderation.forget_reasons_of(person_id)
    reviews.forget_words_of(person_id)
    assignments.give_back_of(person_id, now)
    claims.forget_of(person_id)
    pledges.end_all(person_id, now=now)
    certificates.forget_of(person_id)
    reading.forget_of(person_id)
    progress.forget_of(person_id)
    notices.forget_of(person_id)
    photos.forget_of(person_id)
    objections.forget_of(person_id)
    db.session.add(Erasure(person_id=person_id, begun_at=now, photo_keys=keys))
    db.session.flush()


# Questions


def unfinished() -> list[int]:
    """Those who left and of whom files may still be there."""
    return list(db.session.scalars(select(Erasure.person_id).where(Erasure.finished_at.is_(None))))
