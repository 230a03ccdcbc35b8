"""Handing over on the web: the manager's form, the officer's answer, and the stand-in at work."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from tests.factories import COMMUNITY, NOW, log, person, staff
from tests.pages import csrf_token, sign_in, submit
from tests.queries import count_queries

PAGE = f"/communities/{COMMUNITY}/stand-ins"
TYPED = {"login": "guihua", "from_on": "2026-11-27", "until_on": "2026-11-29"}
QUERIES_PAGE, QUERIES_MINE = 5, 6


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(client: FlaskClient) -> Person:
    person("guihua", name="桂花")
    staff("subdistrict_officer", "990102001")
    found = staff()
    sign_in(client, found.login or "")
    return found


@pytest.fixture
def officer(manager: Person) -> Person:
    return staff("subdistrict_officer", "990102001")


def switch_to(client: FlaskClient, login: str | None) -> None:
    submit(client, "/logout", {})
    sign_in(client, login or "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_form_to_the_last_day(client: FlaskClient, manager: Person, officer: Person, lang: str) -> None:
    entry = log(person())
    assert client.get(f"{PAGE}?lang={lang}").status_code == 200
    assert submit(client, PAGE, TYPED, form="stand-ins").location == PAGE
    assert "桂花" in client.get(PAGE).text
    switch_to(client, officer.login)
    assert submit(client, f"/stand-ins?lang={lang}", {}, form="accept").location == "/stand-ins"
    switch_to(client, "guihua")
    assert client.get("/moderation").status_code == 403
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert client.get("/moderation").status_code == 200
        token = csrf_token(client, "/me/settings")
        decided = client.post(f"/moderation/{entry.id}/decision", data={"csrf_token": token, "decision": "approve"})
        assert decided.status_code == 303
        assert client.get(f"/communities/{COMMUNITY}/manage").status_code == 200
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        assert client.get("/moderation").status_code == 403
        assert client.get(f"/communities/{COMMUNITY}/manage").status_code == 403


def test_ended_early_the_very_next_request_is_refused(client: FlaskClient, manager: Person, officer: Person) -> None:
    submit(client, PAGE, TYPED, form="stand-ins")
    switch_to(client, officer.login)
    submit(client, "/stand-ins", {}, form="accept")
    switch_to(client, "guihua")
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert client.get("/moderation").status_code == 200
        assert submit(client, "/stand-ins", {}, form="/end").status_code == 303
        assert client.get("/moderation").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"login": "nobody"}, "请不了这一位"),
        ({"login": ""}, "写上代管人"),
        ({"until_on": "2026-11-26"}, "不能早于第一天"),
        ({"until_on": "2027-02-26"}, "最多 60 天"),
        ({"from_on": "2026-11-24"}, "最早从今天"),
        ({"from_on": "明天"}, "请选一天"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    client: FlaskClient, manager: Person, wrong: dict[str, str], sentence: str
) -> None:
    answer = submit(client, PAGE, TYPED | wrong, form="stand-ins")
    assert answer.status_code == 422
    assert sentence in answer.text.replace("</span>", "").replace('<span class="cl">', "")
    assert f'value="{(TYPED | wrong)["login"]}"' in answer.text


def test_nobody_else_can_answer_or_end_it(client: FlaskClient, manager: Person) -> None:
    submit(client, PAGE, TYPED, form="stand-ins")
    token = csrf_token(client, "/me/settings")
    assert client.post("/stand-ins/1/accept", data={"csrf_token": token}).status_code == 403
    switch_to(client, person("stranger").login)
    token = csrf_token(client, "/me/settings")
    assert client.post("/stand-ins/1/accept", data={"csrf_token": token}).status_code == 403
    assert client.post("/stand-ins/1/end", data={"csrf_token": token}).status_code == 404
    assert "桂花" not in client.get("/stand-ins").text


def test_an_officer_sees_what_waits_and_may_decline(client: FlaskClient, manager: Person, officer: Person) -> None:
    submit(client, PAGE, TYPED, form="stand-ins")
    switch_to(client, officer.login)
    assert "1 件等你同意" in client.get("/me").text
    submit(client, "/stand-ins", {}, form="decline")
    switch_to(client, manager.login)
    assert "没有同意" in client.get(PAGE).text


def test_answered_twice_it_is_said_kindly(client: FlaskClient, manager: Person, officer: Person) -> None:
    submit(client, PAGE, TYPED, form="stand-ins")
    switch_to(client, officer.login)
    token = csrf_token(client, "/me/settings")
    assert client.post("/stand-ins/1/accept", data={"csrf_token": token}).status_code == 303
    again = client.post("/stand-ins/1/accept", data={"csrf_token": token})
    assert again.status_code == 409
    assert "已经有人处理过了" in again.text


def test_they_cost_few_queries(client: FlaskClient, manager: Person) -> None:
    submit(client, PAGE, TYPED, form="stand-ins")
    for path, most in ((PAGE, QUERIES_PAGE), ("/stand-ins", QUERIES_MINE)):
        with count_queries() as asked:
            client.get(path)
        assert asked.total <= most, f"{path}\n{asked}"
