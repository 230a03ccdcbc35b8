"""The product and the naive reference side by side, on one random ledger."""

from sqlalchemy import select

from civic.db import db
from civic.rankings.models import IndexPart, Ranking, RankingRow
from civic.rankings.sealing import seal
from civic.rankings.verifying import differences
from civic.rules.periods import Period, parse
from civic.rules.sealing import due_at, text
from tests.rankings import reference
from tests.rankings.ledgers import ZONE, Facts, random_facts, store

PERIODS = [parse(key) for key in ("2026-W44", "2026-W48", "2026-10", "2026-11", "2026-Q4")]


def compare(seed: int) -> list[str]:
    """Seal a few periods of a random ledger; gives whatever differs from the reference. Nothing stays stored."""
    facts = random_facts(seed)
    try:
        store(facts)
        return [line for period in PERIODS for line in _compare(facts, period, seed)]
    finally:
        db.session.rollback()


def _compare(facts: Facts, period: Period, seed: int) -> list[str]:
    due = due_at(period, ZONE)
    seal(period, now=due, clock_now=due, zone=ZONE)
    sealed, wanted = sealed_texts(period), _texts(facts, period)
    found = [
        f"ledger {seed}, {key}:\nsealed\n{sealed.get(key)}by the reference\n{wanted.get(key)}"
        for key in sorted({*sealed, *wanted})
        if sealed.get(key) != wanted.get(key)
    ]
    parts = {area: {part.key: part.score for part in parts} for area, parts in _stored_parts(period).items()}
    if parts != reference.parts_of(facts, period, due):
        found.append(f"ledger {seed}, {period.key}: the parts of the index differ")
    return found + [f"ledger {seed}: {line}" for line in differences(period, ZONE)]


def _stored_parts(period: Period) -> dict[str, list[IndexPart]]:
    found: dict[str, list[IndexPart]] = {}
    for part in db.session.scalars(select(IndexPart).where(IndexPart.period == period.key)):
        found.setdefault(part.area_code, []).append(part)
    return found


def sealed_texts(period: Period) -> dict[tuple[str, str], str]:
    """What each SHA-256 of a sealed period is over."""
    found = {}
    for header in db.session.scalars(select(Ranking).where(Ranking.period == period.key)):
        rows = select(RankingRow).where(RankingRow.ranking_id == header.id).order_by(RankingRow.position)
        lines = [(row.rank, row.key, row.score, row.previous_rank) for row in db.session.scalars(rows)]
        found[header.area_code, header.of] = text(period.key, header.area_code, header.of, header.rulebook, lines)
    return found


def _texts(facts: Facts, period: Period) -> dict[tuple[str, str], str]:
    previous = period.previous()
    before = reference.rankings(facts, previous, due_at(previous, ZONE))
    found = {}
    for (area, of), rows in reference.rankings(facts, period, due_at(period, ZONE)).items():
        ranks = {key: rank for rank, key, _score in before.get((area, of), [])}
        lines = [(rank, key, score, ranks.get(key)) for rank, key, score in rows]
        found[area, of] = text(period.key, area, of, f"{period.starts_on:%Y-%m}", lines)
    return found
