"""Announcements: everybody's page of what runs, and the pages of those who write them."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import decider, me, my_grants, open_to_all
from civic.accounts import grants
from civic.announcements import service
from civic.announcements.forms import AnnouncementForm
from civic.announcements.models import Announcement
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import transaction
from civic.rules import announcements as rules
from civic.rules.refused import Forbidden, NotFound, Refused
from civic.web import boards_open, my_community_code, status_of, zone

bp = Blueprint("announcements", __name__)

STANDS_DAYS = 7


@bp.get("/communities/<code>/announcements")
@open_to_all
def of_community(code: str) -> str:
    """Everything announced in a community today, its own and what comes from above."""
    community = areas.get_area(code)
    if community.level != "community":
        raise NotFound("area")
    boards_open()
    return render_template(
        "announcements/of_community.html",
        community=community,
        announcements=service.running(code, clock.today(zone())),
        is_mine=my_community_code() == code,
        may_manage=grants.over(my_grants(), code) is not None,
    )


@bp.get("/areas/<code>/announcements")
@decider
def of_area(code: str) -> str:
    """An area's announcements for those who write them: running, to come, over."""
    area = _managed(code)
    return render_template(
        "announcements/of_area.html",
        area=area,
        board=service.board(code, clock.today(zone())),
        below=_below(area),
        most=rules.MAX_RUNNING,
    )


@bp.get("/areas/<code>/announcements/new")
@decider
def new(code: str) -> str:
    """The form, empty, for a week from today."""
    today = clock.today(zone())
    form = AnnouncementForm(None, from_on=today, until_on=today + timedelta(days=STANDS_DAYS - 1))
    return _form_page(_managed(code), form)


@bp.post("/areas/<code>/announcements/new")
@decider
def write(code: str) -> Any:
    """Announce it."""
    area, form = _managed(code), AnnouncementForm()
    if not form.validate():
        return _form_page(area, form), 422
    try:
        with transaction():
            service.write(code, form.written(), by=me(), now=clock.now(), zone=zone())
    except Forbidden:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _form_page(area, form), status_of(refused)
    flash(_("公告写好了，从你选的那天起大家就看得到。"))
    return redirect(f"/areas/{code}/announcements", 303)


@bp.get("/announcements/<int:announcement_id>")
@decider
def edit(announcement_id: int) -> str:
    """The form of one that stands, with its words."""
    found = service.get(announcement_id, by=me())
    return _form_page(areas.get_area(found.area_code), AnnouncementForm(None, obj=found), found)


@bp.post("/announcements/<int:announcement_id>")
@decider
def change(announcement_id: int) -> Any:
    """Change it."""
    found, form = service.get(announcement_id, by=me()), AnnouncementForm()
    area = areas.get_area(found.area_code)
    if not form.validate():
        return _form_page(area, form, found), 422
    try:
        with transaction():
            service.change(announcement_id, form.written(), by=me(), now=clock.now(), zone=zone())
    except Forbidden:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _form_page(area, form, service.get(announcement_id, by=me())), status_of(refused)
    flash(_("改好了。"))
    return redirect(f"/areas/{area.code}/announcements", 303)


@bp.post("/announcements/<int:announcement_id>/withdraw")
@decider
def withdraw(announcement_id: int) -> Response:
    """Take it down."""
    with transaction():
        code = service.withdraw(announcement_id, by=me(), now=clock.now(), zone=zone()).area_code
    flash(_("撤下了，页面上已经看不到。"))
    return redirect(f"/areas/{code}/announcements", 303)


def _managed(code: str) -> Area:
    area = areas.get_area(code)
    if grants.over(my_grants(), code) is None:
        raise Forbidden("not_your_area")
    return area


def _below(area: Area) -> list[Area]:
    return areas.children(area.code) if area.level != "community" else []


def _form_page(area: Area, form: AnnouncementForm, announcement: Announcement | None = None) -> str:
    today = clock.today(zone())
    stands = announcement is None or (announcement.withdrawn_at is None and announcement.until_on >= today)
    return render_template(
        "announcements/form.html",
        area=area,
        form=form,
        announcement=announcement,
        stands=stands,
        max_title=rules.MAX_TITLE,
        max_words=rules.MAX_WORDS,
    )
