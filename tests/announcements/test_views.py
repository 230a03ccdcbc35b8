"""The pages of announcements: everybody's, and those of whoever writes them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.announcements.models import Announcement
from civic.db import db
from tests.factories import COMMUNITY, NOW, TODAY, announce, city, person, staff
from tests.pages import forms, sign_in, submit
from tests.queries import count_queries

PUBLIC, MINE = f"/communities/{COMMUNITY}/announcements", f"/areas/{COMMUNITY}/announcements"
QUERIES_PUBLIC, QUERIES_MINE = 6, 7
TYPED = {"title": "停水半天", "words": "周五停水。\n请存水。", "from_on": "2026-11-25", "until_on": "2026-11-30"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(client: FlaskClient) -> Person:
    found = staff()
    sign_in(client, found.login or "")
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_everybody_reads_them(client: FlaskClient, lang: str, size: str) -> None:
    city()
    assert client.get(f"{PUBLIC}?lang={lang}&type={size}").status_code == 200
    announce(staff(), is_pinned=True)
    page = client.get(f"{PUBLIC}?lang={lang}&type={size}").text
    assert "槐荫路停水半天" in page
    assert "<p>请提前存水。</p>" in page


def test_words_are_text_whatever_they_look_like(client: FlaskClient) -> None:
    announce(staff(), title="<b>粗</b>", words="<img src=x onerror=alert(1)>\nhttps://a.example/x")
    for path in (PUBLIC, f"/communities/{COMMUNITY}"):
        page = client.get(path).text
        assert "&lt;b&gt;粗&lt;/b&gt;" in page
        assert "<img src=x" not in page
        assert 'href="https://a.example' not in page


def test_no_person_signs_them(client: FlaskClient) -> None:
    writer = staff()
    announce(writer)
    page = client.get(PUBLIC).text
    assert "桐花社区" in page
    assert "社区管理员" in page
    assert writer.name not in page


def test_a_street_has_no_public_page_of_its_own(client: FlaskClient) -> None:
    city()
    assert client.get("/communities/990102001/announcements").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_written_it_stands_on_the_communitys_page_and_on_home(client: FlaskClient, manager: Person, lang: str) -> None:
    assert client.get(f"{MINE}?lang={lang}").status_code == 200
    assert "没有登录的人也看得到" in client.get(f"{MINE}/new?lang=zh").text
    assert submit(client, f"{MINE}/new", TYPED, form="/new").location == MINE
    assert "停水半天" in client.get(f"/communities/{COMMUNITY}?lang={lang}").text
    resident = person("xiulan")
    client.get(f"/?lang={lang}")
    submit(client, "/logout", {})
    sign_in(client, resident.login or "")
    assert "停水半天" in client.get("/").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "写一个标题"),
        ({"title": "字" * 41}, "写得有点长"),
        ({"words": " "}, "写上要告诉大家的话"),
        ({"words": "字" * 2001}, "写得有点长"),
        ({"from_on": "2026-11-24"}, "最早从今天"),
        ({"until_on": "2026-11-24"}, "最后一天不能早于"),
        ({"until_on": "2026-13-99"}, "请选一天"),
        ({"from_on": ""}, "请选一天"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    client: FlaskClient, manager: Person, wrong: dict[str, str], sentence: str
) -> None:
    answer = submit(client, f"{MINE}/new", TYPED | wrong, form="/new")
    assert answer.status_code == 422
    assert sentence in re.sub("<[^>]+>", "", answer.text)
    kept = next(one for one in forms(answer) if "title" in one["fields"])["fields"]
    for name in ("title", "words"):
        assert kept[name] == (TYPED | wrong)[name]
    assert db.session.query(Announcement).count() == 0


def test_the_twenty_first_is_refused_kindly_and_kept(client: FlaskClient, manager: Person) -> None:
    for _ in range(20):
        announce(manager)
    answer = client.get(f"{MINE}/new")
    token = next(one for one in forms(answer) if "title" in one["fields"])["fields"]["csrf_token"]
    refused = client.post(f"{MINE}/new", data={**TYPED, "csrf_token": token})
    assert refused.status_code == 409
    assert "停水半天" in refused.text
    assert "同时最多 20 条" in client.get(MINE).text.replace("</span>", "").replace('<span class="cl">', "")


def test_it_can_be_changed_and_withdrawn(client: FlaskClient, manager: Person) -> None:
    found = announce(manager)
    path = f"/announcements/{found.id}"
    assert submit(client, path, {"title": "改过的"}, form=path).location == MINE
    assert "改过的" in client.get(PUBLIC).text
    assert submit(client, path, {}, form="withdraw").location == MINE
    assert "改过的" not in client.get(PUBLIC).text
    assert "写一条新的" in client.get(path).text
    assert client.get(MINE).status_code == 200


def test_one_that_ended_meanwhile_says_so_and_changes_nothing(client: FlaskClient, manager: Person) -> None:
    found = announce(manager, until_on=TODAY)
    page = forms(client.get(f"/announcements/{found.id}"))
    fields = next(one for one in page if "title" in one["fields"])["fields"]
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        answer = client.post(f"/announcements/{found.id}", data={**fields, "title": "太晚了"})
    assert answer.status_code == 409
    assert db.session.get(Announcement, found.id).title == "槐荫路停水半天"  # type: ignore[union-attr]


def test_another_areas_are_not_for_me(client: FlaskClient, manager: Person) -> None:
    street = announce(staff("subdistrict_officer", "990102001"), "990102001")
    assert client.get("/areas/990102001/announcements").status_code == 403
    assert client.get(f"/announcements/{street.id}").status_code == 403
    assert client.get("/areas/000000/announcements").status_code == 404
    assert client.get("/announcements/999999").status_code == 404


def test_many_cost_as_many_queries_as_one(client: FlaskClient, manager: Person) -> None:
    announce(manager)
    with count_queries() as few:
        client.get(MINE)
    with count_queries() as few_public:
        client.get(PUBLIC)
    for _ in range(15):
        announce(manager)
    with count_queries() as many:
        client.get(MINE)
    with count_queries() as many_public:
        client.get(PUBLIC)
    assert few.total == many.total <= QUERIES_MINE, str(many)
    assert few_public.total == many_public.total <= QUERIES_PUBLIC, str(many_public)
