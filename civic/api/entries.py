"""My entries: log, look, take back, mend."""

from typing import Any

from civic import clock
from civic.access import me, signed_in
from civic.api import paging, written
from civic.api.blueprint import ApiBlueprint
from civic.api.bodies import sent_photos
from civic.api.schemas import AppealIn, EntriesOut, EntriesQuery, EntryIn, EntryOut, MendedIn
from civic.db import transaction
from civic.entries import service
from civic.entries.service import Logged
from civic.intake.receive import receive, receive_mended
from civic.moderation import reviews
from civic.rules.places import Place, parse_cell, words_of
from civic.web import zone

bp = ApiBlueprint("entries", "Acts logged by the caller.")


@bp.post("/entries")
@signed_in
@bp.takes(EntryIn, location="json_or_form")
@bp.answers(201, EntryOut, "Taken in")
@bp.answers(200, EntryOut, "Sent before: the same entry, with the same id")
@bp.fails(400, 409, 413, 415, 422, 503)
def log(sent: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Log an act.

    As JSON, or as a form with the same fields and photos in the repeated field `photo`. Sent again with the same
    `client_key` and the same content it gives the same entry (200); with other content it is refused (409).
    """
    logged = Logged(
        activity_key=sent["activity"],
        acted_on=sent["acted_on"],
        quantity=sent["quantity"],
        client_key=sent["client_key"],
        note=sent["note"],
        title=sent["title"],
        answers=tuple(sent["answers"]),
        resident_id=sent["resident"],
        team_id=sent["team"],
        place=Place(parse_cell(sent["place"]), sent["placed_at"] or clock.now()) if sent["place"] else None,
        photo_places=words_of(sent["photo_places"]),
    )
    submission = receive(logged, sent_photos(), by=me(), now=clock.now(), zone=zone())
    entry = service.get_own(submission.entry.id, me())
    return written.entry(entry), 201 if submission.is_new else 200


@bp.get("/entries")
@signed_in
@bp.takes(EntriesQuery, location="query")
@bp.answers(200, EntriesOut)
def list_entries(query: dict[str, Any]) -> dict[str, Any]:
    """My entries, newest first."""
    statuses = (query["status"],) if "status" in query else ()
    found = service.list_own(me().id, statuses=statuses, before_id=query.get("before"), limit=paging.PAGE_ROWS + 1)
    page, last = paging.split(found)
    return {"items": written.entries(page), "next": paging.next_path(before=last.id) if last else None}


@bp.get("/entries/<int:entry_id>")
@signed_in
@bp.answers(200, EntryOut)
@bp.fails(404)
def get_entry(entry_id: int) -> dict[str, Any]:
    """One of my entries."""
    return written.entry(service.get_own(entry_id, me()))


@bp.post("/entries/<int:entry_id>/withdraw")
@signed_in
@bp.answers(200, EntryOut)
@bp.fails(404, 409)
def withdraw(entry_id: int) -> dict[str, Any]:
    """Take an entry back that nobody has decided on."""
    with transaction():
        service.withdraw(entry_id, by=me())
    return written.entry(service.get_own(entry_id, me()))


@bp.post("/entries/<int:entry_id>/appeal")
@signed_in
@bp.takes(AppealIn)
@bp.answers(200, EntryOut)
@bp.fails(400, 404, 409, 415)
def appeal(sent: dict[str, Any], entry_id: int) -> dict[str, Any]:
    """Ask for another look, elsewhere, at a rejected or reversed entry of mine: once, within 15 days."""
    with transaction():
        reviews.appeal(entry_id, sent["reason"], by=me(), now=clock.now())
    return written.entry(service.get_own(entry_id, me()))


@bp.post("/entries/<int:entry_id>/resubmit")
@signed_in
@bp.takes(MendedIn, location="json_or_form")
@bp.answers(200, EntryOut)
@bp.fails(400, 404, 409, 413, 415, 422, 503)
def resubmit(sent: dict[str, Any], entry_id: int) -> dict[str, Any]:
    """Send a returned entry in again, mended.

    What is left out stays as it was. Photos in the repeated field `photo` are added to those kept.
    """
    entry = service.get_own(entry_id, me())
    mended = receive_mended(
        entry.id,
        quantity=sent.get("quantity", entry.quantity),
        note=sent.get("note", entry.note),
        title=sent.get("title", entry.title),
        answers=tuple(sent.get("answers", entry.answers)),
        raw_photos=sent_photos(),
        by=me(),
        now=clock.now(),
        zone=zone(),
    )
    return written.entry(mended)
