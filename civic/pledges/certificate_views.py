"""Certificates of kept days: asking for one, printing it, and the public page that checks it."""

import io
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, send_file
from werkzeug.wrappers import Response

from civic import clock
from civic.access import open_to_all, signed_in
from civic.db import transaction
from civic.pledges import certificates, service
from civic.pledges.views import of_whom, whose_asked
from civic.rules.refused import NotFound, Refused
from civic.rules.standings import masked
from civic.web import zone
from civic.wording import say

bp = Blueprint("certificates", __name__)


@bp.post("/pledges/<key>/certificates")
@signed_in
def ask(key: str) -> Any:
    """Ask for my certificate, or that of a child of mine, with the name I agree to."""
    activity, person = service.get_pledge_activity(key), whose_asked()
    of = of_whom(person)["of"]
    days = request.form.get("days", "")
    if not (days.isascii() and days.isdigit()):
        raise NotFound("certificate")
    wanted = request.form.get("name_shown", "")
    try:
        with transaction():
            certificates.issue(person, activity.key, int(days[:9]), wanted, now=clock.now(), today=clock.today(zone()))
    except NotFound:
        raise
    except Refused as refused:
        flash(say(refused))
        return redirect(f"/pledges/{key}{of}#certificates", 303)
    return redirect(f"/pledges/{key}/certificates/{int(days)}{of}", 303)


@bp.get("/pledges/<key>/certificates/<int:days>")
@signed_in
def show(key: str, days: int) -> str:
    """My certificate, or that of a child of mine, to print on one sheet."""
    activity, person = service.get_pledge_activity(key), whose_asked()
    own = certificates.get_own(person.id, activity.key, days)
    today = clock.today(zone())
    return render_template(
        "pledges/certificate.html",
        found=certificates.check(own.code, today),
        code=certificates.spaced(own.code),
        site=request.url_root.rstrip("/"),
        offered=certificates.names_offered(person, today),
        masked_name=masked(person.name),
        **of_whom(person),
    )


@bp.get("/certificates/<code>")
@open_to_all
def check(code: str) -> str:
    """Whether a certificate holds, to anybody who was shown its code; no more than its holder agreed to."""
    found = certificates.check(code, clock.today(zone()))
    return render_template(
        "pledges/check.html", found=found, code=certificates.spaced(found.certificate.code), today=clock.today(zone())
    )


@bp.get("/certificates/<code>/qr.svg")
@open_to_all
def qr(code: str) -> Response:
    """The code on the certificate that leads to its check."""
    found = certificates.check(code, clock.today(zone()))
    drawing = io.BytesIO()
    address = _address(found.certificate.code)
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", scale=8, border=2, xmldecl=False)
    drawing.seek(0)
    return send_file(drawing, mimetype="image/svg+xml")


def _address(code: str) -> str:
    return f"{request.url_root}certificates/{certificates.spaced(code)}"
