"""The plans of hot queries: each finds its rows by an index, so that its cost does not grow with the city."""

from collections.abc import Callable

import pytest
from flask import Flask

from civic.accounts import members, sessions
from civic.accounts.models import Person
from civic.announcements import service as announcements
from civic.areas.service import get_area
from civic.config import STAR_HOURS
from civic.dashboards import service as dashboards
from civic.db import db
from civic.entries import service as entries
from civic.home import service as home
from civic.ledger import service as ledger
from civic.moderation import service as moderation
from civic.mydata import contents
from civic.notices import service as notices
from civic.pledges import service as pledges
from civic.pledges import together
from civic.progress import service as progress
from civic.progress import street
from civic.rankings import service as rankings
from civic.rankings import team_boards
from civic.reading import lists
from civic.reading import service as reading
from civic.rules.periods import parse
from civic.streaks import service as streaks
from civic.teams import service as teams
from tests.factories import COMMUNITY, NOW, TODAY, ZONE, city, person, staff
from tests.queries import Queries, count_queries

MONTH = parse("2026-11")
# What may be read whole: a statement's people are looked up by key, areas are a few thousand rows.
HOT = {
    "posting",
    "resident_total",
    "community_total",
    "entry",
    "decision",
    "membership",
    "person",
    "announcement",
    "notice",
    "photo",
    "reason",
    "ranking_row",
    "milestone",
    "certificate",
    "pledge_rate",
    "shared_title",
    "finished_book",
    "area_figures",
    "area_now",
    "index_part",
    "provisional_part",
    "team_total",
    "team_membership",
}


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
    "my progress": lambda me: progress.progress_of(me.id, STAR_HOURS),
    "my saved days": lambda me: street.saved_days(me.id, TODAY),
    "how I keep a pledge": lambda me: pledges.tally(me.id, "pledge_give_way", None, TODAY),
    "who kept a pledge today": lambda _me: together.kept_today(COMMUNITY, "pledge_give_way", TODAY),
    "how a community keeps a pledge": lambda _me: together.rate_of(COMMUNITY, "pledge_give_way"),
    "my shelf": lambda me: reading.shelf(me.id),
    "my weeks of reading": lambda me: reading.weeks_read(me.id, TODAY),
    "what the neighbours read": lambda _me: lists.shared_titles(COMMUNITY),
    "what I usually do": lambda me: home.usual_keys(me.id, TODAY),
    "what my community does least": lambda _me: home.least_done(COMMUNITY, TODAY),
    "members of a community": lambda _me: members.page(COMMUNITY, "confirmed", "xiulan", 1, today=TODAY),
    "how many members": lambda _me: members.counts(COMMUNITY, today=TODAY),
    "what is announced": lambda _me: announcements.running(COMMUNITY, TODAY),
    "whether I was removed": lambda me: members.removal_of(me.id),
    "what waits for me": lambda me: home.to_look_at(me.id),
    "history of an entry": lambda _me: moderation.history(1),
    "a resident's record": lambda me: moderation.record_of(me.id),
    "my inbox": lambda me: notices.inbox(me.id),
    "my older notices": lambda me: notices.inbox(me.id, before_id=1),
    "my session, with what is unread": lambda _me: sessions.find_session("nobody's", NOW),
    "everything about me": lambda me: contents.everything(me.id),
    "a dashboard's areas": lambda _me: dashboards.below(get_area("990102"), "communities", MONTH),
    "a dashboard's sides": lambda _me: dashboards.sides([(get_area("990102"), MONTH), (get_area("9901"), MONTH)]),
    "a dashboard's trend": lambda _me: dashboards.participation(get_area("990102"), parse("2026-W48")),
    "a gap": lambda _me: dashboards.lacking(get_area("990102"), MONTH, "reading"),
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
