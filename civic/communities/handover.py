"""Handing a community over while on leave: the manager's form, the officer's answer, and who stands in."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import decider, me, my_grants, signed_in
from civic.accounts import stand_ins
from civic.areas.models import Area
from civic.communities.forms import StandInForm
from civic.communities.manage import managed
from civic.db import transaction
from civic.rules.refused import Forbidden, Refused
from civic.rules.stand_ins import MAX_DAYS
from civic.web import status_of, zone

bp = Blueprint("handover", __name__)

USUAL_DAYS = 7


@bp.get("/communities/<code>/stand-ins")
@decider
def of_community(code: str) -> str:
    """A community's hand-overs, and the form for another."""
    tomorrow = clock.today(zone()) + timedelta(days=1)
    form = StandInForm(None, from_on=tomorrow, until_on=tomorrow + timedelta(days=USUAL_DAYS - 1))
    return _page(managed(code), form)


@bp.post("/communities/<code>/stand-ins")
@decider
def propose(code: str) -> Any:
    """Ask that somebody manage in my place."""
    area, form = managed(code), StandInForm()
    if not form.validate():
        return _page(area, form), 422
    days = (form.from_on.data, form.until_on.data)
    try:
        with transaction():
            stand_ins.propose(me(), code, form.login.data, *days, now=clock.now(), zone=zone())
    except Forbidden:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _page(area, form), status_of(refused)
    flash(_("报上去了，街道同意以后，到那天零点自动生效。"))
    return redirect(f"/communities/{code}/stand-ins", 303)


@bp.get("/stand-ins")
@signed_in
def mine() -> str:
    """Those I asked for, those by which I stand in, and those that wait for my word."""
    today = clock.today(zone())
    return render_template(
        "communities/my_stand_ins.html",
        awaiting=stand_ins.awaiting(me(), today),
        concerning=stand_ins.concerning(me().id, today),
    )


@bp.post("/stand-ins/<int:stand_in_id>/accept")
@decider
def accept(stand_in_id: int) -> Response:
    """As an officer above, agree."""
    with transaction():
        stand_ins.accept(stand_in_id, by=me(), now=clock.now(), zone=zone())
    flash(_("同意了，到那天零点自动生效，到期自动结束。"))
    return redirect("/stand-ins", 303)


@bp.post("/stand-ins/<int:stand_in_id>/decline")
@decider
def decline(stand_in_id: int) -> Response:
    """As an officer above, disagree."""
    with transaction():
        stand_ins.decline(stand_in_id, by=me(), now=clock.now())
    flash(_("没有同意，社区管理员那边会看到。"))
    return redirect("/stand-ins", 303)


@bp.post("/stand-ins/<int:stand_in_id>/end")
@signed_in
def end(stand_in_id: int) -> Response:
    """Take it back, or end it before its last day."""
    with transaction():
        stand_ins.end(stand_in_id, by=me(), now=clock.now(), zone=zone())
    flash(_("结束了，从现在起不再有效。"))
    return redirect("/stand-ins", 303)


def _page(area: Area, form: StandInForm) -> str:
    own = [one for one in my_grants() if one.role == "community_manager" and one.area_code == area.code]
    return render_template(
        "communities/stand_ins.html",
        community=area,
        form=form,
        handovers=stand_ins.of_community(area.code, clock.today(zone())),
        may_propose=any(one.ends_at is None for one in own),
        max_days=MAX_DAYS,
    )
