"""The inbox: what concerns me, newest first, and what I want to be spared."""

import re
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me, signed_in
from civic.db import transaction
from civic.filters import relative_day
from civic.forms import BaseForm
from civic.inbox import telling
from civic.notices import service
from civic.rules.notices import GRAVE, KEPT_DAYS, SPARED
from civic.rules.refused import Refused
from civic.web import status_of

bp = Blueprint("inbox", __name__)
NOTICE_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


@bp.app_context_processor
def count_unread() -> dict[str, int]:
    """The number in the bar on top of every page."""
    return {"unread_notices": _unread()}


@bp.get("/notices")
@signed_in
def index() -> str:
    """My notices by day, newest first."""
    before = request.args.get("before", "")
    before_id = int(before) if NOTICE_ID.fullmatch(before) else None
    found = service.inbox(me().id, before_id=before_id, limit=service.PAGE_NOTICES + 1)
    shown = found[: service.PAGE_NOTICES]
    told = telling.tell(shown, me().id)
    return render_template(
        "inbox/index.html",
        days=[(day, list(some)) for day, some in groupby(told, lambda each: relative_day(each.notice.made_at))],
        unread=_unread(),
        older_than=shown[-1].id if len(found) > len(shown) else None,
        is_later=before_id is not None,
        kept_days=KEPT_DAYS,
    )


@bp.post("/notices/<int:notice_id>/read")
@signed_in
def read(notice_id: int) -> Response:
    """Note that I read one, and go to what it is about."""
    with transaction():
        address = telling.leads_to(service.mark_read(notice_id, by=me(), now=clock.now()))
    return redirect(address, 303)


@bp.post("/notices/read")
@signed_in
def read_all() -> Response:
    """Note that I read them all."""
    with transaction():
        service.mark_all_read(me().id, now=clock.now())
    return redirect(url_for("inbox.index"), 303)


@bp.get("/notices/settings")
@signed_in
def settings() -> str:
    """What I am told of, and what I could be spared."""
    return _settings_page(BaseForm(), sorted(service.quiet_kinds(me().id)))


@bp.post("/notices/settings")
@signed_in
def choose() -> Any:
    """Keep what I want to be told of; whatever is not ticked is not told from now on."""
    form, told = BaseForm(), request.form.getlist("told")
    try:
        with transaction():
            service.choose_quiet(me().id, set(SPARED) - set(told))
    except Refused as refused:
        form.refuse(refused)
        return _settings_page(form, sorted(set(SPARED) - set(told))), status_of(refused)
    flash(_("改好了，以后就这样通知你。"))
    return redirect(url_for("inbox.settings"), 303)


def _unread() -> int:
    """How many of my notices wait to be read."""
    session = getattr(current_user, "session", None)
    return service.unread_in(session) if session is not None else 0


def _settings_page(form: BaseForm, quiet: list[str]) -> str:
    return render_template(
        "inbox/settings.html", form=form, quiet=quiet, spared=SPARED, grave=GRAVE, names=telling.NAMES
    )
