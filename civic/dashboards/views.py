"""Dashboards for whoever runs a part of the city; the rows behind their figures; the same as files."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import i_may_decide, me, my_grants, staff
from civic.activities import service as activities
from civic.areas import service as areas
from civic.dashboards import charts, service, sheets
from civic.dashboards.asked import Asked, asked
from civic.dashboards.figures import LABELS, by_category, compared, matters
from civic.rankings import objections
from civic.rankings.service import PAGE_ROWS, area_boards_of
from civic.rules.granting import areas_granted
from civic.rules.periods import KINDS
from civic.rules.refused import NotFound
from civic.web import zone

bp = Blueprint("dashboards", __name__)


@bp.get("/dashboard/<code>")
@staff
def show(code: str) -> str:
    """How an area stands in a period, why, and what deserves a look; every figure leads to the rows behind it."""
    wanted = asked(code)
    here, there = service.sides([(wanted.area, wanted.period), wanted.against])
    found = _below(wanted)
    lines = found.lines if found else ()
    weeks = service.participation(wanted.area, service.until(wanted.period, clock.today(zone())))
    shares = [each.share for each in weeks], [each.year_before for each in weeks]
    return render_template(
        "dashboards/show.html",
        asked=wanted,
        here=here,
        there=there,
        path=areas.path(code),
        choices=_choices(wanted),
        lines=lines,
        below=found,
        boards=area_boards_of(wanted.area) if found else (),
        tiles=_tiles(found),
        now_here=service.nows([code]).get(code),
        weeks=weeks,
        trend=charts.trend(*shares) if any(share is not None for share in shares[0]) else None,
        spark=charts.sparkline,
        compared=compared(here, there),
        categories=by_category(here, there),
        category_of=activities.catalogue().categories,
        labels=LABELS,
        gaps=service.gaps(here),
        matters=matters(lines),
        may_check=i_may_decide(),
        objections=objections.number_waiting(me()),
        may_grant=bool(areas_granted((grant.role, grant.area_code) for grant in my_grants())),
    )


def _below(wanted: Asked) -> service.Below | None:
    if wanted.board is None or not wanted.has_begun:
        return None
    return service.below(wanted.area, wanted.board, wanted.period, (wanted.page - 1) * PAGE_ROWS)


def _choices(wanted: Asked) -> dict[str, Any]:
    """What the two selectors offer: periods with figures by kind, and the areas below to compare with."""
    periods = service.compiled_periods()
    if wanted.period not in periods:
        periods.insert(0, wanted.period)
    return {
        "kinds": [(kind, [each for each in periods if each.kind == kind]) for kind in KINDS],
        "same": [each for each in periods if each.kind == wanted.period.kind and each != wanted.period],
        "areas": areas.children(wanted.area.code),
    }


def _tiles(found: service.Below | None) -> dict[str, Any] | None:
    """The tile map: every area of the board by its code, shaded by its index. None where they are too many to draw."""
    if found is None or found.published.total > service.MOST_TILES:
        return None
    bounds = charts.bounds([line.listed.index for line in found.lines if line.listed.index is not None])
    tiles = [
        (line.listed, charts.step_of(line.listed.index, bounds) if line.listed.index is not None else None)
        for line in sorted(found.lines, key=lambda line: line.listed.key)
    ]
    drawn = charts.drawn_map(areas.outlines(line.listed.key for line in found.lines))
    return {"tiles": tiles, "bounds": bounds, "map": drawn, "width": charts.MAP_WIDTH}


@bp.get("/dashboard/<code>/rows")
@staff
def rows(code: str) -> str:
    """The rows behind a figure: the areas directly below, and for a category or a gap the communities without it."""
    wanted = asked(code)
    category, is_quiet = request.args.get("category") or None, "quiet" in request.args
    if category is not None and category not in activities.catalogue().categories:
        raise NotFound("category")
    without = service.lacking(wanted.area, wanted.period, category) if category or is_quiet else []
    return render_template(
        "dashboards/rows.html",
        asked=wanted,
        here=service.sides([(wanted.area, wanted.period)])[0],
        path=areas.path(code),
        children=service.children_figures(wanted.area, wanted.period),
        category=activities.catalogue().categories[category] if category else None,
        is_quiet=is_quiet and category is None,
        without=without,
        is_cut=len(without) == service.MOST_LACKING,
        decided_within=service.half_within,
    )


@bp.get("/dashboard/<code>/dashboard.xlsx")
@staff
def workbook(code: str) -> Response:
    """Figures and ranking as a workbook."""
    wanted = asked(code)
    here, there = service.sides([(wanted.area, wanted.period), wanted.against])
    found = [(_("数字"), sheets.figure_rows(here, there))]
    if wanted.board is not None:
        found.append((_("排名"), sheets.ranking_rows(_whole(wanted))))
    return _file(sheets.as_xlsx(found), sheets.XLSX, f"dashboard-{code}-{wanted.period.key}.xlsx")


@bp.get("/dashboard/<code>/figures.csv")
@staff
def figures_table(code: str) -> Response:
    """The figures as comma-separated values."""
    wanted = asked(code)
    here, there = service.sides([(wanted.area, wanted.period), wanted.against])
    return _csv(sheets.figure_rows(here, there), f"figures-{code}-{wanted.period.key}.csv")


@bp.get("/dashboard/<code>/ranking.csv")
@staff
def ranking_table(code: str) -> Response:
    """The whole ranking of the areas below as comma-separated values."""
    wanted = asked(code)
    if wanted.board is None:
        abort(404)
    return _csv(sheets.ranking_rows(_whole(wanted)), f"ranking-{code}-{wanted.period.key}.csv")


def _whole(wanted: Asked) -> service.Below:
    return service.below(wanted.area, wanted.board or "", wanted.period, rows=service.MOST_ROWS)


def _csv(found: sheets.Rows, file_name: str) -> Response:
    return _file(sheets.as_csv(found), "text/csv; charset=utf-8", file_name)


def _file(content: bytes, kind: str, file_name: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
