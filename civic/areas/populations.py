"""How many people live in an area: the dated rows in force on a day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Subquery, func, or_, select

from civic.areas.models import CODE_LENGTHS, Area, Population, within
from civic.db import db
from civic.rules.refused import Refused

_BATCH_CODES = 500


POPULATION_DAYS_AHEAD = 366


def set_population(code: str, people: int, from_on: date, *, today: date) -> int | None:
    """Note how many people live in a community from a day on; gives the figure in force until then.

    Rows are added and never overwritten, so the day lies not in the past. Raises Refused.
    """
    area = db.session.get(Area, code)
    if area is None or area.level != "community" or area.closed_on is not None:
        raise Refused("community_unknown", "code")
    if people <= 0:
        raise Refused("people_needed", "people")
    if not today <= from_on <= today + timedelta(days=POPULATION_DAYS_AHEAD):
        raise Refused("population_day", "from_on", day=today, latest=today + timedelta(days=POPULATION_DAYS_AHEAD))
    was = in_force([code], from_on).get(code)
    db.session.add(Population(area_code=code, from_on=from_on, people=people))
    db.session.flush()
    return was


def in_force(codes: Sequence[str], day: date) -> dict[str, int]:
    """People by code on a day. A community has its own figure; above it stands the sum of those known below.

    Areas of which nothing is known are left out.
    """
    by_length: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_length[len(code)].append(code)
    people: dict[str, int] = {}
    for length, alike in by_length.items():
        for start in range(0, len(alike), _BATCH_CODES):
            people |= _sums(alike[start : start + _BATCH_CODES], length, day)
    return people


def _sums(codes: list[str], length: int, day: date) -> dict[str, int]:
    latest = _latest(codes, length, day)
    code = func.substr(latest.c.area_code, 1, length)
    rows = db.session.execute(select(code, func.sum(latest.c.people)).where(latest.c.place == 1).group_by(code))
    return {row[0]: int(row[1]) for row in rows}


def _latest(codes: list[str], length: int, day: date) -> Subquery:
    inside: ColumnElement[bool]
    if length == CODE_LENGTHS["community"]:
        inside = Population.area_code.in_(codes)
    else:
        inside = or_(*(within(Population.area_code, code) for code in codes))
    newest_first = (Population.from_on.desc(), Population.id.desc())
    return (
        select(
            Population.area_code,
            Population.people,
            func.row_number().over(partition_by=Population.area_code, order_by=newest_first).label("place"),
        )
        .join(Area, Area.code == Population.area_code)
        .where(inside, Population.from_on <= day, or_(Area.closed_on.is_(None), Area.closed_on > day))
        .subquery()
    )
