"""Rankings of teams, each kind by itself, in every area from a team's home community upwards (fine print S2).

A header says `teams:family`, so that period, area and `of` name one ranking, as for all others (docs/adr/0008).
The live order comes from the counters; a compiled one from postings, all areas and kinds in two statements.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, String, Subquery, Table, and_, case, func, insert, literal, select
from sqlalchemy import cast as sql_cast

from civic.areas.models import Area, within
from civic.db import connection, db
from civic.ledger.models import Posting, TeamTotal
from civic.rankings.models import ProvisionalRanking, ProvisionalRow, Ranking, RankingRow
from civic.rankings.service import PAGE_ROWS, TEAMS, Board, Standing
from civic.rankings.tally import marked
from civic.rules.periods import Period
from civic.rules.sealing import Line
from civic.rules.standings import MIN_RANKED_MERIT, ranks
from civic.rules.teams import KINDS
from civic.teams.models import Team

PREFIX = f"{TEAMS}:"
Headers = type[Ranking] | type[ProvisionalRanking]
Rows = type[RankingRow] | type[ProvisionalRow]


def of_kind(kind: str) -> str:
    """What a header says of a ranking of teams of one kind."""
    return PREFIX + kind


# Live


def kinds_in(area: Area) -> list[str]:
    """The kinds of which an area has teams, closed ones too, in the order in which they are offered."""
    found = set(db.session.scalars(select(Team.kind).where(within(Team.community_code, area.code)).distinct()))
    return [kind for kind in KINDS if kind in found]


def teams_board(area: Area, kind: str, period: Period, mine: frozenset[int], offset: int = 0) -> Board:
    """The teams of a kind at home in an area by merit; ties stand in the order of their random ids."""
    here = (Team.kind == kind, within(Team.community_code, area.code))
    totals = (
        select(
            Team.id,
            Team.name,
            TeamTotal.merit,
            func.rank().over(order_by=TeamTotal.merit.desc()).label("rank"),
            func.count().over().label("ranked"),
        )
        .join(TeamTotal, and_(TeamTotal.team_id == Team.id, TeamTotal.period == period.key))
        .where(*here, TeamTotal.merit >= MIN_RANKED_MERIT)
    )
    found = db.session.execute(totals.order_by(TeamTotal.merit.desc(), Team.id).offset(offset).limit(PAGE_ROWS)).all()
    rows = tuple(Standing(row.rank, str(row.id), row.name, int(row.merit), row.id in mine) for row in found)
    ranked = found[0].ranked if found else (_count(totals) if offset else 0)
    return Board(rows, offset, ranked, end=offset + len(rows))


def _count(totals: Select[*tuple[Any, ...]]) -> int:
    return db.session.scalar(select(func.count()).select_from(totals.subquery())) or 0


def home_names(keys: Iterable[str]) -> dict[str, str]:
    """The home community of each team, by the keys of a board's rows."""
    ids = [int(key) for key in keys]
    rows = db.session.execute(
        select(Team.id, Area.short_name).join(Area, Area.code == Team.community_code).where(Team.id.in_(ids))
    )
    return {str(team_id): name for team_id, name in rows}


# Compiled


def write(period: Period, head: dict[str, Any], before_header: Headers, before_row: Rows) -> tuple[int, int]:
    """Write the provisional rankings of teams beside the others; gives how many boards and rows."""
    per_team = _per_team(period, head["as_of"]).subquery()
    per_board = select(*_figures(per_team)).group_by(Area.code, Team.kind).order_by(Area.code, Team.kind)
    boards = [
        {**head, "area_code": code, "of": of_kind(kind), **_header(ranked, merit_ranked, merit)}
        for code, kind, ranked, merit_ranked, merit in connection().execute(_at_home(per_board, per_team))
    ]
    if not boards:
        return 0, 0
    connection().execute(insert(ProvisionalRanking), boards)
    columns = ["ranking_id", "position", "key", "rank", "score", "merit", "previous_rank"]
    rows = _rows(period, per_team, before_header, before_row)
    connection().execute(insert(ProvisionalRow).from_select(columns, rows))
    return len(boards), sum(board["ranked"] for board in boards)


def _per_team(period: Period, before: datetime) -> Select[int | None, int]:
    return (
        select(Posting.team_id, func.sum(Posting.merit).label("merit"))
        .where(marked(period), Posting.team_id.is_not(None), Posting.posted_at < before)
        .group_by(Posting.team_id)
    )


