"""The wall screen: what hangs in public, and who is never on it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from civic import clock
from civic.dashboards.compiling import refresh
from civic.db import transaction
from tests.dashboards.world import LATER, compiled, lively
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, TODAY, ZONE, city, decide, log, person, staff
from tests.queries import count_queries

QUERIES = 14


@pytest.fixture(autouse=True)
def _afternoon() -> Iterator[None]:
    with clock.held(LATER):
        yield


def _act(name: str, **facts: object) -> None:
    decide(log(person(name=name, **facts), now=NOW), "approve", staff(), now=NOW + timedelta(minutes=5))  # type: ignore[arg-type]


def test_names_are_chosen_or_masked_and_children_and_the_hidden_are_not_there(client: FlaskClient) -> None:
    _act("云上人家", appear="nickname")
    _act("秀兰")
    _act("小满", born_on=date(2010, 3, 1))
    _act("不愿露面", appear="hidden")
    guardian = person(name="豆豆妈", appear="nickname")
    child = person(name="豆豆", born_on=TODAY - timedelta(days=3000), guardian=guardian)
    decide(log(guardian, resident=child), "approve", staff(), now=NOW)
    page = client.get(f"/wall/{COMMUNITY}").text
    assert "云上人家" in page
    assert "秀**" in page
    assert "一位小邻居" in page
    for hidden in ("秀兰", "小满", "不愿露面", "豆豆", "小**"):
        assert hidden not in page, hidden


def test_it_shows_the_day_the_index_and_no_number_of_fewer_than_five_people(client: FlaskClient) -> None:
    lively()
    compiled()
    page = client.get(f"/wall/{FAR_COMMUNITY}").text
    assert '<span class="n">1</span>' in page  # one act of today
    assert page.count('class="window-lit') == 2  # on the wide and on the tall street
    assert "位邻居" not in page
    whole = client.get("/wall/990102").text
    assert "社区指数" in whole
    assert "桐花社区" in whole


def test_yesterday_s_acts_are_none_of_today_s(client: FlaskClient) -> None:
    lively()
    compiled()
    with clock.held(LATER + timedelta(hours=9)):
        assert '<span class="n">0</span>' in client.get(f"/wall/{FAR_COMMUNITY}").text


def test_it_renews_itself_without_script_too_and_opens_in_an_empty_city(client: FlaskClient) -> None:
    city()
    for code in ("9901", "990102", COMMUNITY):
        page = client.get(f"/wall/{code}")
        assert page.status_code == 200
        assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page.text
    assert client.get("/wall/123").status_code == 404


def test_it_costs_the_same_however_many_live_there(client: FlaskClient) -> None:
    lively()
    compiled()
    counts = []
    for path in (f"/wall/{COMMUNITY}", "/wall/990102"):
        with count_queries() as found:
            assert client.get(path).status_code == 200
        counts.append(found.total)
        assert not any("posting" in statement or "resident_total" in statement for statement in found.statements)
    assert max(counts) <= QUERIES


def test_the_job_alone_is_enough(client: FlaskClient) -> None:
    lively()
    with transaction():
        refresh("2026-11-26T16:05", now=LATER, zone=ZONE)
    assert client.get(f"/wall/{COMMUNITY}").status_code == 200
