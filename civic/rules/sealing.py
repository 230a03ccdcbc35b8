"""What is sealed of a ranking, byte for byte, and from when on.

docs/rules.md: section 6, fine print S5, T5.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from civic.rules.periods import Period

SEAL_AFTER = timedelta(minutes=40)  # after closing
NONE = "-"

Line = tuple[int | None, str, int | None, int | None]  # rank, key, score, previous rank


def due_at(period: Period, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a period is sealed, however late the work is done."""
    return period.closes_at(zone) + SEAL_AFTER


def text(period: str, area: str, of: str, rulebook: str, lines: Iterable[Line]) -> str:
    """The ASCII text that the SHA-256 is over: ids and figures, never names. What is not there is a hyphen."""
    head = f"{period}|{area}|{of}|{rulebook}\n"
    return head + "".join(
        f"{_or_none(rank)}|{key}|{_or_none(score)}|{_or_none(previous)}\n" for rank, key, score, previous in lines
    )


def fingerprint(period: str, area: str, of: str, rulebook: str, lines: Iterable[Line]) -> str:
    """The SHA-256 of that text, in hexadecimal."""
    return hashlib.sha256(text(period, area, of, rulebook, lines).encode("ascii")).hexdigest()


def _or_none(figure: int | None) -> str:
    return NONE if figure is None else str(figure)
