"""Switches on the web."""

from typing import Any

from flask import abort, current_app, flash, redirect, render_template
from flask_babel import gettext as _

from civic import clock
from civic.access import administrator, me
from civic.accounts import service as accounts
from civic.admin.blueprint import bp
from civic.admin.forms import SwitchForm
from civic.config import Config
from civic.db import transaction
from civic.rules.refused import NotFound, Refused
from civic.switches import service
from civic.web import status_of


@bp.get("/switches")
@administrator
def list_switches() -> str:
    """How each switch stands, who turned it last and why, and the form."""
    return _page(SwitchForm(formdata=None))


@bp.post("/switches/<name>")
@administrator
def turn_switch(name: str) -> Any:
    """Turn one, with a reason."""
    form = SwitchForm()
    if form.to.data not in ("on", "off"):
        abort(422)
    try:
        with transaction():
            service.turn(name, form.to.data == "on", form.why.data or "", by=me().id, now=clock.now())
    except NotFound:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _page(form), status_of(refused)
    flash(_("开了，谁都看得到。") if form.to.data == "on" else _("关了，没登录的人看不到。"))
    return redirect("/admin/switches", 303)


def _page(form: SwitchForm) -> str:
    config: Config = current_app.config["CIVIC"]
    turns = service.turns(service.PUBLIC_BOARDS)
    return render_template(
        "admin/switches.html",
        form=form,
        is_on=service.is_on(service.PUBLIC_BOARDS, config.public_boards),
        turns=turns,
        who=accounts.names_of({turn.turned_by_id for turn in turns}),
        most=service.MAX_WHY,
    )
