"""What a dashboard asks of the compiled rows: figures of an area and period, its areas below, what to watch.

However many residents there are, a page reads a few rows of each of these tables; nothing is counted here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import and_, or_, select

from civic.activities.models import CATEGORIES
from civic.areas.models import Area, within
from civic.dashboards.models import AreaFigures, AreaNow, FiguresPeriod
from civic.db import db
from civic.rankings import published
from civic.rankings.published import IndexOf, Listed, Published, StoredPart
from civic.rankings.service import PAGE_ROWS, area_boards_of
from civic.rules.periods import Period, parse, period_of
from civic.rules.refused import NotFound
from civic.rules.waits import HALF, NINE_TENTHS
from civic.rules.waits import within as decided_within

WEEKS = 13
MOST_PERIODS = 60
MOST_TILES = PAGE_ROWS
MOST_LACKING = 200
MOST_ROWS = 5_000  # of an export
DEFAULT_BOARD = {"city": "districts", "district": "communities", "subdistrict": "communities"}


@dataclass(frozen=True)
class Side:
    """An area in a period: one side of a comparison."""

    area: Area
    period: Period
    figures: AreaFigures | None
    as_of: datetime | None  # none: not compiled
    index: IndexOf

    def part(self, key: str) -> StoredPart | None:
        """A part of the index."""
        return next((part for part in self.index.parts if part.key == key), None)

    def rate(self, key: str) -> float | None:
        """What was reached of a part: a share of the people, or points for each; none for a mean of months."""
        part = self.part(key)
        if part is None or part.part is None or not part.part.n:
            return None
        return float(part.part.x / part.part.n)

    @property
    def half_within(self) -> int | None:
        """The hours within which half of the decisions were made."""
        return half_within(self.figures)

    @property
    def most_within(self) -> int | None:
        """The same of nine in ten."""
        return decided_within(self.figures.waits, NINE_TENTHS) if self.figures else None

    @property
    def decided(self) -> int:
        """How many decisions people made."""
        return sum(self.figures.waits) if self.figures else 0

    def count(self, name: str) -> int:
        """Merit, people or entries; nothing happened where there is no row."""
        return int(getattr(self.figures, name)) if self.figures else 0

    def of_way(self, key: str) -> int:
        """The entries that came or were approved in a way of WAYS."""
        return self.figures.ways.get(key, 0) if self.figures else 0

    def of_category(self, key: str) -> int:
        """The entries of a category."""
        return self.figures.categories.get(key, 0) if self.figures else 0


@dataclass(frozen=True)
class AreaLine:
    """A line of the ranking of areas, with everything else the table says of it."""

    listed: Listed
    figures: AreaFigures | None
    now: AreaNow | None
    weeks: tuple[int | None, ...]  # the index of the last weeks, oldest first
    before: tuple[StoredPart, ...]  # the parts in the period before

    @property
    def change(self) -> int | None:
        """By how much, in hundredths, the index rose since the period before."""
        if self.listed.index is None or not self.before:
            return None
        return self.listed.index - sum(part.score for part in self.before)

    @cached_property
    def lost_most(self) -> tuple[str, int] | None:
        """The part that fell furthest since the period before, and by how much in hundredths."""
        old = {part.key: part.score for part in self.before}
        lost = [(old[part.key] - part.score, part.key) for part in self.listed.parts if part.key in old]
        worst = max(lost, default=(0, ""))
        return (worst[1], worst[0]) if worst[0] > 0 else None

    @property
    def participation(self) -> float | None:
        """The share of people who took part."""
        part = next((part.part for part in self.listed.parts if part.key == "participation"), None)
        return float(part.x / part.n) if part and part.n else None


@dataclass(frozen=True)
class Below:
    """A page of the ranking of the areas below."""

    of: str
    published: Published
    lines: tuple[AreaLine, ...]


@dataclass(frozen=True)
class Gap:
    """A category that communities lack which otherwise took part; without a category, communities where nobody did."""

    category: str | None
    communities: int


@dataclass(frozen=True)
class TrendWeek:
    """The share of people who took part in a week, and a year before."""

    week: Period
    share: float | None
    year_before: float | None


def half_within(figures: AreaFigures | None) -> int | None:
    """The hours within which half of an area's decisions were made; none where there were none."""
    return decided_within(figures.waits, HALF) if figures else None


def check_board(area: Area, of: str | None) -> str | None:
    """The board asked for, or the area's usual one; none for a community. Raises NotFound where there is none."""
    if area.level == "community":
        return None
    if of is None:
        usual = DEFAULT_BOARD[area.level]
        return usual if usual in area_boards_of(area) else area_boards_of(area)[-1]
    if of not in area_boards_of(area):
        raise NotFound("board")
    return of


def sides(pairs: list[tuple[Area, Period]]) -> list[Side]:
    """Areas in periods with their figures: two queries for all, and three for the index of each."""
    # One by one, since SQLite reads a whole table for a pair of columns in a list.
    wanted = (and_(AreaFigures.period == period.key, AreaFigures.area_code == area.code) for area, period in pairs)
    rows = db.session.scalars(select(AreaFigures).where(or_(*wanted)))
    figures = {(row.period, row.area_code): row for row in rows}
    heads = select(FiguresPeriod.period, FiguresPeriod.as_of).where(
        FiguresPeriod.period.in_([period.key for _area, period in pairs])
    )
    as_of = {row.period: row.as_of for row in db.session.execute(heads)}
    return [
        Side(
            area,
            period,
            figures.get((period.key, area.code)),
            as_of.get(period.key),
            published.index_of(area, period),
        )
        for area, period in pairs
    ]


