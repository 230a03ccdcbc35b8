"""The queue of a manager, and deciding on one entry."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import decider, me
from civic.activities import service as activities
from civic.areas import service as areas
from civic.db import transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.filters import in_language
from civic.ledger import service as ledger
from civic.moderation import service
from civic.moderation.forms import READY_REASONS, DecisionForm
from civic.rules.decisions import UNDO_MINUTES, answer_by
from civic.rules.refused import Conflict, NotFound, Refused
from civic.web import status_of, zone

bp = Blueprint("moderation", __name__)


@bp.get("/moderation")
@decider
def queue() -> Any:
    """The oldest entry that waits for me, its facts beside its photos, and the next ones."""
    area = request.args.get("area") or None
    waiting = service.queue(me(), area)
    wanted = request.args.get("entry", "")
    chosen = next((found for found in waiting if str(found.entry.id) == wanted), waiting[0] if waiting else None)
    return _queue_page(waiting, chosen, area, DecisionForm(formdata=None))


@bp.get("/moderation/<int:entry_id>")
@decider
def one(entry_id: int) -> str:
    """One entry with its history: where it can be decided on, taken back or reversed."""
    return _entry_page(_entry(entry_id), DecisionForm(formdata=None))


@bp.post("/moderation/<int:entry_id>/decision")
@decider
def decide(entry_id: int) -> Any:
    """Decide. Where somebody else was quicker, say so and go on to the next."""
    form = DecisionForm()
    verdict = form.decision.data or ""
    area = request.args.get("area") or None
    try:
        with transaction():
            entry = service.decide(entry_id, verdict, form.words(), by=me(), now=clock.now(), zone=zone())
            saying = _said(entry, verdict)
    except Conflict as conflict:
        form.refuse(conflict)
        return _entry_page(_entry(entry_id), form), status_of(conflict)
    except NotFound:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _entry_page(_entry(entry_id), form), status_of(refused)
    flash(saying)
    if verdict in ("reverse", "undo"):
        return redirect(f"/moderation/{entry_id}", 303)
    return redirect("/moderation" + (f"?area={area}" if area else ""), 303)


def _said(entry: Entry, verdict: str) -> str:
    activity = activities.get(entry.activity_key)
    name = in_language(activity.name_zh, activity.name_en)
    return {
        "approve": _("已通过：%(activity)s", activity=name),
        "return": _("已请补充：%(activity)s", activity=name),
        "reject": _("没有通过：%(activity)s", activity=name),
        "reverse": _("已冲回：%(activity)s", activity=name),
        "undo": _("已撤销，这一笔又在等核对：%(activity)s", activity=name),
    }[verdict]


def _entry(entry_id: int) -> Entry:
    """An entry within my grants, own and family's included: whether I may decide is said on its page."""
    entry = entries.find_entry(entry_id)
    if entry is None:
        raise NotFound("entry")
    service.check_within_reach(entry, me())
    return entry


def _queue_page(waiting: list[service.Waiting], chosen: service.Waiting | None, area: str | None, form: Any) -> str:
    return render_template(
        "moderation/queue.html",
        waiting=waiting,
        chosen=chosen,
        facts=_facts(chosen.entry) if chosen else None,
        length=service.queue_length(me(), area),
        area=areas.get_area(area) if area else None,
        undoable=service.find_undoable(me(), clock.now()),
        form=form,
        ready_reasons=READY_REASONS,
        activity_of=activities.get,
        answer_by=answer_by,
        now=clock.now(),
        undo_minutes=UNDO_MINUTES,
    )


def _entry_page(entry: Entry, form: DecisionForm) -> str:
    return render_template(
        "moderation/entry.html",
        entry=entry,
        resident=service.resident_of(entry),
        community=areas.get_area(entry.community_code),
        refusal=service.find_refusal(entry, me()),
        facts=_facts(entry),
        steps=service.history(entry.id),
        postings=ledger.postings_of(entry.id),
        form=form,
        ready_reasons=READY_REASONS,
        undoable=service.find_undoable(me(), clock.now()),
        now=clock.now(),
        answer_by=answer_by,
        undo_minutes=UNDO_MINUTES,
    )


def _facts(entry: Entry) -> dict[str, Any]:
    """What a manager weighs: the activity and its price, what it would earn now, and this resident's record."""
    rule = activities.rule_version(entry.activity_key, entry.rule_version)
    logged, approved = service.record_of(entry.resident_id)
    return {
        "activity": activities.get(entry.activity_key),
        "rule": rule,
        "would_earn": service.would_earn(entry),
        "logged": logged,
        "approved": approved,
        "at_maximum": entry.quantity == rule.max_quantity > rule.min_quantity,
    }
