"""The plans of hot queries: each finds its rows by an index, so that its cost does not grow with the city."""

from collections.abc import Callable

import pytest
from flask import Flask

from civic.accounts.models import Person
from civic.areas.service import get_area
from civic.db import db
from civic.entries import service as entries
from civic.home import service as home
from civic.ledger import service as ledger
from civic.moderation import service as moderation
from civic.rankings import service as rankings
from civic.rankings import team_boards
from civic.rules.periods import parse
from civic.streaks import service as streaks
from civic.teams import service as teams
from tests.factories import COMMUNITY, NOW, TODAY, ZONE, city, person, staff
from tests.queries import Queries, count_queries

MONTH = parse("2026-11")
# What may be read whole: a statement's people are looked up by key, areas are a few thousand rows.
HOT = {"posting", "resident_total", "community_total", "entry", "decision", "team_total", "team_membership"}


def _residents_board(me: Person) -> object:
    return rankings.residents_board(get_area(COMMUNITY), MONTH, day=TODAY, me=me.id, offset=None)


def _communities_board(_me: Person) -> object:
    return rankings.areas_board(get_area("990102"), "communities", MONTH)


QUESTIONS: dict[str, Callable[[Person], object]] = {
    "residents' board": _residents_board,
    "communities' board": _communities_board,
    "teams' board": lambda _me: team_boards.teams_board(get_area("990102"), "family", MONTH, frozenset()),
    "my teams on a day": lambda me: teams.teams_on(me.id, TODAY),
    "the team of my last entry": lambda me: entries.last_team(me.id),
    "statement": lambda me: ledger.statement(me.id, MONTH),
    "statement of a week": lambda me: ledger.statement(me.id, parse("2026-W48")),
    "what stands for a day": lambda me: ledger.standing(me.id, "litter_pickup", TODAY),
    "my entries": lambda me: entries.list_own(me.id),
    "my week": lambda me: home.week(me.id, TODAY),
    "my streak": lambda me: streaks.streak_of(me.id, NOW, ZONE),
    "what I usually do": lambda me: home.usual_keys(me.id, TODAY),
    "what waits for me": lambda me: home.to_look_at(me.id),
    "history of an entry": lambda _me: moderation.history(1),
    "a resident's record": lambda me: moderation.record_of(me.id),
    "a manager's queue": lambda _me: moderation.queue(staff()),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_hot_question_reads_no_whole_table(app: Flask, question: str) -> None:
    city()
    me = person()
    with count_queries() as asked:
        QUESTIONS[question](me)
    selects = _selects(asked)
    assert selects, "nothing was asked"
    for statement, parameters in selects:
        assert _scanned(statement, parameters) & HOT == set(), statement


def _selects(asked: Queries) -> list[tuple[str, object]]:
    return [
        (statement, parameters)
        for statement, parameters in zip(asked.statements, asked.parameters, strict=True)
        if statement.lstrip().upper().startswith(("SELECT", "WITH"))
    ]


def _scanned(statement: str, parameters: object) -> set[str]:
    """The tables a statement would read from end to end."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        return {row.detail.split()[1] for row in plan if row.detail.startswith("SCAN")}
    # On a handful of rows PostgreSQL would rightly read them all; asked not to, it shows whether an index fits.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return set(_sequential(plan[0]["Plan"]))


def _sequential(node: dict[str, object]) -> list[str]:
    found = [str(node["Relation Name"])] if node["Node Type"] == "Seq Scan" else []
    for below in node.get("Plans", []):  # type: ignore[attr-defined]
        found += _sequential(below)
    return found
