"""What waits for a decision, and deciding."""

from typing import Any

from civic import clock
from civic.access import decider, me, signed_in
from civic.accounts.models import Person
from civic.api import paging, written
from civic.api.blueprint import ApiBlueprint
from civic.api.schemas import ClaimsIn, ClaimsOut, DecisionIn, EntryOut, QueueOut, QueueQuery
from civic.api.signals import signals
from civic.db import transaction
from civic.entries import service as entries
from civic.moderation import assignments, claims, reviews, service
from civic.moderation.desk import shown_name
from civic.moderation.service import Waiting
from civic.rules.people import is_child
from civic.rules.refused import NotFound
from civic.web import zone

bp = ApiBlueprint("moderation", "For those whose grant may decide on entries.")


@bp.get("/moderation/queue")
@decider
@bp.takes(QueueQuery, location="query")
@bp.answers(200, QueueOut)
@bp.fails(404)
def queue(query: dict[str, Any]) -> dict[str, Any]:
    """Entries I may decide on, who waits longest first."""
    after = paging.parse_cursor(query["after"]) if "after" in query else None
    found = service.queue(me(), query.get("area"), after=after, limit=paging.PAGE_ROWS + 1)
    page, last = paging.split(found)
    follows = paging.cursor(last.entry.queued_at, last.entry.id) if last else None
    return {"items": _items(page), "next": paging.next_path(after=follows) if follows else None}


@bp.post("/moderation/claims")
@decider
@bp.takes(ClaimsIn)
@bp.answers(200, ClaimsOut)
@bp.fails(400, 404, 415)
def claim(sent: dict[str, Any]) -> dict[str, Any]:
    """Hold entries for ten minutes: mine again first, then who waits longest and nobody else holds.

    Until then another's decision on them is refused (409). A decision needs no claim.
    """
    reach = service.reach(me(), sent["area"])
    with transaction():
        held = claims.take(reach, sent["count"], by=me(), now=clock.now())
    place = {entry_id: number for number, entry_id in enumerate(held.entry_ids)}
    found = sorted(service.pick(held.entry_ids, reach), key=lambda one: place[one.entry.id])
    return {"items": _items(found), "until": held.until}


@bp.post("/moderation/<int:entry_id>/decision")
@signed_in
@bp.takes(DecisionIn)
@bp.answers(200, EntryOut)
@bp.fails(400, 404, 409, 415)
def decide(sent: dict[str, Any], entry_id: int) -> dict[str, Any]:
    """Approve, return, reject or reverse an entry, or undo one's own decision of the last ten minutes.

    A held or appealed entry is decided on by whoever was given the review.

    404 outside my grants, 403 for my own, my family's or a peer's entry, 409 where it was decided on already or
    somebody else holds it.
    """
    with transaction():
        decide_on = reviews.decide if assignments.find_open(entry_id, me()) else service.decide
        decide_on(entry_id, sent["decision"], sent["reason"], by=me(), now=clock.now(), zone=zone())
    entry = entries.find_entry(entry_id)
    if entry is None:
        raise NotFound("entry")
    return written.entry(entry)


def _items(page: list[Waiting]) -> list[dict[str, Any]]:
    found = zip(page, written.entries([one.entry for one in page]), signals(page), strict=True)
    return [
        {
            **entry,
            "resident": _resident(one.resident),
            "community": one.community.code,
            "community_name": one.community.short_name,
            "queued_at": one.entry.queued_at,
            "signals": reasons,
        }
        for one, entry, reasons in found
    ]


def _resident(person: Person) -> dict[str, str | None]:
    """Whose entry it is. A child is named to nobody outside its family, not by an id either."""
    today = clock.today(zone())
    is_a_child = is_child(person.born_on, today)
    return {"id": None if is_a_child else str(person.id), "name": shown_name(person, today)}
