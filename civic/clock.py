"""The only reader of time. Views, commands and jobs ask here and hand the answer down.

Tests and the demo city hold the clock: inside `held(instant)` every reading is that instant.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_held: datetime | None = None


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _held or datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The day it is in the city."""
    return now().astimezone(zone).date()


@contextmanager
def held(instant: datetime) -> Iterator[None]:
    """Let time stand still at an aware instant, for this whole process, while the block runs."""
    global _held
    if instant.tzinfo is None:
        raise ValueError("a held instant needs a time zone")
    before, _held = _held, instant.astimezone(UTC)
    try:
        yield
    finally:
        _held = before
