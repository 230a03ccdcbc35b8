"""Reading: my weeks, my shelf, my notes, and what the neighbours read."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import decider, me, my_grants, signed_in
from civic.accounts import service as accounts
from civic.activities import service as activities
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import transaction
from civic.reading import lists, service
from civic.reading.bars import bars
from civic.reading.forms import RecommendForm
from civic.rules.refused import Refused
from civic.web import my_community_code, status_of, zone

bp = Blueprint("reading", __name__)
WITH_A_CHILD = "reading_with_child"


@bp.get("/reading")
@signed_in
def index() -> str:
    """What I read, and how to log more."""
    today = clock.today(zone())
    community = areas.get_area(my_community_code() or "")
    weeks = service.weeks_read(me().id, today)
    return render_template(
        "reading/index.html",
        weeks=weeks,
        bars=bars([each.minutes for each in weeks]),
        shelf=service.shelf(me().id),
        notes=service.notes(me().id),
        readings=[found for found in activities.open_activities() if found.kind == "reading"],
        with_a_child=activities.get_open(WITH_A_CHILD),
        children=accounts.children_of(me().id, today),
        community=community,
        recommended=lists.recommended(community.code),
        shared=lists.shared_titles(community.code),
        may_recommend=lists.may_recommend(community.code, my_grants()),
        activity_of=activities.get,
    )


@bp.post("/reading/finished")
@signed_in
def finish() -> Response:
    """Say that I read a book to the end, or that I am reading it again."""
    key, is_finished = request.form.get("book", ""), request.form.get("finished") == "yes"
    with transaction():
        if is_finished:
            service.finish(me(), key, now=clock.now())
        else:
            service.read_on(me(), key)
    flash(_("放进读完的书里了。") if is_finished else _("又拿起来读了。"))
    return redirect("/reading#shelf", 303)


@bp.get("/communities/<code>/reading")
@decider
def community_list(code: str) -> str:
    """The reading list of a community I am responsible for."""
    return _list_page(lists.get_community(code, my_grants()), RecommendForm(None))


@bp.post("/communities/<code>/reading")
@decider
def recommend(code: str) -> Any:
    """Put a title on it."""
    community, form = lists.get_community(code, my_grants()), RecommendForm()
    if not form.validate():
        return _list_page(community, form), 422
    words = (form.title.data or "", form.author.data or "", form.why.data or "")
    try:
        with transaction():
            lists.recommend(community, *words, by=me(), now=clock.now())
    except Refused as refused:
        form.refuse(refused)
        return _list_page(lists.get_community(code, my_grants()), form), status_of(refused)
    flash(_("放进书单了，邻居打开“阅读”就看得到。"))
    return redirect(f"/communities/{code}/reading", 303)


@bp.post("/communities/<code>/reading/<int:book_id>/off")
@decider
def take_off(code: str, book_id: int) -> Response:
    """Take a title off it."""
    community = lists.get_community(code, my_grants())
    with transaction():
        lists.take_off(community, book_id)
    flash(_("从书单里拿下来了。"))
    return redirect(f"/communities/{code}/reading", 303)


def _list_page(community: Area, form: RecommendForm) -> str:
    return render_template(
        "reading/list.html",
        community=community,
        form=form,
        recommended=lists.recommended(community.code),
        most=lists.MOST_RECOMMENDED,
        limits=lists,
    )
