"""Photos: checked, turned upright, stripped of all that cameras write into them, shrunk, kept, handed out, forgotten.

Nobody else opens a file. What is sent is never kept: only WebP files that we made ourselves from its pixels, whether
the camera's clock and place agree with what is told of the act, and a print of 64 features that look-alikes share.
Opening happens in a program of its own with bounded memory and time (`shrink.py`, `workers.py`); the files lie in a
folder (`files.py`).

`keep` does it all. Opening takes up to a second, for which SQLite should not be held locked: who can, calls `shrink`
before the transaction and `store` inside it.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from civic import db, tokens
from civic.config import MAX_PHOTO_MEGABYTES
from civic.media import files, workers
from civic.media.files import folder_of
from civic.media.workers import Covered
from civic.rules.places import ABSENT, AGREES, DIFFERS, Cell, cell_of, compared
from civic.rules.refused import Refused

__all__ = ["Kept", "Shrunk", "cover", "folder_of", "forget", "keep", "keys", "open_photo", "shrink", "store"]


@dataclass(frozen=True)
class Shrunk:
    """A photo made harmless, not yet on the disk."""

    large: bytes
    small: bytes
    source_sha256: str
    width: int
    height: int
    taken_time: str
    taken_place: str = ABSENT
    prints: tuple[int, ...] = ()  # of its eight positions, itself first; none of what shows too little


@dataclass(frozen=True)
class Kept:
    """A photo on the disk: its name there, the fingerprints of what is kept and of what came, and its size."""

    key: str
    sha256: str
    source_sha256: str
    width: int
    height: int
    taken_time: str
    taken_place: str = ABSENT
    prints: tuple[int, ...] = ()


def keep(raw: bytes, *, acted_on: date, zone: ZoneInfo) -> Kept:
    """Shrink a photo and put it on the disk, inside a transaction; if that fails, the file is forgotten.

    Raises Refused (field "photo") for what is no photo, is broken or too large.
    """
    return store(shrink(raw, acted_on=acted_on, zone=zone))


def shrink(raw: bytes, *, acted_on: date, zone: ZoneInfo, given: Cell | None = None) -> Shrunk:
    """A photo as it will be kept: upright, at most 2048 pixels wide and high, WebP, without any metadata.

    `given` is where the person says they were; what the camera wrote is compared with it and forgotten.

    Raises Refused (field "photo"): photo_too_large, photo_kind, photo_too_many_pixels, photo_unreadable, photo_busy.
    """
    if len(raw) > MAX_PHOTO_MEGABYTES * 1024 * 1024:
        raise Refused("photo_too_large", "photo", megabytes=MAX_PHOTO_MEGABYTES)
    answer = workers.ask(raw)
    about = answer.about
    large, small = answer.files
    return Shrunk(
        large,
        small,
        source_sha256=hashlib.sha256(raw).hexdigest(),
        width=about["width"],
        height=about["height"],
        taken_time=taken_time(about["taken"], about["offset"], acted_on, zone),
        taken_place=compared(cell_of(*about["place"]) if about["place"] else None, given),
        prints=tuple(int(text, 16) for text in about["prints"]),
    )


def cover(key: str, covered: Covered) -> Shrunk:
    """A kept photo with parts of it painted over for good, as a photo of its own, not yet on the disk.

    Parts are left, top, right, bottom, from 0 to 1. Raises NotFound("photo") where the file is gone, else as `shrink`.
    """
    answer = workers.ask(files.read(key, small=False).read(), covered)
    large, small = answer.files
    width, height = answer.about["width"], answer.about["height"]
    return Shrunk(large, small, source_sha256="", width=width, height=height, taken_time=ABSENT)


def store(photo: Shrunk) -> Kept:
    """Put a photo on the disk, inside a transaction; if that fails, the file is forgotten."""
    key = tokens.secret()
    db.after_rollback(lambda: files.remove(key))
    files.write(key, photo.large, photo.small)
    sha256 = hashlib.sha256(photo.large).hexdigest()
    size = (photo.width, photo.height)
    return Kept(key, sha256, photo.source_sha256, *size, photo.taken_time, photo.taken_place, photo.prints)


def open_photo(key: str, *, small: bool = False) -> io.BytesIO:
    """The WebP file of a photo, or its small one for lists. Raises NotFound("photo").

    Who may see it is for the caller to ask first; to be served with nosniff and Cache-Control: private.
    """
    return files.read(key, small)


def forget(key: str) -> None:
    """Take a photo off the disk. Call it once its row is gone for good: `db.after_commit(lambda: forget(key))`."""
    files.remove(key)


def keys(before: datetime) -> Iterator[str]:
    """The names of the photos on the disk that were written before an instant, for the search for orphans.

    A crash between file and row leaves a file without a row; one an hour old will never have one.
    """
    return files.keys(before)


def taken_time(taken: str, offset: str, acted_on: date, zone: ZoneInfo) -> str:
    """Whether the moment a camera wrote into a photo lies on the day of the act: agrees, differs or absent.

    A moment without offset is taken for the city's time, which is what phones there show.
    """
    try:
        day = _moment(taken, offset, zone).astimezone(zone).date()
    except (ValueError, OverflowError):
        return ABSENT
    return AGREES if day == acted_on else DIFFERS


def _moment(taken: str, offset: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.strptime(taken + offset, "%Y:%m:%d %H:%M:%S%z")
    except ValueError:  # no offset, or a broken one
        return datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
