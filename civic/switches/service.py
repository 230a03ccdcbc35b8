"""Turning switches, and asking how they stand."""

from datetime import datetime

from sqlalchemy import select

from civic.audit import service as audit
from civic.db import db
from civic.rules.refused import NotFound, Refused
from civic.rules.words import one_line
from civic.switches.models import SwitchTurn

PUBLIC_BOARDS = "public_boards"
NAMES = (PUBLIC_BOARDS,)
MAX_WHY = 200
SHOWN = 20


def turn(name: str, is_on: bool, why: str, *, by: int, now: datetime) -> SwitchTurn:
    """Turn a switch; it stands so from the next request on.

    Raises NotFound for a switch that does not exist, Refused (field "why") without a reason.
    """
    if name not in NAMES:
        raise NotFound("switch")
    words = one_line(why, "why", MAX_WHY)
    if not words:
        raise Refused("reason_needed", "why")
    turned = SwitchTurn(name=name, is_on=is_on, why=words, turned_by_id=by, turned_at=now)
    db.session.add(turned)
    db.session.flush()
    audit.note("boards_switched", by=by, now=now, about=f"switch:{name}", is_on=is_on)
    return turned


def is_on(name: str, first: bool) -> bool:
    """How a switch stands; `first` counts until anybody has turned it."""
    latest = select(SwitchTurn.is_on).where(SwitchTurn.name == name).order_by(SwitchTurn.id.desc()).limit(1)
    found = db.session.scalar(latest)
    return first if found is None else found


def turns(name: str) -> list[SwitchTurn]:
    """The last turns of a switch, the latest first."""
    rows = select(SwitchTurn).where(SwitchTurn.name == name).order_by(SwitchTurn.id.desc()).limit(SHOWN)
    return list(db.session.scalars(rows))
