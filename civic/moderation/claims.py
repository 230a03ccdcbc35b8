"""Claims: an entry lies before one person at a time, for ten minutes. The database keeps two from holding the same.

A claim is taken by one statement that only a free, an expired or an own claim gives way to. It bars others from
deciding; whoever decides needs none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from civic.accounts.models import Person
from civic.db import connection, db, id_of
from civic.entries.models import Entry
from civic.moderation.models import Claim
from civic.moderation.queue import EVERYTHING, Only, Reach, narrowed_to, waits_for
from civic.rules.decisions import CLAIM_MINUTES, MOST_CLAIMS
from civic.rules.refused import Refused

CLAIMED_FOR = timedelta(minutes=CLAIM_MINUTES)
KEPT_FOR = timedelta(days=1)
CANDIDATES = 8
# Each round somebody gets what others wanted too; more rounds than people who press at once are never needed.
ROUNDS = 24


@dataclass(frozen=True)
class Held:
    """Entries that are mine until an instant."""

    entry_ids: tuple[int, ...]
    until: datetime


# Verbs


def take(within_reach: Reach, count: int, *, by: Person, now: datetime) -> Held:
    """Up to `count` waiting entries that nobody else holds, mine again first, then who waits longest.

    Raises Refused (field "count") for a number that is none.
    """
    if not 1 <= count <= MOST_CLAIMS:
        raise Refused("claims_out_of_range", "count", min=1, max=MOST_CLAIMS)
    taken: list[int] = []
    for _ in range(ROUNDS):
        wanted = _candidates(within_reach, EVERYTHING, by, now, count - len(taken), but=taken)
        taken += _claim(wanted, by, now, is_open=False)
        if len(taken) == count or not wanted:
            break
    return Held(tuple(taken), now + CLAIMED_FOR)


def open_next(
    within_reach: Reach,
    only: Only = EVERYTHING,
    *,
    wanted: int | None = None,
    among: Sequence[int] | None = None,
    by: Person,
    now: datetime,
) -> int | None:
    """Claim the entry whose page is opened: the one wanted if it is free, else the first free one of the queue.

    What was opened before and not decided on is given up. `among` narrows the queue to some entries.
    """
    found = [wanted] if wanted is not None and _is_free(wanted, within_reach, by, now) else []
    if not found:
        found = _candidates(within_reach, only, by, now, CANDIDATES, among=among, mine_first=False)
    opened = next((entry_id for entry_id in found if _claim([entry_id], by, now, is_open=True)), None)
    _give_up_others(opened, by, now)
    return opened


def open_one(entry_id: int, *, by: Person, now: datetime) -> bool:
    """Claim an entry whose own page is opened; says whether it is mine now."""
    is_mine = bool(_claim([entry_id], by, now, is_open=True))
    if is_mine:
        _give_up_others(entry_id, by, now)
    return is_mine


def keep(entry_ids: Iterable[int], *, by: Person, now: datetime) -> list[int]:
    """Claim some entries together; gives those that are mine now."""
    return _claim(sorted(entry_ids), by, now, is_open=False)


def release(entry_id: int) -> None:
    """Forget who held an entry, since it is decided on."""
    connection().execute(delete(Claim).where(Claim.entry_id == entry_id))


def forget_of(person_id: int) -> None:
    """Give up whatever somebody who leaves has before them."""
    db.session.execute(delete(Claim).where(Claim.person_id == person_id))


def remove_old(now: datetime) -> int:
    """Put claims away that ended long ago; says how many."""
    return connection().execute(delete(Claim).where(Claim.until < now - KEPT_FOR)).rowcount


# Questions


def holders(entry_ids: Iterable[int], person: Person, now: datetime) -> dict[int, tuple[str, datetime]]:
    """Who else holds which of some entries, by name, and until when: one query."""
    rows = db.session.execute(
        select(Claim.entry_id, Person.name, Claim.until)
        .join(Person, Person.id == Claim.person_id)
        .where(Claim.entry_id.in_(list(entry_ids)), Claim.until > now, Claim.person_id != id_of(person))
    )
    return {row.entry_id: (row.name, row.until) for row in rows}


# Below


def _candidates(
    within_reach: Reach,
    only: Only,
    by: Person,
    now: datetime,
    limit: int,
    *,
    but: Sequence[int] = (),
    among: Sequence[int] | None = None,
    mine_first: bool = True,
) -> list[int]:
    query = select(Entry.id).where(waits_for(within_reach), *narrowed_to(only), Entry.id.not_in(but))
    if among is not None:
        query = query.where(Entry.id.in_(among))
    ordered = query.order_by(Entry.queued_at, Entry.id).limit(limit)
    if not mine_first:
        return list(db.session.scalars(ordered.where(~_held_by_another(by, now))))
    mine = list(db.session.scalars(ordered.where(_held_by(by, now))))
    free = ordered.where(~exists().where(Claim.entry_id == Entry.id, Claim.until > now))
    return (mine + list(db.session.scalars(free)))[:limit]


def _is_free(entry_id: int, within_reach: Reach, by: Person, now: datetime) -> bool:
    query = select(Entry.id).where(Entry.id == entry_id, waits_for(within_reach), ~_held_by_another(by, now))
    return db.session.scalar(query) is not None


def _held_by(by: Person, now: datetime) -> ColumnElement[bool]:
    return exists().where(Claim.entry_id == Entry.id, Claim.person_id == id_of(by), Claim.until > now)


def _held_by_another(by: Person, now: datetime) -> ColumnElement[bool]:
    return exists().where(Claim.entry_id == Entry.id, Claim.person_id != id_of(by), Claim.until > now)


def _claim(entry_ids: Sequence[int], by: Person, now: datetime, *, is_open: bool) -> list[int]:
    """Take what is free, has run out or is mine, and leave the rest; gives what is mine now, in the order asked for.

    Rows go in the order of their ids, so that two who take the same wait for one another and never crosswise.
    """
    if not entry_ids:
        return []
    facts = {"person_id": id_of(by), "until": now + CLAIMED_FOR, "is_open": is_open}
    insert: Any = (sqlite if connection().dialect.name == "sqlite" else postgresql).insert(Claim)
    rows = insert.values([{"entry_id": entry_id, **facts} for entry_id in sorted(entry_ids)])
    is_mine, has_ended = Claim.person_id == id_of(by), Claim.until <= now
    changed = {
        "person_id": rows.excluded.person_id,
        "until": rows.excluded.until,
        # What was taken on purpose is not given up by opening it.
        "is_open": case((and_(is_mine, ~has_ended, ~Claim.is_open), Claim.is_open), else_=rows.excluded.is_open),
    }
    statement = rows.on_conflict_do_update(
        index_elements=["entry_id"], set_=changed, where=or_(is_mine, has_ended)
    ).returning(Claim.entry_id)
    taken = set(connection().scalars(statement))
    return [entry_id for entry_id in entry_ids if entry_id in taken]


def _give_up_others(opened: int | None, by: Person, now: datetime) -> None:
    """Running claims only: those that ended may just now be taken by somebody else."""
    mine = (Claim.person_id == id_of(by), Claim.is_open, Claim.until > now)
    connection().execute(delete(Claim).where(*mine, Claim.entry_id != (opened or 0)))
