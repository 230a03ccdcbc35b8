"""Children of a guardian: erased at once when the guardian wishes so, passed on or erased when the guardian leaves.

What was earned stays in the totals of community and family, under an id that names nobody. One transaction takes out
everything that names the child; its photos leave the disk after it, and should that fail, the nightly sweep for photos
without an entry takes them.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update

from civic import media, tokens
from civic.accounts import guardians
from civic.accounts.models import ClaimCode, FamilyTie, Membership, Person, SecondGuardian
from civic.db import after_commit, db
from civic.entries import places
from civic.entries import service as entries
from civic.entries.models import Entry, Photo
from civic.ledger import service as ledger
from civic.moderation import reviews
from civic.moderation.models import Decision, Reason
from civic.pledges import certificates
from civic.pledges.models import Pledge
from civic.progress import service as progress
from civic.reading import service as reading
from civic.rules.periods import day_of
from civic.rules.refused import Conflict
from civic.teams import service as teams

NOBODY = "—"  # what stands in the place of a name that was taken out
TAKEN_BACK = ("pending", "returned")


def erase(child_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Take out everything that names a child, on the word of its guardian, and note that the consent is withdrawn."""
    child = guardians.get_ward(child_id, by)
    guardian_id = by.id
    ledger.hold(child.id)
    teams.forget_name(child.name, guardian_id)
    _forget(child, day_of(now, zone), now)
    guardians.record(child, guardian_id, guardians.WITHDRAWN, now)


def pass_on_wards(guardian: Person, *, now: datetime, zone: ZoneInfo) -> None:
    """Give somebody's wards to the second guardians named for them, before the account ends.

    A ward for whom nobody is named stays: leaving is then refused, and it is for the guardian to name somebody or to
    take the child out.
    """
    for ward in guardians.wards(guardian.id):
        guardians.pass_on(ward, now, zone)
    guardians.forget_of(guardian.id)


def _forget(child: Person, today: date, now: datetime) -> None:
    mine = select(Entry.id).where(Entry.resident_id == child.id)
    _withdraw_waiting(child.id)
    _forget_photos(entries.photo_keys(Photo.entry_id.in_(mine)))
    db.session.execute(delete(Photo).where(Photo.entry_id.in_(mine)))
    decided = select(Decision.id).where(Decision.entry_id.in_(mine))
    db.session.execute(update(Reason).where(Reason.decision_id.in_(decided)).values(words=NOBODY))
    reviews.forget_words_of(child.id)
    places.forget_of(child.id)
    db.session.execute(update(Entry).where(Entry.resident_id == child.id).values(note="", title=""))
    signed = update(Pledge).where(Pledge.person_id == child.id, Pledge.ended_at.is_(None))
    db.session.execute(signed.values(ended_at=now))
    for room in (certificates, reading, progress):
        room.forget_of(child.id)
    teams.let_go(child, today)
    _end_memberships(child.id, today)
    db.session.execute(delete(ClaimCode).where(ClaimCode.child_id == child.id))
    db.session.execute(delete(SecondGuardian).where(SecondGuardian.child_id == child.id))
    db.session.execute(delete(FamilyTie).where(or_(FamilyTie.person_id == child.id, FamilyTie.relative_id == child.id)))
    child.name, child.born_on, child.guardian_id, child.login = NOBODY, None, None, None
    child.appear, child.family_code = "hidden", tokens.spoken_code()
    db.session.flush()


def _withdraw_waiting(child_id: int) -> None:
    waiting = select(Entry).where(Entry.resident_id == child_id, Entry.status.in_(TAKEN_BACK)).order_by(Entry.id)
    for entry in db.session.scalars(waiting).all():
        with suppress(Conflict):  # decided at this very moment: then it counts
            entries.change_status(entry, "withdrawn")


def _end_memberships(child_id: int, today: date) -> None:
    """It belongs to its community until the end of the day, as whoever moves does; a move still to come is none."""
    tomorrow = today + timedelta(days=1)
    for membership in db.session.scalars(select(Membership).where(Membership.person_id == child_id)).all():
        if membership.until_on is None or membership.until_on > tomorrow:
            membership.until_on = max(tomorrow, membership.from_on)
    db.session.flush()


def _forget_photos(keys: Sequence[str]) -> None:
    for key in keys:
        after_commit(lambda key=key: media.forget(key))  # type: ignore[misc]
