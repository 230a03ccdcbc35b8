"""Pledges: signing one, filling in its days, taking it back."""

import uuid
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me, signed_in
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.areas import service as areas
from civic.db import transaction
from civic.pledges import certificates, service, together
from civic.rules.entries import LATE_KEPT_DAYS, days_open
from civic.rules.periods import Period, parse, period_of
from civic.rules.pledges import CERTIFICATE_DAYS, next_certificate
from civic.rules.points import KEPT_DAYS_PER_DAY
from civic.rules.refused import NotFound
from civic.rules.standings import masked
from civic.web import zone

bp = Blueprint("pledges", __name__)


@bp.get("/pledges")
@signed_in
def index() -> str:
    """The pledges I or a child of mine signed, with today's to fill in, and those there are to sign."""
    person, today = whose_asked(), clock.today(zone())
    signed = {pledge.activity_key: pledge for pledge in service.signed_by(person.id)}
    open_pledges = [found for found in activities.open_activities() if found.is_pledge]
    return render_template(
        "pledges/index.html",
        signed=[(found, signed[found.key]) for found in open_pledges if found.key in signed],
        others=[found for found in open_pledges if found.key not in signed],
        kept=service.kept_days(person.id),
        kept_today=service.kept_on(person.id, today),
        keys={key: str(uuid.uuid4()) for key in signed},
        today=today,
        late_days=LATE_KEPT_DAYS,
        per_day=KEPT_DAYS_PER_DAY,
        **of_whom(person),
    )


@bp.get("/pledges/<key>")
@signed_in
def show(key: str) -> str:
    """One pledge: its words, the days it was kept, and the days that can still be filled in."""
    activity, person = service.get_pledge_activity(key), whose_asked()
    today = clock.today(zone())
    period = _month_asked(today)
    first, last = days_open(today, is_kept_day=True)
    days = [last - timedelta(days=number) for number in range((last - first).days + 1)]
    month = service.month(person.id, key, period)
    pledge = service.find_signed(person.id, key)
    filled_in = service.days_filled_in(person.id, key, days)
    tally = service.tally(person.id, key, pledge, today)
    community = areas.get_area(accounts.community_of(person.id, today))
    rate = together.rate_of(community.code, key)
    return render_template(
        "pledges/show.html",
        activity=activity,
        pledge=pledge,
        days_signed=(today - pledge.signed_on).days + 1 if pledge else 0,
        tally=tally,
        next_certificate=next_certificate(tally.kept),
        certificate_days=CERTIFICATE_DAYS,
        certificates=certificates.issued_to(person.id, key),
        names_offered=certificates.names_offered(person, today),
        masked_name=masked(person.name),
        community=community,
        rate=rate,
        kept_today=together.kept_today(community.code, key, today) if rate else None,
        month=month,
        cells=_cells(month, today),
        filled_in=sorted(filled_in),
        open_days=[(day, day in filled_in, str(uuid.uuid4())) for day in days],
        today=today,
        late_days=LATE_KEPT_DAYS,
        per_day=KEPT_DAYS_PER_DAY,
        **of_whom(person),
    )


@bp.post("/pledges/<key>/sign")
@signed_in
def sign(key: str) -> Response:
    """Sign it, for myself or together with a child of mine."""
    person = whose_asked()
    with transaction():
        service.sign(person, key, now=clock.now(), zone=zone())
    flash(_("签下了，从今天起，做到的日子点一下就好。"))
    return redirect(f"/pledges/{key}{of_whom(person)['of']}", 303)


@bp.post("/pledges/<key>/end")
@signed_in
def end(key: str) -> Response:
    """Take it back."""
    person = whose_asked()
    with transaction():
        service.take_back(person, key, now=clock.now())
    flash(_("已经收回，守过的日子都还在。"))
    return redirect(f"/pledges{of_whom(person)['of']}", 303)


def whose_asked() -> Person:
    """Whose pledges the address names: mine, or those of a child I guard. Raises NotFound for anybody else."""
    wanted = request.args.get("of")
    if wanted is None or wanted == str(me().id):
        return me()
    child = next((child for child in _children() if str(child.id) == wanted), None)
    if child is None:
        raise NotFound("page")
    return child


def of_whom(person: Person) -> dict[str, Any]:
    """What the pages need to go on with the same person; `of` is what their addresses end in."""
    return {"whose": person, "children": _children(), "of": "" if person.id == me().id else f"?of={person.id}"}


def _children() -> list[Person]:
    return accounts.children_of(me().id, clock.today(zone()))


def _cells(month: service.Month, today: date) -> list[dict[str, Any] | None]:
    """The month as a calendar draws it: weeks from Monday, nothing where it has no day."""
    first = month.period.starts_on
    cells: list[dict[str, Any] | None] = [None] * first.weekday()
    for number in range(month.period.days):
        day = first + timedelta(days=number)
        cells.append({"date": day, "state": _state(day, month, today), "is_today": day == today})
    return cells


def _state(day: date, month: service.Month, today: date) -> str:
    if day in month.kept:
        return "kept"
    if day in month.waiting:
        return "waiting"
    if day == today:
        return "today"
    return "not_kept" if day < today else "to_come"


def _month_asked(today: date) -> Period:
    key: Any = request.args.get("month")
    if not key:
        return period_of("month", today)
    try:
        period = parse(key)
    except ValueError:
        raise NotFound("page") from None
    if period.kind != "month":
        raise NotFound("page")
    return period
