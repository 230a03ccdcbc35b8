"""The leaderboard as a page: who may see which, what its addresses promise, and what it costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from civic import tokens
from civic.accounts.models import Person
from civic.areas.models import Area
from civic.config import Config
from civic.db import transaction
from civic.ledger.models import CommunityTotal, ResidentTotal
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, city, person, staff
from tests.pages import sign_in
from tests.queries import count_queries

MINE = f"/leaderboard?area={COMMUNITY}&of=residents"
QUERIES_RESIDENTS = 13
QUERIES_AREAS = 7


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    """A resident who is signed in and appears by her nickname."""
    found = person("xiulan", name="秀兰", appear="nickname")
    sign_in(client, "xiulan")
    return found


def give(who: Person, merit: int, period: str = "2026-11", community: str = COMMUNITY) -> None:
    with transaction() as session:
        session.add(
            ResidentTotal(
                resident_id=who.id,
                kind="month",
                period=period,
                community_code=community,
                merit=merit,
                balance=merit,
            )
        )


def crowd(merits: list[int]) -> None:
    """Many residents with merit, without the cost of making each through the service."""
    with transaction() as session:
        people = [_neighbour() for _ in merits]
        session.add_all(people)
        session.flush()
        for who, merit in zip(people, merits, strict=True):
            session.add(
                ResidentTotal(
                    resident_id=who.id,
                    kind="month",
                    period="2026-11",
                    community_code=COMMUNITY,
                    merit=merit,
                    balance=merit,
                )
            )


def _neighbour() -> Person:
    random = tokens.random_id()
    return Person(id=random, name="邻居", family_code=str(random)[:16], joined_at=NOW, consented_at=NOW)


def community_merit(code: str, merit: int, period: str = "2026-11") -> None:
    with transaction() as session:
        session.add(CommunityTotal(period=period, community_code=code, merit=merit))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?area=9901&of=districts",
        "?area=9901&of=subdistricts",
        "?area=9901&of=communities",
        "?period=2026-W48",
        "?period=2026-Q4",
        "?period=2026",
        "?period=2024--2026",
        "?period=2019-03",
        "?period=2031-01",
        "?page=1",
        "?page=999",
    ],
)
def test_every_board_opens_in_both_languages_empty_or_not(client: FlaskClient, lang: str, query: str) -> None:
    city()
    join = "&" if query else "?"
    assert client.get(f"/leaderboard{query}{join}lang={lang}").status_code == 200
    community_merit(COMMUNITY, 12345)
    assert client.get(f"/leaderboard{query}{join}lang={lang}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "area=9901&period=2025-W53",
        "area=9901&period=２０２６-11",
        "area=9901&period=2026-13",
        "area=8888",
        "area=９９０１",
        "area=9901&of=teams&kind=club",
        "area=9901&of=residents",
        f"area={COMMUNITY}&of=communities",
        "area=9901&page=0",
        "area=9901&page=-1",
        "area=9901&page=１",
        "area=9901&page=99999999999",
    ],
)
def test_an_address_that_names_nothing_is_404(client: FlaskClient, xiulan: Person, query: str) -> None:
    assert client.get(f"/leaderboard?{query}").status_code == 404


def test_signed_out_the_residents_board_leads_to_the_door_and_back(client: FlaskClient) -> None:
    city()
    answer = client.get(MINE)
    assert answer.status_code == 303
    assert answer.location == f"/login?next=%2Fleaderboard%3Farea%3D{COMMUNITY}%26of%3Dresidents"


def test_only_members_and_staff_of_a_community_see_its_residents(client: FlaskClient, xiulan: Person) -> None:
    assert client.get(MINE).status_code == 200
    assert client.get(f"/leaderboard?area={OTHER_COMMUNITY}&of=residents").status_code == 403


def test_an_officer_sees_the_residents_within_the_reach_of_the_grant(client: FlaskClient) -> None:
    officer = staff("subdistrict_officer", "990102001")
    sign_in(client, officer.login or "")
    assert client.get(MINE).status_code == 200
    assert client.get("/leaderboard?area=990102002001&of=residents").status_code == 403


def test_i_find_myself_with_the_gap_to_the_rank_before_me(client: FlaskClient, xiulan: Person) -> None:
    give(xiulan, 142)
    crowd([171, 147, 147, 140])
    page = client.get(MINE).text
    assert "我在 5 位上榜的邻居里" in page
    assert "离第 2 位差 5 分" in page
    assert "约半小时" in page
    assert "（我）" in page


@pytest.mark.parametrize(
    ("gap", "words"),
    [(2, "约 12 分钟"), (10, "约 1 小时"), (23, "约 2 小时"), (80, "约 8 小时"), (81, None), (5000, None)],
)
def test_the_effort_is_said_in_hours_from_one_hour_on_and_left_out_when_it_would_discourage(
    client: FlaskClient, xiulan: Person, gap: int, words: str | None
) -> None:
    give(xiulan, 10)
    crowd([10 + gap])
    page = client.get(MINE).text
    assert "离第 1 位差" in page
    assert (words in page) if words else ("小时</span>" not in page and "分钟" not in page)


def test_whoever_stays_off_the_board_sees_their_own_rank_and_nobody_else_does(client: FlaskClient) -> None:
    hidden = person("quiet", name="何静", appear="hidden")
    person("other", name="桂花")
    give(hidden, 9)
    crowd([12, 6])
    sign_in(client, "quiet")
    mine = client.get(MINE).text
    assert "何静" in mine
    assert "这里只有你看得到自己" in mine
    client.get("/logout")
    other = client.application.test_client()
    sign_in(other, "other")
    seen = other.get(MINE).text
    assert "何静" not in seen
    assert "何**" not in seen
    assert seen.count('scope="row"') == 2


def test_no_child_is_on_any_board_and_the_young_stay_masked(client: FlaskClient, xiulan: Person) -> None:
    child = person(None, name="小豆豆", born_on=TODAY.replace(year=2016), guardian=xiulan)
    young = person("young", name="陈阳阳", born_on=TODAY.replace(year=2010))
    with transaction():
        child.appear = young.appear = "nickname"  # whatever a row may say
    give(child, 30)
    give(young, 20)
    give(xiulan, 10)
    for query in (MINE, f"{MINE}&page=1", "/leaderboard?area=9901", f"/communities/{COMMUNITY}"):
        page = client.get(query).text
        assert "小豆豆" not in page
        assert "小**" not in page
        assert "陈阳阳" not in page
    page = client.get(MINE).text
    assert "陈**" in page
    assert "我在 3 位上榜的邻居里" in page


def test_a_page_of_hidden_neighbours_does_not_claim_that_nothing_was_done(client: FlaskClient, xiulan: Person) -> None:
    give(person("quiet", name="何静", appear="hidden"), 9)
    page = client.get(MINE).text
    assert "这一页没有可列出的名字" in page
    assert "何静" not in page


def test_a_member_without_merit_is_told_how_to_get_on_the_board(client: FlaskClient, xiulan: Person) -> None:
    assert "从楼下的一件小事开始就好" in client.get(MINE).text
    crowd([3])
    assert "这段时间你还没有入账的分" in client.get(MINE).text
    assert "这段时间你还没有入账的分" not in client.get(f"{MINE}&period=2026-09").text


def test_from_my_neighbours_the_way_leads_up_and_down_without_a_gap(client: FlaskClient, xiulan: Person) -> None:
    give(xiulan, 149)
    crowd([200 - number for number in range(51)] + [140 - number for number in range(60)])
    page = client.get(MINE).text
    assert f"area={COMMUNITY}&amp;period=2026-11&amp;of=residents&amp;page=1" in page
    assert f"area={COMMUNITY}&amp;period=2026-11&amp;of=residents&amp;page=2" in page  # the last one shown is the 57th
    second = client.get(f"{MINE}&page=2").text
    assert 'page=1"' in second
    assert 'page=3"' in second


def test_ties_share_a_rank_on_the_page(client: FlaskClient) -> None:
    city()
    community_merit(COMMUNITY, 51)
    community_merit("990102002001", 51)
    community_merit(FAR_COMMUNITY, 7)
    page = client.get("/leaderboard?area=9901&of=communities").text
    ranks = [part.split("</span>")[0] for part in page.split('rank-place"><span class="n n-m">')[1:]]
    assert ranks == ["1", "1", "3"]


def test_names_repeat_so_a_board_of_many_places_says_where_each_one_is(client: FlaskClient) -> None:
    city()
    community_merit(COMMUNITY, 5)
    page = client.get("/leaderboard?area=9901&of=communities").text
    assert "望江区" in page.split("rank-where")[1]
    assert "rank-where" not in client.get("/leaderboard?area=990102001").text


def test_the_area_of_mine_is_marked_on_every_board_that_holds_it(client: FlaskClient, xiulan: Person) -> None:
    community_merit(COMMUNITY, 5)
    community_merit(FAR_COMMUNITY, 4)
    for query in ("9901&of=districts", "9901&of=communities", "990102", "990102001"):
        page = client.get(f"/leaderboard?area={query}").text
        assert page.count("（我们）") == 1


def test_an_old_period_keeps_its_address_and_leads_on(client: FlaskClient) -> None:
    city()
    community_merit(COMMUNITY, 8, "2026-09")
    page = client.get("/leaderboard?area=990102001&period=2026-09").text
    assert "已封账" in page
    assert "桐花社区" in page
    assert "period=2026-08" in page
    assert "period=2026-10" in page


def test_a_period_between_its_end_and_its_closing_says_when_it_closes(client: FlaskClient) -> None:
    city()
    with time_machine.travel("2026-12-03 02:00:00+00:00", tick=False):
        page = client.get("/leaderboard?area=9901&period=2026-11").text
    assert "12 月 8 日 00:00 封账" in page


def test_a_future_period_is_an_empty_board(client: FlaskClient) -> None:
    city()
    assert "这段时间还没有开始" in client.get("/leaderboard?area=9901&period=2027-03").text


def test_a_large_residents_board_costs_as_many_queries_as_a_small_one(client: FlaskClient, xiulan: Person) -> None:
    give(xiulan, 50)
    crowd([60, 40])
    with count_queries() as small:
        client.get(MINE)
    crowd([number % 97 + 1 for number in range(400)])
    with count_queries() as large:
        client.get(MINE)
    with count_queries() as page:
        client.get(f"{MINE}&page=3")
    assert small.total == large.total <= QUERIES_RESIDENTS, str(large)
    assert page.total <= QUERIES_RESIDENTS + 2, str(page)  # my own line stands elsewhere


def test_a_large_board_of_areas_costs_as_many_queries_as_a_small_one(client: FlaskClient) -> None:
    city()
    community_merit(COMMUNITY, 5)
    with count_queries() as small:
        client.get("/leaderboard?area=9901&of=communities")
    with transaction() as session:
        for number in range(300):
            code = f"990102001{number + 100:03}"
            session.add(
                Area(
                    code=code,
                    parent_code="990102001",
                    level="community",
                    name=f"第{number}社区",
                    short_name=f"第{number}社区",
                    pinyin="x",
                    initials="x",
                )
            )
            session.flush()
            session.add(CommunityTotal(period="2026-11", community_code=code, merit=number + 6))
    with count_queries() as large:
        page = client.get("/leaderboard?area=9901&of=communities")
    assert small.total == large.total <= QUERIES_AREAS, str(large)
    assert page.text.count('scope="row"') == 50
    assert 'page=2"' in page.text
    last = client.get("/leaderboard?area=9901&of=communities&page=7").text
    assert last.count('scope="row"') == 1
    assert 'page=6"' in last


def test_where_the_city_turned_its_boards_off_visitors_are_told_so(client: FlaskClient, app: Flask) -> None:
    city()
    person("xiulan")
    with boards_off(app):
        for path in ("/leaderboard", "/leaderboard?area=9901", MINE, f"/communities/{COMMUNITY}"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "这座城市没有公开榜单" in answer.text
        assert "看看各地的榜单" not in client.get("/").text
        assert client.get(f"/communities/{COMMUNITY}/poster").status_code == 200
        assert client.get(f"/communities/{COMMUNITY}/qr.svg").status_code == 200
        sign_in(client, "xiulan")
        assert client.get("/leaderboard?area=9901").status_code == 200
        assert client.get(MINE).status_code == 200


@contextmanager
def boards_off(app: Flask) -> Iterator[None]:
    """The same city with PUBLIC_BOARDS=off."""
    before: Config = app.config["CIVIC"]
    app.config["CIVIC"] = replace(before, public_boards=False)
    try:
        yield
    finally:
        app.config["CIVIC"] = before
