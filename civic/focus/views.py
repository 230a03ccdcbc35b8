"""Choosing the week's focus."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import decider, me, my_grants
from civic.accounts import grants
from civic.activities import service as activities
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import transaction
from civic.focus import service
from civic.forms import BaseForm
from civic.rules.periods import Period
from civic.rules.refused import Forbidden, NotFound, Refused
from civic.web import status_of, zone

bp = Blueprint("focus", __name__)

NEXT = "next"


@bp.get("/communities/<code>/focus")
@decider
def choose(code: str) -> str:
    """The catalogue, to choose up to three activities from, for this week or the next."""
    area, week = _managed(code), _week_asked(request.args.get("week"))
    chosen = service.focus_of(code, [week.key])[week.key]
    return _page(area, week, [one.key for one in chosen], BaseForm(formdata=None))


@bp.post("/communities/<code>/focus")
@decider
def set_focus(code: str) -> Any:
    """Keep the choice."""
    area, form = _managed(code), BaseForm()
    week, keys = _week_asked(request.form.get("week")), request.form.getlist("activities")
    try:
        with transaction():
            chosen = service.set_focus(code, week.key, keys, by=me(), now=clock.now(), zone=zone())
    except Forbidden:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _page(area, week, keys, form), status_of(refused)
    flash(_("定好了，邻居的首页上就看得到。") if chosen else _("这周不主推，首页上没有这一栏。"))
    return redirect(f"/communities/{code}/manage", 303)


def _week_asked(wanted: str | None) -> Period:
    """This week, or the next where it is asked for by its key or in a word."""
    this_week, following = service.weeks_open(clock.today(zone()))
    return following if wanted in (NEXT, following.key) else this_week


def _managed(code: str) -> Area:
    area = areas.get_area(code)
    if area.level != "community":
        raise NotFound("area")
    if grants.over(my_grants(), code) is None:
        raise Forbidden("not_your_area")
    return area


def _page(area: Area, week: Period, chosen: list[str], form: BaseForm) -> str:
    this_week, following = service.weeks_open(clock.today(zone()))
    return render_template(
        "focus/choose.html",
        area=area,
        form=form,
        week=week,
        weeks=(this_week, following),
        chosen=chosen,
        shelves=activities.open_shelves(),
        most=service.MOST,
    )
