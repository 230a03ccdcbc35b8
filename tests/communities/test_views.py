"""A community's public page, and the poster that invites its residents."""

from collections.abc import Iterator

import pytest
import segno
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.communities import views
from civic.db import db, transaction
from civic.ledger.models import CommunityTotal, ResidentTotal
from civic.rankings.models import IndexPart
from civic.teams import service as teams
from civic.teams.models import Team
from tests.factories import COMMUNITY, NOW, OTHER_COMMUNITY, ZONE, announce, log, person, staff, team
from tests.pages import sign_in
from tests.queries import count_queries

PAGE = f"/communities/{COMMUNITY}"
QUERIES = 16


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def xiulan(client: FlaskClient) -> None:
    person("xiulan", name="秀兰", appear="nickname")


def take_part(people: int, merit: int = 3) -> None:
    residents = [person(name="邻居") for _ in range(people)]
    with transaction() as session:
        session.add(CommunityTotal(period="2026-W48", community_code=COMMUNITY, merit=people * merit))
        for who in residents:
            session.add(
                ResidentTotal(
                    resident_id=who.id,
                    kind="week",
                    period="2026-W48",
                    community_code=COMMUNITY,
                    merit=merit,
                    balance=merit,
                )
            )


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/poster", f"{PAGE}/qr.svg"])
def test_it_opens_for_everybody_in_both_languages(client: FlaskClient, path: str, lang: str) -> None:
    assert client.get(f"{path}?lang={lang}").status_code == 200
    sign_in(client, "xiulan")
    assert client.get(f"{path}?lang={lang}").status_code == 200


@pytest.mark.parametrize("code", ["990102001", "9901", "000000000000", "９９０１０２００１０１１", "abc"])
@pytest.mark.parametrize("rest", ["", "/poster", "/qr.svg"])
def test_what_is_no_community_is_404(client: FlaskClient, code: str, rest: str) -> None:
    assert client.get(f"/communities/{code}{rest}").status_code == 404


def test_fewer_than_five_people_are_not_counted_aloud(client: FlaskClient) -> None:
    take_part(4)
    assert "参与的邻居" not in client.get(PAGE).text


def test_five_people_are(client: FlaskClient) -> None:
    take_part(5)
    page = client.get(PAGE).text
    assert "参与的邻居" in page
    assert "15 分，" in page.replace("</span>", "").replace('<span class="cl">', "")


def test_no_name_stands_on_it(client: FlaskClient) -> None:
    take_part(6)
    log(person(name="小豆豆"))
    page = client.get(PAGE).text
    for name in ("秀兰", "邻居**", "小豆豆", "小**"):
        assert name not in page


def test_a_community_without_merit_says_so_and_keeps_the_ways(client: FlaskClient) -> None:
    page = client.get(PAGE).text
    assert page.count("还没有入账的记录") == 4
    assert f"/join/{COMMUNITY}" in page
    assert f"{PAGE}/poster" in page


def test_the_neighbours_board_is_offered_to_its_members_only(client: FlaskClient) -> None:
    sign_in(client, "xiulan")
    assert "of=residents" in client.get(PAGE).text
    assert "of=residents" not in client.get(f"/communities/{OTHER_COMMUNITY}").text


