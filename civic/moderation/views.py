"""The queue of a manager, and deciding on one entry. Opening an entry claims it: nobody else decides on it then."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import decider, me, my_grants
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.areas import service as areas
from civic.db import transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.filters import in_language
from civic.ledger import service as ledger
from civic.moderation import (
    assignments,
    batch_views,
    claims,
    desk,
    escalation,
    reason_views,
    reasons,
    review_views,
    service,
    signals,
)
from civic.moderation.batches import batches as desk_batches
from civic.moderation.blueprint import bp
from civic.moderation.forms import DecisionForm
from civic.moderation.narrowed import Narrowed
from civic.moderation.queue import Reach
from civic.rules.decisions import ANSWER_HOURS, UNDO_MINUTES, reaches
from civic.rules.periods import day_of, start_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.reviews import HOLD_REASONS
from civic.web import status_of, zone
from civic.wording import HELD_FOR, say

__all__ = ["batch_views", "bp", "reason_views", "review_views"]

UNDO_SECONDS = UNDO_MINUTES * 60


@bp.app_template_filter()
def decider_name(person: Person) -> str:
    """A resident as those who decide see them."""
    return desk.shown_name(person, clock.today(zone()))


@bp.get("/moderation")
@decider
def queue() -> str:
    """The oldest entry that waits for me, its facts beside its photos, and the next ones."""
    return _queue_page(request.args.get("entry", ""), DecisionForm(formdata=None))


@bp.get("/moderation/<int:entry_id>")
@decider
def one(entry_id: int) -> str:
    """One entry with its history: where it can be decided on, taken back or reversed."""
    return _entry_page(_entry(entry_id), DecisionForm(formdata=None))


@bp.post("/moderation/<int:entry_id>/decision")
@decider
def decide(entry_id: int) -> Any:
    """Decide, then go on to the next. Where somebody else was quicker, say so and lose nothing that was typed."""
    form = DecisionForm()
    verdict = form.decision.data or ""
    try:
        with transaction():
            entry = service.decide(entry_id, verdict, form.words(), by=me(), now=clock.now(), zone=zone())
            activity_key = entry.activity_key
    except NotFound:
        raise
    except (Conflict, Forbidden) as refused:
        return _entry_page(_entry(entry_id), form, refused), status_of(refused)
    except Refused as refused:
        form.refuse(refused)
        return _refused_page(entry_id, form), status_of(refused)
    if verdict in ("reverse", "undo"):
        flash(_said(verdict, activity_key))
    return redirect(_next(entry_id, verdict), 303)


def _next(entry_id: int, verdict: str) -> str:
    """The queue again; an entry that waits anew stands before its decider."""
    if verdict == "reverse" or (verdict == "undo" and not _is_from_queue()):
        return f"/moderation/{entry_id}"
    return Narrowed.asked().address(entry=str(entry_id) if verdict == "undo" else "")


def _is_from_queue() -> bool:
    return request.args.get("from") == "queue"


def _said(verdict: str, activity_key: str) -> str:
    activity = activities.get(activity_key)
    name = in_language(activity.name_zh, activity.name_en)
    if verdict == "reverse":
        return _("已撤销加分：%(activity)s", activity=name)
    return _("已撤销决定，这一笔又在等核对：%(activity)s", activity=name)


def _entry(entry_id: int) -> Entry:
    """An entry within my grants, own and family's included: whether I may decide is said on its page."""
    entry = entries.find_entry(entry_id)
    if entry is None:
        raise NotFound("entry")
    return entry


def _refused_page(entry_id: int, form: DecisionForm) -> str:
    """The page the refused form came from, with everything typed."""
    return _queue_page(str(entry_id), form) if _is_from_queue() else _entry_page(_entry(entry_id), form)


