"""Boards and rankings of teams: within a kind, from their home community up, live, provisional and sealed."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from civic.accounts.models import Person
from civic.db import db, id_of, transaction
from civic.ledger import service as ledger
from civic.ledger.models import Posting, TeamTotal
from civic.rankings.models import Ranking, RankingRow
from civic.rankings.sealing import note_corrections, seal
from civic.rankings.verifying import differences
from civic.rules.periods import parse
from civic.rules.sealing import due_at, fingerprint
from civic.teams.models import Team
from tests import factories as make
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, ZONE
from tests.pages import sign_in
from tests.queries import count_queries
from tests.rankings import reference
from tests.rankings.ledgers import random_facts

WEEK, MONTH = parse("2026-W48"), parse("2026-11")
BOARD = "/leaderboard?area={}&of=teams&kind={}"
API = "/api/v1/leaderboard?area={}&of=teams&kind={}"
QUERIES = 9


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def scored(name: str, quantity: int, *, kind: str = "volunteers", community: str = COMMUNITY) -> Team:
    """A team of one with an approved entry for it: two points, and one for each unit."""
    captain = make.person(name=name, community=community)
    team = make.team(captain, name=name, kind=kind)
    make.approved_entry(captain, make.staff(area=community), team=team, quantity=quantity)
    return team


def rows(client: FlaskClient, area: str, kind: str = "volunteers") -> list[tuple[int, str, int]]:
    found = client.get(API.format(area, kind)).json
    return [(row["rank"], row["subject"]["name"], row["merit"]) for row in found["rows"]]


@pytest.mark.usefixtures("noon")
def test_teams_stand_within_their_kind_in_every_area_above_their_home(client: FlaskClient) -> None:
    scored("桐花队", 3)
    scored("西苑队", 4, community=OTHER_COMMUNITY)
    scored("张庄队", 3, community=FAR_COMMUNITY)
    scored("柳家", 6, kind="family")
    make.team(make.person(), name="还没记过的队")
    assert rows(client, COMMUNITY) == [(1, "桐花队", 5)]
    assert rows(client, "990102001") == [(1, "西苑队", 6), (2, "桐花队", 5)]
    city = rows(client, "9901")
    assert [row[0] for row in city] == [1, 2, 2]
    assert {row[1] for row in city[1:]} == {"桐花队", "张庄队"}
    assert rows(client, "9901", "family") == [(1, "柳家", 8)]


@pytest.mark.usefixtures("noon")
def test_a_board_says_its_kind_and_begins_with_the_first_one_there_is(client: FlaskClient) -> None:
    scored("办证窗口", 3, kind="window")
    found = client.get(f"/api/v1/leaderboard?area={COMMUNITY}&of=teams").json
    assert (found["of"], found["kind"], found["status"], found["ranked"]) == ("teams", "window", "live", 1)
    team = db.session.query(Team).one()
    assert found["rows"][0]["subject"] == {"kind": "team", "id": str(team.id), "name": "办证窗口"}
    assert client.get(API.format(COMMUNITY, "club")).status_code == 404
    assert client.get(f"/api/v1/leaderboard?area={FAR_COMMUNITY}&of=teams").json["rows"] == []


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_open_and_links_to_teams_for_whoever_is_signed_in(client: FlaskClient, lang: str) -> None:
    team = scored("桐花队", 3)
    page = client.get(BOARD.format("9901", "volunteers") + f"&lang={lang}").text
    assert "桐花队" in page
    assert "桐花社区" in page
    assert f"/teams/{team.id}" not in page
    make.person("xiulan")
    sign_in(client, "xiulan")
    assert f"/teams/{team.id}" in client.get(BOARD.format(COMMUNITY, "volunteers")).text


@pytest.mark.usefixtures("noon")
def test_my_own_team_stands_out(client: FlaskClient) -> None:
    xiulan = make.person("xiulan")
    team = make.team(xiulan)
    make.approved_entry(xiulan, team=team)
    sign_in(client, "xiulan")
    assert re.search(r'class="rank-me"', client.get(BOARD.format(COMMUNITY, "volunteers")).text)


@pytest.mark.usefixtures("noon")
def test_a_large_board_costs_as_many_queries_as_a_small_one(client: FlaskClient) -> None:
    captain = make.person()
    scored("桐花队", 3)
    client.get(BOARD.format("9901", "volunteers"))
    with count_queries() as small:
        client.get(BOARD.format("9901", "volunteers"))
    with transaction() as session:
        for number in range(120):
            one = {"kind": "volunteers", "community_code": COMMUNITY, "name": f"第{number}队"}
            who = {"captain_id": id_of(captain), "takes_members": True, "founded_at": NOW}
            session.add(Team(id=number + 1, name_key=str(number), code=str(number), **one, **who))
            session.flush()
            session.add(TeamTotal(team_id=number + 1, period="2026-11", merit=number + 10))
    with count_queries() as large:
        page = client.get(BOARD.format("9901", "volunteers"))
    assert "第119队" in page.text
    assert small.total == large.total <= QUERIES, str(large)
    second = client.get(API.format("9901", "volunteers") + "&page=3").json
    assert (second["ranked"], len(second["rows"]), second["next"]) == (121, 21, None)


def sealed_town() -> Person:
    """Two teams of a kind in two communities and a third of another kind; week and month are sealed."""
    xiulan = make.person("xiulan")
    scored("桐花队", 3)
    scored("西苑队", 4, community=OTHER_COMMUNITY)
    scored("柳家", 6, kind="family")
    due = due_at(MONTH, ZONE)
    with transaction():
        seal(WEEK, now=due, clock_now=due, zone=ZONE)
        seal(MONTH, now=due, clock_now=due, zone=ZONE)
    return xiulan


def sealed(area: str, of: str) -> Ranking:
    mine = (Ranking.period == "2026-11", Ranking.area_code == area, Ranking.of == of)
    return db.session.scalars(select(Ranking).where(*mine)).one()


def drop_the_guard(table: str) -> None:
    sqlite, postgresql = f"DROP TRIGGER {table}_no_update", f"DROP TRIGGER {table}_append_only ON {table}"
    db.session.execute(sa.text(sqlite if db.engine.dialect.name == "sqlite" else postgresql))


def test_a_sealed_ranking_of_teams_names_its_kind_in_its_hash(app: Flask) -> None:
    sealed_town()
    header = sealed("990102001", "teams:volunteers")
    lines = [
        (row.rank, row.key, row.score, row.previous_rank)
        for row in db.session.scalars(
            select(RankingRow).where(RankingRow.ranking_id == header.id).order_by(RankingRow.position)
        )
    ]
    assert [(rank, score) for rank, _key, score, _previous in lines] == [(1, 6), (2, 5)]
    assert header.sha256 == fingerprint("2026-11", "990102001", "teams:volunteers", "2026-11", lines)
    assert (header.ranked, header.merit_ranked, header.merit_unranked) == (2, 11, 0)
    assert sealed("9901", "teams:family").ranked == 1
    assert differences(MONTH, ZONE) == []


def test_verifying_names_a_changed_row_of_a_team(app: Flask) -> None:
    sealed_town()
    header = sealed(COMMUNITY, "teams:family")
    drop_the_guard("ranking_row")
    db.session.execute(sa.update(RankingRow).where(RankingRow.ranking_id == header.id).values(score=99))
    found = differences(MONTH, ZONE)
    assert len(found) == 1
    assert "teams:family of 990102001011, row 1" in found[0]
    db.session.rollback()


def test_verifying_finds_a_posting_that_counts_for_another_team_now(app: Flask) -> None:
    sealed_town()
    drop_the_guard("posting")
    team = db.session.query(Team.id).filter_by(name="柳家").scalar()
    db.session.execute(sa.update(Posting).where(Posting.team_id == team).values(team_id=None))
    assert any("teams:family" in line for line in differences(MONTH, ZONE))
    db.session.rollback()


def test_what_is_published_of_teams_keeps_its_address(client: FlaskClient) -> None:
    sealed_town()
    sign_in(client, "xiulan")
    page = client.get("/rankings/2026-11/990102001?of=teams&kind=volunteers").text
    assert page.index("西苑队") < page.index("桐花队")
    assert "SHA-256" in page
    found = client.get("/api/v1/rankings/2026-11?area=990102001&of=teams&kind=volunteers").json
    assert (found["of"], found["kind"], found["status"]) == ("teams", "volunteers", "sealed")
    assert [(row["rank"], row["subject"]["kind"], row["merit"]) for row in found["rows"]] == [
        (1, "team", 6),
        (2, "team", 5),
    ]
    empty = client.get("/api/v1/rankings/2026-11?area=990102001&of=teams&kind=class").json
    assert (empty["rows"], empty["ranked"]) == ([], 0)
    assert client.get("/rankings/2026-11/990102001?of=teams&kind=club").status_code == 404


def test_the_rank_before_is_that_of_the_same_team_in_the_same_board(app: Flask) -> None:
    # The naive reference compares previous ranks too; here it is made sure that random ledgers hold any.
    with_team = [random_facts(seed) for seed in range(12)]
    week, before = parse("2026-W48"), parse("2026-W47")
    both = 0
    for facts in with_team:
        boards = [reference.rankings(facts, period, due_at(period, ZONE)) for period in (before, week)]
        for board, found in boards[1].items():
            if board[1].startswith("teams:"):
                both += bool({key for _rank, key, _score in found} & {row[1] for row in boards[0].get(board, [])})
    assert both > 0


def test_a_late_reversal_is_noted_beside_the_ranking_of_its_team_and_kind_alone(
    client: FlaskClient, noon: None
) -> None:
    team, other = scored("桐花队", 3), scored("柳家", 6, kind="family")
    with transaction():
        seal(WEEK, now=due_at(WEEK, ZONE), clock_now=due_at(WEEK, ZONE), zone=ZONE)
    late = due_at(WEEK, ZONE) + timedelta(hours=9)
    with transaction() as session:
        award = session.scalars(select(Posting).where(Posting.team_id == team.id)).one()
        ledger.reverse(award, now=late, zone=ZONE)
        note_corrections(late + timedelta(seconds=1))
    page = f"/rankings/{WEEK.key}/{{}}?of=teams&kind={{}}"
    with time_machine.travel(late + timedelta(hours=1), tick=False):
        for area in (COMMUNITY, "9901"):
            noted = client.get(page.format(area, "volunteers")).text
            assert "更正" in noted
            assert "桐花队第" in noted
            assert 'class="corrections"' not in client.get(page.format(area, "family")).text
        assert 'class="corrections"' not in client.get(page.format(OTHER_COMMUNITY, "volunteers")).text
        told = client.get(f"/api/v1/rankings/{WEEK.key}?area={COMMUNITY}&of=teams&kind=volunteers").json
        assert [note["merit"] for note in told["corrections"]] == [-5]
        none = client.get(f"/api/v1/rankings/{WEEK.key}?area={COMMUNITY}&of=teams&kind=family").json
        assert none["corrections"] == []
    assert differences(WEEK, ZONE) == []
    assert other.closed_on is None


@pytest.mark.usefixtures("noon")
def test_the_board_opens_at_the_kind_of_my_own_team(client: FlaskClient) -> None:
    scored("办证大厅", 3, kind="collective")
    me = make.person("xiulan")
    make.team(me, name="晨跑队", kind="volunteers")
    sign_in(client, "xiulan")
    assert client.get(f"/api/v1/leaderboard?area={COMMUNITY}&of=teams").json["kind"] == "volunteers"
    assert client.get(f"/api/v1/leaderboard?area={FAR_COMMUNITY}&of=teams").json["kind"] == "collective"
