"""代录: the manager's page with people, sheet and slips; and the open page of a slip, which says "not me"."""

from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock, limits, media
from civic.access import decider, me, my_grants, open_to_all
from civic.accounts import grants
from civic.activities import service as activities
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import transaction
from civic.filters import name as name_of
from civic.on_behalf import service
from civic.on_behalf.forms import HelpedForm, SheetForm, TypedForm
from civic.on_behalf.service import Typed
from civic.rules import on_behalf as rules
from civic.rules.refused import Forbidden, NotFound, Refused
from civic.web import status_of, zone
from civic.wording import say

bp = Blueprint("on_behalf", __name__)


@bp.get("/communities/<code>/on-behalf")
@decider
def show(code: str) -> str:
    """The people of the list, the slips to type in, and what was typed lately."""
    return _page(_managed(code), TypedForm(formdata=None), HelpedForm(formdata=None))


@bp.post("/communities/<code>/on-behalf")
@decider
def type_in(code: str) -> Any:
    """Log what the slips say. Each goes on by itself: those that are right are stored, the others stay in the form."""
    area, form = _managed(code), TypedForm()
    area_code, wrong, stored = area.code, {}, 0
    for place, row in form.filled():
        try:
            _type_one(row, form.photo(place))
        except Refused as refused:
            wrong[place] = say(refused)
        else:
            stored += 1
            row.code.data = row.note.data = ""
    if stored:
        flash(_("录好 %(n)s 张，由别处的人对着纸条来看。", n=stored))
    if not wrong:
        return redirect(f"/communities/{area_code}/on-behalf", 303)
    return _page(_managed(area_code), form, HelpedForm(formdata=None), wrong), 422


def _type_one(row: Any, photo: bytes | None) -> None:
    """One slip, in a transaction of its own."""
    if photo is None:
        raise Refused("slip_photo_missing", "photo")
    if row.acted_on.data is None or row.quantity.data is None:
        raise Refused("slip_incomplete", "acted_on")
    chosen = row.person.data or ""
    typed = Typed(
        code=row.code.data or "",
        person_id=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0,
        activity_key=row.activity.data or "",
        acted_on=row.acted_on.data,
        quantity=row.quantity.data,
        note=row.note.data or "",
    )
    now = clock.now()
    paper = media.shrink(photo, acted_on=typed.acted_on, zone=zone())
    with transaction():
        service.type_in(typed, paper, by=me(), now=now, zone=zone())


@bp.post("/communities/<code>/on-behalf/people")
@decider
def add_person(code: str) -> Any:
    """Put somebody without a phone on the list, who agreed on paper."""
    area, form = _managed(code), HelpedForm()
    area_code = area.code
    try:
        with transaction():
            service.add_helped(area_code, form.name.data or "", by=me(), now=clock.now(), zone=zone())
    except Forbidden:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _page(_managed(area_code), TypedForm(formdata=None), form), status_of(refused)
    flash(_("加到名单里了。"))
    return redirect(f"/communities/{area_code}/on-behalf", 303)


@bp.get("/communities/<code>/on-behalf/sheet")
@decider
def sheet(code: str) -> str:
    """The latest sheet, to be printed and cut."""
    area = _managed(code)
    slips = service.sheet_of(area.code)
    pictures = {slip.code: _qr(slip.code) for slip in slips}
    return render_template(
        "on_behalf/sheet.html", community=area, slips=slips, pictures=pictures, form=SheetForm(formdata=None)
    )


@bp.post("/communities/<code>/on-behalf/sheet")
@decider
def make_sheet(code: str) -> Response:
    """A sheet of new slips."""
    area_code = _managed(code).code
    with transaction():
        service.make_sheet(area_code, by=me(), now=clock.now())
    return redirect(f"/communities/{area_code}/on-behalf/sheet", 303)


@bp.get("/slip/<code>")
@open_to_all
def slip(code: str) -> str:
    """What was logged from a slip, for whoever holds it: the act and the day, no person."""
    return _slip_page(code)


@bp.post("/slip/<code>")
@open_to_all
def not_me(code: str) -> Any:
    """Say that it was not oneself."""
    found, _entry = _found(code)
    with transaction():
        service.disown(found.code, now=clock.now())
    flash(_("收到了。别处的人会再看这一笔，街道也知道了。"))
    return redirect(f"/slip/{found.code}", 303)


def _found(code: str) -> tuple[Any, Any]:
    with transaction():
        limits.take(limits.SLIP, request.remote_addr, now=clock.now())
    found = service.find_slip(code)
    with transaction():
        limits.give_back(limits.SLIP, request.remote_addr)
    return found


def _slip_page(code: str) -> str:
    _found(code)
    found, entry = service.find_slip(code)  # what a transaction follows is read anew
    return render_template("on_behalf/slip.html", slip=found, entry=entry, activity=activities.get(entry.activity_key))


def _managed(code: str) -> Area:
    """A community within my grants. Raises NotFound for what is none, Forbidden outside."""
    area = areas.get_area(code)
    if area.level != "community":
        raise NotFound("area")
    if grants.over(my_grants(), code) is None:
        raise Forbidden("not_your_area")
    return area


def _page(area: Area, form: TypedForm, helped: HelpedForm, wrong: dict[int, str] | None = None) -> str:
    people = service.helped(area.code)
    acts = [one for one in activities.open_activities() if not one.is_pledge]
    form.offer(
        [(str(person.id), person.name) for person in people],
        [(one.key, name_of(one)) for one in acts],
        clock.today(zone()),
    )
    return render_template(
        "on_behalf/show.html",
        community=area,
        form=form,
        helped=helped,
        people=people,
        wrong=wrong or {},
        typed=service.typed_lately(area.code),
        activity_of=activities.get,
        month=service.typed_in_month(me(), clock.now(), zone()),
        monthly=rules.MONTHLY,
    )


def _qr(code: str) -> str:
    return segno.make(f"{request.host_url}slip/{code}", error="m").svg_data_uri(scale=3, border=1)