def below(area: Area, of: str, period: Period, offset: int = 0, rows: int = PAGE_ROWS) -> Below:
    """A page of the areas below by index, with figures, backlog, thirteen weeks and the period before: twelve queries.

    Raises NotFound for a board the area does not have.
    """
    found = published.find_ranking(area, of, period, day=period.starts_on, me=None, offset=offset, rows=rows)
    codes = [row.key for row in found.rows]
    figures = {row.area_code: row for row in _figures(codes, period)}
    now = nows(codes)
    weeks = last_weeks(period)
    index = published.weekly(codes, weeks)
    before = published.parts_of(codes, period.previous())
    lines = tuple(
        AreaLine(
            row,
            figures.get(row.key),
            now.get(row.key),
            tuple(index.get((row.key, week.key)) for week in weeks),
            before.get(row.key, ()),
        )
        for row in found.rows
    )
    return Below(of, found, lines)


def _figures(codes: list[str], period: Period) -> Iterable[AreaFigures]:
    return db.session.scalars(
        select(AreaFigures).where(AreaFigures.period == period.key, AreaFigures.area_code.in_(codes))
    )


def nows(codes: Iterable[str]) -> dict[str, AreaNow]:
    """How areas are at this moment."""
    return {row.area_code: row for row in db.session.scalars(select(AreaNow).where(AreaNow.area_code.in_(list(codes))))}


def last_weeks(period: Period) -> list[Period]:
    """Thirteen weeks, the last of them the one in which the period ends."""
    weeks = [period if period.kind == "week" else period_of("week", period.ends_on - timedelta(days=1))]
    while len(weeks) < WEEKS:
        weeks.insert(0, weeks[0].previous())
    return weeks


def until(period: Period, today: date) -> Period:
    """The week whose thirteen a running period ends with: the one going on, not one to come."""
    week = period_of("week", min(today, period.ends_on - timedelta(days=1)))
    return period if period.kind == "week" else week


def participation(area: Area, last: Period) -> list[TrendWeek]:
    """The share of people who took part, week by week, beside the same weeks a year before: two queries."""
    weeks = last_weeks(last)
    earlier = {week.key: _year_before(week) for week in weeks}
    parts = published.weekly_part(area.code, "participation", [*weeks, *earlier.values()])
    shares = {
        key: float(stored.part.x / stored.part.n) for key, stored in parts.items() if stored.part and stored.part.n
    }
    return [TrendWeek(week, shares.get(week.key), shares.get(earlier[week.key].key)) for week in weeks]


def _year_before(week: Period) -> Period:
    return period_of("week", week.starts_on - timedelta(weeks=52))


def gaps(side: Side) -> list[Gap]:
    """What communities lack, most communities first; nobody taking part at all comes before everything else."""
    row = side.figures
    if row is None:
        return []
    found = [Gap(None, row.quiet)] if row.quiet else []
    lacking = [Gap(key, row.lacking[key]) for key in CATEGORIES if row.lacking.get(key)]
    return found + sorted(lacking, key=lambda gap: -gap.communities)


def lacking(area: Area, period: Period, category: str | None) -> list[Area]:
    """The communities behind a gap, by code, the first two hundred of them: one query.

    Raises NotFound for a category that does not exist.
    """
    joined = and_(AreaFigures.area_code == Area.code, AreaFigures.period == period.key)
    query = (
        select(Area)
        .outerjoin(AreaFigures, joined)
        .where(Area.level == "community", within(Area.code, area.code), Area.closed_on.is_(None))
    )
    if category is None:
        query = query.where(or_(AreaFigures.people.is_(None), AreaFigures.people == 0))
    else:
        query = query.where(AreaFigures.people > 0, AreaFigures.seen.op("&")(_bit(category)) == 0)
    return list(db.session.scalars(query.order_by(Area.code).limit(MOST_LACKING)))


def _bit(category: str) -> int:
    if category not in CATEGORIES:
        raise NotFound("category")
    return 1 << CATEGORIES.index(category)


def children_figures(area: Area, period: Period) -> list[tuple[Area, AreaFigures | None]]:
    """The open areas directly below with their figures: the rows that an area's own figures add up from."""
    joined = and_(AreaFigures.area_code == Area.code, AreaFigures.period == period.key)
    query = (
        select(Area, AreaFigures)
        .outerjoin(AreaFigures, joined)
        .where(Area.parent_code == area.code, Area.closed_on.is_(None))
        .order_by(Area.code)
    )
    return [(row.Area, row.AreaFigures) for row in db.session.execute(query)]


def compiled_periods() -> list[Period]:
    """The periods that have figures, the latest first."""
    keys = select(FiguresPeriod.period).order_by(FiguresPeriod.starts_on.desc(), FiguresPeriod.period)
    return [parse(key) for key in db.session.scalars(keys.limit(MOST_PERIODS))]
