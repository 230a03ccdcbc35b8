"""Objecting to a ranking, and answering: the form of everybody, the list and the answer of officers."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import decider, me, signed_in
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import transaction
from civic.rankings import objections
from civic.rankings.asked import AskedPublished, period_named, published_asked
from civic.rankings.models import Objection
from civic.rankings.objection_forms import AnswerForm, ObjectionForm
from civic.rules import objections as rules
from civic.rules.periods import Period, parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.web import boards_open, status_of, zone
from civic.wording import say

bp = Blueprint("objections", __name__)


@bp.get("/rankings/<period>/<code>/objections")
@signed_in
def form(period: str, code: str) -> str:
    """The form, for a ranking that stands for objections."""
    area, found, asked = _asked(period, code)
    rules.check_open(found.ended_at(zone()), found.closes_at(zone()), clock.now())
    return _form_page(area, found, asked, ObjectionForm(formdata=None))


@bp.post("/rankings/<period>/<code>/objections")
@signed_in
def object_(period: str, code: str) -> Any:
    """Object; what is refused comes back with everything that was typed."""
    area, found, asked = _asked(period, code)
    form = ObjectionForm()
    words = form.words.data or ""
    try:
        with transaction():
            objections.make(area, found, asked.of, asked.kind, words, by=me(), now=clock.now(), zone=zone())
    except Refused as refused:
        form.refuse(refused)
        return _form_page(area, found, asked, form), status_of(refused)
    flash(_("异议收到了。上一级的人来答复，封账以前一定有结果，答复会写在这里。"))
    return redirect(_address(found, area, asked.of, asked.kind), 303)


@bp.get("/objections")
@decider
def waiting() -> str:
    """What waits for my answer, what is due first at the top, and what was answered."""
    return render_template(
        "rankings/objections.html",
        waiting=objections.waiting(me(), clock.now()),
        answered=objections.answered(me()),
        address=_address_of,
        period_of=parse,
    )


@bp.get("/objections/<int:objection_id>")
@decider
def one(objection_id: int) -> str:
    """One objection, with the form for its answer."""
    return _answer_page(objections.get(objection_id, me()), AnswerForm(formdata=None))


@bp.post("/objections/<int:objection_id>/answer")
@decider
def answer(objection_id: int) -> Any:
    """Answer it, in public and for good."""
    form = AnswerForm()
    try:
        with transaction():
            found = objections.answer(objection_id, form.said(), by=me(), now=clock.now())
            address = _address_of(found)
    except (NotFound, Forbidden):
        raise
    except Conflict as conflict:
        flash(say(conflict))
        return redirect(f"/objections/{objection_id}", 303)
    except Refused as refused:
        form.refuse(refused)
        return _answer_page(objections.get(objection_id, me()), form), status_of(refused)
    flash(_("答复写在排名旁边了。"))
    return redirect(address, 303)


def _asked(key: str, code: str) -> tuple[Area, Period, AskedPublished]:
    """The ranking that is objected to. Raises NotFound where there is none, answers 403 where it may not be seen."""
    boards_open()
    area = areas.get_area(code)
    try:
        found = period_named(key)
    except Refused:
        abort(404)
    asked = published_asked(area, found)
    if asked.published.header is None:
        raise NotFound("ranking")
    return area, found, asked


def _form_page(area: Area, period: Period, asked: AskedPublished, form: ObjectionForm) -> str:
    return render_template(
        "rankings/object.html",
        area=area,
        period=period,
        asked=asked,
        form=form,
        address=_address(period, area, asked.of, asked.kind),
        action=request.full_path.rstrip("?"),
        most=rules.MAX_WORDS,
        least=rules.MIN_WORDS,
    )


def _answer_page(found: Objection, form: AnswerForm) -> str:
    return render_template(
        "rankings/answer.html",
        objection=found,
        area=areas.get_area(found.area_code),
        period=parse(found.period),
        is_own=found.person_id == me().id,
        is_overdue=found.answer_by <= clock.now(),
        address=_address_of(found),
        form=form,
        most=rules.MAX_WORDS,
    )


def _address_of(found: Objection) -> str:
    return _address(parse(found.period), areas.get_area(found.area_code), found.of, found.kind)


def _address(period: Period, area: Area, of: str, kind: str) -> str:
    """The page of a ranking, at its objections."""
    return f"/rankings/{period.key}/{area.code}?of={of}" + (f"&kind={kind}" if kind else "") + "#objections"