def test_the_code_on_the_poster_leads_to_joining_this_community(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    real = segno.make

    def make(content: str, **choices: object) -> segno.QRCode:
        written.append(content)
        return real(content, **choices)

    monkeypatch.setattr(views.segno, "make", make)
    answer = client.get(f"{PAGE}/qr.svg", base_url="https://civic.example")
    assert written == [f"https://civic.example/join/{COMMUNITY}"]
    assert answer.mimetype == "image/svg+xml"
    assert b"<svg" in answer.data
    poster = client.get(f"{PAGE}/poster", base_url="https://civic.example").text
    assert written[0] in poster.replace("<wbr>", "")
    assert f'src="{PAGE}/qr.svg"' in poster
    assert client.get(f"/join/{COMMUNITY}").status_code == 200


def test_a_busy_community_costs_as_many_queries_as_a_quiet_one(client: FlaskClient) -> None:
    with count_queries() as quiet:
        client.get(PAGE)
    take_part(30)
    for _ in range(10):
        log(person())
    with count_queries() as busy:
        client.get(PAGE)
    assert quiet.total == busy.total <= QUERIES, str(busy)


def sealed_month(period: str, *scores: int) -> None:
    with transaction() as session:
        for key, score in zip(("participation", "points", "steadiness"), scores, strict=True):
            session.add(
                IndexPart(period=period, area_code=COMMUNITY, key=key, weight=30, judged=90, score=score, months=None)
            )


def test_without_a_sealed_month_the_page_says_so(client: FlaskClient) -> None:
    page = client.get(PAGE).text
    assert "还没有封存的月份" in page
    assert "<polyline" not in page


def test_one_month_is_a_line_of_the_table_and_no_drawing(client: FlaskClient) -> None:
    sealed_month("2026-10", 1_000, 500, 25)
    page = client.get(PAGE).text
    assert '<td class="n">15.25</td>' in page
    assert "<polyline" not in page


def test_months_are_drawn_and_stand_in_a_table_the_latest_first(client: FlaskClient) -> None:
    sealed_month("2026-09", 1_000, 500, 25)
    sealed_month("2026-10", 2_000, 1_000, 50)
    sealed_month("2025-10", 9_000, 0, 0)  # more than a year ago
    page = client.get(PAGE).text
    assert page.index("30.50") < page.index("15.25")
    assert "90.00" not in page
    assert 'points="3.0,49.0 165.0,3.0"' in page


def test_empty_sections_say_so_or_are_absent(client: FlaskClient) -> None:
    page = client.get(PAGE).text
    assert "现在没有公告" in page
    for absent in ("本周主推", "怎么找到社区", "管理这个社区"):
        assert absent not in page


def test_visitors_see_what_is_announced(client: FlaskClient) -> None:
    manager = staff()
    for number in range(3):
        announce(manager, title=f"第 {number} 条")
    page = client.get(PAGE).text
    assert "第 2 条" in page
    assert "第 0 条" not in page
    assert f"{PAGE}/announcements" in page


def test_its_teams_stand_there_with_their_kind_and_from_five_on_how_many_they_are(client: FlaskClient) -> None:
    team(person(), *(person() for _ in range(4)), name="晨跑队")
    team(person(), *(person() for _ in range(3)), name="棋友队", kind="workplace")
    team(person(), name="柳家", kind="family")
    team(person(community=OTHER_COMMUNITY), name="西苑队")
    closed = team(person(), name="散了的队")
    with transaction():
        teams.close(closed.id, by=closed_captain(closed), now=NOW, zone=ZONE)
    page = client.get(PAGE).text
    assert "晨跑队" in page
    assert "志愿队，</span>" in page
    assert "5 人" in page
    assert "棋友队" in page
    assert "4 人" not in page
    for name in ("柳家", "西苑队", "散了的队", "/teams/"):
        assert name not in page
    assert "向队长要加入码" in page


def closed_captain(found: Team) -> Person:
    return db.session.get_one(Person, found.captain_id)


def test_who_is_signed_in_opens_a_team_and_finds_the_way_to_join(client: FlaskClient) -> None:
    found = team(person(), name="晨跑队")
    sign_in(client, "xiulan")
    page = client.get(PAGE).text
    assert f"/teams/{found.id}" in page
    assert "/teams/join" in page
    assert found.code not in page


def test_more_teams_cost_no_more_queries_and_twenty_are_listed(client: FlaskClient) -> None:
    team(person(), name="第 0 队")
    with count_queries() as few:
        client.get(PAGE)
    for number in range(1, 22):
        team(person(), name=f"第 {number} 队")
    with count_queries() as many:
        page = client.get(PAGE).text
    assert few.total == many.total <= QUERIES, str(many)
    assert page.count("志愿队") == 20
    assert f"/leaderboard?area={COMMUNITY}&amp;of=teams" in page
