"""Random small ledgers against the naive reference, the same bytes on both databases."""

from collections import Counter
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from civic.db import db, transaction
from civic.rankings.models import Ranking
from civic.rankings.sealing import seal
from civic.rules.periods import Period, parse, period_of
from civic.rules.sealing import due_at
from tests.rankings.compared import compare, sealed_texts
from tests.rankings.ledgers import ZONE, Facts, Line, random_facts, store


@pytest.mark.parametrize("first", range(0, 8, 4))
def test_sealed_rankings_are_those_of_the_naive_reference(app: Flask, first: int) -> None:
    assert [line for seed in range(first, first + 4) for line in compare(seed)] == []


def _cases(facts: Facts) -> set[str]:
    """Which of the cases that rankings must stand a ledger holds."""
    named = {line.id: line for line in facts.lines}
    stays = Counter(member.resident for member in facts.members)
    merit: Counter[tuple[str, str, int]] = Counter()
    for line in facts.lines:
        merit[line.month, line.community, line.resident] += line.merit
    ties = Counter((month, community, sum_) for (month, community, _who), sum_ in merit.items() if sum_ > 0)

    def carried_over(line: Line) -> bool:
        return line.acted_on is not None and period_of("month", line.acted_on).key != line.month

    return {
        case
        for case, holds in {
            "tie": max(ties.values(), default=0) > 1,
            "zero": any(line.merit == 0 for line in facts.lines),
            "reversal": any(line.reverses for line in facts.lines),
            "late reversal": any(line.reverses and named[line.reverses].month != line.month for line in facts.lines),
            "late approval": any(
                line.acted_on and period_of("week", line.acted_on).key != line.week for line in facts.lines
            ),
            "carry-over": any(carried_over(line) for line in facts.lines),
            "moved": 2 in stays.values(),
            "moved twice": 3 in stays.values(),
            "closed in mid-period": date(2026, 11, 11) in facts.closed.values(),
            "population": bool(facts.populations),
            "own targets": bool(facts.settings),
        }.items()
        if holds
    }


def test_the_random_ledgers_hold_every_case_several_times() -> None:
    held = Counter(case for seed in range(36) for case in _cases(random_facts(seed)))
    assert len(held) == 11
    assert min(held.values()) >= 3, held


def _sealed(period: Period, days_late: int) -> tuple[dict[tuple[str, str], str], list[str]]:
    """What is sealed so many days after the due instant, and its fingerprints; nothing stays."""
    at = due_at(period, ZONE) + timedelta(days=days_late)
    with transaction() as session:
        seal(period, now=at, clock_now=at, zone=ZONE)
        found = sealed_texts(period)
        prints = session.scalars(select(Ranking.sha256).where(Ranking.period == period.key)).all()
        session.rollback()
    return found, sorted(prints)


@pytest.mark.parametrize("seed", range(100, 103))
def test_a_late_run_seals_the_same_bytes_as_a_punctual_one(app: Flask, seed: int) -> None:
    with transaction():
        store(random_facts(seed))  # with lines posted after the due instants, which a late run meets
    for period in (parse("2026-W46"), parse("2026-10"), parse("2026-11")):
        punctual = _sealed(period, 0)
        assert punctual[1]
        assert _sealed(period, 9) == _sealed(period, 41) == punctual
    db.session.rollback()
