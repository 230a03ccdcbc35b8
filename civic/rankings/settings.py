"""Weights, targets and cap of a city's civility index: rows with a first day, added and never overwritten."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from civic.areas.models import Area
from civic.areas.service import get_area
from civic.db import db
from civic.rankings.models import IndexSetting
from civic.rules.civility_index import OWN_INDEX, PARTS, Settings, check_settings
from civic.rules.periods import day_of
from civic.rules.refused import Conflict, Refused


def set_index(
    city_code: str, kind: str, settings: Settings, *, from_on: date, now: datetime, zone: ZoneInfo
) -> IndexSetting:
    """Put weights, targets and cap of a city's weeks or months into force from a 1 January to come.

    Raises Refused for figures that make no index and for any other day, Conflict where it has its figures already.
    """
    check_settings(settings)
    city = _city(city_code)
    if kind not in OWN_INDEX:
        raise Refused("index_kind_unknown", "kind")
    if (from_on.month, from_on.day) != (1, 1) or from_on <= day_of(now, zone):
        raise Refused("index_not_from_new_year", "from_on")
    same = select(IndexSetting.id).where(
        IndexSetting.area_code == city.code, IndexSetting.kind == kind, IndexSetting.from_on == from_on
    )
    if db.session.scalar(same) is not None:
        raise Conflict("index_already_set", "from_on", day=from_on)
    row = IndexSetting(
        area_code=city.code,
        kind=kind,
        from_on=from_on,
        cap=settings.cap,
        set_at=now,
        **{f"{part}_weight": weight for part, weight in zip(PARTS, settings.weights, strict=True)},
        **{f"{part}_target": target for part, target in zip(PARTS, settings.targets, strict=True)},
    )
    db.session.add(row)
    db.session.flush()
    return row


def _city(code: str) -> Area:
    area = get_area(code)
    if area.parent_code is not None:
        raise Refused("index_not_for_a_city", "area")
    return area
