"""Pledges: signing one, filling in its days, taking it back."""

import uuid
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me, signed_in
from civic.activities import service as activities
from civic.areas import service as areas
from civic.db import transaction
from civic.pledges import certificates, service, together
from civic.rules.entries import days_open
from civic.rules.periods import Period, parse, period_of
from civic.rules.pledges import CERTIFICATE_DAYS, next_certificate
from civic.rules.points import KEPT_DAYS_PER_DAY
from civic.rules.refused import NotFound
from civic.rules.standings import masked
from civic.web import my_community_code, zone

bp = Blueprint("pledges", __name__)


@bp.get("/pledges")
@signed_in
def index() -> str:
    """The pledges I signed, with today's to fill in, and those I could sign."""
    person, today = me(), clock.today(zone())
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
        per_day=KEPT_DAYS_PER_DAY,
    )


@bp.get("/pledges/<key>")
@signed_in
def show(key: str) -> str:
    """One pledge: its words, the days it was kept, and the days that can still be filled in."""
    activity = service.get_pledge_activity(key)
    today = clock.today(zone())
    period = _month_asked(today)
    first, last = days_open(today, is_kept_day=True)
    days = [last - timedelta(days=number) for number in range((last - first).days + 1)]
    month = service.month(me().id, key, period)
    pledge = service.find_signed(me().id, key)
    filled_in = service.days_filled_in(me().id, key, days)
    tally = service.tally(me().id, key, pledge, today)
    community = areas.get_area(my_community_code() or "")
    rate = together.rate_of(community.code, key)
    return render_template(
        "pledges/show.html",
        activity=activity,
        pledge=pledge,
        days_signed=(today - pledge.signed_on).days + 1 if pledge else 0,
        tally=tally,
        next_certificate=next_certificate(tally.kept),
        certificate_days=CERTIFICATE_DAYS,
        certificates=certificates.issued_to(me().id, key),
        names_offered=certificates.names_offered(me(), today),
        masked_name=masked(me().name),
        community=community,
        rate=rate,
        kept_today=together.kept_today(community.code, key, today) if rate else None,
        month=month,
        cells=_cells(month, today),
        open_days=[(day, day in filled_in, str(uuid.uuid4())) for day in days],
        today=today,
        per_day=KEPT_DAYS_PER_DAY,
    )


@bp.post("/pledges/<key>/sign")
@signed_in
def sign(key: str) -> Response:
    """Sign it."""
    with transaction():
        service.sign(me(), key, now=clock.now(), zone=zone())
    flash(_("签下了，从今天起，做到的日子点一下就好。"))
    return redirect(f"/pledges/{key}", 303)


@bp.post("/pledges/<key>/end")
@signed_in
def end(key: str) -> Response:
    """Take it back."""
    with transaction():
        service.take_back(me(), key, now=clock.now())
    flash(_("已经收回，守过的日子都还在。"))
    return redirect("/pledges", 303)


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
