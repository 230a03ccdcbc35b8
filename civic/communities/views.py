"""A community's public page, and the poster that invites its residents."""

import io

import segno
from flask import Blueprint, render_template, request, send_file
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me_or_none, my_grants, open_to_all
from civic.accounts import grants
from civic.announcements import service as announcements
from civic.areas import service as areas
from civic.areas.models import Area
from civic.communities import service
from civic.focus import service as focus
from civic.rankings import service as rankings
from civic.rankings.published import latest_index, trend
from civic.reading.lists import may_recommend
from civic.rules.periods import period_of
from civic.rules.refused import NotFound
from civic.teams import service as teams
from civic.web import boards_are_open, boards_open, my_community_code, zone

bp = Blueprint("communities", __name__)

ANNOUNCED = 2
TEAMS_LISTED = 20


@bp.get("/communities/<code>")
@open_to_all
def show(code: str) -> str:
    """What a community has done: its place this week and month, today's acts. Totals only, of five people or more."""
    community = _community(code)
    boards_open()
    today = clock.today(zone())
    week_key = period_of("week", today).key
    periods = [period_of(kind, today) for kind in rankings.LIVE_KINDS]
    return render_template(
        "communities/show.html",
        community=community,
        path=areas.path(code),
        places=list(zip(periods, rankings.places_of(community, periods), strict=True)),
        lit=service.acts_on(code, today),
        week=service.public_week(code, period_of("week", today)),
        population=areas.population(code, today),
        latest_index=latest_index(community, period_of("month", today)),
        trend=trend(community, period_of("month", today)),
        running_month=period_of("month", today),
        announcements=announcements.running(code, today, limit=ANNOUNCED + 1),
        announced=ANNOUNCED,
        focus=focus.focus_of(code, [week_key])[week_key],
        teams=teams.listed_in(code, TEAMS_LISTED + 1),
        teams_listed=TEAMS_LISTED,
        contact=service.contact_of(code),
        is_mine=my_community_code() == code,
        may_manage=grants.over(my_grants(), code) is not None,
        may_recommend=me_or_none() is not None and may_recommend(code, my_grants()),
        now=clock.now(),
    )


@bp.get("/communities/<code>/poster")
@open_to_all
def poster(code: str) -> str:
    """A page to print and hang up: the way in, with this community chosen already."""
    community = _community(code)
    return render_template(
        "communities/poster.html",
        community=community,
        path=areas.path(code),
        join_site=request.url_root.rstrip("/"),
        boards_are_open=boards_are_open(),
    )


@bp.get("/communities/<code>/qr.svg")
@open_to_all
def qr(code: str) -> Response:
    """The poster's QR code."""
    _community(code)
    drawing = io.BytesIO()
    segno.make(_join_url(code), error="m", micro=False).save(drawing, kind="svg", scale=8, border=2, xmldecl=False)
    drawing.seek(0)
    return send_file(drawing, mimetype="image/svg+xml")


def _join_url(code: str) -> str:
    return f"{request.url_root}join/{code}"


def _community(code: str) -> Area:
    area = areas.get_area(code)
    if area.level != "community":
        raise NotFound("area")
    return area
