"""What is published of a period: the sealed ranking, or the provisional one for as long as there is none.

A page reads one header, a stretch of rows and the names in them; the rows themselves hold ids and figures only.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Row, Select, and_, exists, func, null, select

from civic.accounts.models import Person
from civic.areas.models import CODE_LENGTHS, LEVELS, Area, within
from civic.db import db
from civic.ledger.models import Posting
from civic.rankings.compiling import PROVISIONAL, RESIDENTS, SEALED, Tables
from civic.rankings.models import Correction, IndexPart, ProvisionalPart, ProvisionalRanking, Ranking
from civic.rankings.service import AREA_BOARDS, PAGE_ROWS, TEAMS, boards_of, standing_of
from civic.rankings.team_boards import of_kind
from civic.rules.civility_index import PARTS, Part, furthest, missing, with_one_more
from civic.rules.periods import Period, parse
from civic.rules.refused import NotFound
from civic.teams import service as teams
from civic.teams.models import Team

Header = Ranking | ProvisionalRanking
StoredPart = IndexPart | ProvisionalPart
MAX_PERIODS = 60
TREND_MONTHS = 12


@dataclass(frozen=True)
class Listed:
    """A line of a published ranking. `index` in hundredths; without a rank it is listed, not ranked."""

    rank: int | None
    key: str
    name: str
    merit: int
    previous_rank: int | None
    index: int | None = None
    is_me: bool = False
    parts: tuple[StoredPart, ...] = ()


@dataclass(frozen=True)
class Published:
    """A stretch of a ranking with its header; no header where none was made yet."""

    header: Header | None
    rows: tuple[Listed, ...] = ()
    offset: int = 0
    total: int = 0  # places in all, listed or not

    @property
    def status(self) -> str:
        """Provisional or sealed."""
        return "sealed" if isinstance(self.header, Ranking) else "provisional"

    @property
    def sha256(self) -> str | None:
        """Of a sealed ranking, over its ids and figures."""
        return self.header.sha256 if isinstance(self.header, Ranking) else None

    @property
    def next_offset(self) -> int | None:
        """Where the following stretch begins; none at the end."""
        following = self.offset + PAGE_ROWS
        return following if following < self.total else None


@dataclass(frozen=True)
class IndexOf:
    """An area's index with its parts in their order, and its rank among its like in the whole city."""

    parts: tuple[StoredPart, ...]
    status: str
    rank: int | None

    @property
    def index(self) -> int | None:
        """The sum of the parts in hundredths; none without N."""
        return sum(part.score for part in self.parts) if self.parts else None

    @property
    def judged(self) -> tuple[Part, ...]:
        """The parts as the rules know them; none for a mean of months."""
        return tuple(part for stored in self.parts if (part := stored.part) is not None)

    @property
    def one_more(self) -> int | None:
        """By how much, in hundredths, one more person who takes part would raise the index."""
        judged = self.judged
        return with_one_more(judged) - sum(part.score for part in judged) if judged else None

    @property
    def furthest(self) -> tuple[Part, int] | None:
        """The part furthest from its target, and how much of what it counts is missing; None where all are met."""
        part = furthest(self.judged)
        return (part, missing(part)) if part else None


@dataclass(frozen=True)
class PublishedPeriod:
    """A period of which an area has rankings."""

    period: Period
    status: str
    as_of: datetime


@dataclass(frozen=True)
class CorrectionNote:
    """A posting in a later period that puts this one right; of a ranking of teams it names the team it counted for."""

    posting_id: int
    community_name: str
    merit: int
    noted_at: datetime
    week: str
    month: str
    team_name: str | None


def find_ranking(
    area: Area,
    of: str,
    period: Period,
    *,
    day: date,
    me: int | None,
    offset: int = 0,
    rows: int = PAGE_ROWS,
    kind: str = "",
) -> Published:
    """The ranking of a period, page by page, of teams within a kind. Raises NotFound for a board the area lacks."""
    if of not in boards_of(area):
        raise NotFound("board")
    header = _header(area.code, of_kind(kind) if of == TEAMS else of, period)
    if header is None:
        return Published(None)
    tables = SEALED if isinstance(header, Ranking) else PROVISIONAL
    total = db.session.scalar(select(func.max(tables.row.position)).where(tables.row.ranking_id == header.id)) or 0
    if of == RESIDENTS:
        return Published(header, _residents(tables, header, offset, day, me), offset, total)
    if of == TEAMS:
        return Published(header, _teams(tables, header, offset, me), offset, total)
    return Published(header, _areas(tables, header, offset, rows), offset, total)


def indices(area: Area, of: str, period: Period) -> list[tuple[str, str, int]]:
    """Code, name and index, in hundredths, of every area of a ranking that has one: two queries."""
    header = _header(area.code, of, period)
    if header is None:
        return []
    row = (SEALED if isinstance(header, Ranking) else PROVISIONAL).row
    rows = db.session.execute(
        select(row.key, Area.short_name, row.score)
        .join(Area, Area.code == row.key)
        .where(row.ranking_id == header.id, row.score.is_not(None))
    )
    return [(code, name, score or 0) for code, name, score in rows]


