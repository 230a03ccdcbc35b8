"""The pages of provisional and sealed rankings; they keep their addresses."""

import json
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from civic import clock
from civic.access import open_to_all
from civic.areas import service as areas
from civic.rankings import classes, index_changes, objections, proofs, service
from civic.rankings.asked import area_asked, period_named, published_asked
from civic.rankings.index_figures import target_words
from civic.rankings.published import corrections, index_of, published_periods
from civic.rules import objections as rules
from civic.rules import sizes
from civic.rules.civility_index import PARTS
from civic.rules.periods import Period
from civic.rules.refused import Refused
from civic.rules.sealing import due_at
from civic.rules.teams import KINDS
from civic.web import boards_open, zone

bp = Blueprint("archive", __name__)

PROGRAM = Path(__file__).with_name("check_ranking.py")


@bp.get("/rankings")
@open_to_all
def periods() -> str:
    """Every period of which an area has a ranking, the latest first."""
    boards_open()
    area = area_asked()
    return render_template(
        "rankings/periods.html",
        area=area,
        path=areas.path(area.code),
        children=areas.children(area.code),
        roots=areas.roots() if area.parent_code is None else [],
        found=published_periods(area),
        now=clock.now(),
        zone=zone(),
        in_force=index_changes.in_force(area.code, clock.today(zone())) if area.parent_code is None else {},
        to_come=index_changes.to_come(area.code, clock.today(zone())) if area.parent_code is None else [],
        parts=PARTS,
        target_words=target_words,
    )


@bp.get("/rankings/<period>/<code>")
@open_to_all
def ranking(period: str, code: str) -> str | Response:
    """A ranking of a period: its order, what it was made by, and what was put right since."""
    boards_open()
    area, found = areas.get_area(code), _period(period)
    try:
        asked = published_asked(area, found)
    except Unauthorized:
        return redirect("/login?" + urlencode({"next": request.full_path.rstrip("?")}), code=303)
    is_of_areas = bool(asked.published.rows) and asked.of in service.AREA_BOARDS
    size, day = _size_asked(asked.of), clock.today(zone())
    return render_template(
        "rankings/ranking.html",
        asked=asked,
        size=size,
        size_bounds=sizes.bounds,
        sizes=sizes.CLASSES if is_of_areas and asked.of == "communities" else (),
        of_size=classes.of_size(area, asked.of, found, size, day=day) if size and is_of_areas else None,
        improved=classes.improved(area, asked.of, found) if is_of_areas and asked.page == 1 and not size else [],
        published=asked.published,
        path=areas.path(area.code),
        boards=service.boards_of(area),
        team_kinds=KINDS if asked.of == service.TEAMS else (),
        own_index=index_of(area, found) if asked.of in service.AREA_BOARDS else None,
        notes=corrections(area, found, asked.kind),
        objections=objections.beside(area, found, asked.of, asked.kind) if asked.published.header else [],
        may_object=rules.is_open(found.ended_at(zone()), found.closes_at(zone()), clock.now()),
        sealed_at=due_at(found, zone()),
        has_begun=found.begins_at(zone()) <= clock.now(),
        has_ended=found.ended_at(zone()) <= clock.now(),
    )


@bp.get("/rankings/<period>/<code>/proof.json")
@open_to_all
def proof(period: str, code: str) -> Response:
    """Every figure of a sealed ranking of areas, for whoever wants to check it themselves."""
    boards_open()
    area, found = areas.get_area(code), _period(period)
    of = request.args.get("of") or service.boards_of(area)[0]
    name = f"civic-{found.key}-{area.code}-{of}.json"
    return Response(
        json.dumps(proofs.proof(area, of, found), ensure_ascii=False, indent=1),
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.get("/rankings/check_ranking.py")
@open_to_all
def program() -> Response:
    """The program that checks such a file, needing nothing but Python."""
    headers = {"Content-Disposition": 'attachment; filename="check_ranking.py"'}
    return Response(PROGRAM.read_text(), mimetype="text/x-python", headers=headers)


def _size_asked(of: str) -> int | None:
    """The size class in the address, of a ranking of communities."""
    text = request.args.get("size", "")
    if not text or of != "communities":
        return None
    if text not in {str(size) for size in sizes.CLASSES}:
        abort(404)
    return int(text)


def _period(key: str) -> Period:
    try:
        return period_named(key)
    except Refused:
        abort(404)  # a page's address either exists or not
