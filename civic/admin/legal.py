"""The city's own words on the privacy page, published on the web."""

from typing import Any

from flask import flash, redirect, render_template
from flask_babel import gettext as _

from civic import clock
from civic.access import administrator, me
from civic.admin.blueprint import bp
from civic.admin.forms import LegalForm
from civic.db import transaction
from civic.home import legal
from civic.rules.refused import Refused
from civic.web import status_of


@bp.get("/legal")
@administrator
def edit_legal() -> str:
    """The latest version, to be changed into the next."""
    found = legal.find(None)
    return _page(LegalForm(None, zh=found.row.zh if found else "", en=found.row.en if found else ""))


@bp.post("/legal")
@administrator
def publish_legal() -> Any:
    """Publish it as a version of its own."""
    form = LegalForm()
    try:
        with transaction():
            legal.publish(form.zh.data or "", form.en.data or "", by=me().id, now=clock.now())
    except Refused as refused:
        form.refuse(refused)
        return _page(form), status_of(refused)
    flash(_("公布了，旧的一版还能看到。"))
    return redirect("/legal/privacy", 303)


def _page(form: LegalForm) -> str:
    return render_template("admin/legal.html", form=form, most=legal.MAX_WORDS)
