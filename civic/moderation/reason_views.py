"""The words a community keeps ready for turning entries down."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from civic.access import decider, me, my_grants
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import transaction
from civic.moderation import reasons, service
from civic.moderation.blueprint import bp
from civic.moderation.forms import ReadyForm
from civic.rules.refused import NotFound, Refused
from civic.web import status_of


@bp.get("/moderation/reasons")
@decider
def ready() -> str:
    """The words of one community, to be changed."""
    community = _community()
    form = ReadyForm(formdata=None)
    for line, words in zip(form.words, reasons.of_community(community.code), strict=False):
        line.data = words
    return _page(community, form)


@bp.post("/moderation/reasons")
@decider
def keep() -> Any:
    """Keep them. They are there for the next entry."""
    community = _community()
    code, form = community.code, ReadyForm()
    try:
        with transaction():
            reasons.keep(code, form.lines())
    except Refused as refused:
        form.refuse(refused)
        return _page(areas.get_area(code), form, refused), status_of(refused)
    flash(_("常用理由存好了，下一笔就能用。"))
    return redirect("/moderation", 303)


def _community() -> Area:
    """The community asked for, else the only one I decide in. Raises NotFound outside my grants."""
    own = [grant.area_code for grant in my_grants() if grant.role == "community_manager"]
    community = areas.get_area(request.args.get("area") or (own[0] if own else ""))
    service.reach(me(), community.code)
    if community.level != "community":
        raise NotFound("area")
    return community


def _page(community: Area, form: ReadyForm, refused: Refused | None = None) -> str:
    return render_template("moderation/reasons.html", community=community, form=form, refused=refused)
