"""Where an act was logged, as far as anybody is told: a cell of about a hundred metres, and only if a person gave it.

docs/rules.md section 5. What is kept of it is a keyed fingerprint of cell and ten minutes, from which nobody reads a
place, and whether the places cameras wrote into the photos agree.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from civic.rules.refused import Refused

DEGREE_PARTS = 1000  # a thousandth of a degree is 111 metres from south to north
PART_METRES = 111
SLOT = timedelta(minutes=10)
KEPT_DAYS = 90
MAX_WORDS = 100  # signs; more than any entry's photos need
MAX_PHOTO_METRES = 2000  # nearer than this a camera's place and the person's are one
AGREES, DIFFERS, ABSENT = "agrees", "differs", "absent"
DEGREES = re.compile(r"\s*(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*,\s*(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*")


@dataclass(frozen=True)
class Cell:
    """A cell of the grid: its corner in thousandths of a degree."""

    north: int
    east: int


@dataclass(frozen=True)
class Place:
    """A cell, and when somebody was in it."""

    cell: Cell
    at: datetime


def parse_cell(text: str) -> Cell:
    """The cell of "31.2304,121.4737", degrees north and east. Raises Refused for anything else (field "place")."""
    found = DEGREES.fullmatch(text)
    north, east = (float(part) for part in found.groups()) if found else (999.0, 999.0)
    if abs(north) > 90 or abs(east) > 180:
        raise Refused("place_unreadable", "place")
    return cell_of(north, east)


def cell_of(north: float, east: float) -> Cell:
    """The cell in which a point lies."""
    return Cell(round(north * DEGREE_PARTS), round(east * DEGREE_PARTS))


def words_of(text: str) -> tuple[str, ...]:
    """What a phone found out about the place of each photo, in their order: "agrees,absent,differs"."""
    return tuple(word if word in (AGREES, DIFFERS) else ABSENT for word in text[:MAX_WORDS].split(","))


def is_kept(place: Place, now: datetime) -> bool:
    """Whether a place is recent enough to say anything."""
    return now - timedelta(days=KEPT_DAYS) < place.at <= now + SLOT


def fingerprint(place: Place, secret: str) -> str:
    """The same for all who were in one cell in the same ten minutes; without the secret it tells nothing."""
    slot = int(place.at.timestamp()) // int(SLOT.total_seconds())
    body = f"place:{place.cell.north}:{place.cell.east}:{slot}"
    return hmac.digest(secret.encode(), body.encode(), hashlib.sha256).hex()[:32]


def compared(taken: Cell | None, given: Cell | None) -> str:
    """Whether a photo was taken where the person says they were: agrees, differs or absent."""
    if taken is None or given is None:
        return ABSENT
    return AGREES if metres(taken, given) <= MAX_PHOTO_METRES else DIFFERS


def metres(one: Cell, other: Cell) -> float:
    """Roughly how far apart two cells are; exact enough for the few kilometres that matter."""
    east = (one.east - other.east + 180 * DEGREE_PARTS) % (360 * DEGREE_PARTS) - 180 * DEGREE_PARTS
    shrunk = cos(radians((one.north + other.north) / 2 / DEGREE_PARTS))
    return PART_METRES * hypot(one.north - other.north, east * shrunk)
