"""Taking my data along, and leaving for good. Both ask for the password anew."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template
from flask_babel import gettext as _

from civic import clock, limits
from civic.access import me, my_grants, signed_in
from civic.accounts import entrance
from civic.accounts import leaving as accounts
from civic.db import db, transaction
from civic.forms import BaseForm
from civic.ledger import service as ledger
from civic.mydata import exporting, leaving
from civic.mydata.archive import zipped
from civic.mydata.forms import ExportForm, LeaveForm
from civic.rules.refused import Refused
from civic.web import status_of, zone

bp = Blueprint("mydata", __name__)


@bp.get("/me/export")
@signed_in
def export() -> str:
    """What the archive holds, and the field for the password."""
    return render_template("mydata/export.html", form=ExportForm(None))


@bp.post("/me/export")
@signed_in
def take_along() -> Any:
    """The archive itself, made while it is sent. Nothing of it stays here, so nothing of it can be fetched again."""
    form = ExportForm()
    if not form.validate():
        return render_template("mydata/export.html", form=form), 422
    if not _is_right(form):
        return render_template("mydata/export.html", form=form), 422
    with transaction():
        limits.take(limits.EXPORT, me().id, now=clock.now())
    now = clock.now()
    files = exporting.files(me(), clock.today(zone()), now)
    db.session.rollback()  # the database is not kept waiting while photos are on their way
    response = Response(zipped(files, now.astimezone(zone())), mimetype="application/zip")
    filename = f"civic-together-{clock.today(zone())}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@bp.get("/me/delete")
@signed_in
def ask_to_leave() -> str:
    """What goes and what stays, in plain words, and the field for the password."""
    return _leave_page(LeaveForm(None))


@bp.post("/me/delete")
@signed_in
def leave() -> Any:
    """Leave for good, at once."""
    form = LeaveForm()
    if not form.validate() or not _is_right(form):
        return _leave_page(form), 422
    try:
        leaving.leave(me(), now=clock.now(), zone=zone())
    except Refused as refused:
        form.refuse(refused)
        return _leave_page(form), status_of(refused)
    entrance.leave(forget_device=True)
    flash(_("账号已经注销，称呼、登录、写下的话和照片都删掉了。一路同行，多谢。"))
    return redirect("/", 303)


def _is_right(form: BaseForm) -> bool:
    """Whether the password in a form is mine; refuses it beside its field. Counted as guesses at signing in are."""
    if entrance.check_password(me().login or "", form["password"].data) is not None:
        return True
    form.refuse(Refused("password_wrong", "password"))
    return False


def _leave_page(form: LeaveForm) -> str:
    return render_template(
        "mydata/leave.html",
        form=form,
        total=ledger.totals(me().id),
        children=accounts.dependents(me().id),
        is_staff=bool(my_grants()),
    )
