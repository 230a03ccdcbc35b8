"""The page of progress, and what an entry's page says about what it brought."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from tests.factories import NOW, TODAY, approved_entry, decide, log, person, staff
from tests.pages import sign_in, submit
from tests.queries import count_queries

QUERIES, QUERIES_FIRST_LOOK = 9, 12


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
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_the_page_opens_with_nothing_and_with_something(
    client: FlaskClient, xiulan: Person, lang: str, size: str
) -> None:
    assert client.get(f"/me/progress?lang={lang}&type={size}").status_code == 200
    approved_entry(xiulan)
    page = client.get(f"/me/progress?lang={lang}&type={size}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert {"zh": "头一件", "en": "The first one"}[lang] in page.text


def test_me_says_the_level_and_what_the_next_one_needs(client: FlaskClient, xiulan: Person) -> None:
    assert "种子，再 20 分到发芽" in words(client.get("/me").text)
    approved_entry(xiulan, activity="crossing_guide", quantity=4)
    assert "发芽，再 40 分到两片叶" in words(client.get("/me").text)


def test_what_is_new_is_celebrated_once(client: FlaskClient, xiulan: Person) -> None:
    entry = approved_entry(xiulan)
    first = client.get("/me/progress").text
    assert "刚刚得到" in first
    assert "leaf--gold leaf--grows" in first
    again = client.get("/me/progress").text
    assert "刚刚得到" not in again
    assert f'href="/entries/{entry.id}"' in again


def test_the_entry_behind_says_what_it_brought_and_celebrates_it_once(client: FlaskClient, xiulan: Person) -> None:
    entry = approved_entry(xiulan)
    first = client.get(f"/entries/{entry.id}").text
    assert "有了徽章“头一件”" in first
    assert "leaf--gold leaf--grows" in first
    again = client.get(f"/entries/{entry.id}").text
    assert "有了徽章“头一件”" in again
    assert "leaf--gold leaf--grows" not in again


def test_another_entry_brings_nothing_twice(client: FlaskClient, xiulan: Person) -> None:
    approved_entry(xiulan)
    second = approved_entry(xiulan, acted_on=TODAY - timedelta(days=1))
    assert "从这一笔起" not in client.get(f"/entries/{second.id}").text


def test_a_reversed_entry_takes_its_badge_along(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    entry = approved_entry(xiulan, manager)
    client.get("/me/progress")
    decide(entry, "reverse", manager)
    page = client.get("/me/progress").text
    assert "第一件事通过核对，就有第一枚" in words(page)
    assert "从这一笔起" not in client.get(f"/entries/{entry.id}").text


def test_the_page_of_an_entry_that_closes_the_ring_adds_the_tree(client: FlaskClient, xiulan: Person) -> None:
    for days in (1, 2):
        log(xiulan, acted_on=TODAY - timedelta(days=days))
    entry = log(xiulan)
    page = client.get(f"/entries/{entry.id}?saved=1").text
    assert "这周长成了" in page
    assert "plant--grows" in page
    assert "plant--grows" not in client.get(f"/entries/{entry.id}").text


def test_a_guardian_sees_the_childs_and_nobody_else_does(client: FlaskClient, xiulan: Person) -> None:
    child = person(name="豆豆", born_on=date(2018, 3, 1), guardian=xiulan)
    log(xiulan, "pledge_chores", resident=child)
    page = client.get(f"/me/progress?of={child.id}").text
    assert "豆豆的成长" in words(page)
    assert "豆豆" in client.get("/me/progress").text
    other = person("other")
    for wanted in (str(other.id), "x", "9" * 40, "-1"):
        assert client.get(f"/me/progress?of={wanted}").status_code == 404
    submit(client, "/logout", {})
    sign_in(client, "other")
    assert client.get(f"/me/progress?of={child.id}").status_code == 404


def test_signed_out_the_door_comes_first(client: FlaskClient) -> None:
    assert client.get("/me/progress").status_code == 303


def test_much_done_costs_as_many_queries_as_nothing(client: FlaskClient, xiulan: Person) -> None:
    with count_queries() as empty:
        client.get("/me/progress")
    manager = staff()
    for days in range(6):
        approved_entry(xiulan, manager, acted_on=TODAY - timedelta(days=days))
        log(xiulan, "pledge_give_way", acted_on=TODAY) if days == 0 else None
    with count_queries() as first:
        client.get("/me/progress")
    with count_queries() as full:
        client.get("/me/progress")
    assert empty.total == full.total <= QUERIES, str(full)
    assert first.total <= QUERIES_FIRST_LOOK + 4, str(first)  # one for each milestone that is written down
