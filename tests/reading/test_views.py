"""My shelf as a page."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.entries.service import Logged
from civic.intake.receive import receive
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, TODAY, ZONE, person, staff
from tests.pages import csrf_token, sign_in, submit
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


def test_a_book_is_put_among_the_finished_and_taken_back(client: FlaskClient, xiulan: Person) -> None:
    read(xiulan, "《边城》")
    assert "在读" in client.get("/reading").text
    assert submit(client, "/reading", {}, form="/reading/finished").status_code == 303
    assert "又在读" in client.get("/reading").text
    assert submit(client, "/reading", {}, form="/reading/finished").status_code == 303
    assert "又在读</button>" not in client.get("/reading").text


@pytest.mark.parametrize("book", ["", "别人的书", "\0", "x" * 5000])
def test_a_book_that_is_not_on_my_shelf_is_404(client: FlaskClient, xiulan: Person, book: str) -> None:
    token = csrf_token(client, "/me/settings")
    answer = client.post("/reading/finished", data={"csrf_token": token, "book": book, "finished": "yes"})
    assert answer.status_code == 404
    assert client.post("/reading/finished", data={"csrf_token": token, "book": book}).status_code == 303


def test_each_week_has_its_bar_and_its_line_in_the_table(client: FlaskClient, xiulan: Person) -> None:
    assert "week-bar" not in client.get("/reading").text
    read(xiulan, "边城", 60)
    read(xiulan, "边城", 30, days=6)
    page = client.get("/reading").text
    assert len(re.findall(r'class="week-bar[ "]', page)) == 2
    assert '<span class="n">30</span>' in page


def test_reading_with_a_child_is_offered_for_each_child(client: FlaskClient, xiulan: Person) -> None:
    assert "activity=reading_with_child" in client.get("/reading").text
    child = person(name="豆豆", born_on=date(2018, 3, 1), guardian=xiulan)
    assert f"activity=reading_with_child&amp;resident={child.id}" in client.get("/reading").text


def test_a_manager_writes_the_list_and_neighbours_read_it(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    submit(client, "/logout", {})
    sign_in(client, manager.login or "")
    path = f"/communities/{COMMUNITY}/reading"
    assert f'href="{path}"' in client.get(f"/communities/{COMMUNITY}").text
    book = {"title": "《城南旧事》", "author": "林海音", "why": "写给还记得小时候的人"}
    assert submit(client, path, book).status_code == 303
    token = csrf_token(client, path)
    again = client.post(path, data={"csrf_token": token, **book, "why": "再放一次"})
    assert again.status_code == 409
    assert "再放一次" in again.text
    submit(client, "/logout", {})
    sign_in(client, "xiulan")
    page = client.get("/reading").text
    assert "城南旧事" in page
    assert "林海音" in page
    assert path not in page
    assert client.get(path).status_code == 403


def test_what_a_manager_typed_is_kept_where_it_is_refused(client: FlaskClient) -> None:
    manager = staff()
    sign_in(client, manager.login or "")
    path = f"/communities/{COMMUNITY}/reading"
    answer = submit(client, path, {"title": "", "author": "林海音"})
    assert answer.status_code == 422
    assert "林海音" in answer.text
    answer = submit(client, path, {"title": "书" * 70, "author": "林海音"})
    assert answer.status_code == 422
    assert "最多 60 字" in answer.text


def test_the_list_of_another_community_does_not_exist_for_a_manager(client: FlaskClient) -> None:
    sign_in(client, staff().login or "")
    for code in (FAR_COMMUNITY, "9901", "nowhere"):
        assert client.get(f"/communities/{code}/reading").status_code == 404
