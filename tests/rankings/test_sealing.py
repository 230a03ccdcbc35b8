"""Compiling, sealing and verifying: when, in what order, with what bytes, and what is found out afterwards."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import func, select

from civic import clock
from civic.db import db, transaction
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.rankings.compiling import compile_period
from civic.rankings.models import Correction, ProvisionalRanking, ProvisionalRow, Ranking, RankingRow
from civic.rankings.sealing import note_corrections, seal
from civic.rankings.verifying import differences
from civic.rules.periods import Period, marks, parse
from civic.rules.refused import Conflict, Refused
from civic.rules.sealing import due_at
from tests.rankings.compared import sealed_texts
from tests.rankings.ledgers import ZONE, Facts, Line, Member, _store_lines, store

HERE, THERE = "990102001001", "990105001001"
WEEK, NEXT_WEEK, MONTH = parse("2026-W47"), parse("2026-W48"), parse("2026-11")
ANNA, BEN, CARL = 11, 22, 33


def _at(day: int, hour: int = 4) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def _line(
    number: int, who: int, merit: int, day: int, *, community: str = HERE, posted: datetime | None = None
) -> Line:
    acted_on, posted_at = date(2026, 11, day), posted or _at(day)
    marked = marks(acted_on, posted_at, ZONE, ledger.sealed_keys())
    return Line(
        id=number,
        resident=who,
        community=community,
        kind="award",
        merit=merit,
        activity="litter_pickup",
        acted_on=acted_on,
        week=marked.week,
        month=marked.month,
        counts_on=marked.counts_on,
        posted_at=posted_at,
    )


def _town(*lines: Line) -> None:
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    homes = {ANNA: HERE, BEN: HERE, CARL: THERE}
    members = [Member(who, home, date(2026, 1, 1), None, joined) for who, home in homes.items()]
    with transaction():
        store(Facts(lines=list(lines), members=members))


def _seal(period: Period, *, clock_now: datetime | None = None) -> None:
    due = due_at(period, ZONE)
    with transaction():
        seal(period, now=due, clock_now=clock_now or due, zone=ZONE)


def _compile(period: Period, now: datetime) -> None:
    with transaction():
        compile_period(period, now=now, members_as_of=now, zone=ZONE)


def _ranks(period: Period, area: str = HERE, of: str = "residents") -> list[tuple[int | None, str, int | None]]:
    rows = (
        select(RankingRow.rank, RankingRow.key, RankingRow.previous_rank)
        .join(Ranking, Ranking.id == RankingRow.ranking_id)
        .where(Ranking.period == period.key, Ranking.area_code == area, Ranking.of == of)
        .order_by(RankingRow.position)
    )
    return [(rank, key, previous) for rank, key, previous in db.session.execute(rows)]


def _run(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["rankings", *args])
    return result.exit_code, result.output


# When


def test_sealing_before_forty_minutes_after_closing_is_refused(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18))
    early = due_at(WEEK, ZONE) - timedelta(seconds=1)
    with pytest.raises(Refused) as refused, transaction():
        seal(WEEK, now=early, clock_now=early, zone=ZONE)
    assert (refused.value.code, refused.value.facts["at"]) == ("seal_too_early", "2026-11-26 00:40")
    with clock.held(early):
        code, said = _run(app, "seal", "2026-W47")
    assert (code, said.count("\n")) == (1, 1)
    assert "2026-11-26 00:40" in said


def test_a_period_is_sealed_once(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18))
    _seal(WEEK)
    with pytest.raises(Conflict, match="already_sealed"):
        _seal(WEEK)
    with pytest.raises(Conflict, match="already_sealed"):
        _compile(WEEK, due_at(WEEK, ZONE))


def test_a_period_that_has_not_begun_cannot_be_compiled(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18))
    with pytest.raises(Refused, match="period_not_begun"):
        _compile(NEXT_WEEK, _at(20))
    with clock.held(_at(20)):
        assert _run(app, "compile", "2026-W48") == (1, "Error: 2026-W48 has not begun; there is nothing to rank yet.\n")


@pytest.mark.one_engine
@pytest.mark.parametrize("command", ["compile", "seal", "verify"])
@pytest.mark.parametrize("key", ["2026-W54", "2025-W53", "2026-13", "２０２６", "yesterday"])
def test_a_period_that_does_not_exist_is_wrong_usage(app: Flask, command: str, key: str) -> None:
    code, said = _run(app, command, key)
    assert code == 2
    assert "there is no period" in said


def test_older_periods_are_sealed_first_and_give_the_previous_rank(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 11), _line(2, BEN, 8, 11), _line(3, ANNA, 9, 18), _line(4, BEN, 2, 18))
    _seal(WEEK)
    assert _ranks(parse("2026-W46")) == [(1, str(BEN), None), (2, str(ANNA), None)]
    assert _ranks(WEEK) == [(1, str(ANNA), 2), (2, str(BEN), 1)]


def test_a_quarter_seals_its_months_first(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18))
    _seal(parse("2026-Q4"))
    assert set(db.session.scalars(select(Ranking.period).distinct())) == {"2026-11", "2026-12", "2026-Q4"}


def test_a_late_run_gives_the_same_bytes_as_a_punctual_one(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18), _line(2, BEN, 5, 19), _line(3, CARL, 3, 20, community=THERE))
    due = due_at(WEEK, ZONE)
    with transaction() as session:
        seal(WEEK, now=due, clock_now=due, zone=ZONE)
        punctual = sealed_texts(WEEK)
        session.rollback()
    with transaction():
        # Approved after the week closed: it is marked for the next one.
        _store_lines([_line(4, BEN, 30, 22, posted=due + timedelta(hours=1))])
    _seal(WEEK, clock_now=due + timedelta(days=9))
    assert sealed_texts(WEEK) == punctual
    assert differences(WEEK, ZONE) == []


# A rehearsal


def test_a_rehearsal_closes_the_period_it_seals(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 17))
    _seal(WEEK, clock_now=_at(18))
    assert ledger.sealed_keys() == {"2026-W46", "2026-W47"}  # of those before it, W46 was open still
    late = _line(2, BEN, 8, 18, posted=_at(18, 6))
    assert (late.week, late.month) == ("2026-W48", "2026-11")
    with transaction():
        _store_lines([late])
    assert differences(WEEK, ZONE) == []


def test_a_clock_that_ran_ahead_and_is_put_back_leaves_what_was_sealed_as_it_is(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 17))
    _seal(WEEK, clock_now=due_at(WEEK, ZONE) + timedelta(days=20))
    late = _line(2, BEN, 8, 18, posted=_at(18, 6))  # by the right clock the week is still running
    assert (late.week, late.month) == ("2026-W48", "2026-11")
    with transaction():
        _store_lines([late])
    assert differences(WEEK, ZONE) == []


def test_whoever_is_confirmed_after_a_rehearsal_does_not_change_what_it_sealed(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 17))
    _seal(WEEK, clock_now=_at(18))
    with transaction() as session:
        session.execute(sa.text("UPDATE membership SET until_on = '2026-11-20' WHERE person_id = 22"))
        session.execute(
            sa.text("UPDATE membership SET confirmed_at = :at WHERE person_id = 33").bindparams(
                sa.bindparam("at", _at(1), type_=Ranking.as_of.type)
            )
        )
    assert differences(WEEK, ZONE) == []


@pytest.mark.one_engine
def test_production_refuses_a_rehearsal_with_an_instant_to_come(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    _town(_line(1, ANNA, 5, 17))
    monkeypatch.setitem(app.config, "CIVIC", replace(app.config["CIVIC"], env="production"))
    with clock.held(_at(18)):
        code, said = _run(app, "seal", "2026-W47", "--as-of", "2026-11-26T00:40")
    assert (code, said.count("\n"), _ranks(WEEK)) == (1, 1, [])
    monkeypatch.undo()
    with clock.held(_at(18)):
        assert _run(app, "seal", "2026-W47", "--as-of", "2026-11-26T00:40")[0] == 0
        assert _run(app, "seal", "2026-W48", "--as-of", "yesterday")[0] == 2


# Provisional rankings


def test_a_reader_never_finds_an_empty_or_a_doubled_board(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18), _line(2, BEN, 5, 18))
    current = select(ProvisionalRanking.id).where(
        ProvisionalRanking.of == "residents",
        ProvisionalRanking.area_code == HERE,
        ProvisionalRanking.replaced_at.is_(None),
    )
    for hour in (5, 6, 7):
        _compile(WEEK, _at(20, hour))
        seen = db.session.scalars(current).one()
        _compile(WEEK, _at(21, hour))
        rows = select(func.count()).where(ProvisionalRow.ranking_id == seen)
        assert db.session.scalar(rows) == 2
        assert db.session.scalar(select(func.count()).select_from(current.subquery())) == 1


def test_compiling_twice_changes_nothing(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18), _line(2, CARL, 5, 18, community=THERE))
    figures = select(ProvisionalRow.key, ProvisionalRow.rank, ProvisionalRow.score, ProvisionalRow.previous_rank)
    figures = figures.join(ProvisionalRanking, ProvisionalRanking.id == ProvisionalRow.ranking_id)
    figures = figures.where(ProvisionalRanking.replaced_at.is_(None)).order_by(ProvisionalRow.ranking_id)
    _compile(WEEK, _at(20))
    once = db.session.execute(figures).all()
    _compile(WEEK, _at(20))
    assert (db.session.execute(figures).all(), len(once) > 0) == (once, True)


def test_the_previous_rank_may_come_from_a_provisional_ranking(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18), _line(2, BEN, 8, 18), _line(3, BEN, 3, 24))
    _compile(WEEK, _at(24))
    _compile(NEXT_WEEK, _at(25))
    rows = select(ProvisionalRow.key, ProvisionalRow.previous_rank).join(
        ProvisionalRanking, ProvisionalRanking.id == ProvisionalRow.ranking_id
    )
    found = db.session.execute(
        rows.where(ProvisionalRanking.period == "2026-W48", ProvisionalRanking.of == "residents")
    )
    assert found.all() == [(str(BEN), 1)]


def test_merit_ranked_and_not_ranked_are_the_ledgers_sum(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18), _line(2, BEN, 0, 18), _line(3, CARL, 4, 19, community=THERE))
    _seal(WEEK)
    for area, of, merit in (("9901", "communities", 9), ("9901", "districts", 9), ("990102", "communities", 5)):
        header = db.session.scalars(select(Ranking).where(Ranking.area_code == area, Ranking.of == of)).one()
        assert header.merit_ranked + header.merit_unranked == merit


# Finding out


def _tampered(change: str) -> list[str]:
    """What verifying finds after a change that the database would have refused."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    table = change.split()[1 if change.startswith("UPDATE") else 2]
    drop = (f"DROP TRIGGER {table}_no_update", f"DROP TRIGGER {table}_no_delete") if is_sqlite else (
        f"DROP TRIGGER {table}_append_only ON {table}",
    )  # fmt: skip
    is_insert = change.startswith("INSERT")  # which the database itself does not refuse
    with transaction() as session:
        for statement in (*(() if is_insert else drop), change):
            session.execute(sa.text(statement))
    return differences(WEEK, ZONE)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE ranking_row SET score = 6 WHERE key = '11'", "row 1: rank 1 key 11 score 6"),
        ("UPDATE ranking_row SET rank = 2 WHERE key = '990102001001'", "communities of 9901, row 1"),
        ("UPDATE ranking_row SET previous_rank = 4 WHERE key = '22'", "previous_rank 4"),
        ("DELETE FROM ranking_row WHERE key = '22'", "row 2: missing"),
        (
            "INSERT INTO ranking_row (ranking_id, position, key, rank, score, merit) "
            "SELECT id, 9, '77', 9, 1, 1 FROM ranking WHERE area_code = '990102001001'",
            "row 3: rank 9 key 77 score 1",
        ),
        ("UPDATE ranking SET sha256 = 'x'", "the SHA-256 is not that"),
        ("UPDATE ranking SET merit_unranked = 7 WHERE of = 'residents'", "the header says"),
        ("DELETE FROM ranking WHERE of = 'residents'", "residents of 990102001001: the ranking is missing"),
        ("UPDATE index_part SET x = 9", "the part participation is not as the ledger has it"),
        ("UPDATE index_part SET score = 1 WHERE area_code = '9901'", "index of 9901: the part points is not as"),
        ("DELETE FROM index_part WHERE key = 'steadiness'", "the part steadiness is not as the ledger has it"),
        ("UPDATE posting SET merit = 4 WHERE id = 1", "by the ledger rank 1 key 11 score 4"),
    ],
)
def test_verifying_names_whatever_was_altered(app: Flask, change: str, found: str) -> None:
    _town(_line(1, ANNA, 5, 18), _line(2, BEN, 3, 18))
    _seal(WEEK)
    assert differences(WEEK, ZONE) == []
    assert _run(app, "verify") == (0, "identical: 1 sealed period\n")
    assert any(found in line for line in _tampered(change.replace(" of ", ' "of" ')))
    assert _run(app, "verify", "2026-W47")[0] == 1


