"""The leaderboard page."""

from datetime import timedelta
from math import ceil
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from civic import clock
from civic.access import open_to_all
from civic.areas import service as areas
from civic.rankings import service
from civic.rankings.asked import asked
from civic.rules.periods import period_of
from civic.rules.refused import Refused
from civic.web import boards_open, zone

bp = Blueprint("rankings", __name__)

LIVE_KINDS = ("week", "month", "quarter", "year")


@bp.get("/leaderboard")
@open_to_all
def leaderboard() -> str | Response:
    """Residents of a community (for its members and staff) or areas within an area (for everybody)."""
    boards_open()
    try:
        found = asked()
    except Unauthorized:
        return redirect("/login?" + urlencode({"next": request.full_path.rstrip("?")}), code=303)
    except Refused:
        abort(404)  # a page's address either exists or not
    ends_at = found.period.ended_at(zone())
    return render_template(
        "rankings/leaderboard.html",
        asked=found,
        board=found.board,
        path=areas.path(found.area.code),
        children=areas.children(found.area.code),
        boards=service.boards_of(found.area),
        periods=[period_of(kind, clock.today(zone())) for kind in LIVE_KINDS],
        begins_at=found.period.begins_at(zone()),
        ends_at=ends_at,
        days_left=max(1, ceil((ends_at - found.as_of) / timedelta(days=1))),
    )
