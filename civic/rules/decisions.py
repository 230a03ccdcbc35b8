"""Who may decide on what, with which words, and for how long it can be taken back.

docs/rules.md: sections 2 and 5, fine print P10.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from civic.rules.periods import day_of, is_closed, parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

VERDICTS = ("approve", "return", "reject", "reverse", "undo")
REASONED = ("return", "reject", "reverse")
MAX_REASON_LENGTH = 1000
UNDO_MINUTES = 10
ANSWER_HOURS = 48
CLAIM_MINUTES = 10
MOST_CLAIMS = 50
READY_REASONS = 8  # that a community may keep
MAX_READY_LENGTH = 200
SIMPLE_WORTH = 6  # an entry worth no more, with no signal, may be approved together with others like it
BATCH_ENTRIES = 20

LEVELS = ("community", "subdistrict", "district", "city")
LEVEL_OF_ROLE = {
    "community_manager": "community",
    "subdistrict_officer": "subdistrict",
    "district_officer": "district",
    "city_officer": "city",
}
# Ranks are places in LEVELS. An administrator has none: the catalogue's keeper decides on no entry.
MANAGER_RANK = 0
TOP_RANK = len(LEVELS) - 1

_BECOMES: dict[str, dict[str, str]] = {
    "approve": {"pending": "approved"},
    "reject": {"pending": "rejected"},
    "return": {"pending": "returned"},
    "reverse": {"approved": "reversed"},
    "undo": {"approved": "pending", "rejected": "pending", "returned": "pending"},
}


@dataclass(frozen=True)
class Judge:
    """Somebody who wants to decide, with their standing grants as (role, area code)."""

    person_id: int
    grants: tuple[tuple[str, str], ...]


def becomes(verdict: str, was: str) -> str:
    """The status an entry takes by a verdict. Raises Conflict where something else happened first."""
    if verdict not in _BECOMES:
        raise Refused("verdict_unknown", "decision")
    status = _BECOMES[verdict].get(was)
    if status is None:
        undecided = verdict in ("reverse", "undo") and was in ("pending", "held")
        raise Conflict("not_decided_yet" if undecided else "already_decided", status=was)
    return status


def check_reason(verdict: str, words: str | None) -> str:
    """The words given with a verdict, without space around them.

    Raises Refused where there are none and a person was owed some, or where they are too long.
    """
    reason = (words or "").strip()
    if not any(sign.isprintable() and not sign.isspace() for sign in reason):
        reason = ""
    if not reason and verdict in REASONED:
        raise Refused("reason_needed", "reason")
    if len(reason) > MAX_REASON_LENGTH:
        raise Refused("reason_too_long", "reason", max=MAX_REASON_LENGTH)
    return reason


def reaches(area_code: str, code: str) -> bool:
    """Whether a grant on the one area reaches the other: itself and everything below it.

    Official codes begin with the code of the area above.
    """
    return code.startswith(area_code)


def rank_over(grants: Iterable[tuple[str, str]], community_code: str) -> int | None:
    """The highest rank among the grants that may decide and reach the community; None without any."""
    ranks = (
        LEVELS.index(LEVEL_OF_ROLE[role])
        for role, area_code in grants
        if role in LEVEL_OF_ROLE and reaches(area_code, community_code)
    )
    return max(ranks, default=None)


def may_decide(
    judge: Judge,
    *,
    resident_id: int,
    logged_by: int,
    community_code: str,
    kin: frozenset[int],
    author_rank: int | None,
) -> None:
    """Raises NotFound outside every grant; Forbidden for one's own, one's family's, and one's peer's entry.

    `kin` are the judge's family. `author_rank` is `rank_over` of the resident's own grants: staff are decided on from
    above, city officers, above whom there is nobody, by one another.
    """
    rank = rank_over(judge.grants, community_code)
    if rank is None:
        raise NotFound("entry")
    if judge.person_id == resident_id:
        raise Forbidden("own_entry")
    if judge.person_id == logged_by or {resident_id, logged_by} & kin:
        raise Forbidden("family_entry")
    if author_rank is not None and rank <= author_rank and not rank == author_rank == TOP_RANK:
        raise Forbidden("staff_entry")


def may_undo(decided_at: datetime, now: datetime) -> bool:
    """Whether a decision can still be taken back by whoever made it."""
    return now <= decided_at + timedelta(minutes=UNDO_MINUTES)


def check_undo(person_id: int, decided_by: int | None, decided_at: datetime, now: datetime) -> None:
    """Raises Forbidden for another's decision (or a rule's), Conflict when the time is over."""
    if person_id != decided_by:
        raise Forbidden("not_your_decision")
    if not may_undo(decided_at, now):
        raise Conflict("undo_too_late", minutes=UNDO_MINUTES)


def may_reverse(
    rank: int, month: str, now: datetime, zone: ZoneInfo, posted_on: date, sealed: frozenset[str] = frozenset()
) -> bool:
    """Whether an award marked for this month, posted on this day of the city, can be reversed by somebody of this rank.

    Managers while the month is open, officers until the end of the year after the award.
    """
    if day_of(now, zone).year > posted_on.year + 1:
        return False
    return rank > MANAGER_RANK or not is_closed(parse(month), now, zone, sealed)


def check_reverse(
    rank: int, month: str, now: datetime, zone: ZoneInfo, posted_on: date, sealed: frozenset[str] = frozenset()
) -> None:
    """Raises Forbidden where an officer still could, Conflict where nobody can any more."""
    if may_reverse(rank, month, now, zone, posted_on, sealed):
        return
    if may_reverse(TOP_RANK, month, now, zone, posted_on, sealed):
        raise Forbidden("month_closed", month=month)
    raise Conflict("reverse_too_late", year=posted_on.year + 1)


def answer_by(queued_at: datetime) -> datetime:
    """The instant by which somebody who waits since then has an answer."""
    return queued_at + timedelta(hours=ANSWER_HOURS)
