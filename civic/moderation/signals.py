"""Why an entry deserves a second look: what can be told from the facts alone. A signal is never a verdict."""

from collections.abc import Sequence

from sqlalchemy import func, select

from civic.db import db
from civic.entries import service as entries
from civic.entries.models import Entry, Photo
from civic.moderation.service import Waiting

# In the order in which they are worth a look.
KINDS = ("same_photo", "photo_time_differs", "new_account", "maximum_quantity")

Signals = dict[str, int | None]  # by kind; for a photo seen elsewhere, the id of the entry that holds it too


def of_queue(waiting: Sequence[Waiting]) -> dict[int, Signals]:
    """The signals of each waiting entry, by its id: one query however many there are, none without photos."""
    seen = _photos_seen([one.entry for one in waiting])
    return {one.entry.id: _of_one(one.entry, one.is_member, seen) for one in waiting}


def of_entry(entry: Entry, is_member: bool) -> Signals:
    """The signals of one entry."""
    return _of_one(entry, is_member, _photos_seen([entry]))


def is_at_maximum(entry: Entry) -> bool:
    """Whether the quantity is the most that one entry can hold; where only one is possible, that says nothing."""
    rule = entries.rule_of(entry)
    return entry.quantity >= rule.max_quantity > rule.min_quantity


def _of_one(entry: Entry, is_member: bool, seen: dict[str, tuple[int, int]]) -> Signals:
    others = (other for photo in entry.photos for other in seen[photo.source_sha256] if other != entry.id)
    twin = next(others, None)
    holds = {
        "same_photo": twin is not None,
        "photo_time_differs": any(photo.taken_time == "differs" for photo in entry.photos),
        "new_account": not is_member,
        "maximum_quantity": is_at_maximum(entry),
    }
    return {kind: twin if kind == "same_photo" else None for kind in KINDS if holds[kind]}


def _photos_seen(found: Sequence[Entry]) -> dict[str, tuple[int, int]]:
    """For each photo, as it arrived, the first and the latest entry that holds it: if either is another, it is seen."""
    prints = {photo.source_sha256 for entry in found for photo in entry.photos}
    if not prints:
        return {}
    rows = db.session.execute(
        select(Photo.source_sha256, func.min(Photo.entry_id), func.max(Photo.entry_id))
        .where(Photo.source_sha256.in_(prints))
        .group_by(Photo.source_sha256)
    )
    return {source: (first, latest) for source, first, latest in rows}
