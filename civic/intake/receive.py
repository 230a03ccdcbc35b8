"""The one way in for what residents log, shared by the form and the API.

Photos are made harmless before the transaction begins, as that takes up to a second during which nobody else should
wait; they reach the disk inside it, and leave it again if it fails.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from civic import media
from civic.accounts.models import Person
from civic.db import after_commit, transaction
from civic.entries import places
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.entries.service import Logged, Submission
from civic.media import Shrunk
from civic.moderation import service as moderation
from civic.moderation import trust
from civic.pledges import service as pledges
from civic.rules.places import ABSENT, is_kept


def receive(
    logged: Logged, raw_photos: Sequence[bytes] = (), *, by: Person, now: datetime, zone: ZoneInfo
) -> Submission:
    """Take in an act with its photos and let the rules decide on it where they may.

    Raises what `entries.submit` raises, and Refused (field "photo") for a photo that cannot be kept.
    """
    body = entries.body_hash(logged, raw_photos)
    again = entries.find_again(logged, body, by)
    if again is not None:
        return Submission(again, is_new=False)
    if raw_photos:
        entries.check(logged, len(raw_photos), by=by, now=now, zone=zone)
    shrunk = _shrunk(logged, raw_photos, now, zone)
    with transaction():
        photos = [media.store(photo) for photo in shrunk]
        submission = entries.submit(logged, body_hash=body, photos=photos, by=by, now=now, zone=zone)
        if submission.is_new:
            places.note(submission.entry.id, logged.place, now)
            pledges.sign_by_keeping(submission.entry, now=now, zone=zone)
            moderation.settle_by_rule(submission.entry, now=now, zone=zone)
        else:
            _forget_later([photo.key for photo in photos])
    if submission.is_new:
        entry_id = submission.entry.id
        if shrunk:
            moderation.look_for_alikes(entry_id)
        trust.settle_after_arrival(entry_id, now=now, zone=zone)
    return submission


def receive_mended(
    entry_id: int,
    *,
    quantity: int,
    note: str,
    title: str = "",
    answers: tuple[str, ...] = (),
    raw_photos: Sequence[bytes] = (),
    dropped_photos: Sequence[str] = (),
    by: Person,
    now: datetime,
    zone: ZoneInfo,
) -> Entry:
    """Take in a returned entry again, with photos added and dropped."""
    entry = entries.get_own(entry_id, by)
    left = sum(photo.key not in dropped_photos for photo in entry.photos)
    entries.check_mended(entry, quantity, note, title, answers, left + len(raw_photos))
    shrunk = [media.shrink(raw, acted_on=entry.acted_on, zone=zone) for raw in raw_photos]
    with transaction():
        dropped = entries.mend(
            entry_id,
            quantity=quantity,
            note=note,
            title=title,
            answers=answers,
            photos=[media.store(photo) for photo in shrunk],
            dropped_photos=dropped_photos,
            by=by,
            now=now,
        )
        _forget_later(dropped)
    if shrunk:
        moderation.look_for_alikes(entry_id)
    return entries.get_own(entry_id, by)


def _shrunk(logged: Logged, raw_photos: Sequence[bytes], now: datetime, zone: ZoneInfo) -> list[Shrunk]:
    """The photos made harmless. Where the phone took a photo's place out, its word on that place is taken."""
    given = logged.place.cell if logged.place and is_kept(logged.place, now) else None
    shrunk = [media.shrink(raw, acted_on=logged.acted_on, zone=zone, given=given) for raw in raw_photos]
    words = logged.photo_places + (ABSENT,) * len(shrunk)
    return [
        replace(photo, taken_place=word) if given and photo.taken_place == ABSENT else photo
        for photo, word in zip(shrunk, words, strict=False)
    ]


def _forget_later(keys: Sequence[str]) -> None:
    """Files leave the disk only once the database has forgotten them."""
    for key in keys:
        after_commit(lambda key=key: media.forget(key))  # type: ignore[misc]
