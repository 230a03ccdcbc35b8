"""Live leaderboards, read from the counters beside the ledger.

Ranked are subjects with at least 1 merit (fine print S1); ties share a rank and the next is skipped. Residents stand
in their own community only; whoever does not want to be seen, and every child, keeps their place but is not listed
(S4), so that nobody's rank depends on another's wish.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Row, Select, Subquery, func, select

from civic.accounts.models import Person
from civic.areas.models import CODE_LENGTHS, Area, within
from civic.areas.service import get_area
from civic.db import db
from civic.ledger.models import CommunityTotal, ResidentTotal
from civic.rules.people import is_child, is_masked
from civic.rules.periods import Period
from civic.rules.refused import NotFound
from civic.rules.standings import masked

LIVE_KINDS = ("week", "month", "quarter", "year")
PAGE_ROWS = 50
NEIGHBOURS = 5
TEAMS = "teams"  # within one kind of them
AREA_BOARDS = {"communities": "community", "subdistricts": "subdistrict", "districts": "district"}


@dataclass(frozen=True)
class Standing:
    """One line of a board. `key` is an area's code or a resident's random id."""

    rank: int
    key: str
    name: str
    merit: int
    is_me: bool = False


@dataclass(frozen=True)
class Board:
    """A stretch of a leaderboard: lines in order, where it begins, and how many subjects are ranked in all."""

    rows: tuple[Standing, ...]
    offset: int
    ranked: int
    mine: Standing | None = None
    merit_to_next: int | None = None  # what I lack to share the next better rank
    next_rank: int | None = None  # that rank
    end: int = 0  # how many places the stretch and what is before it hold, listed or not

    @property
    def next_offset(self) -> int | None:
        """Where the following stretch begins; none at the end."""
        following = self.offset + PAGE_ROWS
        return following if following < self.ranked else None


def residents_board(community: Area, period: Period, *, day: date, me: int | None, offset: int | None) -> Board:
    """The residents of a community by merit; without an offset, me and my neighbours, or the top if I am not on it."""
    if community.level != "community":
        raise NotFound("area")
    on_board = (
        ResidentTotal.community_code == community.code,
        ResidentTotal.period == period.key,
        ResidentTotal.merit >= 1,
    )
    ranked = _count(select(func.count()).select_from(ResidentTotal).where(*on_board))
    mine = db.session.scalar(select(ResidentTotal).where(*on_board, ResidentTotal.resident_id == me)) if me else None
    before_me = _before(on_board, mine) if mine else 0
    start, length = (offset, PAGE_ROWS) if offset is not None else (0, PAGE_ROWS)
    if offset is None and mine:
        start = max(0, before_me - NEIGHBOURS)
        length = before_me - start + 1 + NEIGHBOURS
    people = db.session.execute(
        select(ResidentTotal.resident_id, ResidentTotal.merit, Person.name, Person.appear, Person.born_on)
        .join(Person, Person.id == ResidentTotal.resident_id)
        .where(*on_board)
        .order_by(ResidentTotal.merit.desc(), ResidentTotal.resident_id)
        .offset(start)
        .limit(length)
    ).all()
    first_rank = 1 + (_better(on_board, people[0].merit) if people else 0)
    ranks = _ranks([person.merit for person in people], start, first_rank)
    rows = [standing_of(person, rank, day, me) for person, rank in zip(people, ranks, strict=True)]
    shown = tuple(row for row in rows if row is not None)
    own = next((row for row in shown if row.is_me), None)
    if mine and own is None:
        name = db.session.scalar(select(Person.name).where(Person.id == me)) or ""
        own = Standing(1 + _better(on_board, mine.merit), str(me), name, mine.merit, is_me=True)
    board = Board(shown, start, ranked, own, end=start + len(people))
    return _with_the_next_above(board, on_board) if own else board


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0


def _before(on_board: tuple[object, ...], mine: ResidentTotal) -> int:
    """How many lines stand before mine; an index range of one community's counters."""
    ahead = (ResidentTotal.merit > mine.merit) | (
        (ResidentTotal.merit == mine.merit) & (ResidentTotal.resident_id < mine.resident_id)
    )
    return _count(select(func.count()).select_from(ResidentTotal).where(*on_board, ahead))  # type: ignore[arg-type]


def _better(on_board: tuple[object, ...], merit: int) -> int:
    query = select(func.count()).select_from(ResidentTotal)
    return _count(query.where(*on_board, ResidentTotal.merit > merit))  # type: ignore[arg-type]


