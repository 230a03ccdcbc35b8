"""Entries as the API writes them, for residents and those who decide alike."""

from collections.abc import Sequence
from typing import Any

from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.moderation import service as moderation

UNDECIDED = ("pending", "held", "returned", "withdrawn")


def entry(found: Entry) -> dict[str, Any]:
    """One entry with its points and the words of the last decision: two queries."""
    return entries([found])[0]


def entries(found: Sequence[Entry]) -> list[dict[str, Any]]:
    """The same for many, with the same two queries."""
    ids = [one.id for one in found]
    merit = ledger.merit_of(ids) if ids else {}
    reasons = moderation.last_reasons(ids) if ids else {}
    return [_written(one, merit.get(one.id, 0), reasons.get(one.id)) for one in found]


def _written(found: Entry, merit: int, reason: str | None) -> dict[str, Any]:
    return {
        "id": found.id,
        "client_key": found.client_key,
        "activity": found.activity_key,
        "acted_on": found.acted_on,
        "quantity": found.quantity,
        "note": found.note,
        "title": found.title,
        "answers": found.answers,
        "team": str(found.team_id) if found.team_id else None,
        "photos": len(found.photos),
        "status": found.status,
        "points": None if found.status in UNDECIDED else merit,
        "reason": reason,
        "submitted_at": found.submitted_at,
        "decided_at": found.decided_at,
    }
