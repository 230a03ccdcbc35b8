"""The one way out. Everything in the database goes at once; files follow, and a crash in between is made good.

What stays is what totals, sealed rankings and decisions rest on: rows that hold ids and figures.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from civic import media
from civic.accounts.models import Person
from civic.db import db, id_of, transaction
from civic.mydata.models import Erasure
from civic.mydata.service import erase, unfinished

__all__ = ["finish_all", "leave", "unfinished"]

log = logging.getLogger(__name__)


def leave(person: Person, *, now: datetime, zone: ZoneInfo) -> None:
    """Let somebody leave for good. Raises Refused for a guardian whose children need them."""
    person_id = id_of(person)
    with transaction():
        erase(person, now=now, zone=zone)
    finish_all([person_id], now)


def finish_all(person_ids: Iterable[int], now: datetime) -> None:
    """Take the files of those who left off the disk. What fails is tried again the next night."""
    for person_id in person_ids:
        try:
            _finish(person_id, now)
        except OSError:
            log.warning("a photo of somebody who left could not be removed", exc_info=True)


def _finish(person_id: int, now: datetime) -> None:
    for key in db.session.get_one(Erasure, person_id).photo_keys:
        media.forget(key)
    with transaction():
        erasure = db.session.get_one(Erasure, person_id)
        erasure.photo_keys, erasure.finished_at = [], now
