"""The synthetic city: whatever the checks of the ledger ask holds, it is repeatable, and production refuses it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic import clock
from civic.accounts.models import Person
from civic.areas.models import Area
from civic.bench.load import load
from civic.db import db, transaction
from civic.entries import checks as entries
from civic.ledger import checks as postings
from civic.ledger.models import Posting, ResidentTotal
from civic.moderation import checks as decisions
from civic.rankings.models import ProvisionalRanking
from civic.rankings.sealing import seal
from civic.rankings.verifying import differences
from civic.rules.periods import period_of
from civic.rules.sealing import due_at
from tests.factories import NOW, ZONE, approved_entry, log, person

ARGS = ("bench", "load", "--residents", "150", "--postings", "900", "--weeks", "6", "--seed", "7")


def _run(app: Flask, *args: str) -> tuple[int, str]:
    with clock.held(NOW):
        result = app.test_cli_runner().invoke(args=list(args))
    return result.exit_code, result.output


def _lines() -> list[tuple[object, ...]]:
    told = (Posting.resident_id, Posting.activity_key, Posting.acted_on, Posting.merit, Posting.week, Posting.posted_at)
    return [tuple(row) for row in db.session.execute(select(*told).order_by(Posting.id))]


def test_a_synthetic_city_breaks_no_invariant_and_its_boards_are_compiled(app: Flask) -> None:
    code, said = _run(app, *ARGS)
    assert code == 0, said
    assert said.startswith("city 9801: 150 residents, 900 postings, ")
    assert [line for room in (postings, entries, decisions) for line in room.problems()] == []
    kinds = dict(db.session.execute(select(Posting.kind, func.count()).group_by(Posting.kind)).all())
    assert sum(kinds.values()) == 900
    assert kinds["reversal"] > 0
    compiled = set(db.session.scalars(select(ProvisionalRanking.period).distinct()))
    assert compiled == {"2026-11", "2026-Q4", "2026", "2024--2026", "2026-W47", "2026-W48"}
    assert "2026-11: " in said


def test_the_same_seed_gives_the_same_city(app: Flask) -> None:
    found = []
    for _twice in range(2):
        with transaction() as session:
            load(residents=60, postings=300, weeks=4, seed=3, now=NOW, zone=ZONE)
            found.append(_lines())
            session.rollback()
    assert found[0] == found[1]
    assert len(found[0]) == 300


def test_it_takes_free_codes_leaves_others_alone_and_the_database_numbers_on(app: Flask) -> None:
    person()
    for root in ("9801", "9802"):
        assert _run(app, *ARGS)[1].startswith(f"city {root}: ")
    entry = approved_entry()
    assert db.session.scalar(select(func.max(Posting.id))) == 1801
    assert entry.status == "approved"
    assert db.session.scalar(select(func.count()).select_from(Area).where(Area.parent_code.is_(None))) == 3
    assert postings.problems() == []


def test_what_is_sealed_already_stays_identical(app: Flask) -> None:
    approved_entry(person(now=NOW - timedelta(days=40)))
    week = period_of("week", NOW.astimezone(ZONE).date())
    due = due_at(week, ZONE)
    with transaction():
        seal(week, now=due, clock_now=due, zone=ZONE)
    with transaction():
        load(residents=60, postings=300, weeks=4, seed=3, now=due + timedelta(days=1), zone=ZONE)
    assert differences(week, ZONE) == []


def test_its_people_can_be_given_a_token(app: Flask) -> None:
    _run(app, *ARGS)
    for who in ("1", "manager", "officer"):
        assert db.session.scalar(select(Person.id).where(Person.login == f"bench-9801-{who}")) is not None
    assert _run(app, "people", "token", "bench-9801-1")[0] == 0


@pytest.mark.one_engine
def test_production_refuses_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "CIVIC", replace(app.config["CIVIC"], env="production"))
    code, said = _run(app, *ARGS)
    assert (code, said.count("\n")) == (1, 1)
    assert "production refuses it" in said
    assert db.session.scalar(select(func.count()).select_from(Posting)) == 0


# Counting anew


def test_counting_anew_gives_what_posting_one_by_one_gave(app: Flask) -> None:
    one = person()
    for _ in range(3):
        approved_entry(one)
    log(one)
    totals = select(
        ResidentTotal.resident_id, ResidentTotal.period, ResidentTotal.merit, ResidentTotal.balance
    ).order_by(ResidentTotal.resident_id, ResidentTotal.period)
    before = db.session.execute(totals).all()
    with transaction() as session:
        session.execute(ResidentTotal.__table__.update().values(merit=99))  # type: ignore[attr-defined]
    assert postings.problems() != []
    code, said = _run(app, "ledger", "recount")
    assert (code, said) == (0, f"counted anew: {len(before)} rows\n")
    assert db.session.execute(totals).all() == before
    assert postings.problems() == []


def test_counting_an_empty_ledger_leaves_nothing(app: Flask) -> None:
    assert _run(app, "ledger", "recount") == (0, "counted anew: 0 rows\n")
