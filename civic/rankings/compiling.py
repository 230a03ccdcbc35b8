"""Compiling: from the ledger to rows that pages read, one provisional version written beside the other.

Residents are ranked by the database, all communities in one statement; areas, of which there are few thousand at most,
by exact fractions here. A sealed ranking is made of the same rows (sealing.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, Table, and_, delete, func, insert, literal, select, text, update
from sqlalchemy import cast as sql_cast

from civic.db import Base, connection, db
from civic.rankings import tally, team_boards
from civic.rankings.denominators import has_begun, members_known, span
from civic.rankings.indices import Indices, averaged, judged, settings_by_city
from civic.rankings.models import ProvisionalPart, ProvisionalRanking, ProvisionalRow, Ranking, RankingRow
from civic.rankings.standings import AreaPlace, places
from civic.rankings.tally import TALLY, CommunityFigures
from civic.rankings.tree import Tree, cities, tree_on
from civic.rules.civility_index import OWN_INDEX
from civic.rules.periods import Period
from civic.rules.refused import Conflict, Refused
from civic.rules.standings import MIN_RANKED_MERIT

RESIDENTS = "residents"


@dataclass(frozen=True)
class Compiled:
    """How much was made."""

    boards: int
    rows: int


@dataclass(frozen=True)
class AreaRanking:
    """The order of one ranking of areas, and the merit it covers."""

    area_code: str
    of: str
    places: list[AreaPlace]
    merit: int

    @property
    def merit_ranked(self) -> int:
        """What the ranked have together."""
        return sum(place.merit for place in self.places if place.rank is not None)


# Verbs


def compile_period(
    period: Period, *, now: datetime, members_as_of: datetime, zone: ZoneInfo, only_sealed: bool = False
) -> Compiled:
    """Make a provisional ranking of any period that has begun, in place of the one before, from postings before `now`.

    `members_as_of` is the instant until which memberships are known: never later than now, also in a rehearsal.
    `only_sealed` leaves out whatever is provisional before it (X1, S3). Raises Refused before the period begins, and
    Conflict once it is sealed.
    """
    if not has_begun(period, now, zone):
        raise Refused("period_not_begun", "period", key=period.key)
    if is_sealed(period):
        raise Conflict("already_sealed", "period", key=period.key)
    known_at = members_known(period, members_as_of, zone)
    head = {
        "period": period.key,
        "kind": period.kind,
        "rulebook": period.rulebook,
        "as_of": now,
        "members_as_of": known_at,
    }
    tally.fill(period, now)
    days, roots = span(period, now, known_at, zone), cities()
    settings = settings_by_city(roots, period)
    figures = {cap: tally.by_community(days.days, cap) for cap in {one.cap for one in settings.values()} or {0}}
    sums = next(iter(figures.values()))  # all but what caps cut is the same in each
    tree = tree_on(period.starts_on, roots, sums)
    if period.kind in OWN_INDEX:
        indices = judged(period, days, tree, figures, settings)
    else:
        indices = averaged(period, tree, only_sealed)
    _put_aside(period, now)
    before = table_before(period, only_sealed)
    residents = _write_residents(period, head, sums, before)
    areas = _write_areas(period, head, area_rankings(tree, indices, sums), before)
    _write_parts(indices)
    tally.clear()
    teams = Compiled(*team_boards.write(period, head, before.header, before.row))
    _refresh_statistics()
    return Compiled(residents.boards + areas.boards + teams.boards, residents.rows + areas.rows + teams.rows)


def drop_superseded(period: Period) -> None:
    """Forget the provisional rankings that were replaced, of this period and of those of its kind before it."""
    old = (
        ProvisionalRanking.kind == period.kind,
        ProvisionalRanking.period <= period.key,
        ProvisionalRanking.replaced_at.is_not(None),
    )
    ids = list(db.session.scalars(select(ProvisionalRanking.id).where(*old)))
    if ids:
        gone = select(ProvisionalRanking.id).where(*old)
        connection().execute(delete(ProvisionalRow).where(ProvisionalRow.ranking_id.in_(gone)))
        connection().execute(delete(ProvisionalRanking).where(*old))


# Questions


def is_sealed(period: Period) -> bool:
    """Whether there is a sealed ranking of the period."""
    return db.session.scalar(select(Ranking.id).where(Ranking.period == period.key).limit(1)) is not None


def is_provisional(period: Period) -> bool:
    """Whether there is a provisional ranking of the period."""
    current = (ProvisionalRanking.period == period.key, ProvisionalRanking.replaced_at.is_(None))
    return db.session.scalar(select(ProvisionalRanking.id).where(*current).limit(1)) is not None


def area_rankings(tree: Tree, indices: Indices, sums: dict[str, CommunityFigures]) -> list[AreaRanking]:
    """Every ranking of areas: communities, subdistricts and districts of each area above them."""
    merit: dict[str, int] = dict.fromkeys(tree.paths, 0)
    for code, figures in sums.items():
        for above in tree.paths.get(code, ()):
            merit[above] += figures.merit
    return [
        AreaRanking(area, of, places((code, indices.of(code), merit[code]) for code in subjects), merit[area])
        for area, of, subjects in tree.boards()
    ]


@dataclass(frozen=True)
class Tables:
    """Where rankings of the one or the other kind stand."""

    header: type[Ranking] | type[ProvisionalRanking]
    row: type[RankingRow] | type[ProvisionalRow]

    def of_period(self, key: str) -> Any:
        """The headers of a period, of provisional ones only those in force."""
        mine = self.header.period == key
        return and_(mine, self.header.replaced_at.is_(None)) if self.header is ProvisionalRanking else mine


SEALED = Tables(Ranking, RankingRow)
PROVISIONAL = Tables(ProvisionalRanking, ProvisionalRow)


def table_before(period: Period, only_sealed: bool) -> Tables:
    """Where the ranking of the period before stands: sealed, or while it is not, provisional (S3)."""
    previous = period.previous()
    return SEALED if only_sealed or is_sealed(previous) or not is_provisional(previous) else PROVISIONAL


# Below


def _put_aside(period: Period, now: datetime) -> None:
    """Let what is in force make room; it stays until the next time, so that no reader finds its board empty."""
    drop_superseded(period)
    current = (ProvisionalRanking.period == period.key, ProvisionalRanking.replaced_at.is_(None))
    connection().execute(update(ProvisionalRanking).where(*current).values(replaced_at=now))
    connection().execute(delete(ProvisionalPart).where(ProvisionalPart.period == period.key))


def _write_residents(
    period: Period, head: dict[str, Any], sums: dict[str, CommunityFigures], before: Tables
) -> Compiled:
    """One ranking for each community that has postings, all their rows in one statement."""
    if not sums:
        return Compiled(0, 0)
    _insert(
        ProvisionalRanking,
        [
            {
                **head,
                "area_code": code,
                "of": RESIDENTS,
                "ranked": figures.ranked,
                "merit_ranked": figures.merit_ranked,
                "merit_unranked": figures.merit - figures.merit_ranked,
            }
            for code, figures in sorted(sums.items())
        ],
    )
    rows = _resident_rows(period, before)
    columns = ["ranking_id", "position", "key", "rank", "score", "merit", "previous_rank"]
    connection().execute(insert(ProvisionalRow).from_select(columns, rows))
    return Compiled(len(sums), sum(figures.ranked for figures in sums.values()))


def _resident_rows(period: Period, before: Tables) -> Select[*tuple[Any, ...]]:
    key = sql_cast(TALLY.c.resident_id, String)
    here, there = cast(Table, ProvisionalRanking.__table__), cast(Table, before.header.__table__).alias("before")
    row = cast(Table, before.row.__table__).alias("row_before")
    same_board = [
        there.c.period == period.previous().key,
        there.c.of == RESIDENTS,
        there.c.area_code == here.c.area_code,
    ]
    if before is PROVISIONAL:
        same_board.append(there.c.replaced_at.is_(None))
    descending = TALLY.c.merit.desc()
    return (
        select(
            here.c.id,
            func.row_number().over(partition_by=here.c.id, order_by=[descending, TALLY.c.resident_id]),
            key,
            func.rank().over(partition_by=here.c.id, order_by=descending),
            TALLY.c.merit,
            TALLY.c.merit,
            row.c.rank,
        )
        .select_from(TALLY)
        .join(here, here.c.area_code == TALLY.c.community_code)
        .outerjoin(there, and_(*same_board))
        .outerjoin(row, and_(row.c.ranking_id == there.c.id, row.c.key == key))
        .where(
            TALLY.c.merit >= MIN_RANKED_MERIT,
            here.c.period == literal(period.key),
            here.c.of == literal(RESIDENTS),
            here.c.replaced_at.is_(None),
        )
    )


def previous_area_ranks(period: Period, before: Tables) -> dict[tuple[str, str, str], int]:
    """(area, of, subject) → rank in the period before."""
    header, row = before.header, before.row
    found = connection().execute(
        select(header.area_code, header.of, row.key, row.rank)
        .join(row, row.ranking_id == header.id)
        .where(before.of_period(period.previous().key), header.of != RESIDENTS, row.rank.is_not(None))
    )
    return {(area, of, key): rank for area, of, key, rank in found if rank is not None}


def _write_areas(period: Period, head: dict[str, Any], rankings: Iterable[AreaRanking], before: Tables) -> Compiled:
    rankings = list(rankings)
    if not rankings:
        return Compiled(0, 0)
    _insert(
        ProvisionalRanking,
        [
            {
                **head,
                "area_code": ranking.area_code,
                "of": ranking.of,
                "ranked": sum(place.rank is not None for place in ranking.places),
                "merit_ranked": ranking.merit_ranked,
                "merit_unranked": ranking.merit - ranking.merit_ranked,
            }
            for ranking in rankings
        ],
    )
    current = select(ProvisionalRanking.area_code, ProvisionalRanking.of, ProvisionalRanking.id)
    ids = {
        (area, of): ranking_id
        for area, of, ranking_id in connection().execute(current.where(PROVISIONAL.of_period(period.key)))
    }
    previous = previous_area_ranks(period, before)
    rows = [
        {
            "ranking_id": ids[ranking.area_code, ranking.of],
            "position": position,
            "key": place.code,
            "rank": place.rank,
            "score": place.index,
            "merit": place.merit,
            "previous_rank": previous.get((ranking.area_code, ranking.of, place.code)),
        }
        for ranking in rankings
        for position, place in enumerate(ranking.places, start=1)
    ]
    _insert(ProvisionalRow, rows)
    return Compiled(len(rankings), len(rows))


def _write_parts(indices: Indices) -> None:
    rows = [part for parts in indices.parts.values() for part in parts]
    if rows:
        _insert(ProvisionalPart, rows)


def _insert(table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows, a thousand a statement: asked for something back, SQLAlchemy sends no statement for each."""
    connection().execute(insert(table).returning(literal(1)), rows)


def _refresh_statistics() -> None:
    """PostgreSQL plans badly with a table that was just filled, until its own housekeeping comes by.

    A small sample is enough to tell a ranking from a whole table, and takes a tenth of the time.
    """
    if connection().dialect.name == "postgresql":
        connection().execute(text("SET LOCAL default_statistics_target = 10"))
        connection().execute(text("ANALYZE provisional_row"))