def _queue_page(wanted: str, form: DecisionForm) -> str:
    now, asked = clock.now(), Narrowed.asked()
    reach = service.reach(me(), asked.area)
    chosen_id = _open(wanted, asked, reach, now)
    waiting = service.queue(me(), within_reach=reach, only=asked.conditions(now))
    kinds = signals.of_queue(waiting, me(), now)
    shown = [one for one in waiting if asked.signal in kinds[one.entry.id]] if asked.signal else waiting
    chosen = next((one for one in waiting if one.entry.id == chosen_id), None)
    if chosen_id is not None and chosen is None:  # further back than the page that is loaded
        (chosen,) = service.pick([chosen_id], reach)
        kinds |= signals.of_queue([chosen], me(), now)
    held = claims.holders([one.entry.id for one in waiting], me(), now)
    sheet = None
    if chosen:
        sheet = desk.sheet(chosen, kinds[chosen.entry.id], viewer=me(), now=now)
        form.offer(chosen.entry, sheet.kinds, reasons.of_community(chosen.entry.community_code))
    overdue_since = now - timedelta(hours=ANSWER_HOURS)
    everywhere = reach if asked.area is None else service.reach(me())
    tonight = start_of(day_of(now, zone()) + timedelta(days=1), zone())
    backlog = service.backlog(everywhere, overdue_since, tonight - timedelta(hours=ANSWER_HOURS))
    return render_template(
        "moderation/queue.html",
        shown=shown,
        chosen=chosen,
        is_taken=wanted.isdigit() and chosen is not None and int(wanted) != chosen.entry.id and int(wanted) in held,
        sheet=sheet,
        kinds=kinds,
        held=held,
        escalated=escalation.escalated([one.entry.id for one in waiting if one.entry.queued_at <= overdue_since]),
        batches=desk_batches(shown, kinds, held),
        counted={kind: sum(kind in kinds[one.entry.id] for one in waiting) for kind in signals.KINDS},
        morning=desk.morning(waits for code, waits in backlog.items() if reaches(asked.area or "", code)),
        places=desk.places(my_grants(), {code: waits.waiting for code, waits in backlog.items()}, asked.area),
        asked=asked,
        loaded=len(waiting),
        reviews=assignments.count_of(me().id),
        undoable=_undoable(),
        form=form,
        activities_open=activities.open_activities(),
        activity_of=activities.get,
        clock_of=lambda entry: desk.clock(entry, now),
        now=now,
    )


def _open(wanted: str, asked: Narrowed, reach: Reach, now: datetime) -> int | None:
    """Claim the entry that the page will show, before anything is read: what a transaction follows is read anew.

    A signal is known only of entries that were read, so a queue narrowed to one is read twice.
    """
    among = None
    if asked.signal:
        waiting = service.queue(me(), within_reach=reach, only=asked.conditions(now))
        kinds = signals.of_queue(waiting, me(), now)
        among = [one.entry.id for one in waiting if asked.signal in kinds[one.entry.id]]
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted) <= entries.MAX_ID else None
    with transaction():
        return claims.open_next(reach, asked.conditions(now), wanted=number, among=among, by=me(), now=now)


def _entry_page(entry: Entry, form: DecisionForm, refused: Refused | None = None) -> str:
    """One entry. `refused` is what stood in the way of a decision just now; what was typed is kept beside it."""
    now = clock.now()
    may_not = service.find_refusal(entry, me())
    if isinstance(may_not, NotFound):
        raise may_not
    holder = None
    if entry.status == "pending" and may_not is None:
        entry, holder = _claimed(entry.id, now)
    place = (entry.resident_id, entry.community_code)
    is_member = place in accounts.confirmed_members([place])
    community = areas.get_area(entry.community_code)
    found = service.Waiting(entry, service.resident_of(entry), community, is_member)
    sheet = desk.sheet(found, signals.of_entry(entry, is_member, me(), now), viewer=me(), now=now)
    form.offer(entry, sheet.kinds, reasons.of_community(entry.community_code))
    steps = service.history(entry.id)
    is_approved = entry.status == "approved" and may_not is None
    no_reversal = service.find_reverse_refusal(entry, me(), now=now, zone=zone()) if is_approved else None
    own_last = service.undoable_step(entry, steps, me(), now) if may_not is None else None
    return render_template(
        "moderation/entry.html",
        sheet=sheet,
        entry=entry,
        may_decide_here=may_not is None,
        held=holder,
        may_not=say(may_not) if may_not else None,
        refused=say(refused) if refused else None,
        is_conflict=isinstance(refused, Conflict),
        typed=form.words() if refused else "",
        may_reverse=is_approved and no_reversal is None,
        held_for={why: HELD_FOR[why] for why in HOLD_REASONS},
        no_reversal=say(no_reversal) if no_reversal else None,
        steps=steps,
        own_last=own_last,
        seconds_left=_seconds_left(own_last) if own_last else 0,
        earned=sum(posting.merit for posting in ledger.postings_of(entry.id)),
        form=form,
        asked=Narrowed.asked(),
        now=now,
    )


def _claimed(entry_id: int, now: datetime) -> tuple[Entry, tuple[str, datetime] | None]:
    """Claim an entry whose page is opened; gives it as it is then, and who else holds it until when."""
    with transaction():
        is_mine = claims.open_one(entry_id, by=me(), now=now)
    holder = None if is_mine else claims.holders([entry_id], me(), now).get(entry_id)
    return _entry(entry_id), holder


def _undoable() -> dict[str, Any] | None:
    """What the undo bar says: my last decision, while it can be taken back."""
    found = service.find_undoable(me(), clock.now())
    if found is None:
        return None
    step, entry = found
    return {
        "entry": entry,
        "verdict": step.decision.verdict,
        "resident": service.resident_of(entry),
        "activity": activities.get(entry.activity_key),
        "seconds_left": _seconds_left(step),
    }


def _seconds_left(step: service.Step) -> int:
    return max(0, UNDO_SECONDS - int((clock.now() - step.decision.decided_at).total_seconds()))
