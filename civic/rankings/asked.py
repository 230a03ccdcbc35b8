"""What a reader asks of a leaderboard: area, period, subject, page; the same for the page and the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, request

from civic import clock
from civic.access import me_or_none, my_grants
from civic.areas import service as areas
from civic.areas.models import Area
from civic.rankings import service
from civic.rankings.published import Published, find_ranking
from civic.rankings.team_boards import kinds_in, teams_board
from civic.rules.decisions import reaches
from civic.rules.periods import Period, parse, period_of
from civic.rules.refused import NotFound, Refused
from civic.rules.teams import KINDS
from civic.teams import service as teams
from civic.web import my_community_code, zone


@dataclass(frozen=True)
class Asked:
    """A leaderboard as asked for, with everything its header says."""

    area: Area
    of: str
    period: Period
    page: int | None  # none: me and my neighbours
    board: service.Board
    as_of: datetime
    kind: str = ""  # of teams

    status = "live"

    @property
    def closes_at(self) -> datetime:
        """From then on nothing counts for the period any more."""
        return self.period.closes_at(zone())

    @property
    def next_page(self) -> int | None:
        """The number of the following page, if there is one."""
        if self.page is None or self.board.next_offset is None:
            return None
        return self.page + 1


def asked(first_page: int | None = None) -> Asked:
    """Read the address and fetch the board; an address without a page means `first_page`, or me and my neighbours.

    Raises NotFound for an unknown area or board and for residents outside a community, Refused for a period that
    does not exist; answers 403 where the reader may not see it.
    """
    area = area_asked()
    of = request.args.get("of") or service.boards_of(area)[0]
    period, page, now = period_asked(), page_asked() or first_page, clock.now()
    person = me_or_none()
    me = person.id if person else None
    if of == "residents":
        check_residents_may_be_seen(area)
        offset = None if page is None else (page - 1) * service.PAGE_ROWS
        board = service.residents_board(area, period, day=clock.today(zone()), me=me, offset=offset)
        page = page or (None if board.mine else 1)
    elif of == service.TEAMS:
        page = page or 1
        own = teams.standing_teams(me) if me else []
        mine = frozenset(team.id for team in own)
        kind = kind_asked(area, [team.kind for team in own if reaches(area.code, team.community_code)])
        board = teams_board(area, kind, period, mine, offset=(page - 1) * service.PAGE_ROWS)
        return Asked(area, of, period, page, board, now, kind)
    else:
        page = page or 1
        board = service.areas_board(area, of, period, offset=(page - 1) * service.PAGE_ROWS)
    return Asked(area, of, period, page, board, now)


@dataclass(frozen=True)
class AskedPublished:
    """A published ranking as asked for."""

    area: Area
    of: str
    period: Period
    page: int
    published: Published
    kind: str = ""  # of teams

    @property
    def closes_at(self) -> datetime:
        """From then on nothing counts for the period any more."""
        return self.period.closes_at(zone())

    @property
    def next_page(self) -> int | None:
        """The number of the following page, if there is one."""
        return self.page + 1 if self.published.next_offset is not None else None


def published_asked(area: Area, period: Period) -> AskedPublished:
    """Read the rest of the address (of, page) and fetch the ranking; the same doors as for a live board."""
    of = request.args.get("of") or service.boards_of(area)[0]
    if of == "residents":
        check_residents_may_be_seen(area)
    page, person = page_asked() or 1, me_or_none()
    kind = kind_asked(area) if of == service.TEAMS else ""
    found = find_ranking(
        area,
        of,
        period,
        day=clock.today(zone()),
        me=person.id if person else None,
        offset=(page - 1) * service.PAGE_ROWS,
        kind=kind,
    )
    return AskedPublished(area, of, period, page, found, kind)


def period_named(key: str) -> Period:
    """The period of this key. Raises Refused where there is none."""
    try:
        return parse(key)
    except ValueError:
        raise Refused("period_unknown", "period", key=key) from None


def area_asked() -> Area:
    """The area in the address, else my community, else the first city."""
    code = request.args.get("area") or my_community_code()
    if code:
        return areas.get_area(code)
    roots = areas.roots()
    if not roots:
        raise NotFound("area")
    return roots[0]


def period_asked() -> Period:
    """The period in the address, else this month."""
    key = request.args.get("period")
    if not key:
        return period_of("month", clock.today(zone()))
    return period_named(key)


def kind_asked(area: Area, own: Sequence[str] = ()) -> str:
    """The kind of teams in the address, else the first of one's own there, else the first of which the area has any.

    Raises NotFound for no such kind.
    """
    kind = request.args.get("kind")
    if not kind:
        return next((kind for kind in KINDS if kind in own), "") or next(iter(kinds_in(area)), KINDS[0])
    if kind not in KINDS:
        raise NotFound("board")
    return kind


def page_asked() -> int | None:
    """The number of the page in the address."""
    text = request.args.get("page")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1_000_000):
        raise NotFound("page")
    return int(text)


def check_residents_may_be_seen(area: Area) -> None:
    """Residents' boards are for signed-in members and staff of that community."""
    if area.level != "community":
        raise NotFound("board")
    if me_or_none() is None:
        abort(401)
    member = my_community_code() == area.code
    staff = any(reaches(grant.area_code, area.code) for grant in my_grants())
    if not (member or staff):
        abort(403)
