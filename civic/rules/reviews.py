"""Reviews outside an entry's own area: what may be held, what may be appealed, and for how long either may wait.

docs/rules.md: section 5, fine print P6, cases A30 to A34.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from civic.rules.decisions import LEVELS
from civic.rules.refused import Conflict, Refused
from civic.rules.words import paragraphs

HOLD, APPEAL = "hold", "appeal"
HOLD_REASONS = ("photo", "repeat", "quantity", "kin")
ANSWER_HOURS = 72  # then the review goes a level up
APPEAL_DAYS = 15
MIN_WORDS, MAX_WORDS = 5, 1000
APPEALED = ("rejected", "reversed")
# Whom a review is offered to, nearest first: a role, and how far up the area it is looked for in.
TIERS: tuple[tuple[str, str], ...] = (
    ("community_manager", "subdistrict"),
    ("community_manager", "district"),
    ("subdistrict_officer", "district"),
    ("district_officer", "city"),
    ("city_officer", "city"),
)
FIRST_OFFICERS = 2  # the tier a review goes up to from any manager


def check_hold(reason: str) -> str:
    """The class of reason an entry is held for. Raises Refused for any other."""
    if reason not in HOLD_REASONS:
        raise Refused("hold_reason_unknown", "why")
    return reason


def check_appeal(status: str, decided_at: datetime | None, words: str, now: datetime) -> str:
    """The words of an appeal. Raises Conflict where there is nothing to appeal or it is too late, else Refused.

    It is open for 15 days from the decision, once.
    """
    if status not in APPEALED or decided_at is None:
        raise Conflict("nothing_to_appeal", status=status)
    if now > decided_at + timedelta(days=APPEAL_DAYS):
        raise Conflict("appeal_too_late", days=APPEAL_DAYS)
    kept = paragraphs(words, "words", MAX_WORDS)
    if len(kept) < MIN_WORDS:
        raise Refused("appeal_words", "words", min=MIN_WORDS)
    return kept


def becomes(purpose: str, verdict: str, was: str) -> str:
    """The status a reviewed entry takes: approved, or what a hold or an appeal that fails leads to.

    `was` is what was appealed: rejected or reversed. Raises Refused for any other verdict.
    """
    if verdict not in ("approve", "reject"):
        raise Refused("verdict_unknown", "decision")
    if verdict == "approve":
        return "approved"
    return was if purpose == APPEAL else "rejected"


def is_overdue(given_at: datetime, now: datetime) -> bool:
    """Whether a review has waited too long where it is."""
    return now >= given_at + timedelta(hours=ANSWER_HOURS)


def answer_by(given_at: datetime) -> datetime:
    """The instant by which whoever has the review should have answered."""
    return given_at + timedelta(hours=ANSWER_HOURS)


def tiers_for(author_rank: int | None, from_tier: int = 0) -> Sequence[tuple[int, str, str]]:
    """The tiers to ask, with their numbers: from one on, and for staff only those above their own level.

    City officers, above whom there is nobody, review one another.
    """
    found = [(number, role, level) for number, (role, level) in enumerate(TIERS) if number >= from_tier]
    if author_rank is None:
        return found
    return [tier for tier in found if _rank(tier[1]) > author_rank or _rank(tier[1]) == len(LEVELS) - 1]


def _rank(role: str) -> int:
    return {"community_manager": 0, "subdistrict_officer": 1, "district_officer": 2, "city_officer": 3}[role]