def _with_the_next_above(board: Board, on_board: tuple[object, ...]) -> Board:
    """The board with the rank before mine and what I lack to share it; as it is where nobody stands before me."""
    mine = board.mine
    if mine is None or mine.rank == 1:
        return board
    merit, tied = db.session.execute(
        select(ResidentTotal.merit, func.count())
        .where(*on_board, ResidentTotal.merit > mine.merit)  # type: ignore[arg-type]
        .group_by(ResidentTotal.merit)
        .order_by(ResidentTotal.merit)
        .limit(1)
    ).one()
    return replace(board, merit_to_next=merit - mine.merit, next_rank=mine.rank - tied)


def _ranks(merits: Sequence[int], start: int, first_rank: int) -> list[int]:
    """Ranks of a stretch that begins at position `start`: a tie shares, the next is skipped."""
    ranks: list[int] = []
    for position, merit in enumerate(merits):
        tied = position > 0 and merit == merits[position - 1]
        ranks.append(ranks[-1] if tied else (start + position + 1 if position else first_rank))
    return ranks


def standing_of(person: Row[int, int, str, str, date | None], rank: int, day: date, me: int | None) -> Standing | None:
    """A resident's line as others may see it; None where they are not listed at all."""
    standing = Standing(rank, str(person.resident_id), person.name, person.merit)
    if person.resident_id == me:
        return replace(standing, is_me=True)
    if person.appear == "hidden" or is_child(person.born_on, day):
        return None
    if person.appear == "nickname" and not is_masked(person.born_on, day):
        return standing
    return replace(standing, name=masked(person.name))


def areas_board(area: Area, of: str, period: Period, offset: int = 0) -> Board:
    """Communities, subdistricts or districts of an area by merit; ties stand in the order of their codes."""
    areas = _ranked_areas(area, of, [period])
    found = db.session.execute(
        select(areas, Area.short_name)
        .join(Area, Area.code == areas.c.code)
        .order_by(areas.c.rank, areas.c.code)
        .offset(offset)
        .limit(PAGE_ROWS)
    ).all()
    rows = tuple(Standing(row.rank, row.code, row.short_name, int(row.merit)) for row in found)
    ranked = found[0].ranked if found else _count(select(func.count()).select_from(areas)) if offset else 0
    return Board(rows, offset, ranked, end=offset + len(rows))


def _ranked_areas(area: Area, of: str, periods: Sequence[Period]) -> Subquery:
    """Period, code, merit and rank of every area that is ranked, and how many there are."""
    if of not in boards_of(area) or of not in AREA_BOARDS:
        raise NotFound("board")
    code = func.substr(CommunityTotal.community_code, 1, CODE_LENGTHS[AREA_BOARDS[of]]).label("code")
    totals = (
        select(CommunityTotal.period, code, func.sum(CommunityTotal.merit).label("merit"))
        .where(
            CommunityTotal.period.in_([period.key for period in periods]),
            within(CommunityTotal.community_code, area.code),
        )
        .group_by(CommunityTotal.period, code)
        .having(func.sum(CommunityTotal.merit) >= 1)
        .subquery()
    )
    rank = func.rank().over(partition_by=totals.c.period, order_by=totals.c.merit.desc()).label("rank")
    ranked = func.count().over(partition_by=totals.c.period).label("ranked")
    return select(totals.c.period, totals.c.code, totals.c.merit, rank, ranked).subquery()


def boards_of(area: Area) -> tuple[str, ...]:
    """The boards that make sense for an area: what it contains, largest first, and the teams at home in it."""
    if area.level == "community":
        return ("residents", TEAMS)
    return (*(of for of, level in reversed(AREA_BOARDS.items()) if CODE_LENGTHS[level] > len(area.code)), TEAMS)


def area_boards_of(area: Area) -> tuple[str, ...]:
    """Those of its boards that rank areas; none for a community."""
    return tuple(of for of in boards_of(area) if of in AREA_BOARDS)


def places_of(community: Area, periods: Sequence[Period]) -> list[tuple[Standing, int] | None]:
    """For each period a community's place among those of its subdistrict, and how many are ranked there.

    None where it has no merit yet.
    """
    if community.parent_code is None:
        return [None] * len(periods)
    areas = _ranked_areas(get_area(community.parent_code), "communities", periods)
    rows = db.session.execute(select(areas).where(areas.c.code == community.code))
    found = {
        row.period: (Standing(row.rank, row.code, community.short_name, int(row.merit)), row.ranked) for row in rows
    }
    return [found.get(period.key) for period in periods]


def place_of(community: Area, period: Period) -> tuple[Standing, int] | None:
    """The same for one period."""
    return places_of(community, [period])[0]
