"""Leaderboards."""

from typing import Any

from civic.access import open_to_all
from civic.api import paging
from civic.api.blueprint import ApiBlueprint
from civic.api.schemas import BoardOut, BoardQuery
from civic.rankings.asked import Asked, asked
from civic.rankings.service import AREA_BOARDS, TEAMS, Standing
from civic.web import boards_open

bp = ApiBlueprint("boards", "Who stands where. Boards of areas are open, those of residents are for members and staff.")


@bp.get("/leaderboard")
@open_to_all
@bp.takes(BoardQuery, location="query")
@bp.answers(200, BoardOut)
@bp.fails(401, 403, 404, 422)
def leaderboard(_query: dict[str, Any]) -> dict[str, Any]:
    """The order at this moment: residents of a community, or what an area holds.

    That is communities, subdistricts or districts, or the teams of one kind.
    """
    boards_open()
    found = asked(first_page=1)
    return {
        "area": found.area.code,
        "period": found.period.key,
        "of": found.of,
        **({"kind": found.kind} if found.kind else {}),
        "status": found.status,
        "as_of": found.as_of,
        "closes_at": found.closes_at,
        "rulebook": found.period.rulebook,
        "ranked": found.board.ranked,
        "rows": [_row(standing, found) for standing in found.board.rows],
        "next": paging.next_path(page=found.next_page) if found.next_page else None,
    }


def _row(standing: Standing, found: Asked) -> dict[str, Any]:
    subject = {"kind": "team" if found.of == TEAMS else "resident", "id": standing.key}
    if found.of in AREA_BOARDS:
        subject = {"kind": AREA_BOARDS[found.of], "code": standing.key}
    return {
        "rank": standing.rank,
        "subject": {**subject, "name": standing.name},
        "merit": standing.merit,
        "previous_rank": None,  # known once rankings are compiled
    }
