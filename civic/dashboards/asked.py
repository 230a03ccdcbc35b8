"""What an address asks of a dashboard: area, period, what to compare with, board and page."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, request

from civic import clock
from civic.access import check_reach
from civic.areas import service as areas
from civic.areas.models import Area
from civic.dashboards import service
from civic.rankings.asked import page_asked
from civic.rules.periods import Period, parse, period_of
from civic.web import zone


@dataclass(frozen=True)
class Asked:
    """A dashboard as asked for; `against` is the period before, another period or another area."""

    area: Area
    period: Period
    against: tuple[Area, Period]
    board: str | None
    page: int
    now: datetime

    @property
    def has_begun(self) -> bool:
        """Whether the period's first day has come."""
        return self.period.begins_at(zone()) <= self.now

    @property
    def compares_areas(self) -> bool:
        """Whether the other side is another area."""
        return self.against[0].code != self.area.code

    def address(self, **more: str) -> str:
        """The query that asks the same, with something changed."""
        kept = {"period": self.period.key, "with": request.args.get("with", ""), "of": self.board or ""}
        chosen = {**kept, **more}
        return "&".join(f"{name}={value}" for name, value in chosen.items() if value)


def asked(code: str) -> Asked:
    """Read the address. 404 for what does not exist, 403 outside every grant."""
    area = areas.get_area(code)
    check_reach(area.code)
    period = _period()
    return Asked(
        area,
        period,
        _against(area, period),
        service.check_board(area, request.args.get("of") or None),
        page_asked() or 1,
        clock.now(),
    )


def _period() -> Period:
    key = request.args.get("period")
    return _parsed(key) if key else period_of("month", clock.today(zone()))


def _parsed(key: str) -> Period:
    try:
        return parse(key)
    except ValueError:
        abort(404)


def _against(area: Area, period: Period) -> tuple[Area, Period]:
    """A year is written like the code of a city; no city's code reads as a year of this century."""
    wanted = request.args.get("with")
    if not wanted:
        return area, period.previous()
    try:
        return area, parse(wanted)
    except ValueError:
        other = areas.get_area(wanted)
        check_reach(other.code)
        return other, period
