"""A child's page for its guardian, and taking an account over at 14."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock, limits
from civic.access import me, open_to_all, signed_in
from civic.accounts import entrance, guardians
from civic.activities import service as activities
from civic.children import service
from civic.children.forms import ClaimForm, EraseForm
from civic.db import transaction
from civic.entries import service as entries
from civic.home import service as home
from civic.ledger import passbook
from civic.ledger import service as ledger
from civic.rules.people import birthday_in, is_child
from civic.rules.periods import Period, parse, period_of
from civic.rules.refused import NotFound, Refused, TooMany
from civic.teams import service as teams
from civic.web import status_of, zone

bp = Blueprint("children", __name__)

LATEST = 5


@bp.get("/me/family/children/<int:child_id>")
@signed_in
def show(child_id: int) -> str:
    """A child of mine: the week's leaf, points, latest entries, the statement; for its guardian alone."""
    return _child_page(child_id, EraseForm(None))


@bp.post("/me/family/children/<int:child_id>/erase")
@signed_in
def erase(child_id: int) -> Any:
    """Take out everything that names the child, at once."""
    form = EraseForm()
    if not form.validate():
        return _child_page(child_id, form), 422
    with transaction():
        service.erase(child_id, by=me(), now=clock.now(), zone=zone())
    flash(_("删好了，孩子的名字、附言和照片都不在了，得过的分留在总数里。"))
    return redirect("/me/family", 303)


@bp.post("/me/family/children/<int:child_id>/second")
@signed_in
def name_second(child_id: int) -> Response:
    """Say who looks after the child once my account ends."""
    chosen = request.form.get("person", "")
    relative = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else 0
    with transaction():
        guardians.name_second(child_id, relative, by=me(), now=clock.now(), zone=zone())
    flash(_("记下了。"))
    return redirect(f"/me/family/children/{child_id}", 303)


@bp.post("/me/family/children/<int:child_id>/code")
@signed_in
def make_code(child_id: int) -> str:
    """A code with which a ward of 14 takes the account over; it is shown once."""
    with transaction():
        code = guardians.make_claim_code(child_id, by=me(), now=clock.now(), zone=zone())
    return _child_page(child_id, EraseForm(None), code)


@bp.get("/claim")
@open_to_all
def ask_to_claim() -> str:
    """Taking over an account that a guardian kept until I was 14."""
    return render_template("children/claim.html", form=ClaimForm(None))


@bp.post("/claim")
@open_to_all
def claim() -> Any:
    """Choose a login and a password, and be signed in."""
    form = ClaimForm()
    if not form.validate():
        return render_template("children/claim.html", form=form), 422
    now = clock.now()
    with transaction():
        limits.take(limits.FAMILY_CODE, request.remote_addr, now=now)
    try:
        with transaction():
            person = guardians.claim(
                form.code.data, login=form.login.data, password=form.password.data, now=now, zone=zone()
            )
    except TooMany:
        raise
    except Refused as refused:
        form.refuse(refused)
        return render_template("children/claim.html", form=form), status_of(refused)
    entrance.sign_in(person)
    return redirect("/", 303)


def _child_page(child_id: int, form: EraseForm, code: str = "") -> str:
    child, today = guardians.get_ward(child_id, me()), clock.today(zone())
    period = _month_asked(today)
    statement = ledger.statement(child.id, period)
    latest = entries.list_own(child.id, limit=LATEST)
    return render_template(
        "children/show.html",
        child=child,
        form=form,
        code=code,
        claim_days=guardians.CLAIM_DAYS,
        is_child=is_child(child.born_on, today),
        turns_on=birthday_in(child.born_on, child.born_on.year + 14) if child.born_on else None,
        week=home.week(child.id, today),
        total=ledger.totals(child.id),
        entries=latest,
        merit=ledger.merit_of([entry.id for entry in latest]),
        activity_of=activities.get,
        worth_of=home.worth_of,
        teams=teams.standing_teams(child.id),
        consents=guardians.consents_of(child.id),
        second=guardians.second_of(child.id),
        relatives=guardians.may_follow(me(), today),
        period=period,
        following=period.next() if period.ends_on <= today else None,
        days=passbook.days(statement, "merit"),
        statement=statement,
        today=today,
    )


def _month_asked(today: date) -> Period:
    key = request.args.get("period")
    if not key:
        return period_of("month", today)
    try:
        period = parse(key)
    except ValueError:
        raise NotFound("page") from None
    if period.kind != "month":
        raise NotFound("page")
    return period
