"""The pages of my data: each asks for the password, and after leaving nothing opens any more."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import db
from civic.entries.models import Entry
from civic.mydata import leaving
from tests import factories
from tests.factories import NOW, PASSWORD, TODAY, approved_entry, log, staff
from tests.mydata.test_leaving import CANARY, canary
from tests.pages import csrf_token, sign_in, submit
from tests.queries import count_queries
from tests.route_table import ROUTES
from tests.test_access import _concrete


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = factories.person("xiulan")
    sign_in(client, "xiulan")
    return found


def test_the_archive_comes_for_the_password_alone(client: FlaskClient, xiulan: Person) -> None:
    approved_entry(xiulan, staff())
    for wrong in ("", "a wrong one"):
        refused = submit(client, "/me/export", {"password": wrong})
        assert (refused.status_code, refused.mimetype) == (422, "text/html")
    answer = submit(client, "/me/export", {"password": PASSWORD})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="civic-together-{TODAY}.zip"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        assert {"README.txt", "data.json", "statement.csv", "entries.csv"} <= set(found.namelist())


def test_a_look_at_the_page_alone_gives_nothing(client: FlaskClient, xiulan: Person) -> None:
    answer = client.get("/me/export")
    assert answer.mimetype == "text/html"
    assert PASSWORD not in answer.text


def test_another_sign_in_gets_its_own_archive_only(client: FlaskClient, xiulan: Person, app: Flask) -> None:
    factories.person("guihua", name="桂花")
    other = app.test_client()
    sign_in(other, "guihua")
    found = zipfile.ZipFile(io.BytesIO(submit(other, "/me/export", {"password": PASSWORD}).data))
    assert str(xiulan.id) not in found.read("data.json").decode()


def test_the_archive_is_made_a_few_times_an_hour(client: FlaskClient, xiulan: Person) -> None:
    values = {"password": PASSWORD, "csrf_token": csrf_token(client, "/me/export")}
    answers = [client.post("/me/export", data=values) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert "Retry-After" in answers[-1].headers


def test_guesses_of_the_password_are_limited(client: FlaskClient, xiulan: Person) -> None:
    values = {"password": "a wrong one", "sure": "y", "csrf_token": csrf_token(client, "/me/delete")}
    answers = [client.post("/me/delete", data=values) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert accounts.find_by_login("xiulan") is not None


def test_leaving_asks_for_the_password_and_a_tick(client: FlaskClient, xiulan: Person) -> None:
    page = client.get("/me/delete").text
    assert "删掉的" in page
    assert "留下的" in page
    for values in ({"password": PASSWORD}, {"password": "a wrong one", "sure": "y"}, {"sure": "y"}):
        assert submit(client, "/me/delete", values).status_code == 422
    assert accounts.find_by_login("xiulan") is not None


def test_after_leaving_nothing_opens_and_no_cookie_signs_in(client: FlaskClient, xiulan: Person, app: Flask) -> None:
    phone = app.test_client()
    sign_in(phone, "xiulan")
    stolen = client.get_cookie("civic")
    assert stolen is not None
    answer = submit(client, "/me/delete", {"password": PASSWORD, "sure": "y"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "账号已经注销" in client.get("/").text
    assert phone.get("/me").status_code == 303
    client.set_cookie("civic", stolen.value)
    assert client.get("/me").status_code == 303
    client.delete_cookie("civic")
    assert submit(client, "/login", {"login": "xiulan", "password": PASSWORD}).status_code == 422


def test_a_guardian_is_told_to_see_to_the_children_first(client: FlaskClient, xiulan: Person) -> None:
    factories.person(name="豆豆", born_on=date(2018, 5, 1), guardian=xiulan)
    assert "豆豆" in client.get("/me/delete").text
    answer = submit(client, "/me/delete", {"password": PASSWORD, "sure": "y"})
    assert answer.status_code == 422
    assert "请先在“家人”里把孩子移出" in answer.text
    assert accounts.find_by_login("xiulan") is not None


def test_whoever_left_stands_on_no_board_and_nameless_where_staff_look(
    client: FlaskClient, xiulan: Person, app: Flask
) -> None:
    manager = staff()
    entry = approved_entry(xiulan, manager)
    approved_entry(factories.person(name="桂花"), manager)
    submit(client, "/me/delete", {"password": PASSWORD, "sure": "y"})
    desk = app.test_client()
    sign_in(desk, manager.login or "")
    page = desk.get(f"/moderation/{entry.id}")
    assert page.status_code == 200
    assert "秀兰" not in page.text
    factories.person("reader", name="桂花")
    reader = app.test_client()
    sign_in(reader, "reader")
    board = reader.get("/leaderboard").text
    assert "秀**" not in board
    assert "秀兰" not in board
    assert "桂**" in board


def test_no_page_for_anybody_names_whoever_left(client: FlaskClient, app: Flask) -> None:
    gone = canary(app)
    entry_id = db.session.scalars(select(Entry.id).where(Entry.resident_id == gone.id)).first()
    world = factories.small_world()
    world.placeholders["<int:entry_id>"] = str(entry_id)
    leaving.leave(gone, now=NOW, zone=factories.ZONE)
    manager = db.session.scalars(select(Person.login).where(Person.login.startswith("community_manager"))).first()
    for login in (None, "resident", manager, world.logins["administrator"]):
        reader = app.test_client()
        if login:
            sign_in(reader, login)
        for (rule, method), _access in ROUTES.items():
            if method == "GET":
                answer = reader.get(_concrete(rule, world))
                assert answer.status_code < 500, (login, rule)
                assert CANARY.encode() not in answer.data, (login, rule)


def test_the_pages_are_in_english_too(client: FlaskClient, xiulan: Person) -> None:
    assert "What stays" in client.get("/me/delete?lang=en").text
    assert "What is in it" in client.get("/me/export?lang=en").text


def test_another_login_asks_for_the_password(client: FlaskClient, xiulan: Person) -> None:
    factories.person("guihua")
    for values, said in [
        ({"login": "lanlan", "present": "a wrong one"}, "现在的密码不对"),
        ({"login": "guihua", "present": PASSWORD}, "这个名字已有人用了"),
        ({"login": "x", "present": PASSWORD}, "3 到 64"),
    ]:
        answer = submit(client, "/me/settings", values, form="settings/login")
        assert answer.status_code == 422
        assert said in answer.text.replace('<span class="cl">', "").replace("</span>", "")
    assert (
        submit(client, "/me/settings", {"login": "LanLan", "present": PASSWORD}, form="settings/login").status_code
        == 303
    )
    db.session.expire_all()
    assert accounts.authenticate("lanlan", PASSWORD) is not None
    assert accounts.find_by_login("xiulan") is None
    assert client.get("/me").status_code == 200


def test_what_the_pages_cost(client: FlaskClient, xiulan: Person) -> None:
    for _ in range(5):
        log(xiulan)
    for address, most in [("/me/export", 4), ("/me/delete", 5)]:
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert queries.total <= most, f"{address}\n{queries}"


def test_an_archive_of_many_entries_costs_no_more_queries(client: FlaskClient, xiulan: Person) -> None:
    values = {"password": PASSWORD, "csrf_token": csrf_token(client, "/me/export")}
    approved_entry(xiulan, staff())
    with count_queries() as few:
        client.post("/me/export", data=values)
    for _ in range(10):
        approved_entry(xiulan, staff())
    with count_queries() as many:
        client.post("/me/export", data=values)
    assert few.total == many.total, str(many)
