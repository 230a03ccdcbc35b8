"""Compiling a month, all scopes, from the ledger: the product beside the floor, and that both write the same rows."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from civic.db import connection, db, transaction
from civic.rankings.compiling import compile_period
from civic.rankings.denominators import members_known, span
from civic.rules.periods import Period
from tests.bench.clocks import line, side_by_side
from tests.bench.engines import Plain
from tests.bench.floor import compile_month

COLUMNS = "p.position, p.key, p.rank, p.score, p.merit, p.previous_rank"
HEADER = 'r.area_code, r."of", r.ranked, r.merit_ranked, r.merit_unranked'


def measure(what: str, period: Period, now: datetime, zone: ZoneInfo) -> list[str]:
    """The lines of the table. Raises AssertionError where product and floor do not write the same."""
    _by_product(period.previous(), now, zone)

    def product() -> None:
        _by_product(period, now, zone)

    def floor() -> None:
        _by_hand(period, now, zone)

    product()
    ours = _written(period)
    floor()
    by_hand = _written(period)
    assert len(ours[0]) > 0
    for mine, its in zip(ours, by_hand, strict=True):
        assert mine == its, f"product and floor differ: {set(mine) ^ set(its)}"[:2000]
    return [line(f"{what}, {len(ours[0])} rows", *side_by_side(product, floor))]


def _by_product(period: Period, now: datetime, zone: ZoneInfo) -> None:
    with transaction():
        compile_period(period, now=now, members_as_of=now, zone=zone)


def _by_hand(period: Period, now: datetime, zone: ZoneInfo) -> None:
    days = span(period, now, members_known(period, now, zone), zone)
    with transaction():
        is_postgresql = connection().dialect.name == "postgresql"
        compile_month(Plain(), period, days, now, is_postgresql=is_postgresql)


def _written(period: Period) -> tuple[list[Any], list[Any]]:
    """The rows in force, with their headers, and the parts."""
    rows = db.session.execute(
        sa.text(
            f"SELECT {HEADER}, {COLUMNS} FROM provisional_ranking r JOIN provisional_row p ON p.ranking_id = r.id "
            'WHERE r.period = :period AND r.replaced_at IS NULL ORDER BY r.area_code, r."of", p.position'
        ),
        {"period": period.key},
    ).all()
    parts = db.session.execute(
        sa.text("SELECT * FROM provisional_part WHERE period = :period ORDER BY area_code, key"),
        {"period": period.key},
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows], [tuple(part) for part in parts]
