"""Following an entry, mending it and taking it back, as a browser without JavaScript does it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from civic import clock, media
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.entries import service as entries
from civic.entries.models import Entry
from tests import factories
from tests.factories import NOW, TODAY
from tests.intake.browser import LITTER, entry_at, keys_of, log, photos, words
from tests.media.pictures import jpeg
from tests.pages import csrf_token, forms, sign_in, submit
from tests.queries import count_queries

XSS = "<script>alert('x')</script>"

pytestmark = pytest.mark.usefixtures("standing_still")


# Following


def test_an_entry_shows_each_of_its_photos_and_words_as_they_were_written(
    client: FlaskClient, resident: Person
) -> None:
    entry = entry_at(log(client, note=XSS, photo=photos(jpeg(), jpeg((50, 40)))))
    text = client.get(f"/entries/{entry.id}").text
    assert XSS not in text
    assert "&lt;script&gt;alert(" in text
    for key in keys_of(entry):
        assert f'<img src="/photos/{key}' in text


def test_a_decision_shows_on_the_page_with_its_reason_and_its_sum(client: FlaskClient, resident: Person) -> None:
    manager = factories.staff()
    approved = factories.approved_entry(resident, manager, quantity=3)
    text = client.get(f"/entries/{approved.id}").text
    assert "入账 5 分" in text
    assert "分数怎么来的" in text
    assert 'href="/me/statement?period=2026-11"' in text
    factories.decide(approved, "reverse", manager, words="同一件事记了两次" + XSS)
    text = client.get(f"/entries/{approved.id}").text
    assert "同一件事记了两次&lt;script" in text
    assert "已更正" in text
    rejected = factories.decide(factories.log(resident, "exercise"), "reject", manager, words="这天没有开放")
    assert "这天没有开放" in client.get(f"/entries/{rejected.id}").text


def test_a_decision_that_was_taken_back_leaves_no_trace_on_the_page(client: FlaskClient, resident: Person) -> None:
    manager = factories.staff()
    entry = factories.decide(factories.log(resident), "reject", manager, words="看错了")
    factories.decide(entry, "undo", manager)
    text = client.get(f"/entries/{entry.id}").text
    assert "看错了" not in text
    assert "没有通过" not in text
    assert "管理员核对" in text


def test_an_overdue_entry_says_who_looks_at_it(
    client: FlaskClient, resident: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = factories.log(resident)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=49))
    assert "街道也会来看" in client.get(f"/entries/{entry.id}").text


@pytest.mark.parametrize("path", ["", "/mend"])
def test_another_residents_entry_is_not_found(client: FlaskClient, resident: Person, path: str) -> None:
    other = factories.log(factories.person())
    assert client.get(f"/entries/{other.id}{path}").status_code == 404
    assert client.get(f"/entries/{10**18 - 1}{path}").status_code == 404
    token = csrf_token(client, LITTER)
    for verb in ("withdraw", "mend"):
        assert client.post(f"/entries/{other.id}/{verb}", data={"csrf_token": token}).status_code == 404
    assert factories.statuses(other) == ["pending"]


# The list


def test_the_list_begins_with_what_was_returned_and_says_what_is_asked(client: FlaskClient, resident: Person) -> None:
    returned = factories.decide(factories.log(resident), "return", factories.staff(), words="请补一张照片，谢谢")
    waiting = factories.log(resident, "exercise", acted_on=TODAY - timedelta(days=1))
    text = client.get("/entries").text
    assert "等你补充" in text
    assert "请补一张照片" in text
    assert text.index(f"/entries/{returned.id}") < text.index(f"/entries/{waiting.id}")


@pytest.mark.parametrize(("show", "statuses"), [("waiting", "p"), ("returned", "r"), ("counted", "a"), ("x", "pra")])
def test_the_list_can_be_narrowed(client: FlaskClient, resident: Person, show: str, statuses: str) -> None:
    manager = factories.staff()
    made = {
        "p": factories.log(resident),
        "r": factories.decide(factories.log(resident, "exercise"), "return", manager),
        "a": factories.approved_entry(resident, manager, activity="patrol"),
    }
    text = client.get(f"/entries?show={show}").text
    assert {key for key, entry in made.items() if f'"/entries/{entry.id}"' in text} == set(statuses)


@pytest.mark.parametrize("query", ["", "?show=waiting", "?show=returned", "?show=counted", "?before=1"])
def test_an_empty_list_invites(client: FlaskClient, resident: Person, query: str) -> None:
    answer = client.get("/entries" + query)
    assert answer.status_code == 200
    assert 'class="plate empty"' in answer.text


@pytest.mark.parametrize("before", ["0", "-1", "x", "９", "9" * 40])
def test_a_page_that_makes_no_sense_is_the_first(client: FlaskClient, resident: Person, before: str) -> None:
    entry = factories.log(resident)
    assert f"/entries/{entry.id}" in client.get(f"/entries?before={before}").text


def test_the_list_turns_its_pages_without_losing_or_doubling_anything(client: FlaskClient, resident: Person) -> None:
    made = {str(factories.log(resident).id) for _ in range(33)}
    first = client.get("/entries").text
    older = re.search(r'href="(/entries\?before=\d+)"', first)
    assert older
    second = client.get(older[1]).text
    seen = [re.findall(r'href="/entries/(\d+)"', text) for text in (first, second)]
    assert len(seen[0]) == 30
    assert sorted(seen[0] + seen[1]) == sorted(made)


# Mending and taking back


def returned_entry(client: FlaskClient) -> Entry:
    entry = entry_at(log(client, quantity="2", note="看不清的一段", photo=photos(jpeg())))
    return factories.decide(entry, "return", factories.staff(), words="请补一张照片")


def test_a_returned_entry_is_mended_and_waits_again(client: FlaskClient, resident: Person) -> None:
    entry = returned_entry(client)
    [key] = keys_of(entry)
    page = f"/entries/{entry.id}/mend"
    text = client.get(page).text
    assert "请补一张照片" in text
    assert "看不清的一段" in text
    answer = submit(client, page, {"quantity": "3", "drop": key, "photo": photos(jpeg((60, 60)))}, form="/mend")
    assert answer.location == f"/entries/{entry.id}"
    mended = entries.find_entry(entry.id)
    assert mended is not None
    assert (mended.status, mended.quantity, len(mended.photos)) == ("pending", 3, 1)
    assert keys_of(mended) != [key]
    assert client.get(f"/photos/{key}").status_code == 404
    assert "你补好了，又送去" in words(client.get(f"/entries/{entry.id}"))


def test_what_is_wrong_while_mending_is_said_and_kept(client: FlaskClient, resident: Person) -> None:
    entry = returned_entry(client)
    page = f"/entries/{entry.id}/mend"
    answer = submit(client, page, {"quantity": "70", "note": "换一句"}, form="/mend")
    assert answer.status_code == 422
    assert 'id="quantity-error"' in answer.text
    assert forms(answer)[0]["fields"]["note"] == "换一句"
    four = submit(client, page, {"photo": photos(*[jpeg()] * 4)}, form="/mend")
    assert four.status_code == 422
    assert 'id="photo-error"' in four.text
    assert factories.statuses(entry) == ["returned"]


def test_only_what_was_returned_can_be_mended(client: FlaskClient, resident: Person) -> None:
    entry = factories.log(resident)
    assert client.get(f"/entries/{entry.id}/mend").location == f"/entries/{entry.id}"
    data = {"csrf_token": csrf_token(client, LITTER), "quantity": "5"}
    assert client.post(f"/entries/{entry.id}/mend", data=data).location == f"/entries/{entry.id}"
    assert factories.statuses(entry) == ["pending"]


def test_an_entry_is_taken_back_and_says_so(client: FlaskClient, resident: Person) -> None:
    entry = factories.log(resident)
    answer = submit(client, f"/entries/{entry.id}", {}, form="/withdraw")
    assert answer.location == f"/entries/{entry.id}"
    assert factories.statuses(entry) == ["withdrawn"]
    text = client.get(f"/entries/{entry.id}").text
    assert "你撤回了这一笔" in text
    assert "/withdraw" not in text


def test_who_takes_back_what_was_decided_meanwhile_reads_what_happened(client: FlaskClient, resident: Person) -> None:
    entry = factories.approved_entry(resident)
    data = {"csrf_token": csrf_token(client, LITTER)}
    answer = client.post(f"/entries/{entry.id}/withdraw", data=data)
    assert 'class="flash"' in client.get(answer.location).text
    assert factories.statuses(entry) == ["approved"]


# Photos


def test_a_photo_opens_for_its_resident_and_those_who_may_decide_only(client: FlaskClient, resident: Person) -> None:
    entry = entry_at(log(client, photo=photos(jpeg())))
    address = f"/photos/{keys_of(entry)[0]}"
    factories.person("neighbour")
    factories.staff()
    near = factories.staff("community_manager", factories.COMMUNITY)
    far = factories.staff("community_manager", factories.OTHER_COMMUNITY)
    administrator = factories.staff("administrator", "9901")
    for path in (address, f"{address}/small"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.mimetype == "image/webp"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer.headers["Cache-Control"]
    for person, status in ((near, 200), (far, 404), (administrator, 404)):
        other = client.application.test_client()
        sign_in(other, person.login or "")
        assert other.get(address).status_code == status, person.login
    other = client.application.test_client()
    sign_in(other, "neighbour")
    assert other.get(address).status_code == 404
    assert client.application.test_client().get(address).status_code == 404
    assert client.get("/photos/nothing").status_code == 404
    assert client.get(f"{address}/huge").status_code == 404


@pytest.mark.parametrize("path", [LITTER, "/entries", "/entries/1", "/entries/1/mend"])
def test_who_is_not_signed_in_is_led_to_the_door(client: FlaskClient, path: str) -> None:
    assert client.get(path).location.startswith("/login?next=")


# Both languages, and the cost


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_open_activity_has_a_form_in_both_languages(client: FlaskClient, resident: Person, lang: str) -> None:
    for activity in activities.open_activities():
        if not activity.is_pledge:
            answer = client.get(f"/entries/new?activity={activity.key}&lang={lang}")
            assert answer.status_code == 200, activity.key
            assert answer.text.count("<h1>") == 1


def test_pages_cost_no_more_queries_with_more_entries(client: FlaskClient, resident: Person) -> None:
    manager = factories.staff()

    def some() -> Entry:
        for ago in range(3):
            factories.approved_entry(resident, manager, acted_on=TODAY - timedelta(days=ago))
            factories.log(resident, "exercise", acted_on=TODAY - timedelta(days=ago))
        return factories.decide(factories.log(resident), "return", manager)

    entry = some()
    bounds = {LITTER: 9, "/entries": 11, f"/entries/{entry.id}": 13, f"/entries/{entry.id}/mend": 9}
    costs = []
    for _ in range(2):
        for path, most in bounds.items():
            with count_queries() as queries:
                assert client.get(path).status_code == 200
            assert queries.total <= most, f"{path}\n{queries}"
            costs.append(queries.total)
        some()
    assert costs[:4] == costs[4:]


def test_the_time_of_day_is_the_citys(client: FlaskClient, resident: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)  # half past midnight on the 26th in the city
    monkeypatch.setattr(clock, "now", lambda: late)
    assert entry_at(log(client)).acted_on == date(2026, 11, 26)


def test_a_photo_whose_file_is_gone_is_not_found(client: FlaskClient, resident: Person) -> None:
    [key] = keys_of(entry_at(log(client, photo=photos(jpeg()))))
    media.forget(key)
    assert client.get(f"/photos/{key}").status_code == 404
