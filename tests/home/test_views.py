"""The landing page, the resident's home, me, help and the legal pages."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic import clock
from civic.accounts.models import Person
from civic.db import transaction
from civic.ledger.models import CommunityTotal
from civic.schedule import run_until
from tests.factories import (
    COMMUNITY,
    NOW,
    OTHER_COMMUNITY,
    TODAY,
    announce,
    approved_entry,
    city,
    decide,
    log,
    person,
    staff,
)
from tests.pages import sign_in
from tests.queries import count_queries

QUERIES_HOME, QUERIES_ME, QUERIES_LANDING, QUERIES_STILL = 19, 7, 2, 1
TUESDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = person("xiulan")
    sign_in(client, "xiulan")
    return found


def words(page: str) -> str:
    """The page's text without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/help", "/legal/privacy"])
def test_it_opens_for_everybody_in_both_languages(client: FlaskClient, path: str, lang: str) -> None:
    assert client.get(f"{path}?lang={lang}").status_code == 200
    city()
    page = client.get(f"{path}?lang={lang}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/me"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_my_pages_open_in_both_languages_and_sizes(
    client: FlaskClient, xiulan: Person, path: str, lang: str, size: str
) -> None:
    assert client.get(f"{path}?lang={lang}&type={size}").status_code == 200
    approved_entry(xiulan)
    log(xiulan)
    assert client.get(f"{path}?lang={lang}&type={size}").status_code == 200


def test_me_is_for_whoever_is_signed_in(client: FlaskClient) -> None:
    assert client.get("/me").status_code == 303


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(4, "晚上好"), (5, "上午好"), (11, "上午好"), (12, "下午好"), (17, "下午好"), (18, "晚上好"), (23, "晚上好")],
)
def test_the_greeting_follows_the_citys_clock(client: FlaskClient, hour: int, greeting: str) -> None:
    person("xiulan")
    in_city = NOW.replace(hour=0, minute=0) + timedelta(hours=hour - 8)
    with time_machine.travel(in_city, tick=False):
        sign_in(client, "xiulan")
        assert f"{greeting}，" in words(client.get("/").text)


def test_a_day_counts_in_the_ring_once_it_is_saved(client: FlaskClient, xiulan: Person) -> None:
    assert "再做 3 天，这周就圆满" in words(client.get("/").text)
    log(xiulan)
    log(xiulan, "reading_minutes", quantity=30)
    log(xiulan, acted_on=TUESDAY)
    assert "再做 1 天，这周就圆满" in words(client.get("/").text)
    log(xiulan, acted_on=TUESDAY - timedelta(days=1))
    assert "这周圆满了" in words(client.get("/").text)


def test_a_day_whose_only_entry_was_refused_opens_again(client: FlaskClient, xiulan: Person) -> None:
    decide(log(xiulan), "reject", staff())
    assert "再做 3 天" in words(client.get("/").text)


def test_a_week_that_cannot_become_round_any_more_does_not_scold(client: FlaskClient, xiulan: Person) -> None:
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        page = words(client.get("/").text)
    assert "这周慢慢来" in page


