"""The door and my own pages, as a browser without script sees them: civic/accounts/views.py and my_views.py."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from civic.accounts import families, service, sessions
from civic.accounts.addresses import local_or_home
from civic.accounts.models import LoginSession, Person
from civic.db import db, transaction
from tests.pages import csrf_token, forms, sign_in, submit
from tests.queries import count_queries

from .conftest import BEIAN, DISTRICT, LIUQIAO, NOW, PASSWORD, STREET, TODAY, ZONE, AddPerson

pytestmark = pytest.mark.usefixtures("areas")
NEWCOMER = {"login": "xiulan", "password": PASSWORD, "name": "秀兰", "community": LIUQIAO}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile MicroMessenger/8.0"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lan(client: FlaskClient, add_person: AddPerson) -> Person:
    """Somebody who is signed in with the browser."""
    person = add_person("lan", name="兰兰")
    sign_in(client, "lan", PASSWORD)
    return person


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/me/settings").status_code == 200


def alerts(page: TestResponse) -> int:
    return page.text.count('role="alert"')


# Joining


def test_who_joins_is_signed_in_and_led_home(client: FlaskClient) -> None:
    answer = submit(client, "/join", NEWCOMER)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(client)
    person = service.get_by_login("xiulan")
    assert (person.name, person.consented_at) == ("秀兰", NOW)
    assert service.community_of(person.id, TODAY) == LIUQIAO


def test_a_posters_address_has_chosen_the_community(client: FlaskClient) -> None:
    page = client.get(f"/join/{LIUQIAO}")
    assert "柳桥社区" in page.text
    answer = submit(client, f"/join/{LIUQIAO}", {key: NEWCOMER[key] for key in ("login", "password", "name")})
    assert answer.status_code == 303
    assert service.community_of(service.get_by_login("xiulan").id, TODAY) == LIUQIAO


@pytest.mark.parametrize("code", ["379901001999", STREET, "nowhere", "３７９９０１００１００１"])
def test_a_poster_of_no_community_is_not_found(client: FlaskClient, code: str) -> None:
    assert client.get(f"/join/{code}").status_code == 404


@pytest.mark.parametrize("wanted", ["柳桥", "liuqiao", LIUQIAO])
def test_a_community_is_found_by_name_pinyin_or_code(client: FlaskClient, wanted: str) -> None:
    page = client.get("/join", query_string={"q": wanted})
    assert f'href="/join/{LIUQIAO}' in page.text
    assert f'href="/join/{BEIAN}' not in page.text
    assert "柳桥街道" in page.text  # names repeat: each stands with its path


def test_a_search_that_finds_nothing_says_so(client: FlaskClient) -> None:
    assert "没有找到" in client.get("/join?q=月亮").text


def test_the_tree_leads_down_to_the_communities(client: FlaskClient) -> None:
    assert f"area={DISTRICT}" in client.get("/join").text
    assert f"area={STREET}" in client.get(f"/join?area={DISTRICT}").text
    page = client.get(f"/join?area={STREET}")
    assert f'href="/join/{LIUQIAO}' in page.text
    assert f'href="/join/{BEIAN}' in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"community": ""}, "先在上面选好社区"),
        ({"community": STREET}, "请一直选到社区或村"),
        ({"login": "x"}, "3 到 64"),
        ({"password": "12345678"}, "太常见"),
        ({"name": ""}, "写一个昵称"),
        ({"name": "长" * 21}, "最多 20 个字"),
        ({"born_on": "2020-01-01"}, "监护人"),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    client: FlaskClient, changes: dict[str, str], said: str
) -> None:
    values = {**NEWCOMER, **changes}
    answer = submit(client, "/join", values)
    assert answer.status_code == 422
    assert said in re.sub(r"<[^>]+>", "", answer.text)
    kept = next(form["fields"] for form in forms(answer) if "password" in form["fields"])
    assert kept["login"] == values["login"]
    assert kept["name"] == values["name"]
    assert kept["password"] == ""
    assert PASSWORD not in answer.text
    assert alerts(answer) == 1
    assert db.session.scalars(select(Person)).all() == []


def test_a_posted_form_needs_no_more_than_its_four_fields(client: FlaskClient) -> None:
    values = {**NEWCOMER, "csrf_token": csrf_token(client, "/join")}
    assert client.post("/join", data=values).status_code == 303


def test_without_a_csrf_token_nobody_joins_or_signs_in(client: FlaskClient, add_person: AddPerson) -> None:
    add_person("lan")
    assert client.post("/join", data=NEWCOMER).status_code == 400
    assert client.post("/login", data={"login": "lan", "password": PASSWORD}).status_code == 400
    assert db.session.scalar(select(LoginSession)) is None


def test_the_consent_stands_above_the_button(client: FlaskClient) -> None:
    page = client.get("/join").text
    assert "就表示你" in re.sub(r"<[^>]+>", "", page)
    assert 'href="/legal/privacy"' in page


def test_the_thirty_first_from_one_address_in_an_hour_waits(client: FlaskClient, app: Flask) -> None:
    for number in range(30):
        other = app.test_client()
        assert submit(other, "/join", {**NEWCOMER, "login": f"pupil-{number}"}).status_code == 303
    answer = submit(app.test_client(), "/join", {**NEWCOMER, "login": "late"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == 3600


# Signing in and out


def test_signing_in_leads_to_where_one_wanted_to_go(client: FlaskClient, add_person: AddPerson) -> None:
    add_person("lan")
    asked = client.get("/me/family")
    assert asked.status_code == 303
    assert asked.location == "/login?next=%2Fme%2Ffamily"
    answer = submit(client, asked.location, {"login": "LAN", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/me/family")


def test_an_unknown_login_and_a_wrong_password_read_the_same(client: FlaskClient, add_person: AddPerson) -> None:
    add_person("lan")
    answers = [submit(client, "/login", {"login": login, "password": "a wrong one"}) for login in ("lan", "nan")]
    assert [answer.status_code for answer in answers] == [422, 422]
    texts = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]
    assert "登录名或密码不对" in texts[0]
    assert 'value="lan"' in answers[0].text


def test_past_the_limit_even_the_right_password_waits(client: FlaskClient, add_person: AddPerson) -> None:
    add_person("lan")
    add_person("hua")
    token = csrf_token(client)
    wrong = {"login": "lan", "password": "a wrong one", "csrf_token": token}
    for _ in range(10):
        assert client.post("/login", data=wrong).status_code == 422
    answer = client.post("/login", data={**wrong, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert client.post("/login", data={**wrong, "login": "hua", "password": PASSWORD}).status_code == 303
    with client.session_transaction() as kept:
        kept.clear()
    token = csrf_token(client)
    right = {"login": "lan", "password": PASSWORD, "csrf_token": token}
    assert client.post("/login", data=right, environ_overrides=elsewhere).status_code == 303


def test_signing_in_gives_a_new_session_each_time(client: FlaskClient, lan: Person) -> None:
    with client.session_transaction() as kept:
        first = kept["_user_id"]
    submit_login = {"login": "lan", "password": PASSWORD, "csrf_token": csrf_token(client, "/me/settings")}
    assert client.post("/login", data=submit_login).status_code == 303
    with client.session_transaction() as kept:
        second = kept["_user_id"]
    assert first != second
    assert sessions.find_session(first, NOW) is None


def test_a_cookie_kept_from_before_signing_out_opens_nothing(client: FlaskClient, lan: Person) -> None:
    stolen = client.get_cookie("civic")
    assert stolen is not None
    answer = submit(client, "/logout", {})
    assert (answer.status_code, answer.location) == (303, "/")
    client.set_cookie("civic", stolen.value)
    assert not is_signed_in(client)


def test_following_a_link_to_sign_out_only_asks(client: FlaskClient, lan: Person) -> None:
    assert client.get("/logout").status_code == 200
    assert is_signed_in(client)


def test_who_is_signed_in_needs_no_door(client: FlaskClient, lan: Person) -> None:
    for address, leads_to in [("/login", "/"), ("/login?next=/me/family", "/me/family"), ("/join", "/")]:
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (303, leads_to)


def test_a_child_is_not_let_in(client: FlaskClient, add_person: AddPerson) -> None:
    add_person("bao", born_on=date(2016, 5, 1), guardian=add_person("lan"))
    assert submit(client, "/login", {"login": "bao", "password": PASSWORD}).status_code == 422


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/x\x00",
        "/logout",
        "/login?next=/login",
        "",
        "/" + "a" * 3000,
    ],
)
def test_signing_in_never_leads_elsewhere(wanted: str) -> None:
    assert local_or_home(wanted) == "/"


@pytest.mark.one_engine
@pytest.mark.parametrize("wanted", ["/me/family", "/entries/new?activity=litter_pickup", "/leaderboard?area=1#me"])
def test_signing_in_leads_to_places_of_this_site(wanted: str) -> None:
    assert local_or_home(wanted) == wanted


# Settings


def test_a_nickname_and_how_it_appears_are_kept(client: FlaskClient, lan: Person) -> None:
    answer = submit(client, "/me/settings", {"name": "阿兰", "appear": "nickname"}, form="appearance")
    assert answer.status_code == 303
    assert (lan.name, lan.appear) == ("阿兰", "nickname")
    assert 'value="阿兰"' in client.get("/me/settings").text


def test_the_settings_show_how_each_choice_looks(client: FlaskClient, lan: Person) -> None:
    page = client.get("/me/settings").text
    assert "兰**" in page
    assert page.count('name="appear"') == 3


def test_a_minor_is_told_instead_of_asked(client: FlaskClient, add_person: AddPerson) -> None:
    add_person("ming", born_on=date(2010, 1, 1))
    sign_in(client, "ming", PASSWORD)
    assert 'name="appear"' not in client.get("/me/settings").text
    answer = submit(client, "/me/settings", {"name": "明明", "appear": "nickname"}, form="appearance")
    assert answer.status_code == 422
    assert service.get_by_login("ming").appear == "masked"


def test_a_refused_nickname_changes_nothing(client: FlaskClient, lan: Person) -> None:
    answer = submit(client, "/me/settings", {"name": "\u202e兰", "appear": "hidden"}, form="appearance")
    assert answer.status_code == 422
    assert (lan.name, lan.appear) == ("兰兰", "masked")


def test_a_new_password_asks_for_the_present_one(client: FlaskClient, lan: Person) -> None:
    wrong = {"current": "a wrong one", "password": "another horse 9"}
    answer = submit(client, "/me/settings", wrong, form="password")
    assert answer.status_code == 422
    assert "现在的密码不对" in answer.text
    assert "another horse 9" not in answer.text
    weak = submit(client, "/me/settings", {"current": PASSWORD, "password": "12345678"}, form="password")
    assert weak.status_code == 422
    assert service.authenticate("lan", PASSWORD) is not None


def test_a_new_password_signs_other_devices_out_and_keeps_this_one(client: FlaskClient, lan: Person) -> None:
    with transaction():
        other = sessions.open_session(lan, "iPad · Safari", NOW)
    right = {"current": PASSWORD, "password": "another horse 9"}
    assert submit(client, "/me/settings", right, form="password").status_code == 303
    assert service.authenticate("lan", "another horse 9") is not None
    assert sessions.find_session(other, NOW) is None
    assert is_signed_in(client)


def test_guesses_of_the_present_password_are_limited_too(client: FlaskClient, lan: Person) -> None:
    values = {"current": "a wrong one", "password": "another horse 9", "csrf_token": csrf_token(client, "/me/settings")}
    answers = [client.post("/me/settings/password", data=values) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "Retry-After" in answers[-1].headers


def test_my_devices_are_listed_by_name_and_one_can_be_signed_out(client: FlaskClient, lan: Person, app: Flask) -> None:
    phone = app.test_client()
    token = csrf_token(phone)
    entered = {"login": "lan", "password": PASSWORD, "csrf_token": token}
    assert phone.post("/login", data=entered, headers={"User-Agent": IPHONE}).status_code == 303
    page = client.get("/me/settings").text
    assert "iPhone · WeChat" in page
    session = next(s for s in sessions.sessions(lan, NOW) if s.device)
    values = {"device": session.token_hash, "csrf_token": csrf_token(client, "/me/settings")}
    assert client.post("/me/settings/devices", data=values).status_code == 303
    assert not is_signed_in(phone)
    assert is_signed_in(client)
    assert client.post("/me/settings/devices", data=values).status_code == 404


def test_all_other_devices_are_signed_out_at_once(client: FlaskClient, lan: Person) -> None:
    with transaction():
        others = [sessions.open_session(lan, "", NOW) for _ in range(3)]
    values = {"device": "others", "csrf_token": csrf_token(client, "/me/settings")}
    assert client.post("/me/settings/devices", data=values).status_code == 303
    assert [sessions.find_session(token, NOW) for token in others] == [None] * 3
    assert is_signed_in(client)


def test_nobody_signs_out_anothers_device(client: FlaskClient, lan: Person, add_person: AddPerson) -> None:
    with transaction():
        token = sessions.open_session(add_person("hua"), "", NOW)
    found = sessions.find_session(token, NOW)
    assert found is not None
    values = {"device": found.token_hash, "csrf_token": csrf_token(client, "/me/settings")}
    assert client.post("/me/settings/devices", data=values).status_code == 404
    assert sessions.find_session(token, NOW) is not None


def test_a_move_is_shown_with_its_day_and_cannot_be_repeated(client: FlaskClient, lan: Person) -> None:
    page = client.get("/me/settings/community?q=beian")
    assert f"community={BEIAN}" in page.text
    answer = submit(client, f"/me/settings/community?community={BEIAN}", {}, form="community")
    assert answer.status_code == 303
    assert service.community_of(lan.id, TODAY + timedelta(days=1)) == BEIAN
    assert "北岸社区" in client.get("/me/settings").text
    values = {"community": LIUQIAO, "csrf_token": csrf_token(client, "/me/settings")}
    again = client.post("/me/settings/community", data=values)
    assert again.status_code == 422
    assert "一个季度只能换一次社区" in again.text


# Family


def test_a_relatives_code_makes_a_family(client: FlaskClient, lan: Person, add_person: AddPerson) -> None:
    hua = add_person("hua", name="阿华")
    values = {"code": hua.family_code.lower(), "csrf_token": csrf_token(client, "/me/family")}
    assert client.post("/me/family", data=values).status_code == 303
    assert service.family_of(lan.id) == {hua.id}
    assert "阿华" in client.get("/me/family").text


def test_my_family_code_is_shown_and_can_be_renewed(client: FlaskClient, lan: Person) -> None:
    def shown() -> str:
        return re.sub(r"[\s-]|<[^>]+>", "", client.get("/me/family").text)

    old = lan.family_code
    assert old in shown()
    submit(client, "/me/family", {}, form="/me/family/code")
    assert old not in shown()
    assert lan.family_code in shown()


def test_a_wrong_code_is_told_kept_and_limited(client: FlaskClient, lan: Person) -> None:
    values = {"code": "ZZZZZZZZ", "csrf_token": csrf_token(client, "/me/family")}
    answers = [client.post("/me/family", data=values) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert 'value="ZZZZZZZZ"' in answers[0].text


def test_a_guardian_adds_a_child_once_and_only_with_consent(client: FlaskClient, lan: Person) -> None:
    child = {"name": "小宝", "born_on": "2016-05-01"}
    assert submit(client, "/me/family", child, form="children").status_code == 422
    for _ in range(2):
        assert submit(client, "/me/family", {**child, "consent": "y"}, form="children").status_code == 303
    assert [person.name for person in service.children_of(lan.id, TODAY)] == ["小宝"]
    assert "小宝" in client.get("/me/family").text


def test_who_is_old_enough_joins_alone(client: FlaskClient, lan: Person) -> None:
    answer = submit(client, "/me/family", {"name": "小明", "born_on": "2010-01-01", "consent": "y"}, form="children")
    assert answer.status_code == 422
    assert 'value="2010-01-01"' in answer.text


# What a page asks of the database


def test_the_pages_cost_the_same_whatever_there_is(client: FlaskClient, lan: Person, add_person: AddPerson) -> None:
    for number in range(3):
        with transaction():
            families.declare_family(lan, add_person(f"kin-{number}"), NOW)
            sessions.open_session(lan, "", NOW)
            service.add_child(guardian=lan, name=f"小{number}", born_on=date(2016, 5, 1), now=NOW, zone=ZONE)
    for address, most in [("/me/settings", 12), ("/me/family", 9)]:
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        assert queries.total <= most, f"{address}\n{queries}"