def test_verifying_what_was_never_sealed_says_so(app: Flask) -> None:
    code, said = _run(app, "verify", "2026-W47")
    assert code == 1
    assert "there is no sealed ranking" in said


def test_an_area_closed_or_added_later_changes_nothing_sealed(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18))
    _seal(WEEK)
    with transaction() as session:
        session.execute(sa.text("UPDATE area SET closed_on = '2026-01-01' WHERE code = '990105001001'"))
        session.execute(
            sa.text(
                "INSERT INTO area (code, parent_code, level, name, short_name, pinyin, initials) "
                "VALUES ('990105001009', '990105001', 'community', 'x', 'x', 'x', 'x')"
            )
        )
    assert differences(WEEK, ZONE) == []


def test_a_reversal_that_comes_too_late_leaves_a_public_note(app: Flask) -> None:
    _town(_line(101, ANNA, 5, 18), _line(102, BEN, 3, 18))
    _seal(WEEK)
    late = due_at(WEEK, ZONE) + timedelta(hours=9)
    with transaction() as session:
        ledger.reverse(session.get(Posting, 101), now=late, zone=ZONE)  # type: ignore[arg-type]
    for _twice in range(2):
        with transaction():
            note_corrections(late + timedelta(seconds=1))
    notes = db.session.scalars(select(Correction)).all()
    assert [(note.period, note.community_code) for note in notes] == [("2026-W47", HERE)]
    assert differences(WEEK, ZONE) == []


def test_the_database_refuses_to_change_a_sealed_row(app: Flask) -> None:
    _town(_line(1, ANNA, 5, 18))
    _seal(WEEK)
    for statement in ("UPDATE ranking_row SET score = 6", "DELETE FROM ranking_row", "DELETE FROM index_part"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction() as session:
            session.execute(sa.text(statement))
