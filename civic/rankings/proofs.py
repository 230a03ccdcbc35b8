"""What a stranger needs to check a sealed ranking of areas: every figure it follows from, and no person.

`check_ranking.py` beside this file reads it, alone.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from civic.areas.models import Area
from civic.db import db
from civic.rankings.models import IndexPart, Ranking, RankingRow
from civic.rankings.service import AREA_BOARDS
from civic.rules.civility_index import OWN_INDEX, PRIOR
from civic.rules.periods import Period
from civic.rules.refused import NotFound

FORMAT = "civic-ranking-1"
FIGURES = ("key", "x", "n_days", "city_x", "city_n_days", "days", "target", "weight", "judged", "score")


def proof(area: Area, of: str, period: Period) -> dict[str, Any]:
    """The figures of a sealed ranking of areas, ready for JSON; four queries. Raises NotFound for any other."""
    if of not in AREA_BOARDS:
        raise NotFound("ranking")
    header = db.session.scalar(
        select(Ranking).where(Ranking.period == period.key, Ranking.area_code == area.code, Ranking.of == of)
    )
    if header is None:
        raise NotFound("ranking")
    rows = db.session.execute(
        select(RankingRow, Area.name)
        .join(Area, Area.code == RankingRow.key)
        .where(RankingRow.ranking_id == header.id)
        .order_by(RankingRow.position)
    ).all()
    codes = [row.RankingRow.key for row in rows]
    found = {
        "format": FORMAT,
        "period": period.key,
        "area": area.code,
        "area_name": area.name,
        "of": of,
        "rulebook": header.rulebook,
        "as_of": header.as_of.isoformat(),
        "is_city": area.parent_code is None,
        "sha256": header.sha256,
        "ranked": header.ranked,
        "merit_ranked": header.merit_ranked,
        "merit_unranked": header.merit_unranked,
        "priors": PRIOR,
        "rows": [_row(row.RankingRow, row.name) for row in rows],
        "parts": _parts(codes, period),
    }
    if period.kind not in OWN_INDEX:
        found["months"] = {month.key: _scores(codes, month) for month in period.months()}
    return found


def _row(row: RankingRow, name: str) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "code": row.key,
        "name": name,
        "index": row.score,
        "merit": row.merit,
        "previous_rank": row.previous_rank,
    }


def _parts(codes: list[str], period: Period) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = select(IndexPart).where(IndexPart.period == period.key, IndexPart.area_code.in_(codes))
    for row in db.session.scalars(rows.order_by(IndexPart.area_code, IndexPart.key)):
        found[row.area_code].append({name: getattr(row, name) for name in FIGURES})
    return dict(found)


def _scores(codes: list[str], month: Period) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    here = (IndexPart.period == month.key, IndexPart.area_code.in_(codes))
    for code, key, score in db.session.execute(
        select(IndexPart.area_code, IndexPart.key, IndexPart.score).where(*here)
    ):
        found[code][key] = score
    return dict(found)
