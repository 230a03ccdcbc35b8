"""Sealing: the last compilation of a period, copied once into tables that the database itself guards."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, and_, func, insert, literal, or_, select, update
from sqlalchemy.orm import aliased

from civic.db import connection, db
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.rankings.compiling import compile_period, drop_superseded, is_sealed
from civic.rankings.models import (
    Correction,
    IndexPart,
    ProvisionalPart,
    ProvisionalRanking,
    ProvisionalRow,
    Ranking,
    RankingRow,
)
from civic.rules.periods import KINDS, Period, parse, period_of
from civic.rules.refused import Conflict, Refused
from civic.rules.sealing import Line, due_at, fingerprint


@dataclass(frozen=True)
class Sealed:
    """What was sealed for one period."""

    period: Period
    rankings: int
    rows: int


# Verbs


def seal(period: Period, *, now: datetime, clock_now: datetime, zone: ZoneInfo) -> list[Sealed]:
    """Seal a period as of its due instant, and before it whatever must be sealed first, oldest first (S3).

    `now` is the instant it is asked for, in a rehearsal one to come; `clock_now` the true one. Raises Refused before 40
    minutes after closing (T5), Conflict where it is sealed already.
    """
    if is_sealed(period):
        raise Conflict("already_sealed", "period", key=period.key)
    if now < due_at(period, zone):
        at = due_at(period, zone).astimezone(zone)
        raise Refused("seal_too_early", "period", key=period.key, at=f"{at:%Y-%m-%d %H:%M}")
    return [_seal_one(found, clock_now=clock_now, zone=zone) for found in unsealed_up_to(period)]


def note_corrections(now: datetime) -> int:
    """Write a public note for every posting that came too late for a sealed period it puts right; says how many.

    That is a reversal, and an award that an appeal restored.
    """
    named = aliased(Posting)
    noted = {
        (posting_id, key) for posting_id, key in db.session.execute(select(Correction.posting_id, Correction.period))
    }
    late = connection().execute(
        select(Posting.id, Posting.community_code, Posting.week, Posting.month, named.week, named.month)
        .join(named, named.id == Posting.reverses_id)
        .where(
            Posting.reverses_id.is_not(None),
            or_(Posting.week != named.week, Posting.month != named.month),
            Posting.posted_at < now,
        )
    )
    sealed = set(db.session.scalars(select(Ranking.period).distinct()))
    rows = [
        {"posting_id": posting_id, "period": key, "community_code": community, "noted_at": now}
        for posting_id, community, week, month, was_week, was_month in [*late, *_restored_late(now)]
        for key in _left(week, month, was_week, was_month)
        if key in sealed and (posting_id, key) not in noted
    ]
    if rows:
        connection().execute(insert(Correction), rows)
    return len(rows)


def _restored_late(now: datetime) -> Sequence[Any]:
    """Awards that stand for an entry whose first award was reversed, and that count in other periods than it did."""
    first, reversal = aliased(Posting), aliased(Posting)
    return (
        connection()
        .execute(
            select(Posting.id, Posting.community_code, Posting.week, Posting.month, first.week, first.month)
            .join(first, and_(first.entry_id == Posting.entry_id, first.kind == "award", first.id < Posting.id))
            .join(reversal, reversal.reverses_id == first.id)
            .where(
                Posting.kind == "award",
                or_(Posting.week != first.week, Posting.month != first.month),
                Posting.posted_at < now,
            )
        )
        .all()
    )


def _left(week: str, month: str, was_week: str, was_month: str) -> list[str]:
    """The periods that counted the award and do not count its reversal."""
    first, was_first = parse(month).starts_on, parse(was_month).starts_on
    here = {week, *(period_of(kind, first).key for kind in KINDS[1:])}
    there = [was_week, *(period_of(kind, was_first).key for kind in KINDS[1:])]
    return [key for key in there if key not in here]


# Questions


def unsealed_up_to(period: Period) -> list[Period]:
    """The period and all that must be sealed before it: older ones of its kind, and the months within them."""
    first = _first_day(period)
    wanted = []
    for kind, last in (
        ("month", period.months()[-1] if period.kind not in ("week", "month") else None),
        (period.kind, period),
    ):
        if last is None:
            continue
        found = period_of(kind, min(first, last.starts_on))
        while found.starts_on <= last.starts_on:
            wanted.append(found)
            found = found.next()
    sealed = set(db.session.scalars(select(Ranking.period).distinct()))
    return [found for found in wanted if found.key not in sealed]


def _first_day(period: Period) -> date:
    """The first day of the oldest period that anything is marked for."""
    mark = Posting.week if period.kind == "week" else Posting.month
    oldest = db.session.scalar(select(func.min(mark)))
    return parse(oldest).starts_on if oldest else period.starts_on


# Below


def _seal_one(period: Period, *, clock_now: datetime, zone: ZoneInfo) -> Sealed:
    due = due_at(period, zone)
    compile_period(period, now=due, members_as_of=clock_now, zone=zone, only_sealed=True)
    headers = _copy_headers(period)
    rows = _copy_rows(period)
    _copy_parts(period)
    current = (ProvisionalRanking.period == period.key, ProvisionalRanking.replaced_at.is_(None))
    drop_superseded(period)
    connection().execute(update(ProvisionalRanking).where(*current).values(replaced_at=due))
    ledger.close(period, clock_now, zone)
    return Sealed(period, headers, rows)


def _copy_headers(period: Period) -> int:
    """The headers, each with the SHA-256 over its rows."""
    current = (ProvisionalRanking.period == period.key, ProvisionalRanking.replaced_at.is_(None))
    headers = {row.id: row for row in db.session.scalars(select(ProvisionalRanking).where(*current))}
    row = ProvisionalRow
    rows = connection().execute(
        select(row.ranking_id, row.rank, row.key, row.score, row.previous_rank)
        .join(ProvisionalRanking, ProvisionalRanking.id == row.ranking_id)
        .where(*current)
        .order_by(row.ranking_id, row.position)
    )
    lines: dict[int, list[Line]] = defaultdict(list)
    for ranking_id, rank, key, score, previous in rows:
        lines[ranking_id].append((rank, key, score, previous))
    names = [column.name for column in cast(Table, Ranking.__table__).columns if column.name not in ("id", "sha256")]
    sealed = [
        {name: getattr(header, name) for name in names}
        | {"sha256": fingerprint(header.period, header.area_code, header.of, header.rulebook, lines[header.id])}
        for header in headers.values()
    ]
    if sealed:
        connection().execute(insert(Ranking), sealed)
    return len(sealed)


def _copy_rows(period: Period) -> int:
    row = ProvisionalRow
    same = and_(Ranking.area_code == ProvisionalRanking.area_code, Ranking.of == ProvisionalRanking.of)
    figures = ("position", "key", "rank", "score", "merit", "previous_rank")
    rows = (
        select(Ranking.id, *(getattr(row, name) for name in figures))
        .select_from(row)
        .join(ProvisionalRanking, ProvisionalRanking.id == row.ranking_id)
        .join(Ranking, and_(same, Ranking.period == literal(period.key)))
        .where(ProvisionalRanking.period == literal(period.key), ProvisionalRanking.replaced_at.is_(None))
    )
    return connection().execute(insert(RankingRow).from_select(["ranking_id", *figures], rows)).rowcount


def _copy_parts(period: Period) -> None:
    names = [column.name for column in cast(Table, IndexPart.__table__).columns]
    parts = select(*(getattr(ProvisionalPart, name) for name in names)).where(ProvisionalPart.period == period.key)
    connection().execute(insert(IndexPart).from_select(names, parts))


def sealed_periods() -> Iterator[Period]:
    """Every period that has a sealed ranking, oldest closing first."""
    found = [parse(key) for key in db.session.scalars(select(Ranking.period).distinct())]
    yield from sorted(found, key=lambda period: (period.ends_on, KINDS.index(period.kind)))
