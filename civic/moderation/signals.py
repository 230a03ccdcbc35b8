"""Why an entry deserves a second look. A signal is never a verdict; figures behind them stand in rules/signals.py.

Whatever the number of entries, six queries: photos seen elsewhere, photos that look alike, what the residents sent in
on those days, who else logged at their places, and whom this manager approved lately.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from civic.accounts.models import Person
from civic.db import db, id_of
from civic.entries import places
from civic.entries import service as entries
from civic.entries.models import Entry, Photo
from civic.entries.places import Crowd
from civic.moderation import look_alikes
from civic.moderation.models import Decision
from civic.moderation.service import Waiting
from civic.rules import signals as rules

# In the order in which they are worth a look.
KINDS = (
    "same_photo",
    "look_alike_photo",
    "burst",
    "same_place_minute",
    "photo_time_differs",
    "photo_place_differs",
    "new_account",
    "maximum_quantity",
    "often_this_manager",
)

Signals = dict[str, int | None]  # by kind; for what another entry shares, that entry's id


@dataclass(frozen=True)
class Known:
    """What is known of some entries together, read at once."""

    seen: dict[str, tuple[int, int]] = field(default_factory=dict)  # by file: the first and the latest entry
    alike: dict[int, tuple[int, int, int, int]] = field(default_factory=dict)
    sent: dict[tuple[int, date], list[datetime]] = field(default_factory=dict)
    crowds: dict[int, Crowd] = field(default_factory=dict)
    approvals: Counter[int] = field(default_factory=Counter)


def of_queue(waiting: Sequence[Waiting], viewer: Person, now: datetime) -> dict[int, Signals]:
    """The signals of each waiting entry, by its id."""
    known = _known([one.entry for one in waiting], viewer, now)
    return {one.entry.id: _of_one(one.entry, one.is_member, known) for one in waiting}


def of_entry(entry: Entry, is_member: bool, viewer: Person, now: datetime) -> Signals:
    """The signals of one entry."""
    return _of_one(entry, is_member, _known([entry], viewer, now))


def on_arrival(entry: Entry, now: datetime) -> Signals:
    """The signals of an entry of a member, before anybody in particular looks at it."""
    return _of_one(entry, True, _known([entry], None, now))


def of_past(found: Sequence[Entry], viewer: Person, now: datetime) -> dict[int, Signals]:
    """The signals of entries that were decided on, but for those that only matter while one waits."""
    known = _known(found, viewer, now)
    past = {entry.id: _of_one(entry, True, known) for entry in found}
    return {entry_id: {k: v for k, v in held.items() if k != "often_this_manager"} for entry_id, held in past.items()}


def is_at_maximum(entry: Entry) -> bool:
    """Whether the quantity is the most that one entry can hold; where only one is possible, that says nothing."""
    rule = entries.rule_of(entry)
    return entry.quantity >= rule.max_quantity > rule.min_quantity


def _of_one(entry: Entry, is_member: bool, known: Known) -> Signals:
    seen = (known.seen.get(photo.source_sha256, ()) for photo in entry.photos)
    others = (other for pair in seen for other in pair if other != entry.id)
    twin = next(others, None)
    alike, crowd = known.alike.get(entry.id), known.crowds.get(entry.id)
    holds = {
        "same_photo": twin is not None,
        # The very same file says it all; that it looks alike too would be a second word for one thing.
        "look_alike_photo": alike is not None and twin is None,
        "burst": _counts(entry) and rules.is_burst(entry.submitted_at, known.sent[entry.resident_id, entry.acted_on]),
        "same_place_minute": crowd is not None and crowd.others >= rules.CROWD_OTHERS,
        "photo_time_differs": any(photo.taken_time == "differs" for photo in entry.photos),
        "photo_place_differs": any(photo.taken_place == "differs" for photo in entry.photos),
        "new_account": not is_member,
        "maximum_quantity": is_at_maximum(entry),
        "often_this_manager": rules.is_often(entry.resident_id, known.approvals),
    }
    about = {
        "same_photo": twin,
        "look_alike_photo": alike[2] if alike else None,
        "same_place_minute": crowd.entry_id if crowd else None,
    }
    return {kind: about.get(kind) for kind in KINDS if holds[kind]}


def _known(found: Sequence[Entry], viewer: Person | None, now: datetime) -> Known:
    if not found:
        return Known()
    with_photos = [entry.id for entry in found if entry.photos]
    return Known(
        _photos_seen(found),
        look_alikes.of_entries(with_photos) if with_photos else {},
        _sent([entry for entry in found if _counts(entry)]),
        places.crowds([entry.id for entry in found if _counts(entry)]),
        approvals(viewer, now) if viewer else Counter(),
    )


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


def _counts(entry: Entry) -> bool:
    """Kept days are ticked off one after another; that is no burst."""
    return entry.kind != "pledge"


def _sent(found: Iterable[Entry]) -> dict[tuple[int, date], list[datetime]]:
    """When each of these residents sent in what they did on each of these days."""
    pairs = {(entry.resident_id, entry.acted_on) for entry in found}
    sent: dict[tuple[int, date], list[datetime]] = defaultdict(list)
    if not pairs:
        return sent
    days = {day for _resident, day in pairs}
    rows = db.session.execute(
        select(Entry.resident_id, Entry.acted_on, Entry.submitted_at).where(
            Entry.resident_id.in_({resident_id for resident_id, _day in pairs}),
            Entry.acted_on.between(min(days), max(days)),
            Entry.kind != "pledge",
            Entry.status != "withdrawn",
        )
    )
    for resident_id, day, at in rows:
        sent[resident_id, day].append(at)
    return sent


def approvals(viewer: Person, now: datetime) -> Counter[int]:
    """How often whoever looks has approved each resident lately, by id."""
    rows = db.session.execute(
        select(Entry.resident_id, func.count())
        .join(Decision, Decision.entry_id == Entry.id)
        .where(
            Decision.by_id == id_of(viewer),
            Decision.decided_at > now - timedelta(days=rules.OFTEN_DAYS),
            Decision.verdict == "approve",
        )
        .group_by(Entry.resident_id)
    )
    return Counter(dict(list(rows)))
