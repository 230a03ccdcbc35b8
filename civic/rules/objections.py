"""Objections to a ranking while it stands for them, and what makes an answer.

docs/rules.md: section 6, cases A50 and A51.
"""

from collections.abc import Iterable
from datetime import datetime

from civic.rules.decisions import MANAGER_RANK, rank_over
from civic.rules.refused import Conflict, Refused
from civic.rules.words import paragraphs

MIN_WORDS, MAX_WORDS = 10, 1000
VERDICTS = ("mended", "stands")


def is_open(ended_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """Whether a ranking stands for objections: from the end of its period until it closes."""
    return ended_at <= now < closes_at


def check_open(ended_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Raises Conflict before the period has ended and once it is closed."""
    if now < ended_at:
        raise Conflict("objection_too_early")
    if now >= closes_at:
        raise Conflict("objection_too_late")


def may_answer(held: Iterable[tuple[str, str]], area_code: str) -> bool:
    """Whether grants answer objections to an area's rankings: those above its communities' managers."""
    rank = rank_over(held, area_code)
    return rank is not None and rank > MANAGER_RANK


def clean(text: str, field: str) -> str:
    """Words as they are kept. Raises Refused for too few, too many, or what cannot be read."""
    words = paragraphs(text, field, MAX_WORDS)
    if len(words) < MIN_WORDS:
        raise Refused("words_too_few", field, min=MIN_WORDS, length=len(words))
    return words


def check_verdict(verdict: str) -> str:
    """One of VERDICTS. Raises Refused for anything else."""
    if verdict not in VERDICTS:
        raise Refused("objection_verdict", "verdict")
    return verdict