def _at_home(query: Select[*tuple[Any, ...]], per_team: Subquery) -> Select[*tuple[Any, ...]]:
    """A query over teams with merit, once for each area that a team's home community lies in."""
    code = cast(Table, Area.__table__).c.code
    lies_in = func.substr(Team.community_code, 1, func.length(code)) == code
    return query.select_from(per_team).join(Team, Team.id == per_team.c.team_id).join(Area, lies_in)


def _figures(per_team: Subquery) -> tuple[Any, ...]:
    ranked = per_team.c.merit >= MIN_RANKED_MERIT
    return (
        Area.code,
        Team.kind,
        func.sum(case((ranked, 1), else_=0)),
        func.sum(case((ranked, per_team.c.merit), else_=0)),
        func.sum(per_team.c.merit),
    )


def _header(ranked: int, merit_ranked: int, merit: int) -> dict[str, int]:
    return {"ranked": int(ranked), "merit_ranked": int(merit_ranked), "merit_unranked": int(merit) - int(merit_ranked)}


def _rows(period: Period, per_team: Subquery, before_header: Headers, before_row: Rows) -> Select[*tuple[Any, ...]]:
    here = cast(Table, ProvisionalRanking.__table__)
    there = cast(Table, before_header.__table__).alias("before")
    row = cast(Table, before_row.__table__).alias("row_before")
    key, merit = sql_cast(Team.id, String), per_team.c.merit
    same_board = [
        there.c.period == period.previous().key,
        there.c.of == here.c.of,
        there.c.area_code == here.c.area_code,
    ]
    if before_header is ProvisionalRanking:
        same_board.append(there.c.replaced_at.is_(None))
    places = select(
        here.c.id,
        func.row_number().over(partition_by=here.c.id, order_by=[merit.desc(), Team.id]),
        key,
        func.rank().over(partition_by=here.c.id, order_by=merit.desc()),
        merit,
        merit,
        row.c.rank,
    )
    mine = and_(
        here.c.period == literal(period.key),
        here.c.replaced_at.is_(None),
        here.c.area_code == Area.code,
        here.c.of == literal(PREFIX) + Team.kind,
    )
    return (
        _at_home(places, per_team)
        .join(here, mine)
        .outerjoin(there, and_(*same_board))
        .outerjoin(row, and_(row.c.ranking_id == there.c.id, row.c.key == key))
        .where(merit >= MIN_RANKED_MERIT)
    )


# Verified


def made_anew(
    period: Period, before: datetime, previous: dict[tuple[str, str, str], int]
) -> tuple[dict[tuple[str, str], list[Line]], dict[tuple[str, str], tuple[int, int, int]]]:
    """Lines and totals of every ranking of teams as the ledger has them: put in order here, not by the database."""
    postings = select(Posting.team_id, Posting.merit).where(
        marked(period), Posting.team_id.is_not(None), Posting.posted_at < before
    )
    merit: dict[int, int] = defaultdict(int)
    for team_id, points in connection().execute(postings):
        merit[team_id or 0] += points
    teams = {team.id: team for team in db.session.scalars(select(Team))}
    areas = set(db.session.scalars(select(Area.code)))
    boards: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for team_id in sorted(merit):
        team = teams[team_id]
        for code in _above(team.community_code, areas):
            boards[code, of_kind(team.kind)].append((team_id, merit[team_id]))
    lines = {board: _lines(board, found, previous) for board, found in boards.items()}
    return lines, {board: _totals(found) for board, found in boards.items()}


def _above(code: str, areas: Iterable[str]) -> list[str]:
    return [code[:length] for length in range(1, len(code) + 1) if code[:length] in areas]


def _lines(
    board: tuple[str, str], teams: list[tuple[int, int]], previous: dict[tuple[str, str, str], int]
) -> list[Line]:
    ranked = sorted((-merit, team_id) for team_id, merit in teams if merit >= MIN_RANKED_MERIT)
    order = ranks([-merit for merit, _team_id in ranked])
    return [
        (rank, str(team_id), -merit, previous.get((*board, str(team_id))))
        for rank, (merit, team_id) in zip(order, ranked, strict=True)
    ]


def _totals(teams: list[tuple[int, int]]) -> tuple[int, int, int]:
    ranked = [merit for _team_id, merit in teams if merit >= MIN_RANKED_MERIT]
    return len(ranked), sum(ranked), sum(merit for _team_id, merit in teams) - sum(ranked)
