"""The wall screen of an area: for a hall, readable at five metres, fresh every minute."""

from flask import Blueprint, render_template

from civic import clock, motif
from civic.access import open_to_all
from civic.areas import service as areas
from civic.dashboards import service, wall
from civic.rankings.published import find_ranking, latest_index
from civic.rules.periods import period_of
from civic.web import boards_open, zone

bp = Blueprint("wall", __name__)

REFRESH_SECONDS = 60
WIDE, TALL = 800, 450  # of the skyline, where the screen is 16:9 and where it stands upright
ROWS = 6


@bp.get("/wall/<code>")
@open_to_all
def show(code: str) -> str:
    """A community's day, its latest acts and its index; above communities the ranking of the areas below."""
    area = areas.get_area(code)
    boards_open()
    today = clock.today(zone())
    found = wall.totals(area, period_of("week", today), today, zone())
    index = latest_index(area, period_of("month", today))
    board = service.check_board(area, None)
    ranking = None
    if board is not None:
        period = index[0] if index else period_of("month", today)
        ranking = find_ranking(area, board, period, day=today, me=None, rows=ROWS)
    return render_template(
        "dashboards/wall.html",
        area=area,
        totals=found,
        index=index,
        board=board,
        ranking=ranking,
        acts=wall.latest_acts(area, today) if board is None else [],
        wide=motif.skyline(code, found.acts, width=WIDE),
        tall=motif.skyline(code, found.acts, width=TALL),
        refresh_seconds=REFRESH_SECONDS,
        today=today,
        now=clock.now(),
    )
