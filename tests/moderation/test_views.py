"""The manager's pages: the queue, one entry, and deciding on them without JavaScript."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import transaction
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.moderation import service
from tests.factories import (
    COMMUNITY,
    NOW,
    OTHER_COMMUNITY,
    TODAY,
    approved_entry,
    decide,
    log,
    person,
    staff,
    statuses,
)
from tests.media.pictures import encoded, picture
from tests.pages import csrf_token, forms, sign_in, submit

pytestmark = pytest.mark.usefixtures("at_ten_past_ten")
REASON = "照片看不清做了什么"
DAY_BEFORE = TODAY - timedelta(days=1)


def send(client: FlaskClient, entry: Entry, decision: str, *, page: str = "/moderation", **words: str) -> TestResponse:
    """Press one of the buttons on a page, as a browser without JavaScript does."""
    return submit(client, page, {"decision": decision, **words}, form=f"/moderation/{entry.id}/decision")


def post(client: FlaskClient, entry: Entry, decision: str, **words: str) -> TestResponse:
    """A decision sent as it is, from no page."""
    data = {"csrf_token": csrf_token(client, "/me"), "decision": decision, **words}
    return client.post(f"/moderation/{entry.id}/decision", data=data)


# The queue


def test_the_oldest_entry_stands_open_and_the_next_ones_below(client: FlaskClient, manager: Person) -> None:
    later = log(person(name="桂花"), "crossing_guide", quantity=1)
    oldest = log(person(name="竹青"), note="槐荫路东侧树坑", acted_on=DAY_BEFORE, now=NOW - timedelta(hours=24))
    page = client.get("/moderation").text
    assert f'action="/moderation/{oldest.id}/decision?from=queue"' in page
    assert "槐荫路东侧树坑" in page
    assert re.search(r'待核对 <span class="n">2</span>', page)
    assert "已等" in page
    assert f"/moderation?entry={later.id}" in page


@pytest.mark.parametrize(
    ("waited", "says"), [(39, "还有"), (47, "还有"), (48, "到时限了"), (53, "超时"), (130, "超时")]
)
def test_the_clock_of_the_48_hours_is_told_in_words(
    client: FlaskClient, manager: Person, waited: int, says: str
) -> None:
    log(person(), acted_on=TODAY - timedelta(days=6), now=NOW - timedelta(hours=waited))
    page = client.get("/moderation").text
    right = re.findall(r'<p class="period-words"><span>.*?</span></span><span>(.*?)</p>', page, re.DOTALL)
    assert says in right[0]
    assert ("clock--late" in page) == (waited >= 48)


def test_another_entry_can_be_picked_from_the_list(client: FlaskClient, manager: Person) -> None:
    log(person(), acted_on=DAY_BEFORE, now=NOW - timedelta(hours=1))
    later = log(person())
    page = client.get(f"/moderation?entry={later.id}").text
    assert f'action="/moderation/{later.id}/decision?from=queue"' in page
    assert client.get("/moderation?entry=nonsense&signal=nonsense").status_code == 200


def test_all_done_is_said_kindly(client: FlaskClient, manager: Person) -> None:
    page = client.get("/moderation").text
    assert "都核对完了。" in page
    assert "decision" not in page


def test_signals_are_said_in_words_and_can_be_looked_at_alone(client: FlaskClient, manager: Person) -> None:
    plain = log(person(), quantity=2)
    most = log(person(), quantity=6)
    page = client.get("/moderation").text
    assert "量到上限 1" in page
    alone = client.get("/moderation?signal=maximum_quantity").text
    assert f"/moderation/{most.id}/decision" in alone
    assert f"entry={plain.id}" not in alone
    assert "数量到了单次上限" in alone


def test_a_photo_that_another_entry_holds_is_pointed_out_beside_it(
    client: FlaskClient, app: Flask, manager: Person
) -> None:
    raw = encoded(picture((640, 480)))
    first, second = (log_with_photo(app.test_client(), name, raw) for name in ("photo-one", "photo-two"))
    page = client.get(f"/moderation?entry={second}").text
    assert "这张照片以前出现过" in page
    assert f'href="/moderation/{first}"' in page
    shown = re.findall(r'<img src="(/photos/[^"]+)"', page)
    assert len(shown) == 2
    assert [client.get(address).status_code for address in shown] == [200, 200]


def log_with_photo(browser: FlaskClient, login: str, raw: bytes) -> int:
    person(login)
    sign_in(browser, login)
    page = "/entries/new?activity=litter_pickup"
    answer = submit(browser, page, {"note": "北岸码头到石桥", "photo": (io.BytesIO(raw), "a.jpg")}, form="/entries")
    assert answer.status_code == 303, answer.text
    return int(re.findall(r"/entries/(\d+)", answer.location)[0])


def test_what_people_wrote_is_escaped(client: FlaskClient, manager: Person) -> None:
    entry = log(person(name="<i>竹青</i>"), note="<script>alert(1)</script>桥头到石阶")
    send(client, entry, "return", reason="<b>请补一张</b>")
    for page in (client.get("/moderation").text, client.get(f"/moderation/{entry.id}").text):
        assert "<i>竹青" not in page
        assert "<script>alert" not in page
        assert "<b>请补" not in page
    assert "&lt;b&gt;请补一张" in client.get(f"/moderation/{entry.id}").text


def test_why_an_entry_would_earn_less_is_said(client: FlaskClient, manager: Person) -> None:
    resident = person()
    approved_entry(resident, quantity=4)
    log(resident, quantity=4)
    page = client.get("/moderation").text
    assert "本来 6 分" in page
    assert "同一天第二笔，减半" in page


# Deciding


def test_an_approval_posts_the_points_and_confirms_the_newcomer(client: FlaskClient, manager: Person) -> None:
    newcomer = person(name="云上", confirmed=False)
    entry = log(newcomer, quantity=4)
    assert "并确认是居民" in client.get("/moderation").text
    answer = send(client, entry, "approve")
    assert (answer.status_code, answer.location) == (303, "/moderation")
    assert ledger.get_standing_award(entry.id).merit == 6
    membership = accounts.membership_on(newcomer.id, TODAY)
    assert membership is not None
    assert membership.confirmed_at is not None


@pytest.mark.parametrize(("verdict", "status"), [("return", "returned"), ("reject", "rejected")])
def test_turning_down_keeps_the_reason(client: FlaskClient, manager: Person, verdict: str, status: str) -> None:
    entry = log(person())
    assert send(client, entry, verdict, reason=REASON).status_code == 303
    assert statuses(entry) == [status]
    assert service.last_reasons([entry.id]) == {entry.id: REASON}


def test_ready_words_and_own_words_go_together_and_an_approval_takes_no_ready_ones(
    client: FlaskClient, manager: Person
) -> None:
    returned, approved = log(person()), log(person())
    send(client, returned, "return", ready="请补一张照片。", reason="近一点的。")
    send(client, approved, "approve", ready="请补一张照片。")
    assert service.last_reasons([returned.id, approved.id]) == {returned.id: "请补一张照片。 近一点的。"}


@pytest.mark.parametrize("page", ["/moderation", "/moderation/{id}"])
def test_a_missing_reason_is_asked_for_where_it_belongs(client: FlaskClient, manager: Person, page: str) -> None:
    entry = log(person())
    answer = send(client, entry, "reject", page=page.format(id=entry.id))
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    assert 'role="alert"' in answer.text
    assert statuses(entry) == ["pending"]
    again = next(form for form in forms(answer) if f"/{entry.id}/decision" in form["action"])
    sent = client.post(again["action"], data={**again["fields"], "decision": "reject", "reason": REASON})
    assert sent.status_code == 303
    assert statuses(entry) == ["rejected"]


def test_far_too_long_a_reason_is_refused_and_kept(client: FlaskClient, manager: Person) -> None:
    entry = log(person())
    answer = send(client, entry, "return", reason="长" * 10_000)
    assert answer.status_code == 422
    assert "理由最多 1000 个字" in answer.text
    assert "长" * 10_000 in answer.text
    assert statuses(entry) == ["pending"]


@pytest.mark.parametrize("decision", ["", "applaud", "\x00"])
def test_no_decision_at_all_is_refused(client: FlaskClient, manager: Person, decision: str) -> None:
    entry = log(person())
    assert send(client, entry, decision).status_code == 422
    assert statuses(entry) == ["pending"]


def test_an_undo_from_the_bar_brings_the_entry_back_before_its_decider(client: FlaskClient, manager: Person) -> None:
    entry = log(person(name="桂花"))
    send(client, entry, "approve")
    page = client.get("/moderation")
    assert "已通过：桂花" in page.text.replace('<span class="cl">', "").replace("</span>", "")
    answer = send(client, entry, "undo")
    assert (answer.status_code, answer.location) == (303, f"/moderation?entry={entry.id}")
    assert statuses(entry) == ["pending"]
    assert sum(posting.merit for posting in ledger.postings_of(entry.id)) == 0
    assert "undo-bar" not in client.get("/moderation").text


def test_after_ten_minutes_nothing_offers_to_undo_and_a_late_undo_is_a_conflict(
    client: FlaskClient, manager: Person, at_ten_past_ten: time_machine.Traveller
) -> None:
    entry = log(person())
    send(client, entry, "approve")
    at_ten_past_ten.shift(timedelta(minutes=10, seconds=1))
    assert "undo-bar" not in client.get("/moderation").text
    assert "undo-bar" not in client.get(f"/moderation/{entry.id}").text
    assert post(client, entry, "undo").status_code == 409
    assert statuses(entry) == ["approved"]


def test_an_award_is_taken_back_on_the_entrys_page_with_a_reason(client: FlaskClient, manager: Person) -> None:
    entry = approved_entry(by=staff())
    page = f"/moderation/{entry.id}"
    assert send(client, entry, "reverse", page=page).status_code == 422
    answer = send(client, entry, "reverse", page=page, reason=REASON)
    assert (answer.status_code, answer.location) == (303, page)
    assert statuses(entry) == ["reversed"]
    assert REASON in client.get(page).text


def test_a_manager_hears_who_may_take_back_once_the_month_is_closed(
    client: FlaskClient, manager: Person, at_ten_past_ten: time_machine.Traveller
) -> None:
    entry = approved_entry(by=staff())
    at_ten_past_ten.move_to(NOW + timedelta(days=20))
    page = client.get(f"/moderation/{entry.id}").text
    assert 'value="reverse"' not in page
    assert "请交给街道来撤销" in page


def test_whoever_was_slower_sees_what_was_decided_and_loses_no_word(
    client: FlaskClient, manager: Person, at_ten_past_ten: time_machine.Traveller
) -> None:
    entry, following = log(person()), log(person())
    page = client.get("/moderation")
    found = next(form for form in forms(page) if f"/{entry.id}/decision" in form["action"])
    at_ten_past_ten.shift(timedelta(minutes=11))
    decide(entry, "approve", staff(), now=NOW + timedelta(minutes=16))
    answer = client.post(found["action"], data={**found["fields"], "decision": "reject", "reason": "写了一半的话"})
    assert answer.status_code == 409
    assert "何静" in answer.text
    assert "已经处理过这一条" in answer.text
    assert "写了一半的话" in answer.text
    assert "看下一笔" in answer.text
    assert statuses(entry, following) == ["approved", "pending"]


def test_narrowing_stays_from_one_decision_to_the_next(client: FlaskClient) -> None:
    officer = staff("subdistrict_officer", "990102001")
    sign_in(client, officer.login or "")
    entry = log(person(community=OTHER_COMMUNITY), quantity=6)
    page = f"/moderation?area={OTHER_COMMUNITY}&signal=maximum_quantity"
    answer = send(client, entry, "approve", page=page)
    assert answer.location == page
    assert "这里都核对完了" not in client.get(page).text
    log(person())
    assert "别处还有 1 笔在等" in client.get(page).text


def test_an_officer_chooses_among_the_areas_where_something_waits(client: FlaskClient) -> None:
    officer = staff("district_officer", "990102")
    sign_in(client, officer.login or "")
    for code in (COMMUNITY, COMMUNITY, OTHER_COMMUNITY):
        log(person(community=code))
    top = client.get("/moderation").text
    assert re.search(r'value="990102001">\s*桐花街道 3', top)
    assert "柳湾街道" not in top
    below = client.get("/moderation?area=990102001").text
    assert re.search(rf'value="{COMMUNITY}">\s*桐花社区 2', below)
    assert re.search(rf'value="{OTHER_COMMUNITY}">\s*西苑社区 1', below)
    assert client.get("/moderation?area=990105").status_code == 404
    assert client.get("/moderation?area=nonsense").status_code == 404


# Who may


def test_only_deciders_have_a_queue(client: FlaskClient, app: Flask) -> None:
    entry = log(person())
    assert client.get("/moderation").location == "/login?next=%2Fmoderation"
    for who in (person("just-a-resident"), staff("administrator", "9901")):
        browser = app.test_client()
        sign_in(browser, who.login or "")
        assert browser.get("/moderation").status_code == 403
        assert browser.get(f"/moderation/{entry.id}").status_code == 403
        data = {"csrf_token": csrf_token(browser, "/me"), "decision": "approve"}
        assert browser.post(f"/moderation/{entry.id}/decision", data=data).status_code == 403
    assert statuses(entry) == ["pending"]


def _own(manager: Person) -> Entry:
    return log(manager)


def _of_family(manager: Person) -> Entry:
    relative = person()
    with transaction():
        accounts.declare_family(manager, relative, NOW)
    return log(relative)


def _of_staff(_manager: Person) -> Entry:
    return log(staff(community=COMMUNITY))


@pytest.mark.parametrize(
    ("make", "words"),
    [(_own, "这是你自己的记录"), (_of_family, "这是你家人的记录"), (_of_staff, "这是工作人员的记录")],
)
def test_what_i_may_not_decide_is_looked_at_but_left_to_others(
    client: FlaskClient, make: Callable[[Person], Entry], words: str
) -> None:
    manager = staff(community=COMMUNITY)
    sign_in(client, manager.login or "")
    entry = make(manager)
    assert f"entry={entry.id}" not in client.get("/moderation").text
    page = client.get(f"/moderation/{entry.id}")
    assert page.status_code == 200
    assert words in page.text
    assert 'name="decision"' not in page.text
    data = {"csrf_token": csrf_token(client, "/me"), "decision": "reject", "reason": "我写的话"}
    answer = client.post(f"/moderation/{entry.id}/decision", data=data)
    assert answer.status_code == 403
    assert words in answer.text
    assert "我写的话" in answer.text
    assert statuses(entry) == ["pending"]


def test_another_communitys_entry_does_not_exist(client: FlaskClient, manager: Person) -> None:
    entry = log(person(community=OTHER_COMMUNITY))
    assert client.get(f"/moderation/{entry.id}").status_code == 404
    data = {"csrf_token": csrf_token(client, "/me"), "decision": "approve"}
    assert client.post(f"/moderation/{entry.id}/decision", data=data).status_code == 404
    assert client.get("/moderation/999999999999999999").status_code == 404
    assert statuses(entry) == ["pending"]


def test_a_decision_without_the_forms_token_changes_nothing(client: FlaskClient, manager: Person) -> None:
    entry = log(person())
    assert client.post(f"/moderation/{entry.id}/decision", data={"decision": "approve"}).status_code == 400
    assert statuses(entry) == ["pending"]


def test_the_history_names_each_decider_and_reason(client: FlaskClient, manager: Person) -> None:
    entry = log(person())
    send(client, entry, "reject", reason=REASON)
    send(client, entry, "undo", page=f"/moderation/{entry.id}")
    page = client.get(f"/moderation/{entry.id}").text
    assert page.count("何静，") == 2
    assert REASON in page
    assert "撤销了上一个决定" in page


def test_pages_are_in_english_too(client: FlaskClient, manager: Person) -> None:
    entry = log(person(name="Ann", confirmed=False), quantity=6, note="from the quay to the bridge")
    with_place = ("桐花社区", "何静", "中文")
    for address in ("/moderation?lang=en", f"/moderation/{entry.id}"):
        page = re.sub(r"<[^>]*>", "", client.get(address).text)
        for known in with_place:
            page = page.replace(known, "")
        assert not re.findall(r"[\u4e00-\u9fff]+", page), address
