"""A child's page, and taking over at 14, as a browser without JavaScript sees them."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts import families
from civic.accounts.models import Person
from civic.db import id_of
from tests import factories as make
from tests.factories import NOW
from tests.pages import sign_in, submit
from tests.queries import count_queries

QUERIES = 26


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = make.person("xiulan")
    sign_in(client, "xiulan")
    return found


def child_of(guardian: Person, born_on: date = date(2018, 5, 1)) -> Person:
    return make.person(name="豆豆", born_on=born_on, guardian=guardian)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_guardian_finds_leaf_points_entries_and_statement(client: FlaskClient, xiulan: Person, lang: str) -> None:
    child = child_of(xiulan)
    make.decide(make.log(xiulan, resident=child, quantity=3), "approve", make.staff())
    make.log(xiulan, "patrol", resident=child)
    page = client.get(f"/me/family/children/{child.id}?lang={lang}")
    assert page.status_code == 200
    assert "豆豆" in page.text
    assert "leaf--half" in page.text
    assert ("替孩子记一笔" if lang == "zh" else "Log for the child") in page.text
    assert f"/me/family/children/{child.id}" in client.get("/me/family").text


def test_the_page_costs_the_same_however_much_was_logged(client: FlaskClient, xiulan: Person) -> None:
    child, manager = child_of(xiulan), make.staff()
    page = f"/me/family/children/{id_of(child)}"
    costs = []
    for _round in range(2):
        for _ in range(3):
            make.decide(make.log(xiulan, resident=child), "approve", manager)
        client.get(page)
        with count_queries() as queries:
            client.get(page)
        costs.append(queries.total)
    assert costs[0] == costs[1] <= QUERIES, costs


def test_nobody_else_opens_it(client: FlaskClient, xiulan: Person) -> None:
    child = child_of(make.person("other"))
    assert client.get(f"/me/family/children/{child.id}").status_code == 404


def test_deleting_asks_first_and_then_happens_at_once(client: FlaskClient, xiulan: Person) -> None:
    child = child_of(xiulan)
    page = f"/me/family/children/{id_of(child)}"
    refused = submit(client, page, {}, form="/erase")
    assert refused.status_code == 422
    assert "打上勾" in refused.text
    assert submit(client, page, {"sure": "y"}, form="/erase").location == "/me/family"
    assert "豆豆" not in client.get("/me/family").text
    assert client.get(page).status_code == 404


def test_a_ward_of_fourteen_takes_the_account_over(client: FlaskClient, xiulan: Person) -> None:
    ward = child_of(xiulan, born_on=date(2012, 11, 25))
    page = submit(client, f"/me/family/children/{ward.id}", {}, form="/code").text
    code = page.split('class="family-code">')[1].split("<")[0]
    other = client.application.test_client()
    answer = submit(other, "/claim", {"code": code, "login": "doudou", "password": make.PASSWORD}, form="/claim")
    assert answer.location == "/"
    assert "豆豆" in other.get("/me").text
    assert client.get(f"/me/family/children/{ward.id}").status_code == 404
    wrong = submit(
        client.application.test_client(), "/claim", {"code": code, "login": "dd2", "password": make.PASSWORD}
    )
    assert wrong.status_code == 422
    assert "没有这个接管码" in wrong.text


def test_a_guardian_names_who_comes_after_them(client: FlaskClient, xiulan: Person) -> None:
    child, father = child_of(xiulan), make.person(name="老秦")
    with make.transaction():
        families.declare_family(xiulan, father, NOW)
    page = f"/me/family/children/{id_of(child)}"
    assert submit(client, page, {"person": father.id}, form="/second").location == page
    assert f'<option value="{father.id}" lang="zh-Hans" selected>' in client.get(page).text
