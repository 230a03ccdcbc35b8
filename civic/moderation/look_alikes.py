"""Photos that look alike, anywhere in the city: looked for once, when a photo has arrived, and written down.

A print (civic/media) is cut into four bands. Two prints that differ in at most seven of 64 features share one band but
for one bit, so looking up each band and its 16 neighbours finds every look-alike, in all eight positions at once,
without reading the others.
"""

import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, select, union_all
from sqlalchemy.exc import SQLAlchemyError

from civic.db import connection, db, inserting, transaction
from civic.entries.models import Photo, PhotoPrint
from civic.moderation.models import LookAlike
from civic.rules.signals import LOOK_ALIKE_BITS, nearest, probes

log = logging.getLogger(__name__)
PRINT_LETTERS = 16
MOST_FOUND = 20  # the nearest are kept: more is no news
AT_ONCE = 500


# Verbs


def look_for(entry_id: int) -> None:
    """Look for what an entry's photos resemble, in a transaction of its own; its failing fails nothing else.

    What was not looked for is caught up with by the hourly job.
    """
    try:
        with transaction():
            _look(select(PhotoPrint).join(Photo).where(Photo.entry_id == entry_id, PhotoPrint.turns.is_not(None)))
    except SQLAlchemyError:
        log.warning("the look-alikes of entry %s are looked for later", entry_id, exc_info=True)


def catch_up() -> int:
    """Look for what the photos resemble that nobody has looked for yet; says how many photos."""
    found = 0
    while True:
        waiting = select(PhotoPrint).where(PhotoPrint.turns.is_not(None)).order_by(PhotoPrint.photo_id).limit(AT_ONCE)
        looked = _look(waiting)
        found += looked
        if looked < AT_ONCE:
            return found


# Questions


def alike(prints: Sequence[int]) -> list[tuple[int, int]]:
    """The photos that resemble a print in one of its positions, the nearest first, with in how many features not."""
    found: dict[int, int] = {}
    columns = (PhotoPrint.band0, PhotoPrint.band1, PhotoPrint.band2, PhotoPrint.band3)
    per_band = [
        select(PhotoPrint.photo_id, PhotoPrint.features).where(column.in_(sorted(values)))
        for column, values in zip(columns, probes(prints), strict=True)
    ]
    for photo_id, features in connection().execute(union_all(*per_band)):
        far = nearest(features, prints)
        if far <= LOOK_ALIKE_BITS:
            found[photo_id] = far
    return sorted(found.items(), key=lambda one: (one[1], one[0]))


def of_entries(entry_ids: Iterable[int]) -> dict[int, tuple[int, int, int, int]]:
    """For each entry with a look-alike elsewhere: its photo, the nearest one's photo and entry, and how far: one query.

    Copies of the very same file are another signal, and not among them.
    """
    wanted = list(entry_ids)
    one, other = Photo.__table__.alias("one"), Photo.__table__.alias("other")
    columns = (one.c.entry_id, one.c.id, other.c.id, other.c.entry_id, LookAlike.distance)
    pairs = select(*columns).where(one.c.entry_id.in_(wanted), one.c.source_sha256 != other.c.source_sha256)
    later = pairs.join_from(LookAlike, one, one.c.id == LookAlike.photo_id).join(
        other, other.c.id == LookAlike.other_id
    )
    earlier = pairs.join_from(LookAlike, one, one.c.id == LookAlike.other_id).join(
        other, other.c.id == LookAlike.photo_id
    )
    found: dict[int, tuple[int, int, int, int]] = {}
    for entry_id, *pair in sorted(connection().execute(union_all(later, earlier)), key=lambda row: (row[4], row[3])):
        found.setdefault(entry_id, tuple(pair))
    return found


# Below


def _look(query: Select[PhotoPrint]) -> int:
    waiting = list(db.session.scalars(query))
    for one in waiting:
        entry_id = select(Photo.entry_id).where(Photo.id == one.photo_id).scalar_subquery()
        own = set(db.session.scalars(select(Photo.id).where(Photo.entry_id == entry_id)))
        near = [(other, far) for other, far in alike(_cut(one.turns or "")) if other not in own]
        _write(one.photo_id, near[:MOST_FOUND])
        one.turns = None
    db.session.flush()
    return len(waiting)


def _write(photo_id: int, near: Sequence[tuple[int, int]]) -> None:
    """Of two photos that arrive at the same instant each may find the other; the pair is written once."""
    rows = [
        {"photo_id": max(photo_id, other), "other_id": min(photo_id, other), "distance": far} for other, far in near
    ]
    if rows:
        connection().execute(inserting(LookAlike, connection().dialect.name).on_conflict_do_nothing(), rows)


def _cut(turns: str) -> list[int]:
    return [int(turns[start : start + PRINT_LETTERS], 16) for start in range(0, len(turns), PRINT_LETTERS)]
