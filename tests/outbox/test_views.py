"""What the application gives a phone that goes out of reach: a public shell, a worker, what installing needs."""

import json
import re
import struct

import pytest
from flask.testing import FlaskClient

from civic import assets, clock
from tests import factories, pages
from tests.queries import count_queries


def test_every_page_tells_its_script_the_time_and_the_city_zone_and_who_is_signed_in(client: FlaskClient) -> None:
    with clock.held(factories.NOW):
        stranger = client.get("/help").text
        assert f'data-now="{round(factories.NOW.timestamp() * 1000)}"' in stranger
        assert 'data-zone="Asia/Shanghai"' in stranger
        assert "data-me=" not in stranger
        person = factories.person("xiulan", name="林秀兰")
        pages.sign_in(client, "xiulan")
        mine = client.get("/help").text
    assert f'data-me="{person.id}" data-mask="林**"' in mine


def test_the_outbox_is_one_page_for_everybody_and_asks_the_database_nothing(client: FlaskClient) -> None:
    with count_queries() as queries:
        page = client.get("/outbox")
    assert page.status_code == 200
    assert queries.total == 0
    assert "data-me=" not in page.text


def test_two_different_words_stand_for_kept_and_received(client: FlaskClient) -> None:
    for lang, kept, received in (("zh", "已存在手机里", "已收到"), ("en", "Saved on this phone", "Received")):
        page = client.get(f"/outbox?lang={lang}").text
        assert re.search(rf'data-state="kept">[^\u4e00-\u9fff]*?{kept}', page)
        assert re.search(rf'data-state="received">[^\u4e00-\u9fff]*?{received}', page)


def test_the_worker_may_answer_for_every_page_and_is_asked_for_anew_each_time(client: FlaskClient) -> None:
    answer = client.get("/sw.js", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/sw.js", headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_worker_keeps_the_files_that_pages_name_today(client: FlaskClient) -> None:
    script = client.get("/sw.js", headers={"Accept-Encoding": "identity"}).text
    for name in ("site.css", "site.js", "barlow.woff2", "favicon.svg"):
        assert assets.asset(name) in script


@pytest.mark.parametrize(("lang", "name"), [("zh", "文明同行"), ("en", "Civic Together")])
def test_a_phone_finds_all_it_needs_to_install_the_app(client: FlaskClient, lang: str, name: str) -> None:
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/").text
    answer = client.get(f"/manifest.webmanifest?lang={lang}")
    assert answer.mimetype == "application/manifest+json"
    told = json.loads(answer.data)
    assert told["name"] == name
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in told["icons"]:
        picture = client.get(icon["src"])
        assert picture.content_type == "image/png"
        width, height = struct.unpack(">II", picture.data[16:24])
        assert f"{width}x{height}" == icon["sizes"]


def test_the_warning_at_sign_out_stands_ready_and_hidden(client: FlaskClient) -> None:
    factories.person("xiulan")
    pages.sign_in(client, "xiulan")
    page = client.get("/logout").text
    assert re.search(r"data-would-be-lost[^>]* hidden", page)
    assert 'href="/outbox"' in page
