"""Where entries were logged, as fingerprints that only tell whether several were logged at one place and time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import aliased

from civic.config import Config
from civic.db import connection, db
from civic.entries.models import Entry, EntryPlace
from civic.rules import places as rules
from civic.rules.places import Place


@dataclass(frozen=True)
class Crowd:
    """How many other people logged at the place and time of an entry, and the first entry of theirs."""

    others: int
    entry_id: int


# Verbs


def note(entry_id: int, place: Place | None, now: datetime) -> None:
    """Keep the fingerprint of a place, if one was given and it is recent; the place itself is forgotten here."""
    if place is None or not rules.is_kept(place, now):
        return
    config: Config = current_app.config["CIVIC"]
    fingerprint = rules.fingerprint(place, config.secret_key)
    db.session.add(EntryPlace(entry_id=entry_id, fingerprint=fingerprint, noted_at=now))
    db.session.flush()


def remove_old(now: datetime) -> int:
    """Forget what was kept for its time; says how many."""
    old = EntryPlace.noted_at <= now - timedelta(days=rules.KEPT_DAYS)
    return connection().execute(delete(EntryPlace).where(old)).rowcount


def forget_of(resident_id: int) -> None:
    """Forget the places of somebody who leaves for good."""
    mine = EntryPlace.entry_id.in_(select(Entry.id).where(Entry.resident_id == resident_id))
    db.session.execute(delete(EntryPlace).where(mine).execution_options(synchronize_session=False))


# Questions


def crowds(entry_ids: Iterable[int]) -> dict[int, Crowd]:
    """Who else logged where and when each of these entries was; one query.

    A team that is out together, and a family that one of them logs for, are no crowd.
    """
    mine, other = aliased(Entry), aliased(Entry)
    here, there = aliased(EntryPlace), aliased(EntryPlace)
    same_team = and_(mine.team_id.is_not(None), mine.team_id == other.team_id)
    rows = db.session.execute(
        select(here.entry_id, func.count(other.resident_id.distinct()), func.min(other.id))
        .join(mine, mine.id == here.entry_id)
        .join(there, and_(there.fingerprint == here.fingerprint, there.entry_id != here.entry_id))
        .join(other, other.id == there.entry_id)
        .where(
            here.entry_id.in_(list(entry_ids)),
            other.resident_id != mine.resident_id,
            other.logged_by != mine.logged_by,
            or_(~same_team, mine.team_id.is_(None), other.team_id.is_(None)),
            other.status != "withdrawn",
        )
        .group_by(here.entry_id)
    )
    return {entry_id: Crowd(others, first) for entry_id, others, first in rows}
