"""The city's time zone is fixed with its first entry: every day, week and month counted since rests on it."""

from contextlib import suppress
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from civic.db import db
from civic.entries.models import CityZone
from civic.rules.refused import Refused

ONLY_ROW = 1


def hold_to(zone: ZoneInfo) -> None:
    """Fix the zone if nothing has yet. Raises Refused where the settings name another than the one fixed."""
    name = fixed() or _fix(zone)
    if name != zone.key:
        raise Refused("zone_changed", fixed=name, set=zone.key)


def fixed() -> str | None:
    """The name of the zone that the days so far were counted in; None before the first entry."""
    return db.session.scalar(select(CityZone.name).where(CityZone.id == ONLY_ROW))


def _fix(zone: ZoneInfo) -> str:
    # Of two first entries at once, the second finds the first one's row.
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(CityZone(id=ONLY_ROW, name=zone.key))
    return fixed() or zone.key
