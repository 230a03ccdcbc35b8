"""Provisional and sealed rankings, and the civility index."""

from typing import Any

from civic.access import open_to_all
from civic.api import paging
from civic.api.blueprint import ApiBlueprint
from civic.api.schemas import IndexOut, IndexQuery, RankingOut, RankingQuery
from civic.areas import service as areas
from civic.rankings.asked import AskedPublished, area_asked, period_asked, period_named, published_asked
from civic.rankings.published import IndexOf, Listed, StoredPart, corrections, index_of
from civic.rankings.service import AREA_BOARDS, TEAMS
from civic.rules.civility_index import HUNDREDTHS
from civic.web import boards_open

bp = ApiBlueprint("rankings", "What was ranked at the end of a period, and why. Sealed rankings never change.")


@bp.get("/rankings/<period>")
@open_to_all
@bp.takes(RankingQuery, location="query")
@bp.answers(200, RankingOut)
@bp.fails(401, 403, 404, 422)
def ranking(_query: dict[str, Any], period: str) -> dict[str, Any]:
    """The ranking of a period: sealed, or provisional for as long as it is open to objections."""
    boards_open()
    asked = published_asked(area_asked(), period_named(period))
    header = asked.published.header
    return {
        "area": asked.area.code,
        "period": asked.period.key,
        "of": asked.of,
        **({"kind": asked.kind} if asked.kind else {}),
        "status": asked.published.status,
        "as_of": header.as_of if header else None,
        "closes_at": asked.closes_at,
        "rulebook": asked.period.rulebook,
        "sha256": asked.published.sha256,
        "ranked": header.ranked if header else 0,
        "merit_ranked": header.merit_ranked if header else 0,
        "merit_unranked": header.merit_unranked if header else 0,
        "corrections": [
            {"posting": note.posting_id, "merit": note.merit, "noted_at": note.noted_at}
            for note in corrections(asked.area, asked.period, asked.kind)
        ],
        "rows": [_row(row, asked) for row in asked.published.rows],
        "next": paging.next_path(page=asked.next_page) if asked.next_page else None,
    }


def _row(row: Listed, asked: AskedPublished) -> dict[str, Any]:
    line = {"rank": row.rank, "merit": row.merit, "previous_rank": row.previous_rank}
    if asked.of not in AREA_BOARDS:
        kind = "team" if asked.of == TEAMS else "resident"
        return {**line, "subject": {"kind": kind, "id": row.key, "name": row.name}}
    subject = {"kind": AREA_BOARDS[asked.of], "code": row.key, "name": row.name}
    parts = [{"key": part.key, "score": part.score / HUNDREDTHS} for part in row.parts]
    return {**line, "subject": subject, "index": _hundredths(row.index), "parts": parts}


@bp.get("/index/<code>")
@open_to_all
@bp.takes(IndexQuery, location="query")
@bp.answers(200, IndexOut)
@bp.fails(403, 404, 422)
def civility_index(_query: dict[str, Any], code: str) -> dict[str, Any]:
    """An area's civility index with every figure that it follows from."""
    boards_open()
    area, period = areas.get_area(code), period_asked()
    found = index_of(area, period)
    return {
        "area": area.code,
        "period": period.key,
        "status": found.status,
        "rulebook": period.rulebook,
        "index": _hundredths(found.index),
        "rank": found.rank,
        "denominator": _denominator(found),
        "parts": [_part(part) for part in found.parts],
    }


def _denominator(found: IndexOf) -> float | None:
    return float(found.judged[0].n) if found.judged else None


def _part(stored: StoredPart) -> dict[str, Any]:
    part = stored.part
    figures: dict[str, float | None] = dict.fromkeys(("x", "n", "city_rate", "rate", "target"))
    if part is not None:
        figures = {
            "x": part.x,
            "n": float(part.n),
            "city_rate": float(part.city_rate),
            "rate": float(part.rate),
            "target": float(part.target),
        }
    return {"key": stored.key, **figures, "weight": stored.weight, "score": stored.score / HUNDREDTHS}


def _hundredths(index: int | None) -> float | None:
    return None if index is None else index / HUNDREDTHS
