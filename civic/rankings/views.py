"""The leaderboard page."""

from datetime import timedelta
from math import ceil
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me_or_none, open_to_all
from civic.areas import service as areas
from civic.rankings import service
from civic.rankings.asked import Asked, asked
from civic.rankings.team_boards import home_names
from civic.rules.periods import period_of
from civic.rules.refused import Refused
from civic.rules.teams import KINDS
from civic.web import boards_open, my_community_code, zone

bp = Blueprint("rankings", __name__)

MINUTES_A_POINT = 6  # roughly, over the whole catalogue
LONGEST_EFFORT = 8 * 60  # a longer time would only discourage


@bp.get("/leaderboard")
@open_to_all
def leaderboard() -> str | Response:
    """Residents of a community (for its members and staff); areas and teams within an area (for everybody)."""
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
        roots=areas.roots() if found.area.parent_code is None else [],
        children=areas.children(found.area.code),
        boards=service.boards_of(found.area),
        team_kinds=KINDS if found.of == service.TEAMS else (),
        periods=[period_of(kind, clock.today(zone())) for kind in service.LIVE_KINDS],
        begins_at=found.period.begins_at(zone()),
        ends_at=ends_at,
        days_left=max(1, ceil((ends_at - found.as_of) / timedelta(days=1))),
        following=found.period.next() if ends_at <= found.as_of else None,
        where=_where(found),
        above_page=_page_above(found),
        below_page=_page_below(found),
        effort=_effort(found.board.merit_to_next or 0),
        i_am_missing=_i_am_missing(found) and ends_at > found.as_of,
    )


def _where(found: Asked) -> dict[str, list[str]]:
    """The areas between this one and each of the board's, since names repeat; one query for a page of them.

    Of a team it is the community where it is at home.
    """
    if found.of == service.TEAMS:
        is_here = found.area.level == "community"
        return {} if is_here else {key: [name] for key, name in home_names(row.key for row in found.board.rows).items()}
    if found.of == "residents" or found.of == service.boards_of(found.area)[0]:
        return {}
    paths = areas.paths([row.key for row in found.board.rows])
    above = len(found.area.code)
    return {code: [each.short_name for each in path[:-1] if len(each.code) > above] for code, path in paths.items()}


def _page_above(found: Asked) -> int | None:
    """The page that leads up: the first one from among my neighbours, else the one before."""
    if found.board.offset == 0:
        return None
    return 1 if found.page is None else found.page - 1


def _page_below(found: Asked) -> int | None:
    """The page on which the place after the last one of this stretch stands."""
    if found.page is not None:
        return found.next_page
    return found.board.end // service.PAGE_ROWS + 1 if found.board.end < found.board.ranked else None


def _i_am_missing(found: Asked) -> bool:
    """Whether this is the board of my own neighbours and nothing of mine counts in its period."""
    is_my_board = found.of == "residents" and found.area.code == my_community_code()
    return is_my_board and me_or_none() is not None and found.board.mine is None


def _effort(merit: int) -> str | None:
    """About how long it takes to earn so much: a plain help to see how near the next place is."""
    minutes = merit * MINUTES_A_POINT
    if not 0 < minutes <= LONGEST_EFFORT:
        return None
    if minutes < 60:
        return _("约半小时") if minutes == 30 else _("约 %(n)s 分钟", n=minutes)
    hours = (minutes + 30) // 60
    return ngettext("约 %(num)s 小时", "约 %(num)s 小时", hours)
