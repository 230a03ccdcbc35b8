"""The city's own versions of point rules: rows laid over the files (docs/adr/0015).

A version is in force from the first of a month at least seven days after it was published, so what a process read a
quarter of an hour ago is never wrong about today. Rows are added and never changed.
"""

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from flask import current_app, has_app_context
from sqlalchemy import CheckConstraint, ForeignKey, Identity, String, UniqueConstraint, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from civic.activities.models import Catalogue
from civic.db import Base, db
from civic.rules.points import PointRule

log = logging.getLogger(__name__)
READ_AGAIN_SECONDS = 900


class Priced:
    """The figures of a rule: the columns that a version and a proposal of one share."""

    activity_key: Mapped[str] = mapped_column(String(64))
    base: Mapped[int]
    per_unit_hundredths: Mapped[int]
    min_quantity: Mapped[int]
    max_quantity: Mapped[int]
    per_day: Mapped[int | None]
    per_week: Mapped[int | None]
    once_per: Mapped[str | None] = mapped_column(String(8))
    from_on: Mapped[date]


class CityRule(Priced, Base):
    """A version of an activity's rule that two persons put into force."""

    __tablename__ = "city_rule"
    __table_args__ = (UniqueConstraint("activity_key", "version"), UniqueConstraint("activity_key", "from_on"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    version: Mapped[int]
    published_on: Mapped[date]

    @property
    def rule(self) -> PointRule:
        """The same as the rules know it."""
        return rule_of(self, self.version, self.published_on)


class RuleProposal(Priced, Base):
    """A rule that somebody proposes; another person answers."""

    __tablename__ = "rule_proposal"
    __table_args__ = (CheckConstraint("answer IN ('confirmed', 'declined')", name="answer"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(16))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


def rule_of(row: Priced, version: int, published_on: date) -> PointRule:
    """The rule that a row's figures make."""
    return PointRule(
        version=version,
        base=row.base,
        per_unit_hundredths=row.per_unit_hundredths,
        min_quantity=row.min_quantity,
        max_quantity=row.max_quantity,
        per_day=row.per_day,
        per_week=row.per_week,
        once_per=row.once_per,
        from_on=row.from_on,
        published_on=published_on,
    )


@dataclass
class _Known:
    """What this process read last, and the catalogue it makes with the files."""

    rows: dict[str, tuple[PointRule, ...]] = field(default_factory=dict)
    read_at: float | None = None  # of the monotonic clock
    merged: tuple[Catalogue, Catalogue] | None = None  # the files it was made of, and what came out


_known = _Known()


def laid_over(files: Catalogue) -> Catalogue:
    """The catalogue with the city's own versions. Without an application, or a database, the files alone."""
    if _is_old() and has_app_context() and "sqlalchemy" in current_app.extensions:
        _read()
    if not _known.rows:
        return files
    if _known.merged is None or _known.merged[0] is not files:
        rules = {key: _versions(rules, _known.rows.get(key, ())) for key, rules in files.rules.items()}
        _known.merged = (files, replace(files, rules=MappingProxyType(rules)))
    return _known.merged[1]


def read_again() -> None:
    """Have this process look into the database at its next question."""
    _known.read_at = None


def forget() -> None:
    """Believe, for the next quarter of an hour, that there are none. For tests that begin with an empty database."""
    _known.rows, _known.merged, _known.read_at = {}, None, time.monotonic()


def _is_old() -> bool:
    return _known.read_at is None or time.monotonic() - _known.read_at > READ_AGAIN_SECONDS


def _read() -> None:
    """On a connection of its own: a question about a rule must not begin or spoil a transaction."""
    _known.read_at = time.monotonic()
    try:
        with db.engine.connect() as connection:
            rows = connection.execute(
                select(CityRule.__table__).order_by(CityRule.activity_key, CityRule.version)
            ).all()
    except SQLAlchemyError as error:  # not migrated yet, or away: the files hold, and the next look is soon
        log.warning("the city's own rules could not be read: %s", type(error).__name__)
        return
    found: dict[str, list[PointRule]] = defaultdict(list)
    for row in rows:
        figures = {name: value for name, value in row._mapping.items() if name not in ("id", "activity_key")}
        found[row.activity_key].append(PointRule(**figures))
    _known.rows, _known.merged = {key: tuple(rules) for key, rules in found.items()}, None


def _versions(files: tuple[PointRule, ...], rows: tuple[PointRule, ...]) -> tuple[PointRule, ...]:
    """Where a release brought a version that the city has its own of, the city's stands: postings name it."""
    if not rows:
        return files
    return files[: rows[0].version - 1] + rows