def test_the_week_is_compared_with_the_last_one_in_words(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    assert "和上周一样" in client.get("/").text
    approved_entry(xiulan, manager, quantity=4, acted_on=TODAY - timedelta(days=6))
    assert "上周是 6 分" in client.get("/").text
    approved_entry(xiulan, manager, quantity=4)
    approved_entry(xiulan, manager, quantity=4, acted_on=TUESDAY)
    assert "比上周多 6 分" in client.get("/").text


def test_what_was_sent_back_comes_first(client: FlaskClient, xiulan: Person) -> None:
    returned = decide(log(xiulan, "cigarette_ends", acted_on=TUESDAY), "return", staff())
    pending = log(xiulan)
    page = client.get("/").text
    assert "等你看一眼" in page
    assert page.index(f"/entries/{returned.id}") < page.index(f"/entries/{pending.id}")


def test_without_anything_waiting_there_is_no_empty_section(client: FlaskClient, xiulan: Person) -> None:
    page = client.get("/").text
    assert "等你看一眼" not in page
    assert "等核对的" not in page


def test_three_things_are_suggested_the_usual_ones_first(client: FlaskClient, xiulan: Person) -> None:
    page = client.get("/").text
    assert page.count("activity-row") == 3
    approved_entry(xiulan, activity="tree_care")
    page = client.get("/").text
    assert page.count("activity-row") == 3
    assert page.index("activity=tree_care") < page.index("activity=reading_minutes")
    assert page.count("你常做的") == 1


def test_what_is_done_on_this_weekday_says_so(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    for weeks in (1, 2, 3):  # three Wednesdays, and it is Wednesday
        done_on = TODAY - timedelta(weeks=weeks)
        decide(log(xiulan, "patrol", acted_on=done_on, now=NOW - timedelta(weeks=weeks)), "approve", manager)
    for days in (8, 9, 12, 13):
        log(xiulan, "exercise", acted_on=TODAY - timedelta(days=days), now=NOW - timedelta(days=days))
    page = client.get("/").text
    assert re.findall(r"activity=(\w+)", page)[0] == "patrol"
    assert "你周三常做" in words(page)
    assert "Your usual Wednesday" in client.get("/?lang=en").text


def test_what_the_community_does_least_is_offered_with_its_reason(client: FlaskClient, xiulan: Person) -> None:
    assert "社区这个月" not in words(client.get("/").text)  # nothing was done yet, so nothing is least
    neighbour = person()
    for key in ("litter_pickup", "exercise", "patrol", "help_neighbour", "reading_minutes", "traffic_law_reading"):
        note = "帮楼上邻居把新冰箱抬上四楼，陪着装好"
        log(neighbour, key, quantity=30 if "reading" in key else 1, note=note)
    log(neighbour, "service_window_praise", note="办事大厅三号窗口，耐心说了三遍怎么填表，还递了笔")
    log(neighbour, "elder_visit", note="陪着聊天下棋，养老院李护士可以证明")
    page = words(client.get("/").text)
    assert "共建共治，社区这个月还没有人做" in page
    assert "市民巡访" in page


def test_what_suits_the_season_says_so(client: FlaskClient, xiulan: Person) -> None:
    assert "天冷了，屋里也能做" in words(client.get("/").text)
    with time_machine.travel(NOW + timedelta(days=120), tick=False):
        sign_in(client, "xiulan")
        assert "春天，正好出门" in words(client.get("/").text)


def test_no_activity_is_offered_twice(client: FlaskClient, xiulan: Person) -> None:
    for days in range(6):
        log(xiulan, "reading_minutes", quantity=30, acted_on=TODAY - timedelta(days=days))
        log(xiulan, "litter_pickup", acted_on=TODAY - timedelta(days=days))
    keys = re.findall(r"activity=(\w+)", client.get("/").text)
    assert len(keys) == len(set(keys)) == 3


def test_announcements_stand_two_at_most_with_the_way_to_all(client: FlaskClient, xiulan: Person) -> None:
    assert "社区公告" not in client.get("/").text
    manager = staff()
    announce(manager, title="第一条")
    announce(manager, title="第二条")
    page = client.get("/").text
    assert "第一条" in page
    assert f'/communities/{COMMUNITY}/announcements"' not in page
    announce(manager, title="第三条")
    page = client.get("/").text
    assert "第三条" in page
    assert "第一条" not in page
    assert f'/communities/{COMMUNITY}/announcements"' in page


def test_the_community_says_what_it_lacks_and_what_one_more_would_change(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    for number in range(6):
        who = person()
        decide(log(who, quantity=4), "approve", manager)
        if number:
            person()
    with time_machine.travel(NOW + timedelta(hours=20), tick=False):
        for outcome in run_until(clock.now()):
            assert outcome.cause is None, outcome.cause
        page = words(client.get("/").text)
    assert "文明指数" in page
    assert "稳步差得最多：" in page
    assert "位邻居每周活跃三天，就到目标。" in page
    assert "再有一位邻居挣到 3 分，指数大约 +" in page


def test_my_communitys_place_is_among_those_of_its_subdistrict(client: FlaskClient, xiulan: Person) -> None:
    assert "本周还没有入账的记录" in words(client.get("/").text)
    with transaction() as session:
        session.add(CommunityTotal(period="2026-W48", community_code=COMMUNITY, merit=14))
        session.add(CommunityTotal(period="2026-W48", community_code=OTHER_COMMUNITY, merit=20))
    page = words(client.get("/").text)
    assert "在同街道的 2 个社区里" in page
    assert "第 2 位" in page


def test_one_window_is_lit_for_each_act_of_the_day(client: FlaskClient, xiulan: Person) -> None:
    for _ in range(4):
        log(person())
    assert client.get("/").text.count('class="window-lit"') == 4


def test_the_way_so_far_shows_a_tree_for_each_kept_week(client: FlaskClient, xiulan: Person) -> None:
    page = client.get("/").text
    assert "攒满八周" in words(page)
    assert (page.count("tree-crown"), page.count("sapling-crown")) == (0, 1)
    manager = staff()
    for days in (14, 15, 16, 21, 22, 23):  # Mondays to Wednesdays of the two weeks judged last
        done_on = TODAY - timedelta(days=days)
        done = log(xiulan, acted_on=done_on, now=NOW - timedelta(days=days))
        decide(done, "approve", manager, now=NOW - timedelta(days=days - 1))
    page = client.get("/").text
    assert "连续 2 周" in words(page)
    assert 'aria-label="走过的路：2 周圆满，0 周休息，这周 0 天"' in page


def test_last_week_may_be_a_tree_before_its_thursday(client: FlaskClient, xiulan: Person) -> None:
    for days in (4, 5, 6):
        log(xiulan, acted_on=TODAY - timedelta(days=days))
    assert "1 周圆满" in client.get("/").text
    with time_machine.travel(NOW + timedelta(days=1), tick=False):  # judged, and nobody has approved anything yet
        assert "0 周圆满" in client.get("/").text


def test_a_broken_streak_is_welcomed_back(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    for days in (28, 29, 30):
        done = log(xiulan, acted_on=TODAY - timedelta(days=days), now=NOW - timedelta(days=days))
        decide(done, "approve", manager, now=NOW - timedelta(days=days - 1))
    page = words(client.get("/").text)
    assert "欢迎回来" in page
    assert "连续" not in page


def test_in_large_type_the_street_and_the_community_wait_behind_one_button(client: FlaskClient, xiulan: Person) -> None:
    page = client.get("/?type=large").text
    behind = page[page.index("see-more") :]
    assert "skyline-ground" in behind
    assert "skyline-ground" not in page[: page.index("see-more")]
    assert "我的社区</h2>" in behind


def test_an_active_resident_costs_as_many_queries_as_a_new_one(client: FlaskClient, xiulan: Person) -> None:
    with count_queries() as quiet:
        client.get("/")
    with count_queries() as me_quiet:
        client.get("/me")
    manager = staff()
    for days in range(5):
        approved_entry(xiulan, manager, acted_on=TODAY - timedelta(days=days))
        log(xiulan, acted_on=TODAY - timedelta(days=days))
    for _ in range(8):
        approved_entry(person(), manager)
    with count_queries() as busy:
        client.get("/")
    with count_queries() as me_busy:
        client.get("/me")
    assert quiet.total == busy.total <= QUERIES_HOME, str(busy)
    assert me_quiet.total == me_busy.total <= QUERIES_ME, str(me_busy)


def test_visitors_cost_next_to_nothing(client: FlaskClient) -> None:
    city()
    with count_queries() as landing:
        client.get("/")
    with count_queries() as still:
        client.get("/help")
        client.get("/legal/privacy")
    assert landing.total <= QUERIES_LANDING, str(landing)
    assert still.total == QUERIES_STILL, str(still)
