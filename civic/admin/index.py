"""The index of a city on the web: what is in force, what is proposed for the next year, and what it would change."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me, staff
from civic.admin.blueprint import bp
from civic.admin.forms import IndexForm
from civic.areas.models import Area
from civic.db import transaction
from civic.rankings import index_changes, index_figures
from civic.rules import index_changes as rules
from civic.rules.civility_index import PARTS
from civic.rules.refused import Refused
from civic.web import status_of, zone


@bp.get("/index")
@staff
def show_index() -> str:
    """Weights and targets in force, those to come, proposals with their effect, and the form."""
    city = _city()
    kind = request.args.get("kind", "month")
    settings = index_changes.in_force(city.code, clock.today(zone())).get(kind)
    if settings is None:
        abort(404)
    suggested = index_changes.suggested(city.code, clock.now(), zone()) if kind == "month" else None
    return _page(city, IndexForm.of(kind, suggested or settings))


@bp.post("/index/proposals")
@staff
def propose_index() -> Any:
    """Propose figures for the next year."""
    city, form = _city(), IndexForm()
    if not form.validate():
        return _page(city, form), 422
    try:
        with transaction():
            index_changes.propose(
                city.code, form.kind.data or "", form.settings(), by=me(), now=clock.now(), zone=zone()
            )
    except Refused as refused:
        form.refuse(refused)
        return _page(city, form), status_of(refused)
    flash(_("提好了，等另一位确认，7 天内有效。"))
    return redirect(f"/admin/index?area={city.code}", 303)


@bp.post("/index/proposals/<int:proposal_id>/answer")
@staff
def answer_index(proposal_id: int) -> Response:
    """Confirm or let fall what somebody else proposed."""
    city = _city()
    if request.form.get("answer") == "confirm":
        with transaction():
            index_changes.confirm(proposal_id, by=me(), now=clock.now(), zone=zone())
        flash(_("确认了，从明年 1 月 1 日起用，已经公布。"))
    elif request.form.get("answer") == "decline":
        with transaction():
            index_changes.decline(proposal_id, by=me(), now=clock.now())
        flash(_("这项提议放下了。"))
    else:
        abort(422)
    return redirect(f"/admin/index?area={city.code}", 303)


def _city() -> Area:
    """The city asked for, of those I run; 403 without any."""
    mine = index_changes.cities_of(me())
    if not mine:
        abort(403)
    code = request.args.get("area", "")
    found = next((city for city in mine if city.code == code), mine[0] if not code else None)
    if found is None:
        abort(404)
    return found


def _page(city: Area, form: IndexForm) -> str:
    now, today = clock.now(), clock.today(zone())
    waiting = index_changes.waiting(city.code, now)
    return render_template(
        "admin/index.html",
        city=city,
        cities=index_changes.cities_of(me()),
        form=form,
        parts=PARTS,
        in_force=index_changes.in_force(city.code, today),
        to_come=index_changes.to_come(city.code, today),
        suggested=index_changes.suggested(city.code, now, zone()),
        is_season=rules.is_season(today),
        waiting=[
            (one, index_changes.effect(city.code, one.settings) if one.row.kind == "month" else None) for one in waiting
        ],
        answered=index_changes.answered(city.code, now),
        new_year=rules.next_new_year(today),
        target_words=index_figures.target_words,
    )
