"""Why an entry deserves a second look: what can be told from the facts alone. A signal is never a verdict."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from civic.activities import service as activities
from civic.db import db
from civic.entries.models import Entry, Photo
from civic.moderation.service import Waiting

Signal = dict[str, Any]


def signals(waiting: Sequence[Waiting]) -> list[list[Signal]]:
    """The signals of each entry of a queue: one query however many there are, none without photos."""
    seen = _photos_seen([one.entry for one in waiting])
    return [_signals(one, seen) for one in waiting]


def _signals(waiting: Waiting, seen: dict[str, tuple[int, int]]) -> list[Signal]:
    found = [_same_photo(waiting.entry, seen), _new_account(waiting), _maximum_quantity(waiting.entry)]
    return [signal for signal in found if signal]


def _same_photo(entry: Entry, seen: dict[str, tuple[int, int]]) -> Signal | None:
    others = (other for photo in entry.photos for other in seen[photo.source_sha256] if other != entry.id)
    other = next(others, None)
    return _signal("same_photo", _("同一张照片在另一条记录里也出现过。"), other) if other else None


def _new_account(waiting: Waiting) -> Signal | None:
    return None if waiting.is_member else _signal("new_account", _("刚加入的新账号，还没有通过的记录。"))


def _maximum_quantity(entry: Entry) -> Signal | None:
    rule = activities.rule_version(entry.activity_key, entry.rule_version)
    if entry.quantity < rule.max_quantity or rule.max_quantity == rule.min_quantity:
        return None  # where only one quantity is possible, it says nothing
    return _signal("maximum_quantity", _("数量填到了上限 %(max)s。", max=rule.max_quantity))


def _signal(kind: str, text: str, entry: int | None = None) -> Signal:
    return {"kind": kind, "text": text, "entry": entry}


def _photos_seen(entries: Sequence[Entry]) -> dict[str, tuple[int, int]]:
    """For each photo, as it arrived, the first and the latest entry that holds it: if either is another, it is seen."""
    prints = {photo.source_sha256 for entry in entries for photo in entry.photos}
    if not prints:
        return {}
    rows = db.session.execute(
        select(Photo.source_sha256, func.min(Photo.entry_id), func.max(Photo.entry_id))
        .where(Photo.source_sha256.in_(prints))
        .group_by(Photo.source_sha256)
    )
    return {source: (first, latest) for source, first, latest in rows}
