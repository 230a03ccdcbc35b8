"""Verifying: a sealed ranking made anew from the ledger, and compared with what was sealed, figure by figure.

The order is worked out here once more, not by the statement that compiled it, and nothing is written.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select

from civic.db import connection, db
from civic.rankings import team_boards
from civic.rankings.compiling import RESIDENTS, SEALED, area_rankings, previous_area_ranks
from civic.rankings.denominators import span
from civic.rankings.indices import Indices, averaged, judged, settings_by_city
from civic.rankings.models import IndexPart, Ranking, RankingRow
from civic.rankings.service import AREA_BOARDS
from civic.rankings.tally import CommunityFigures, per_resident
from civic.rankings.tree import Tree, tree_of
from civic.rules.civility_index import ACTIVE_MERIT, OWN_INDEX, is_steady
from civic.rules.periods import Period
from civic.rules.sealing import Line, fingerprint
from civic.rules.standings import MIN_RANKED_MERIT, ranks

Board = tuple[str, str]  # area, of
Tally = dict[str, list[tuple[int, int, int]]]  # community → (resident, merit, active days)
MAX_LINES = 50  # of differences told for one period

_ROW = ("rank", "key", "score", "previous_rank")


def differences(period: Period, zone: ZoneInfo) -> list[str]:
    """What of a sealed period is not as the ledger has it, one line each; none means identical."""
    headers = {(row.area_code, row.of): row for row in _headers(period)}
    if not headers:
        return [f"{period.key}: there is no sealed ranking"]
    stored = _stored_lines(period)
    found = list(_compare(period, headers, stored, zone))
    if len(found) > MAX_LINES:
        return [*found[:MAX_LINES], f"{period.key}: … and {len(found) - MAX_LINES} more"]
    return found


def _compare(
    period: Period, headers: dict[Board, Ranking], stored: dict[int, list[Line]], zone: ZoneInfo
) -> Iterator[str]:
    due, parts, totals = _made_anew(period, headers, stored, zone)
    for board in sorted({*headers, *due}):
        name = f"{period.key} {board[1]} of {board[0]}"
        if board not in headers:
            yield f"{name}: the ranking is missing"
            continue
        header, lines = headers[board], stored.get(headers[board].id, [])
        yield from _lines(name, lines, due.get(board, []))
        if header.sha256 != fingerprint(period.key, *board, header.rulebook, due.get(board, [])):
            yield f"{name}: the SHA-256 is not that of the ledger's figures"
        told = (header.rulebook, header.ranked, header.merit_ranked, header.merit_unranked)
        wanted = (period.rulebook, *totals.get(board, (0, 0, 0)))
        if told != wanted:
            yield f"{name}: the header says {told}, by the ledger it is {wanted}"
    yield from _parts(period, parts)


def _lines(name: str, stored: list[Line], due: list[Line]) -> Iterator[str]:
    for position, (was, wanted) in enumerate(zip_longest(stored, due), start=1):
        if was is None:
            yield f"{name}, row {position}: missing, by the ledger {_told(wanted)}"
        elif wanted is None:
            yield f"{name}, row {position}: {_told(was)}, by the ledger there is none"
        elif was != wanted:
            yield f"{name}, row {position}: {_told(was)}, by the ledger {_told(wanted)}"


def _told(line: Line | None) -> str:
    return " ".join(
        f"{name} {'-' if figure is None else figure}" for name, figure in zip(_ROW, line or (), strict=False)
    )


def _parts(period: Period, due: list[dict[str, Any]]) -> Iterator[str]:
    names = [column.name for column in cast(Table, IndexPart.__table__).columns]
    stored = {
        (row.area_code, row.key): {name: getattr(row, name) for name in names}
        for row in db.session.scalars(select(IndexPart).where(IndexPart.period == period.key))
    }
    wanted = {(part["area_code"], part["key"]): part for part in due}
    for area, key in sorted({*stored, *wanted}):
        if stored.get((area, key)) != wanted.get((area, key)):
            yield f"{period.key} index of {area}: the part {key} is not as the ledger has it"


# What the ledger gives


def _made_anew(
    period: Period, headers: dict[Board, Ranking], stored: dict[int, list[Line]], zone: ZoneInfo
) -> tuple[dict[Board, list[Line]], list[dict[str, Any]], dict[Board, tuple[int, int, int]]]:
    header = next(iter(headers.values()))
    tally = _tally(period, header)
    days = span(period, header.as_of, header.members_as_of, zone)
    tree = _tree(headers, stored, tally)
    plain = {code: _figures(people, days.days, 0) for code, people in tally.items()}
    if period.kind in OWN_INDEX:
        settings = settings_by_city({path[0] for path in tree.paths.values()}, period)
        figures = {
            cap: {code: _figures(people, days.days, cap) for code, people in tally.items()}
            for cap in {one.cap for one in settings.values()}
        }
        indices = judged(period, days, tree, figures, settings)
    else:
        indices = averaged(period, tree, only_sealed=True)
    lines, totals = _resident_lines(period, tally)
    lines_of_areas, totals_of_areas = _area_lines(period, tree, indices, plain)
    parts = [part for found in indices.parts.values() for part in found]
    of_teams, totals_of_teams = team_boards.made_anew(period, header.as_of, previous_area_ranks(period, SEALED))
    return lines | lines_of_areas | of_teams, parts, totals | totals_of_areas | totals_of_teams


def _tally(period: Period, header: Ranking) -> Tally:
    found: Tally = defaultdict(list)
    for community, resident, merit, days in connection().execute(per_resident(period, header.as_of)):
        found[community].append((resident, int(merit), days))
    return dict(found)


def _figures(people: list[tuple[int, int, int]], days: int, cap: int) -> CommunityFigures:
    merits = [merit for _resident, merit, _days in people]
    ranked = [merit for merit in merits if merit >= MIN_RANKED_MERIT]
    return CommunityFigures(
        active=sum(merit >= ACTIVE_MERIT for merit in merits),
        capped_merit=sum(min(merit, cap) for merit in merits),
        steady=sum(is_steady(active_days, days) for _resident, _merit, active_days in people),
        merit=sum(merits),
        ranked=len(ranked),
        merit_ranked=sum(ranked),
    )


def _tree(headers: dict[Board, Ranking], stored: dict[int, list[Line]], tally: Tally) -> Tree:
    """The areas as they were then; those that were added or closed since say nothing about a sealed ranking."""
    listed = {
        key
        for board, header in headers.items()
        if board[1] in AREA_BOARDS
        for _rank, key, _score, _previous in stored.get(header.id, [])
    }
    return tree_of({*listed, *tally, *(area for area, of in headers if of in AREA_BOARDS)})


def _resident_lines(period: Period, tally: Tally) -> tuple[dict[Board, list[Line]], dict[Board, tuple[int, int, int]]]:
    previous = _previous_resident_ranks(period)
    lines: dict[Board, list[Line]] = {}
    totals: dict[Board, tuple[int, int, int]] = {}
    for community, people in tally.items():
        ranked = sorted((-merit, resident) for resident, merit, _days in people if merit >= MIN_RANKED_MERIT)
        merits = [-merit for merit, _resident in ranked]
        lines[community, RESIDENTS] = [
            (rank, str(resident), merit, previous.get((community, str(resident))))
            for rank, merit, (_merit, resident) in zip(ranks(merits), merits, ranked, strict=True)
        ]
        total = sum(merit for _resident, merit, _days in people)
        totals[community, RESIDENTS] = (len(ranked), sum(merits), total - sum(merits))
    return lines, totals


def _area_lines(
    period: Period, tree: Tree, indices: Indices, figures: dict[str, CommunityFigures]
) -> tuple[dict[Board, list[Line]], dict[Board, tuple[int, int, int]]]:
    previous = previous_area_ranks(period, SEALED)
    lines: dict[Board, list[Line]] = {}
    totals: dict[Board, tuple[int, int, int]] = {}
    for ranking in area_rankings(tree, indices, figures):
        board = (ranking.area_code, ranking.of)
        lines[board] = [
            (place.rank, place.code, place.index, previous.get((*board, place.code))) for place in ranking.places
        ]
        ranked = sum(place.rank is not None for place in ranking.places)
        totals[board] = (ranked, ranking.merit_ranked, ranking.merit - ranking.merit_ranked)
    return lines, totals


def _previous_resident_ranks(period: Period) -> dict[tuple[str, str], int | None]:
    rows = connection().execute(
        select(Ranking.area_code, RankingRow.key, RankingRow.rank)
        .join(RankingRow, RankingRow.ranking_id == Ranking.id)
        .where(Ranking.period == period.previous().key, Ranking.of == RESIDENTS)
    )
    return {(community, key): rank for community, key, rank in rows}


# What is stored


def _headers(period: Period) -> list[Ranking]:
    return list(db.session.scalars(select(Ranking).where(Ranking.period == period.key).order_by(Ranking.id)))


def _stored_lines(period: Period) -> dict[int, list[Line]]:
    rows = connection().execute(
        select(
            RankingRow.ranking_id,
            RankingRow.rank,
            RankingRow.key,
            RankingRow.score,
            RankingRow.previous_rank,
        )
        .join(Ranking, Ranking.id == RankingRow.ranking_id)
        .where(Ranking.period == period.key)
        .order_by(RankingRow.ranking_id, RankingRow.position)
    )
    found: dict[int, list[Line]] = defaultdict(list)
    for ranking_id, *line in rows:
        found[ranking_id].append(cast(Line, tuple(line)))
    return dict(found)
