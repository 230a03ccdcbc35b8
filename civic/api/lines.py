"""The lines of a statement as the API writes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from civic.db import db
from civic.ledger.models import Posting
from civic.moderation.models import Decision, Reason

SAME_DAY = "same_day"

# A reversal is written at the instant of its decision.
Occasion = tuple[int | None, datetime]


def lines(postings: Sequence[Posting]) -> list[dict[str, Any]]:
    """Each posting with why it is what it is: one query for the words of reversals, none without any."""
    words = _words_of_reversals(postings)
    return [_line(posting, words) for posting in postings]


def _line(posting: Posting, words: dict[Occasion, str]) -> dict[str, Any]:
    return {
        "id": posting.id,
        "counts_on": posting.counts_on,
        "kind": posting.kind,
        "merit": posting.merit,
        "balance": posting.balance,
        "activity": posting.activity_key,
        "entry": posting.entry_id,
        "reverses": posting.reverses_id,
        "rule_version": posting.rule_version,
        "reason": _why_less(posting) or words.get((posting.entry_id, posting.posted_at)),
        "posted_at": posting.posted_at,
    }


def _why_less(posting: Posting) -> str | None:
    """Why an award is less than its worth: the cap that set the figure, or that it was not the first of its day."""
    if posting.kind != "award" or posting.worth is None or posting.merit == posting.worth:
        return None
    return posting.cut_by or SAME_DAY


def _words_of_reversals(postings: Sequence[Posting]) -> dict[Occasion, str]:
    entry_ids = {posting.entry_id for posting in postings if posting.kind == "reversal"}
    if not entry_ids:
        return {}
    rows = db.session.execute(
        select(Decision.entry_id, Decision.decided_at, Reason.words)
        .join(Reason, Reason.decision_id == Decision.id)
        .where(Decision.entry_id.in_(entry_ids), Decision.verdict == "reverse")
    )
    return {(entry_id, decided_at): words for entry_id, decided_at, words in rows}