def _header(area_code: str, of: str, period: Period) -> Header | None:
    for tables in (SEALED, PROVISIONAL):
        mine = (tables.of_period(period.key), tables.header.area_code == area_code, tables.header.of == of)
        found = db.session.scalar(select(tables.header).where(*mine))
        if found is not None:
            return cast(Header, found)
    return None


def _residents(tables: Tables, header: Header, offset: int, day: date, me: int | None) -> tuple[Listed, ...]:
    """Whoever is not shown keeps their place, and the number is skipped (S4)."""
    row = tables.row
    stretch = db.session.execute(
        select(row.key, row.rank, row.merit, row.previous_rank)
        .where(row.ranking_id == header.id, row.position > offset, row.position <= offset + PAGE_ROWS)
        .order_by(row.position)
    ).all()
    people = _people([int(line.key) for line in stretch])
    found = []
    for line in stretch:
        person = people.get(int(line.key))
        seen = standing_of(person, line.rank or 0, day, me) if person else None
        if seen is not None:
            found.append(Listed(line.rank, line.key, seen.name, line.merit, line.previous_rank, is_me=seen.is_me))
    return tuple(found)


def _people(ids: list[int]) -> dict[int, Row[int, int, str, str, date | None]]:
    rows = db.session.execute(
        select(
            Person.id.label("resident_id"), Person.id.label("merit"), Person.name, Person.appear, Person.born_on
        ).where(Person.id.in_(ids))
    ).all()
    return {row.resident_id: row for row in rows}


def _teams(tables: Tables, header: Header, offset: int, me: int | None) -> tuple[Listed, ...]:
    row = tables.row
    stretch = db.session.execute(
        select(row.key, row.rank, row.merit, row.previous_rank)
        .where(row.ranking_id == header.id, row.position > offset, row.position <= offset + PAGE_ROWS)
        .order_by(row.position)
    ).all()
    ids = [int(line.key) for line in stretch]
    names = {str(team_id): name for team_id, name in db.session.execute(_team_names(ids))}
    mine = {str(team.id) for team in teams.standing_teams(me)} if me else set()
    return tuple(
        Listed(line.rank, line.key, names[line.key], line.merit, line.previous_rank, is_me=line.key in mine)
        for line in stretch
    )


def _team_names(ids: list[int]) -> Select[int, str]:
    return select(Team.id, Team.name).where(Team.id.in_(ids))


def _areas(tables: Tables, header: Header, offset: int, rows: int) -> tuple[Listed, ...]:
    row = tables.row
    stretch = db.session.execute(
        select(row.key, row.rank, row.score, row.merit, row.previous_rank, Area.short_name)
        .join(Area, Area.code == row.key)
        .where(row.ranking_id == header.id, row.position > offset, row.position <= offset + rows)
        .order_by(row.position)
    ).all()
    parts = _parts(tables, [line.key for line in stretch], header.period)
    return tuple(
        Listed(
            line.rank,
            line.key,
            line.short_name,
            line.merit,
            line.previous_rank,
            index=line.score,
            parts=parts.get(line.key, ()),
        )
        for line in stretch
    )


def _parts(tables: Tables, codes: list[str], period: str) -> dict[str, tuple[StoredPart, ...]]:
    table = IndexPart if tables is SEALED else ProvisionalPart
    found: dict[str, list[StoredPart]] = defaultdict(list)
    rows = db.session.scalars(select(table).where(table.period == period, table.area_code.in_(codes)))
    for part in cast(Iterable[StoredPart], rows):
        found[part.area_code].append(part)
    return {code: tuple(sorted(parts, key=lambda part: PARTS.index(part.key))) for code, parts in found.items()}


def index_of(area: Area, period: Period) -> IndexOf:
    """An area's index in a period, sealed or so far; without parts where it has none, or none was made yet."""
    return _index_of(area, period, _table_of([period])[period])


def parts_of(codes: list[str], period: Period) -> dict[str, tuple[StoredPart, ...]]:
    """The parts of many areas' index in a period, sealed or so far; areas without an index are left out."""
    return _parts(_table_of([period])[period], codes, period.key)


def weekly(codes: list[str], weeks: Iterable[Period]) -> dict[tuple[str, str], int]:
    """The index, in hundredths, of each area in each of these weeks that has one: (code, week) → index."""
    keys = [week.key for week in weeks]
    found: dict[tuple[str, str], int] = {}
    for table in (ProvisionalPart, IndexPart):  # what is sealed comes last and rules
        rows = db.session.execute(
            select(table.area_code, table.period, func.sum(table.score))
            .where(table.area_code.in_(codes), table.period.in_(keys))
            .group_by(table.area_code, table.period)
        )
        found |= {(code, key): int(index) for code, key, index in rows}
    return found


