"""Simple entries approved together: one changed entry stops none of the others, and each is spoken of."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from civic import media
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.entries.service import Logged
from civic.intake.receive import receive
from tests.factories import NOW, OTHER_COMMUNITY, TODAY, ZONE, decide, log, person, statuses
from tests.media.pictures import encoded
from tests.pages import csrf_token, submit

pytestmark = pytest.mark.usefixtures("at_ten_past_ten")


def with_photo(number: int, who: Person | None = None, quantity: int = 2) -> Entry:
    """An entry with a photo like no other."""
    drawn = Image.new("RGB", (360, 240), (200, 200, 200))
    pen = ImageDraw.Draw(drawn)
    for place in range(40):
        left, top = (number * 97 + place * place * 13) % 340, (number * 61 + place * 37) % 220
        pen.ellipse((left, top, left + 60, top + 40), fill=((place * 53 + number * 29) % 255, place * 6, 90))
    logged = Logged("litter_pickup", TODAY, quantity, f"00000000-0000-4000-8000-{number:012d}", "北岸码头到石桥一段")
    return receive(
        logged, [encoded(drawn)], by=who or person(), now=NOW - timedelta(minutes=9 - number), zone=ZONE
    ).entry


def ticked(client: FlaskClient) -> list[str]:
    return re.findall(r'name="entry" value="([^"]+)"', client.get("/moderation/batch").text)


def send(client: FlaskClient, boxes: list[str]) -> str:
    answer = client.post("/moderation/batch", data={"csrf_token": csrf_token(client, "/me"), "entry": boxes})
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>", "", answer.text)


def test_entries_with_something_to_point_out_or_without_a_photo_are_not_put_together(
    client: FlaskClient, manager: Person
) -> None:
    simple = [with_photo(number) for number in (1, 2, 3)]
    with_photo(4, quantity=6)
    with_photo(5, person(confirmed=False))
    log(person())
    assert "3 笔相似、没有提示" in client.get("/moderation").text
    assert [int(box.split("-")[0]) for box in ticked(client)] == [entry.id for entry in simple]


def test_what_changed_stays_and_the_rest_is_approved(client: FlaskClient, manager: Person) -> None:
    owner = person(name="桂花")
    logged = [with_photo(number, owner if number == 3 else None) for number in range(1, 6)]
    fine, withdrawn, mended, decided, again = logged
    boxes = ticked(client)
    with transaction():
        entries.withdraw(withdrawn.id, by=entries_owner(withdrawn))
    decide(mended, "return", manager)
    with transaction():
        entries.mend(mended.id, quantity=1, note="只到石桥为止的一段", by=entries_owner(mended), now=NOW)
    decide(decided, "reject", manager)
    said = send(client, [*boxes, "999999-1-1", "nonsense"])
    assert statuses(*logged) == ["approved", "withdrawn", "pending", "rejected", "approved"]
    assert "通过了 2 笔" in said
    assert "5 笔没有动" in said
    for reason in ("居民刚刚改过这一条", "已经处理过这一条", "这里没有这一条"):
        assert reason in said
    assert send(client, boxes).count("已经处理过这一条") >= 3
    submit(client, f"/moderation/{again.id}", {"decision": "undo"}, form=f"/moderation/{again.id}/decision")
    assert statuses(fine, again) == ["approved", "pending"]


def entries_owner(entry: Entry) -> Person:
    return db.session.get_one(Person, entry.resident_id)


def test_another_communitys_entry_is_not_approved_along_with_mine(
    client: FlaskClient, app: Flask, manager: Person
) -> None:
    far = log(person(community=OTHER_COMMUNITY))
    said = send(client, [f"{far.id}-0-1"])
    assert "通过了 0 笔" in said
    assert statuses(far) == ["pending"]


def test_nothing_ticked_changes_nothing(client: FlaskClient, manager: Person) -> None:
    entry = with_photo(1)
    assert "一笔也没有勾" in send(client, [])
    assert statuses(entry) == ["pending"]


def test_a_photo_that_is_gone_from_the_disk_keeps_no_page_from_opening(client: FlaskClient, manager: Person) -> None:
    entry, _other = with_photo(1), with_photo(2)
    key = re.findall(r"/photos/([\w-]{43})", client.get(f"/moderation/{entry.id}").text)[0]
    media.forget(key)
    assert client.get(f"/photos/{key}").status_code == 404
    assert client.get(f"/moderation?entry={entry.id}").status_code == 200
    assert client.get("/moderation/batch").status_code == 200
    sent = {"decision": "return", "reason": "照片没有传上来，请再传一次。"}
    answer = submit(client, f"/moderation/{entry.id}", sent, form=f"/moderation/{entry.id}/decision")
    assert answer.status_code == 303
    assert statuses(entry) == ["returned"]


# Ready reasons


def test_a_community_keeps_its_own_words_ready(client: FlaskClient, manager: Person) -> None:
    log(person())
    words = {"words-0": "请拍到路牌。", "words-1": "  请拍到路牌。 ", "words-3": "<b>请重拍</b>"}
    answer = submit(client, "/moderation/reasons", words, form="/moderation/reasons")
    assert (answer.status_code, answer.location) == (303, "/moderation")
    page = client.get("/moderation").text
    assert page.count('value="请拍到路牌。"') == 1
    assert "<b>请重拍" not in page
    assert "请补一张照片。" not in page
    shown = re.findall(r'name="words-(\d)" value="([^"]+)"', client.get("/moderation/reasons").text)
    assert shown == [("0", "请拍到路牌。"), ("1", "&lt;b&gt;请重拍&lt;/b&gt;")]
    cleared = {"words-0": "", "words-1": ""}
    assert submit(client, "/moderation/reasons", cleared, form="/moderation/reasons").status_code == 303
    assert "请补一张照片。" in client.get("/moderation").text


def test_words_that_are_too_long_are_refused_and_kept_in_the_form(client: FlaskClient, manager: Person) -> None:
    answer = submit(client, "/moderation/reasons", {"words-1": "长" * 201}, form="/moderation/reasons")
    assert answer.status_code == 422
    assert "长" * 201 in answer.text
    assert "最多 200 个字" in answer.text


def test_the_words_of_another_community_are_out_of_reach(client: FlaskClient, manager: Person) -> None:
    for code in (OTHER_COMMUNITY, "990102001", "nonsense"):
        assert client.get(f"/moderation/reasons?area={code}").status_code == 404
    token = csrf_token(client, "/me")
    data = {"csrf_token": token, "words-0": "别处的话"}
    assert client.post(f"/moderation/reasons?area={OTHER_COMMUNITY}", data=data).status_code == 404
