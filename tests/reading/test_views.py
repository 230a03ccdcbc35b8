"""My shelf as a page."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.entries.service import Logged
from civic.intake.receive import receive
from tests.factories import NOW, TODAY, ZONE, person
from tests.pages import sign_in
from tests.queries import count_queries

QUERIES = 11


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = person("xiulan")
    sign_in(client, "xiulan")
    return found


def read(who: Person, title: str, minutes: int = 30, note: str = "", days: int = 0) -> None:
    acted_on = TODAY - timedelta(days=days)
    logged = Logged("reading_minutes", acted_on, minutes, str(uuid4()), note=note, title=title)
    receive(logged, by=who, now=NOW, zone=ZONE)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_opens_with_an_empty_shelf_and_a_full_one(client: FlaskClient, xiulan: Person, lang: str) -> None:
    assert client.get(f"/reading?lang={lang}").status_code == 200
    read(xiulan, "骆驼祥子", note="祥子的三起三落")
    page = client.get(f"/reading?lang={lang}")
    assert page.status_code == 200
    assert "骆驼祥子" in page.text
    assert "祥子的三起三落" in page.text


def test_an_empty_shelf_says_how_a_book_gets_there(client: FlaskClient, xiulan: Person) -> None:
    page = client.get("/reading").text
    assert "书就会放到这里" in page
    assert "我的笔记" not in page


def test_the_week_counts_minutes_and_the_shelf_sums_them_by_book(client: FlaskClient, xiulan: Person) -> None:
    read(xiulan, "骆驼祥子", 30)
    read(xiulan, "骆驼祥子", 20, days=1)
    read(xiulan, "城南旧事", 40, days=6)
    page = client.get("/reading").text
    assert '<span class="n n-xl">50</span>' in page
    assert "50 分钟" in page
    assert "40 分钟" in page


def test_what_somebody_wrote_is_text_and_nothing_else(client: FlaskClient, xiulan: Person) -> None:
    read(xiulan, "<b>书</b>", note="<script>1</script>")
    page = client.get("/reading").text
    assert "<script>1" not in page
    assert "&lt;b&gt;书" in page


def test_nobody_sees_the_shelf_of_another(client: FlaskClient, xiulan: Person) -> None:
    read(person(), "城南旧事")
    assert "城南旧事" not in client.get("/reading").text


def test_signed_out_the_door_comes_first(client: FlaskClient) -> None:
    assert client.get("/reading").status_code == 303


def test_a_long_shelf_costs_as_many_queries_as_an_empty_one(client: FlaskClient, xiulan: Person) -> None:
    with count_queries() as empty:
        client.get("/reading")
    for number in range(30):
        read(xiulan, f"第{number}本", note="记一句", days=number % 7)
    with count_queries() as full:
        client.get("/reading")
    assert empty.total == full.total <= QUERIES, str(full)
