"""What is put away every night: entries nobody mended, sign-ins that are over, old counts, photos without an entry."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from civic import limits, media
from civic.accounts import sessions
from civic.db import after_commit
from civic.entries import places
from civic.entries import service as entries
from civic.mydata import leaving
from civic.notices import service as notices
from civic.photos import service as photos

log = logging.getLogger(__name__)
RETURNED_FOR = timedelta(days=14)
ORPHANED_FOR = timedelta(days=1)
PHOTOS_AT_ONCE = 500


def tidy(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Put everything away that has had its time by this instant."""
    orphans = _orphans(now - ORPHANED_FOR)
    after_commit(lambda: _forget(orphans))
    left = leaving.unfinished()
    after_commit(lambda: leaving.finish_all(left, now))
    return {
        "withdrawn": entries.withdraw_returned(now - RETURNED_FOR),
        "sign_ins": sessions.remove_expired(now),
        "limits": limits.remove_old(now),
        "notices": notices.put_away(now),
        "left": len(left),
        "photos": len(orphans),
        "originals": photos.remove_originals(now),
        "places": places.remove_old(now),
    }


def _orphans(before: datetime) -> list[str]:
    """Photos on the disk that no entry has: what a crash between file and row leaves behind."""
    names = list(media.keys(before))
    found = []
    for start in range(0, len(names), PHOTOS_AT_ONCE):
        some = names[start : start + PHOTOS_AT_ONCE]
        known = entries.known_photos(some)
        found += [name for name in some if name not in known]
    return found


def _forget(keys: list[str]) -> None:
    for key in keys:
        try:
            media.forget(key)
        except OSError:  # the next night finds it again
            log.warning("a photo without an entry could not be removed", exc_info=True)
