"""The inbox: every kind in words, in both languages, with the way to what it is about."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.db import transaction
from civic.inbox import telling
from civic.mydata import leaving
from civic.notices import service
from civic.rules.notices import KINDS, SPARED
from tests import factories
from tests.factories import COMMUNITY, NOW, PASSWORD, TODAY, approved_entry, decide, log, staff
from tests.pages import csrf_token, forms, sign_in, submit
from tests.queries import count_queries

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = factories.person("xiulan")
    sign_in(client, "xiulan")
    with transaction():
        service.mark_all_read(found.id, now=NOW)
    return found


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def pill(page: str) -> str | None:
    found = re.search(r'class="count-pill"[^>]*>([^<]+)<', page)
    return found.group(1) if found else None


def of_every_kind(me: Person) -> None:
    entry = {
        "entry": 1,
        "decision": 1,
        "activity": "litter_pickup",
        "acted_on": "2026-11-24",
        "merit": 6,
        "resident": me.id,
    }
    week = {"week": "2026-W47", "merit": 5, "days": 4, "resident": me.id}
    facts: dict[str, dict[str, Any]] = {
        "bonus_posted": week,
        "week_digest": week,
        "membership_confirmed": {"community": COMMUNITY, "resident": me.id},
        "new_device": {"device": "iPhone · WeChat"},
        "family_declared": {"relative": 12345},
        "slip_disowned": {"entry": 1, "community": COMMUNITY},
        "photo_request_answered": {"request": 1, "verdict": "declined"},
        "objection_answered": {
            "period": "2026-11",
            "community": "9901",
            "board": {"of": "communities"},
            "verdict": "stands",
        },
    }
    with transaction():
        for number, kind in enumerate(KINDS):
            service.notify(me.id, kind, about=f"t:{number}", facts=facts.get(kind, entry), now=NOW)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_is_told_in_both_languages(client: FlaskClient, xiulan: Person, lang: str) -> None:
    of_every_kind(xiulan)
    assert set(telling.NAMES) == set(telling.ICONS) == set(KINDS)
    answer = client.get(f"/notices?lang={lang}")
    assert answer.status_code == 200
    assert len(re.findall('class="notice notice--new"', answer.text)) == len(KINDS)
    text = plain(answer.text)
    told = ["捡拾垃圾，核对通过", "稳步奖励 5 分", "活跃 4 天", "新设备登录：iPhone"]
    in_english = ["Pick up litter: approved", "Steadiness bonus: 5 points", "Active days: 4", "new device: iPhone"]
    for words in told if lang == "zh" else in_english:
        assert words in text


def test_each_leads_to_what_it_is_about_and_is_read_by_that(client: FlaskClient, xiulan: Person) -> None:
    of_every_kind(xiulan)
    page = client.get("/notices")
    assert pill(page.text) == str(len(KINDS))
    places = set()
    for form in forms(page):
        if re.fullmatch(r"/notices/\d+/read", form["action"]):
            answer = client.post(form["action"], data=form["fields"])
            assert answer.status_code == 303
            places.add(answer.location)
    assert places == {
        "/entries/1",
        "/me/statement",
        "/me/statement?period=2026-W47",
        f"/communities/{COMMUNITY}",
        "/me/settings#devices",
        "/me/family",
        "/photo-requests",
        "/rankings/2026-11/9901?of=communities#objections",
        "/moderation/1",
    }
    assert pill(client.get("/notices").text) is None


def test_all_are_read_at_once(client: FlaskClient, xiulan: Person) -> None:
    of_every_kind(xiulan)
    assert submit(client, "/notices", {}, form="/notices/read").status_code == 303
    page = client.get("/notices").text
    assert pill(page) is None
    assert "notice--new" not in page


def test_the_reason_is_told_with_it_and_gone_when_it_was_erased(client: FlaskClient, xiulan: Person) -> None:
    decide(log(xiulan), "return", staff(), words="照片太暗，请补一张。")
    assert "照片太暗，请补一张。" in client.get("/notices").text


def test_a_childs_notice_names_the_child(client: FlaskClient, xiulan: Person) -> None:
    child = factories.person(name="豆豆", born_on=factories.date(2018, 5, 1), guardian=xiulan)
    approved_entry(xiulan, staff(), resident=child)
    assert "豆豆：捡拾垃圾，核对通过" in plain(client.get("/notices").text)


def test_a_relative_who_left_for_good_has_no_name(client: FlaskClient, xiulan: Person) -> None:
    other = factories.person(name="桂花")
    with transaction():
        factories.accounts.tie_by_code(other, xiulan.family_code, NOW)
    assert "桂花和你连成一家" in plain(client.get("/notices").text)
    leaving.leave(other, now=NOW, zone=factories.ZONE)
    text = plain(client.get("/notices").text)
    assert "桂花" not in text
    assert "有人和你连成一家" in text


def test_nobody_reads_anothers(client: FlaskClient, xiulan: Person) -> None:
    other = factories.person()
    approved_entry(other, staff())
    theirs = service.inbox(other.id)[0].id
    answer = client.post(f"/notices/{theirs}/read", data={"csrf_token": csrf_token(client, "/notices")})
    assert answer.status_code == 404
    assert service.inbox(other.id)[0].read_at is None


def test_a_new_device_is_told_and_a_known_one_is_not(client: FlaskClient, app: Flask) -> None:
    me = factories.person("xiulan")
    phone = app.test_client()
    token = csrf_token(phone)
    for _ in range(2):
        entered = {"login": "xiulan", "password": PASSWORD, "csrf_token": token}
        assert phone.post("/login", data=entered, headers={"User-Agent": IPHONE}).status_code == 303
        assert submit(phone, "/logout", {}).status_code == 303
        token = csrf_token(phone)
    told = [notice for notice in service.inbox(me.id) if notice.kind == "new_device"]
    assert [notice.facts["device"] for notice in told] == ["iPhone · Safari"]
    sign_in(client, "xiulan")
    assert len(service.inbox(me.id)) == 2


def test_joining_is_no_news(client: FlaskClient, app: Flask) -> None:
    factories.city()
    newcomer = {"login": "new-one", "password": PASSWORD, "name": "新来的", "community": COMMUNITY}
    assert submit(client, "/join", newcomer).status_code == 303
    assert pill(client.get("/").text) is None


def test_what_to_be_spared_is_chosen_and_grave_kinds_are_not_offered(client: FlaskClient, xiulan: Person) -> None:
    page = client.get("/notices/settings").text
    assert page.count('type="checkbox"') == len(SPARED)
    token = csrf_token(client, "/notices/settings")
    answer = client.post("/notices/settings", data={"csrf_token": token, "told": ["week_digest", "bonus_posted"]})
    assert answer.status_code == 303
    assert service.quiet_kinds(xiulan.id) == {"entry_approved", "membership_confirmed"}
    assert client.get("/notices/settings").text.count(" checked") == 2


def test_a_long_inbox_is_read_in_pages_with_the_same_few_queries(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    decide(log(xiulan), "return", manager)
    with count_queries() as short:
        client.get("/notices")
    week = [
        (TODAY - timedelta(days=day), key)
        for day in range(7)
        for key in ("litter_pickup", "cigarette_ends", "tree_care")
    ]
    for day, key in week:
        decide(log(xiulan, key, acted_on=day), "return", manager)
    for day, key in week:
        decide(log(xiulan, key, acted_on=day), "reject", manager)
    with count_queries() as long:
        page = client.get("/notices")
    assert short.total == long.total <= 6, str(long)
    older = re.search(r'href="(/notices\?before=\d+)"', page.text)
    assert older
    assert "notice" in client.get(older.group(1)).text
    assert client.get("/notices?before=nonsense").status_code == 200


def test_an_empty_inbox_invites(client: FlaskClient, app: Flask) -> None:
    factories.city()
    newcomer = {"login": "new-one", "password": PASSWORD, "name": "新来的", "community": COMMUNITY}
    submit(client, "/join", newcomer)
    assert "这里还没有通知" in client.get("/notices").text
