"""Limits by time, counted in the database, so that they hold across workers.

A try is counted before anything is looked at, in a transaction of its own: however many arrive at once, no more than
the limit get through. `RATE_LIMITS=off` lets everything through (for measurements; production refuses it).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, cast

from flask import current_app
from sqlalchemy import CursorResult, String, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, db
from civic.rules.refused import TooMany
from civic.tokens import fingerprint


class RateLimit(Base):
    """How often something was tried by someone. The key is a fingerprint: the table names nobody."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """At most `most` tries in `seconds`.

    With `rests`, the count starts anew only after as long without a counted try, so that no stretch of that length
    ever holds more, wherever it begins; without, the window begins with the first try.
    """

    name: str
    code: str
    most: int
    seconds: int
    rests: bool = False

    def key(self, *who: object) -> str:
        """The row that counts for somebody."""
        return fingerprint("\n".join([self.name, *map(str, who)]))


SIGN_IN = Limit("sign-in", "too_many_passwords", most=10, seconds=15 * 60, rests=True)
JOIN = Limit("join", "too_many_joins", most=30, seconds=60 * 60)  # a school may stand behind one address
FAMILY_CODE = Limit("family-code", "too_many_codes", most=20, seconds=60 * 60)
EXPORT = Limit("export", "too_many_exports", most=6, seconds=60 * 60)
TEAM_CODE = Limit("team-code", "too_many_team_codes", most=20, seconds=60 * 60)
SLIP = Limit("slip", "too_many_slips", most=20, seconds=60 * 60)
LONGEST = timedelta(seconds=max(limit.seconds for limit in (SIGN_IN, JOIN, FAMILY_CODE, EXPORT, TEAM_CODE, SLIP)))


def take(limit: Limit, *who: object, now: datetime) -> None:
    """Count one try for somebody. Raises TooMany, and counts nothing, once the limit is reached."""
    if not _are_on():
        return
    key = limit.key(*who)
    if _counted(limit, key, now):
        return
    begun = db.session.scalar(select(RateLimit.window_start).where(RateLimit.key == key)) or now
    wait = (begun + timedelta(seconds=limit.seconds) - now).total_seconds()
    seconds = max(1, ceil(wait))
    raise TooMany(limit.code, seconds, minutes=ceil(seconds / 60))


def give_back(limit: Limit, *who: object) -> None:
    """Take one try off again: it turned out to be a right one."""
    if not _are_on():
        return
    row = (RateLimit.key == limit.key(*who)) & (RateLimit.count > 0)
    db.session.execute(update(RateLimit).where(row).values(count=RateLimit.count - 1))


def remove_old(now: datetime) -> int:
    """Remove counts that no longer limit anything; says how many."""
    outcome = db.session.execute(delete(RateLimit).where(RateLimit.window_start < now - LONGEST))
    return cast("CursorResult[Any]", outcome).rowcount


def _are_on() -> bool:
    return bool(current_app.config["CIVIC"].rate_limits)


def _counted(limit: Limit, key: str, now: datetime) -> bool:
    """One statement looks and counts: nobody can slip in between."""
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    is_over = RateLimit.window_start <= now - timedelta(seconds=limit.seconds)
    statement = (
        insert(RateLimit)
        .values(key=key, window_start=now, count=1)
        .on_conflict_do_update(
            index_elements=[RateLimit.key],
            set_={
                "count": case((is_over, 1), else_=RateLimit.count + 1),
                "window_start": now if limit.rests else case((is_over, now), else_=RateLimit.window_start),
            },
            where=or_(is_over, RateLimit.count < limit.most),
        )
        .returning(RateLimit.count)
    )
    return db.session.scalar(statement) is not None
