"""Simple entries that are looked through together: the same activity, nothing to point out, little worth, a photo each.

They are approved one by one, each in a transaction of its own; what changed since the page was read is left as it is.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from civic.accounts.models import Person
from civic.db import db, id_of
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.moderation import service
from civic.moderation.queue import Waiting
from civic.moderation.signals import Signals
from civic.rules import points
from civic.rules.decisions import BATCH_ENTRIES, SIMPLE_WORTH
from civic.rules.refused import Conflict, NotFound

LEAST_TOGETHER = 2
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Batch:
    """Entries of one activity that can be looked through together."""

    activity_key: str
    waiting: tuple[Waiting, ...]


def is_simple(waiting: Waiting, kinds: Signals) -> bool:
    """Whether nothing about an entry asks for a look of its own."""
    entry = waiting.entry
    is_small = points.worth(entries.rule_of(entry), entry.quantity) <= SIMPLE_WORTH
    return is_small and not kinds and bool(entry.photos)


def batches(found: Sequence[Waiting], kinds: Mapping[int, Signals], held: Container[int]) -> list[Batch]:
    """What could be looked through together, the largest first; what somebody else holds is not among it."""
    by_activity: dict[str, list[Waiting]] = {}
    for one in found:
        if one.entry.id not in held and is_simple(one, kinds[one.entry.id]):
            by_activity.setdefault(one.entry.activity_key, []).append(one)
    together = [Batch(key, tuple(ones[:BATCH_ENTRIES])) for key, ones in by_activity.items()]
    return sorted((one for one in together if len(one.waiting) >= LEAST_TOGETHER), key=lambda one: -len(one.waiting))


def version(entry: Entry) -> str:
    """What an entry is as it was read: mended, it is another one."""
    return f"{entry.id}-{(entry.queued_at - EPOCH) // MICROSECOND}-{entry.quantity}"


def approve(entry_id: int, read: str, simple: Container[int], *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Approve one entry of a batch, if it is still the one that was read and still simple.

    Raises whatever `decide` raises, and Conflict where it changed.
    """
    entry = entries.find_entry(entry_id)
    if entry is None:
        raise NotFound("entry")
    service.check_within_reach(entry, db.session.get_one(Person, id_of(by)))
    if entry.status == "pending":
        if version(entry) != read:
            raise Conflict("changed_meanwhile")
        if entry_id not in simple:
            raise Conflict("no_longer_simple")
    service.decide(entry_id, "approve", "", by=by, now=now, zone=zone)
