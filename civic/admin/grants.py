"""Grants on the web: who may do what where; one proposes, another confirms."""

from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me, staff
from civic.accounts import proposals
from civic.admin.blueprint import bp
from civic.admin.forms import ROLE_NAMES, ProposalForm
from civic.db import transaction
from civic.rules.refused import Refused
from civic.web import status_of

HERE = "/admin/grants"


@bp.get("/grants")
@staff
def list_grants() -> str:
    """The grants within my reach, what waits for a second person, and what became of the last proposals."""
    return _page(ProposalForm(formdata=None))


@bp.post("/grants/proposals")
@staff
def propose_grant() -> Any:
    """Propose a role; it stands once another person has confirmed it."""
    form = ProposalForm()
    _reach()
    if not form.validate():
        return _page(form), 422
    try:
        with transaction():
            proposals.propose(form.login.data, form.role.data, form.area.data.strip(), by=me(), now=clock.now())
    except Refused as refused:
        form.refuse(refused)
        return _page(form), status_of(refused)
    flash(_("提好了，等另一位确认，7 天内有效。"))
    return redirect(HERE, 303)


@bp.post("/grants/proposals/<int:proposal_id>/answer")
@staff
def answer_proposal(proposal_id: int) -> Response:
    """Confirm or decline what somebody else proposed."""
    _reach()
    if request.form.get("answer") == "confirm":
        with transaction():
            proposals.confirm(proposal_id, by=me(), now=clock.now())
        flash(_("确认了，授权马上生效。"))
    elif request.form.get("answer") == "decline":
        with transaction():
            proposals.decline(proposal_id, by=me(), now=clock.now())
        flash(_("这项提议放下了。"))
    else:
        abort(422)
    return redirect(HERE, 303)


@bp.post("/grants/<int:grant_id>/revoke")
@staff
def revoke_grant(grant_id: int) -> Response:
    """Take a grant back, from the next request on."""
    with transaction():
        proposals.take_back(grant_id, by=me(), now=clock.now())
    flash(_("收回了，从下一次打开页面起不再有效。"))
    return redirect(HERE, 303)


def _reach() -> list[str]:
    """The areas in which I may give roles; 403 without any."""
    reach = proposals.held_areas(me().id)
    if not reach:
        abort(403)
    return reach


def _page(form: ProposalForm) -> str:
    reach, now, text = _reach(), clock.now(), request.args.get("q", "")
    return render_template(
        "admin/grants.html",
        form=form,
        q=text,
        found=proposals.standing(reach, text),
        waiting=proposals.waiting(reach, now),
        answered=proposals.answered(reach, now),
        roles=ROLE_NAMES,
        most=proposals.LISTED,
    )
