"""The queue of a manager, and deciding on one entry."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
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
from civic.moderation import desk, service, signals
from civic.moderation.forms import DecisionForm
from civic.rules.decisions import UNDO_MINUTES
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.web import status_of, zone
from civic.wording import say

bp = Blueprint("moderation", __name__)

UNDO_SECONDS = UNDO_MINUTES * 60


@dataclass(frozen=True)
class Narrowed:
    """What the queue is narrowed to; it stays so from one decision to the next."""

    area: str | None
    signal: str | None

    @classmethod
    def asked(cls) -> "Narrowed":
        """As the address has it."""
        signal = request.args.get("signal")
        return cls(request.args.get("area") or None, signal if signal in signals.KINDS else None)

    def address(self, path: str = "/moderation", **more: str) -> str:
        """An address that keeps it."""
        chosen = {"area": self.area, "signal": self.signal, **more}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{path}?{query}" if query else path


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
    waiting = service.queue(me(), asked.area)
    kinds = signals.of_queue(waiting)
    shown = [one for one in waiting if asked.signal in kinds[one.entry.id]] if asked.signal else waiting
    if not shown:
        shown, asked = waiting, Narrowed(asked.area, None)
    chosen = next((one for one in shown if str(one.entry.id) == wanted), shown[0] if shown else None)
    sheet = None
    if chosen:
        sheet = desk.sheet(chosen, kinds[chosen.entry.id], viewer=me(), now=now)
        form.offer(chosen.entry, sheet.kinds)
    return render_template(
        "moderation/queue.html",
        shown=shown,
        chosen=chosen,
        sheet=sheet,
        kinds=kinds,
        counted={kind: sum(kind in held for held in kinds.values()) for kind in signals.KINDS},
        places=desk.places(my_grants(), service.waiting_by_community(me()), asked.area),
        asked=asked,
        loaded=len(waiting),
        undoable=_undoable(),
        form=form,
        activity_of=activities.get,
        clock_of=lambda entry: desk.clock(entry, now),
        now=now,
    )


def _entry_page(entry: Entry, form: DecisionForm, refused: Refused | None = None) -> str:
    """One entry. `refused` is what stood in the way of a decision just now; what was typed is kept beside it."""
    now = clock.now()
    may_not = service.find_refusal(entry, me())
    if isinstance(may_not, NotFound):
        raise may_not
    place = (entry.resident_id, entry.community_code)
    is_member = place in accounts.confirmed_members([place])
    community = areas.get_area(entry.community_code)
    found = service.Waiting(entry, service.resident_of(entry), community, is_member)
    sheet = desk.sheet(found, signals.of_entry(entry, is_member), viewer=me(), now=now)
    form.offer(entry, sheet.kinds)
    steps = service.history(entry.id)
    is_approved = entry.status == "approved" and may_not is None
    no_reversal = service.find_reverse_refusal(entry, me(), now=now, zone=zone()) if is_approved else None
    own_last = service.undoable_step(entry, steps, me(), now) if may_not is None else None
    return render_template(
        "moderation/entry.html",
        sheet=sheet,
        entry=entry,
        may_decide_here=may_not is None,
        may_not=say(may_not) if may_not else None,
        refused=say(refused) if refused else None,
        is_conflict=isinstance(refused, Conflict),
        typed=form.words() if refused else "",
        may_reverse=is_approved and no_reversal is None,
        no_reversal=say(no_reversal) if no_reversal else None,
        steps=steps,
        own_last=own_last,
        seconds_left=_seconds_left(own_last) if own_last else 0,
        earned=sum(posting.merit for posting in ledger.postings_of(entry.id)),
        form=form,
        asked=Narrowed.asked(),
        now=now,
    )


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
