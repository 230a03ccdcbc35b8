"""Choosing the week's focus, and where it shows."""

from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from tests.factories import COMMUNITY, NOW, OTHER_COMMUNITY, person, staff
from tests.pages import csrf_token, sign_in
from tests.queries import count_queries

PAGE = f"/communities/{COMMUNITY}/focus"
QUERIES = 5


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(client: FlaskClient) -> Person:
    found = staff()
    sign_in(client, found.login or "")
    return found


def put(client: FlaskClient, *keys: str, week: str = "2026-W48", code: str = COMMUNITY):  # type: ignore[no-untyped-def]
    data = {"csrf_token": csrf_token(client, "/me/settings"), "week": week, "activities": list(keys)}
    return client.post(f"/communities/{code}/focus", data=data)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("week", ["", "&week=next", "&week=2026-W49", "&week=nonsense"])
def test_it_opens_and_says_that_it_brings_no_points(client: FlaskClient, manager: Person, lang: str, week: str) -> None:
    page = client.get(f"{PAGE}?lang={lang}{week}")
    assert page.status_code == 200
    assert ("不多给分" if lang == "zh" else "no extra points") in page.text


def test_chosen_it_stands_on_home_and_on_the_communitys_page(client: FlaskClient, manager: Person) -> None:
    assert put(client, "cigarette_ends", "pledge_give_way").status_code == 303
    assert client.get(PAGE).text.count(" checked") == 2
    person("xiulan")
    client.post("/logout", data={"csrf_token": csrf_token(client, "/me/settings")})
    assert "本周主推" in client.get(f"/communities/{COMMUNITY}").text
    sign_in(client, "xiulan")
    home = client.get("/").text
    assert "社区本周主推" in home
    assert "/entries/new?activity=cigarette_ends" in home
    assert "/pledges/pledge_give_way" in home
    assert "再看：主推" in client.get("/?type=large").text.replace("</span>", "").replace('<span class="cl">', "")


def test_without_one_the_section_is_absent(client: FlaskClient, manager: Person) -> None:
    assert "主推" not in client.get(f"/communities/{OTHER_COMMUNITY}").text
    put(client, "exercise", week="2026-W49")
    assert "本周主推" not in client.get(f"/communities/{COMMUNITY}").text


def test_a_refused_choice_keeps_the_ticks(client: FlaskClient, manager: Person) -> None:
    answer = put(client, "exercise", "patrol", "fire_check", "cigarette_ends")
    assert answer.status_code == 422
    assert answer.text.count(" checked") == 4
    assert "最多主推 3 项" in answer.text


def test_elsewhere_it_is_not_mine_to_choose(client: FlaskClient, manager: Person) -> None:
    assert put(client, "exercise", code=OTHER_COMMUNITY).status_code == 403
    assert client.get("/communities/990102001/focus").status_code == 404


def test_it_costs_few_queries(client: FlaskClient, manager: Person) -> None:
    with count_queries() as asked:
        client.get(PAGE)
    assert asked.total <= QUERIES, str(asked)
