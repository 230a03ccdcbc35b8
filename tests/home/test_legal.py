"""The city's own words on the privacy page: versions, both languages, nothing of them markup."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.db import transaction
from civic.home import legal
from civic.home.legal import LegalVersion
from civic.rules.refused import Refused
from tests.factories import NOW, person, staff
from tests.pages import sign_in, submit


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


def test_an_administrator_publishes_a_version_and_the_old_one_stays(client: FlaskClient) -> None:
    login = staff("administrator", "9901").login or ""
    assert "本市补充" not in client.get("/legal/privacy").text
    sign_in(client, login)
    words = {"zh": "## 谁负责\n市文明办", "en": "## Who is in charge\nThe civic office"}
    assert submit(client, "/admin/legal", words, form="/admin/legal").status_code == 303
    again = {"zh": "## 谁负责\n市文明办，**电话**在下面", "en": "<b>bold</b> is typed, not shown"}
    assert submit(client, "/admin/legal", again, form="/admin/legal").status_code == 303
    empty = submit(client, "/admin/legal", {"zh": "只有中文", "en": ""}, form="/admin/legal")
    assert (empty.status_code, "只有中文" in empty.text) == (422, True)
    client.delete_cookie("civic")
    latest = client.get("/legal/privacy?lang=zh").text
    assert "<b>电话</b>在下面" in latest
    assert "&lt;b&gt;bold" in client.get("/legal/privacy?lang=en").text
    assert "版本" in latest
    first = client.get("/legal/privacy?version=1&lang=zh").text
    assert "<p>市文明办</p>" in first
    for wrong in ("99", "x", "-1", "9" * 30):
        assert client.get(f"/legal/privacy?version={wrong}").status_code == 404
    person("resident")
    sign_in(client, "resident")
    assert client.get("/admin/legal").status_code == 403


def test_a_version_is_never_changed_and_words_are_checked(app: Flask) -> None:
    who = staff().id
    with transaction():
        legal.publish("负责的人", "Who is in charge", by=who, now=NOW)
    for statement in (sa.update(LegalVersion).values(zh="x"), sa.delete(LegalVersion)):
        with pytest.raises(sa.exc.DBAPIError), transaction() as session:
            session.execute(statement)
    for zh, en in (("", "x"), ("x", ""), ("长" * 5001, "x"), ("藏\u202e起来", "x")):
        with pytest.raises(Refused), transaction():
            legal.publish(zh, en, by=who, now=NOW)
