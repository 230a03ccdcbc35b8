"""The pages of whoever manages a community: what waits there, its members, how its office is reached."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import decider, me, my_grants
from civic.accounts import grants, members, stand_ins
from civic.announcements import service as announcements
from civic.areas import service as areas
from civic.areas.models import Area
from civic.communities import service
from civic.communities.forms import ContactForm, RemovalForm
from civic.db import transaction
from civic.focus import service as focus
from civic.moderation import service as moderation
from civic.photos import service as photos
from civic.rules.announcements import MAX_RUNNING
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.web import status_of, zone
from civic.wording import say

bp = Blueprint("manage", __name__)

LAST_PAGE = 10_000


def managed(code: str) -> Area:
    """A community that I manage, or whose area I answer for. Raises NotFound, Forbidden."""
    area = areas.get_area(code)
    if area.level != "community":
        raise NotFound("area")
    if grants.over(my_grants(), code) is None:
        raise Forbidden("not_your_area")
    return area


@bp.get("/communities/<code>/manage")
@decider
def index(code: str) -> str:
    """Everything a manager does besides deciding on entries, with what waits in each place."""
    return _index_page(managed(code), ContactForm(None, words=service.contact_of(code) or ""))


@bp.post("/communities/<code>/manage/contact")
@decider
def set_contact(code: str) -> Any:
    """Say how the office is reached."""
    area, form = managed(code), ContactForm()
    try:
        with transaction():
            service.set_contact(code, form.words.data or "", by=me(), now=clock.now())
    except Forbidden:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _index_page(area, form), status_of(refused)
    flash(_("改好了，社区的页面上就是这个样子。"))
    return redirect(f"/communities/{code}/manage", 303)


@bp.get("/communities/<code>/members")
@decider
def member_list(code: str) -> str:
    """Who belongs here, in four states, searchable, without children."""
    area, today = managed(code), clock.today(zone())
    state = request.args.get("state", members.STATES[0])
    if state not in members.STATES:
        raise NotFound("page")
    wanted = request.args.get("q", "").replace("\0", "")
    return render_template(
        "communities/members.html",
        community=area,
        state=state,
        wanted=wanted.strip()[: members.MAX_SEARCH],
        counts=members.counts(code, today=today),
        page=members.page(code, state, wanted, _page_asked(), today=today),
        today=today,
    )


@bp.get("/communities/<code>/members/<int:membership_id>")
@decider
def member(code: str, membership_id: int) -> str:
    """One member: since when, and what can be done."""
    return _member_page(managed(code), membership_id, RemovalForm(None))


@bp.post("/communities/<code>/members/<int:membership_id>/remove")
@decider
def remove(code: str, membership_id: int) -> Any:
    """Take them out of the community from tomorrow on."""
    area, form = managed(code), RemovalForm()
    members.get_member(code, membership_id, today=clock.today(zone()))
    if not form.validate():
        return _member_page(area, membership_id, form), 422
    try:
        with transaction():
            members.remove(membership_id, form.reason.data, by=me(), now=clock.now(), zone=zone())
    except Refused as refused:
        form.refuse(refused)
        return _member_page(area, membership_id, form), status_of(refused)
    flash(_("明天零点起不再算这里的人，今天之内可以收回。"))
    return redirect(f"/communities/{code}/members/{membership_id}", 303)


@bp.post("/communities/<code>/members/<int:membership_id>/restore")
@decider
def restore(code: str, membership_id: int) -> Any:
    """Let them stay after all."""
    area = managed(code)
    members.get_member(code, membership_id, today=clock.today(zone()))
    try:
        with transaction():
            members.take_back(membership_id, by=me(), now=clock.now(), zone=zone())
    except Conflict as refused:
        form = RemovalForm(None)
        form.refuse(refused)
        return _member_page(area, membership_id, form), status_of(refused)
    flash(_("收回了，一切照旧。"))
    return redirect(f"/communities/{code}/members/{membership_id}", 303)


def _index_page(area: Area, form: ContactForm) -> str:
    today = clock.today(zone())
    weeks = [week.key for week in focus.weeks_open(today)]
    chosen = focus.focus_of(area.code, weeks)
    handovers = stand_ins.of_community(area.code, today)
    return render_template(
        "communities/manage.html",
        community=area,
        waiting=moderation.queue_length(me(), area.code),
        board=announcements.board(area.code, today),
        most=MAX_RUNNING,
        counts=members.counts(area.code, today=today),
        focus=chosen[weeks[0]],
        focus_next=chosen[weeks[1]],
        handovers=[one for one in handovers if one.state in ("proposed", "coming", "running")],
        photo_requests=len(photos.waiting(me(), clock.now())),
        form=form,
        max_contact=service.MAX_CONTACT,
    )


def _member_page(area: Area, membership_id: int, form: RemovalForm) -> str:
    today = clock.today(zone())
    found = members.get_member(area.code, membership_id, today=today)
    refusal = None if found.until_on else members.find_refusal(found, me())
    return render_template(
        "communities/member.html",
        community=area,
        member=found,
        form=form,
        may_not=say(refusal) if refusal else None,
        may_restore=found.removal is not None and found.until_on is not None and found.until_on > today,
        today=today,
        max_reason=members.MAX_REASON,
    )


def _page_asked() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= LAST_PAGE and len(text) <= 5):
        raise NotFound("page")
    return int(text)
