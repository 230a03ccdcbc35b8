"""The list of activities and the page of rules, as a browser without JavaScript sees them."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.activities import rulebook, service
from civic.activities.views import USUAL_KEYS
from tests.queries import count_queries

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def page(client: FlaskClient, path: str, lang: str = "zh") -> str:
    response = client.get(path, headers={"Accept-Language": lang})
    assert response.status_code == 200, path
    return response.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_offers_every_open_activity_with_a_link(client: FlaskClient, lang: str) -> None:
    text = page(client, "/activities", lang)
    for activity in service.open_activities():
        link = f"/pledges/{activity.key}" if activity.is_pledge else f"/entries/new?activity={activity.key}"
        assert f'href="{link}"' in text, activity.key


def test_the_list_leaves_out_what_opens_later(client: FlaskClient) -> None:
    text = page(client, "/activities")
    for activity in service.catalogue():
        if not activity.is_open:
            assert activity.key not in text
            assert activity.name_zh not in text


def test_a_search_shows_what_it_found_and_keeps_what_was_typed(client: FlaskClient) -> None:
    text = page(client, "/activities?q=jslj")
    assert "捡拾垃圾" in text
    assert "打扫楼道院落" not in text
    assert 'value="jslj"' in text


def test_a_search_in_vain_says_so_and_leads_back_to_the_whole_list(client: FlaskClient) -> None:
    text = page(client, "/activities?q=%3Cscript%3Ezz")
    assert "&lt;script&gt;zz" in text
    assert "<script>zz" not in text
    assert 'href="/activities"' in text


def test_what_somebody_logs_most_stands_first(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "常记的" not in page(client, "/activities")
    monkeypatch.setitem(app.extensions, USUAL_KEYS, lambda: ["patrol", "book_note", "gone"])
    text = page(client, "/activities")
    usual = text.index("常记的")
    assert usual < text.index("邻里守望巡逻") < text.index("读书笔记") < text.index("环境卫生")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_rules_show_every_number_of_the_rules_in_force(client: FlaskClient, lang: str) -> None:
    with clock.held(NOW):
        tables = rulebook.tables(service.catalogue(), NOW.date())
    text = re.sub(r"<[^>]+>", "", page(client, "/rules", lang))
    for table in tables:
        assert table.category.name_in(lang) in text
        for line in table.lines:
            assert line.price(lang) in text, line.activity.key
            assert line.span in text


def test_the_rules_work_one_sum_out(client: FlaskClient) -> None:
    text = page(client, "/rules").replace("\N{NO-BREAK SPACE}", " ")
    assert "“捡拾垃圾”做了 3 袋或 30 分钟，值 5 分" in text


def test_the_rules_never_speak_of_what_opens_later(client: FlaskClient) -> None:
    assert "随手拍" not in page(client, "/rules")


def test_both_pages_ask_the_database_nothing_when_signed_out(client: FlaskClient) -> None:
    for path in ("/activities", "/activities?q=read", "/rules"):
        with count_queries() as queries:
            client.get(path)
        assert queries.total == 0, f"{path}\n{queries}"


@pytest.mark.parametrize("query", ["%00", "%EF%BC%85", "a" * 3000, "%F0%9F%98%80"])
def test_no_search_breaks_the_page(client: FlaskClient, query: str) -> None:
    assert client.get(f"/activities?q={query}").status_code in (200, 414)