def weekly_part(code: str, key: str, weeks: Iterable[Period]) -> dict[str, StoredPart]:
    """One part of an area's index in each of these weeks that has one: week → part."""
    keys = [week.key for week in weeks]
    found: dict[str, StoredPart] = {}
    for table in (ProvisionalPart, IndexPart):
        rows = db.session.scalars(
            select(table).where(table.area_code == code, table.key == key, table.period.in_(keys))
        )
        found |= {row.period: row for row in cast(Iterable[StoredPart], rows)}
    return found


def _index_of(area: Area, period: Period, tables: Tables) -> IndexOf:
    parts = _parts(tables, [area.code], period.key).get(area.code, ())
    rank = _rank_in_city(tables, area, period) if parts else None
    return IndexOf(parts, "sealed" if tables is SEALED else "provisional", rank)


def _table_of(periods: Iterable[Period]) -> dict[Period, Tables]:
    """Where what is published of these periods stands; one query."""
    asked = list(periods)
    are_sealed = db.session.execute(select(*(exists().where(Ranking.period == period.key) for period in asked))).one()
    return {period: SEALED if is_sealed else PROVISIONAL for period, is_sealed in zip(asked, are_sealed, strict=True)}


def _rank_in_city(tables: Tables, area: Area, period: Period) -> int | None:
    of = {level: of for of, level in AREA_BOARDS.items()}.get(area.level)
    header, row = tables.header, tables.row
    found = db.session.execute(
        select(row.rank)
        .join(header, and_(header.id == row.ranking_id, tables.of_period(period.key)))
        .join(Area, and_(Area.code == header.area_code, Area.parent_code.is_(None)))
        .where(header.area_code.in_(_above(area.code)), header.of == of, row.key == area.code)
    ).first()
    return found[0] if found else None


def _above(code: str) -> list[str]:
    return [code[:length] for length in LEVELS if length <= min(len(code), CODE_LENGTHS["subdistrict"])]


def latest_index(area: Area, running: Period) -> tuple[Period, IndexOf] | None:
    """The index of the running period if there is one so far, else of the one before."""
    for period, tables in _table_of((running, running.previous())).items():
        found = _index_of(area, period, tables)
        if found.parts:
            return period, found
    return None


def trend(area: Area, running: Period, months: int = TREND_MONTHS) -> list[tuple[Period, int]]:
    """The index of the last sealed months in hundredths, the oldest first; one query."""
    asked: list[Period] = []
    for _ in range(months):
        running = running.previous()
        asked.append(running)
    rows = db.session.execute(
        select(IndexPart.period, func.sum(IndexPart.score))
        .where(IndexPart.area_code == area.code, IndexPart.period.in_([month.key for month in asked]))
        .group_by(IndexPart.period)
    )
    found = {key: int(score) for key, score in rows}
    return [(month, found[month.key]) for month in reversed(asked) if month.key in found]


def published_periods(area: Area) -> list[PublishedPeriod]:
    """The periods of which an area has rankings, the latest first; provisional ones only until they are sealed."""
    found: dict[str, PublishedPeriod] = {}
    for tables, status in ((PROVISIONAL, "provisional"), (SEALED, "sealed")):
        header = tables.header
        mine = header.area_code == area.code
        if header is ProvisionalRanking:
            mine = and_(mine, ProvisionalRanking.replaced_at.is_(None))
        rows = select(header.period, func.max(header.as_of)).where(mine).group_by(header.period)
        for key, as_of in db.session.execute(rows.order_by(func.max(header.as_of).desc()).limit(MAX_PERIODS)):
            found[key] = PublishedPeriod(parse(key), status, as_of)
    return sorted(found.values(), key=lambda each: (each.period.ends_on, each.period.starts_on), reverse=True)


def corrections(area: Area, period: Period, kind: str = "") -> list[CorrectionNote]:
    """The notes beside an area's sealed rankings of a period, oldest first. They name postings, never people.

    With a kind of teams those beside its ranking: what was reversed of an award that counted for such a team at home
    in the area (A24), wherever its member lives.
    """
    notes = (
        select(
            Correction.posting_id,
            Area.short_name,
            Posting.merit,
            Correction.noted_at,
            Posting.week,
            Posting.month,
            Team.name if kind else null(),
        )
        .join(Posting, Posting.id == Correction.posting_id)
        .where(Correction.period == period.key)
        .order_by(Correction.noted_at, Correction.posting_id)
    )
    if kind:
        notes = (
            notes.join(Team, and_(Team.id == Posting.team_id, Team.kind == kind))
            .join(Area, Area.code == Team.community_code)
            .where(within(Team.community_code, area.code))
        )
    else:
        notes = notes.join(Area, Area.code == Correction.community_code).where(
            within(Correction.community_code, area.code)
        )
    return [CorrectionNote(*row) for row in db.session.execute(notes)]
