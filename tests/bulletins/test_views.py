"""The pages of bulletins: drafts for officers, the published ones for everybody, as page, workbook and feed."""

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import openpyxl
import pytest
from flask.testing import FlaskClient

from civic.db import db
from tests.bulletins.test_service import DISTRICT, MONTH, draft, edited, officer, publish, sealed
from tests.pages import csrf_token, sign_in, submit
from tests.queries import count_queries

PAGE = f"/bulletins/{MONTH.key}/{DISTRICT}"


@pytest.fixture
def drafted(client: FlaskClient) -> FlaskClient:
    sealed()
    draft()
    return client


def test_a_draft_is_edited_and_published_and_then_stands_for_everybody(drafted: FlaskClient) -> None:
    editor, second = officer(), officer()
    logins = [who.login or "" for who in (editor, second)]
    assert drafted.get(PAGE).status_code == 404
    assert "通报" in drafted.get("/bulletins").text
    sign_in(drafted, logins[0])
    assert PAGE in drafted.get("/bulletins").text
    words = "## 这个月\n- **扫街** 十二次\n\n<script>alert(1)</script>"
    assert submit(drafted, f"{PAGE}/edit", {"words": words}).location == PAGE
    draft_page = drafted.get(PAGE).text
    assert "<h2>这个月</h2>" in draft_page
    assert "<li><b>扫街</b> 十二次</li>" in draft_page
    assert "<script>alert" not in draft_page
    assert "要是两个人" in draft_page
    drafted.delete_cookie("civic")
    sign_in(drafted, logins[1])
    assert submit(drafted, PAGE, {}, form="/publish").location == PAGE
    drafted.delete_cookie("civic")
    public = drafted.get(PAGE)
    assert public.status_code == 200
    for part in ("社区排名", "这一期的数字", "SHA-256", "扫街"):
        assert part in public.text, part
    assert "秀兰" not in public.text
    assert PAGE in drafted.get("/bulletins").text
    assert PAGE in drafted.get(f"/bulletins?area={DISTRICT}").text


def test_two_officers_at_once_lose_nothing(drafted: FlaskClient) -> None:
    first, second = officer(), officer()
    login = second.login or ""
    sign_in(drafted, login)
    drafted.get(f"{PAGE}/edit")
    edited("先存的一版", first)
    answer = drafted.post(
        f"{PAGE}/edit",
        data={"words": "后写的一版", "version": "0", "csrf_token": csrf_token(drafted, f"{PAGE}/edit")},
    )
    assert answer.status_code == 409
    assert "先存的一版" in answer.text
    assert "后写的一版</textarea>" in answer.text
    long = submit(drafted, f"{PAGE}/edit", {"words": "长" * 5001})
    assert (long.status_code, "长" * 5001 in long.text) == (422, True)


def test_the_workbook_and_the_feed_hold_what_is_published(drafted: FlaskClient) -> None:
    edited()
    assert drafted.get(f"{PAGE}/bulletin.xlsx").status_code == 404
    publish(officer())
    book = openpyxl.load_workbook(io.BytesIO(drafted.get(f"{PAGE}/bulletin.xlsx").data))
    assert book.sheetnames == ["数字", "社区排名", "还可以更好", "上一期的名单"]
    rows = list(book["社区排名"].iter_rows(values_only=True))
    assert rows[0][:4] == ("名次", "上期名次", "代码", "名称")
    assert len(rows) == 4
    feed = ET.fromstring(drafted.get("/bulletins.atom").data)  # noqa: S314 - our own
    ids = [node.text for node in feed.iter("{http://www.w3.org/2005/Atom}id")]
    assert ids == ["http://localhost/bulletins.atom", f"http://localhost{PAGE}"]


@pytest.mark.parametrize(
    "path", ["/bulletins/2026-W99/990102", "/bulletins/2026-11/nowhere", "/bulletins/2026-09/990102"]
)
def test_what_does_not_exist_is_not_found(drafted: FlaskClient, path: str) -> None:
    assert drafted.get(path).status_code == 404


def test_a_page_costs_the_same_however_many_communities_it_ranks(drafted: FlaskClient) -> None:
    edited()
    publish(officer())
    db.session.remove()
    with count_queries() as queries:
        assert drafted.get(PAGE).status_code == 200
    assert queries.total <= 6, str(queries)
    with count_queries() as queries:
        assert drafted.get("/bulletins").status_code == 200
    assert queries.total <= 2, str(queries)


def test_with_public_boards_off_strangers_are_told_so(drafted: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    edited()
    publish(officer())
    config = drafted.application.config
    monkeypatch.setitem(config, "CIVIC", replace(config["CIVIC"], public_boards=False))
    for path in (PAGE, "/bulletins", "/bulletins.atom", f"{PAGE}/bulletin.xlsx"):
        assert drafted.get(path).status_code == 403, path
