"""Bulletins for everybody: the archive, the page that prints on A4, the workbook, the feed; and writing them."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import decider, me, me_or_none, open_to_all, staff
from civic.areas import service as areas
from civic.bulletins import service, sheets
from civic.bulletins.forms import WordsForm
from civic.bulletins.service import Shown
from civic.dashboards import charts
from civic.dashboards.figures import LABELS
from civic.db import transaction
from civic.rankings.asked import period_named
from civic.rankings.published import corrections
from civic.rules import bulletins as rules
from civic.rules.periods import Period, parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.spreadsheets import XLSX
from civic.web import boards_open, status_of
from civic.wording import say

bp = Blueprint("bulletins", __name__)


@bp.get("/bulletins")
@open_to_all
def index() -> str:
    """Every published bulletin, the latest first; for officers their drafts before them."""
    boards_open()
    person, code = me_or_none(), request.args.get("area", "")
    return render_template(
        "bulletins/index.html",
        area=areas.get_area(code) if code else None,
        drafts=service.drafts(person) if person and not code else [],
        published=service.published(code or None),
    )


@bp.get("/bulletins.atom")
@open_to_all
def feed() -> Response:
    """The same as a feed for whoever follows them."""
    boards_open()
    found = service.published()
    updated = max((one.row.published_at for one in found if one.row.published_at), default=clock.now())
    text = render_template("bulletins/feed.xml", published=found, updated=updated, root=request.url_root.rstrip("/"))
    return Response(text, mimetype="application/atom+xml")


@bp.get("/bulletins/<period>/<code>")
@open_to_all
def show(period: str, code: str) -> str:
    """A bulletin; a draft only for those who write or publish it."""
    boards_open()
    person = me_or_none()
    return _page(service.get(_period(period), code, person))


@bp.get("/bulletins/<period>/<code>/bulletin.xlsx")
@open_to_all
def workbook(period: str, code: str) -> Response:
    """Its tables as a workbook."""
    boards_open()
    found = service.get(_period(period), code, me_or_none())
    name = f"civic-bulletin-{found.row.period}-{found.area.code}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(sheets.workbook(found), mimetype=XLSX, headers=headers)


@bp.get("/bulletins/<period>/<code>/edit")
@decider
def edit(period: str, code: str) -> str:
    """The words of a draft, to be changed."""
    row = service.get_draft(_period(period), code, me())
    form = WordsForm(formdata=None, words=row.words, version=str(row.version))
    return _form_page(period, code, form)


@bp.post("/bulletins/<period>/<code>/edit")
@decider
def save(period: str, code: str) -> Any:
    """Keep the words; where somebody else was quicker, theirs are shown beside what was typed."""
    form = WordsForm()
    try:
        with transaction():
            words, version = form.words.data or "", form.number()
            service.edit(_period(period), code, words, version, by=me(), now=clock.now())
    except (NotFound, Forbidden):
        raise
    except Conflict as conflict:
        theirs = service.get_draft(_period(period), code, me())
        form.form_errors.append(say(conflict))
        form.version.data = str(theirs.version)
        return _form_page(period, code, form, theirs=theirs.words), 409
    except Refused as refused:
        form.refuse(refused)
        return _form_page(period, code, form), status_of(refused)
    flash(_("存好了。要另一个人看过才能发布。"))
    return redirect(f"/bulletins/{period}/{code}", 303)


@bp.post("/bulletins/<period>/<code>/publish")
@staff
def publish(period: str, code: str) -> Any:
    """Publish it, as the second person."""
    form = WordsForm()
    try:
        with transaction():
            service.publish(_period(period), code, form.number(), by=me(), now=clock.now())
    except NotFound:
        raise
    except (Conflict, Forbidden) as refused:
        flash(say(refused))
    else:
        flash(_("发布了，谁都能看到，此后不再改动。"))
    return redirect(f"/bulletins/{period}/{code}", 303)


def _page(found: Shown) -> str:
    person = me_or_none()
    is_mine = person is not None and not found.is_published and service.may_see(person, found.area.code)
    why_not = service.why_not_publish(found.row, person) if person and is_mine else None
    weeks = [(parse(key), share, year_before) for key, share, year_before in found.row.facts["weeks"]]
    shares = [share for _week, share, _before in weeks], [before for _week, _share, before in weeks]
    return render_template(
        "bulletins/show.html",
        bulletin=found,
        facts=found.row.facts,
        area=found.area,
        period=found.period,
        path=areas.path(found.area.code),
        labels=LABELS,
        weeks=weeks,
        trend=charts.trend(*shares) if any(share is not None for share in shares[0]) else None,
        notes=corrections(found.area, found.period) if found.is_published else [],
        may_write=bool(person and is_mine and service.may_write(person, found.area.code)),
        is_draft=not found.is_published,
        why_not=say(why_not) if why_not else None,
        names=found.names,
        slow_hours=rules.SLOW_HOURS,
    )


def _form_page(period: str, code: str, form: WordsForm, theirs: str | None = None) -> str:
    found = service.get(_period(period), code, me())
    if found.is_published:
        abort(404)
    return render_template(
        "bulletins/edit.html", bulletin=found, area=found.area, form=form, theirs=theirs, most=rules.MAX_WORDS
    )


def _period(key: str) -> Period:
    try:
        return period_named(key)
    except Refused:
        abort(404)
