"""What may be covered of a photo, who opens an original, and how long a request to be covered may wait.

docs/rules.md: cases A40 to A43.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from civic.rules.decisions import MANAGER_RANK
from civic.rules.refused import Forbidden, Refused
from civic.rules.words import paragraphs

# A photo is covered in squares that a thumb can hit on a phone.
COLUMNS, ROWS = 8, 6
CELLS = COLUMNS * ROWS
ORIGINAL_DAYS = 180
ANSWER_DAYS = 7
ABOUT_DAYS = 366  # how far back a request may reach
MIN_WORDS, MAX_WORDS, MAX_PURPOSE = 5, 500, 200
OPEN_REQUESTS = 5  # of one person at a time
VERDICTS = ("covered", "declined")


def check_cells(cells: Iterable[str]) -> frozenset[int]:
    """The squares to cover, counted along the rows from 0. Raises Refused (field "cells") for none and no such one."""
    wanted = list(cells)
    if not wanted:
        raise Refused("cells_missing", "cells")
    if len(wanted) > CELLS or not all(cell.isascii() and cell.isdigit() and len(cell) <= 2 for cell in wanted):
        raise Refused("cells_unknown", "cells")
    found = frozenset(map(int, wanted))
    if max(found) >= CELLS:
        raise Refused("cells_unknown", "cells")
    return found


def boxes(cells: Iterable[int]) -> list[tuple[float, float, float, float]]:
    """The same squares as parts of the picture: left, top, right, bottom, from 0 to 1."""
    places = [divmod(cell, COLUMNS) for cell in sorted(cells)]
    return [(left / COLUMNS, top / ROWS, (left + 1) / COLUMNS, (top + 1) / ROWS) for top, left in places]


def check_original(rank: int, purpose: str) -> str:
    """The purpose an original is opened for. Raises Forbidden for a manager, Refused where no purpose is given."""
    if rank <= MANAGER_RANK:
        raise Forbidden("original_for_officers")
    words = paragraphs(purpose, "purpose", MAX_PURPOSE)
    if len(words) < MIN_WORDS:
        raise Refused("purpose_missing", "purpose", min=MIN_WORDS)
    return words


def check_request(words: str, about_on: date, today: date) -> str:
    """The words of "I am in this photo". Raises Refused for too few or too many, and for a day ahead or long ago."""
    kept = paragraphs(words, "words", MAX_WORDS)
    if len(kept) < MIN_WORDS:
        raise Refused("photo_request_words", "words", min=MIN_WORDS)
    if not today - timedelta(days=ABOUT_DAYS) <= about_on <= today:
        raise Refused("photo_request_day", "about_on", days=ABOUT_DAYS)
    return kept


def answer_by(asked_at: datetime) -> datetime:
    """The instant by which whoever asked has an answer."""
    return asked_at + timedelta(days=ANSWER_DAYS)


def check_answer(verdict: str, words: str) -> str:
    """The words of an answer. Raises Refused for an unknown verdict, and for a "no" without a reason."""
    if verdict not in VERDICTS:
        raise Refused("verdict_unknown", "answer")
    kept = paragraphs(words, "reason", MAX_WORDS)
    if verdict == "declined" and len(kept) < MIN_WORDS:
        raise Refused("reason_needed", "reason")
    return kept
