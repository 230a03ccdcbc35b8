"""Logging an act, as a browser without JavaScript does it."""

import re
import uuid
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.activities import service as activities
from tests import factories
from tests.factories import TODAY
from tests.intake.browser import LITTER, entry_at, log, number_of_entries, photos, words
from tests.media.pictures import jpeg
from tests.pages import csrf_token, forms, sign_in

pytestmark = pytest.mark.usefixtures("standing_still")


# The form


def test_the_form_asks_for_what_the_activity_needs_and_nothing_else(client: FlaskClient, resident: Person) -> None:
    litter, visit = client.get(LITTER).text, client.get("/entries/new?activity=elder_visit").text
    check, walk = client.get("/entries/new?activity=fire_check").text, client.get("/entries/new?activity=exercise").text
    recited = client.get("/entries/new?activity=classics_recitation").text
    assert 'type="file"' in litter
    assert 'type="file"' not in visit + check + walk
    assert "谁能证明" in visit
    assert check.count('type="checkbox"') == len(activities.get("fire_check").form)
    assert "篇名" in recited
    assert "书名" in client.get("/entries/new?activity=book_note").text
    assert "算给谁" not in litter


def test_the_form_adds_up_what_the_entry_would_earn(client: FlaskClient, resident: Person) -> None:
    text = client.get(LITTER + "&quantity=3").text
    assert re.search(r"做一次</dt><dd[^>]*>2<", text)
    assert re.search(r"data-per-unit>3<", text)
    assert re.search(r"data-points>5<", text)
    assert 'data-left="8"' in text


def test_the_second_of_the_day_is_announced_as_half_and_the_cap_as_what_is_left(
    client: FlaskClient, resident: Person
) -> None:
    factories.approved_entry(resident, quantity=4)
    text = client.get(LITTER + "&quantity=6").text
    assert "data-halved" in text
    assert 'data-left="2"' in text
    assert "当天第二笔" in text
    assert "这一项当天到上限" in text
    assert re.search(r"data-points>2<", text)
    yesterday = client.get(f"{LITTER}&quantity=6&acted_on={TODAY - timedelta(days=1)}").text
    assert re.search(r"data-points>8<", yesterday)


def test_the_form_of_a_pledge_is_the_pledges_own_page(client: FlaskClient, resident: Person) -> None:
    assert client.get("/entries/new?activity=pledge_give_way").location == "/pledges/pledge_give_way"
    assert client.get("/entries/new").location == "/activities"


@pytest.mark.parametrize("key", ["nothing_like_it", "snap_problem", "", "../etc"])
def test_an_activity_that_cannot_be_logged_is_not_found(client: FlaskClient, resident: Person, key: str) -> None:
    if key:
        assert client.get(f"/entries/new?activity={key}").status_code == 404
    data = {"activity": key, "csrf_token": csrf_token(client, LITTER)}
    assert client.post("/entries", data=data).status_code == 404


@pytest.mark.parametrize(
    "query", ["acted_on=yesterday", "acted_on=1999-01-01", "resident=x", "quantity=-1", "quantity=99999999999999"]
)
def test_choices_in_the_address_that_make_no_sense_are_passed_over(
    client: FlaskClient, resident: Person, query: str
) -> None:
    form = forms(client.get(f"{LITTER}&{query}"))[0]
    assert form["fields"]["acted_on"] == TODAY.isoformat()
    assert form["fields"]["quantity"] == "1"


# Sending


def test_an_act_is_saved_and_its_page_says_what_comes_next_and_by_when(client: FlaskClient, resident: Person) -> None:
    answer = log(client, quantity="2", note="北岸码头", photo=photos(jpeg()))
    entry = entry_at(answer)
    assert (entry.status, entry.quantity, entry.acted_on, len(entry.photos)) == ("pending", 2, TODAY, 1)
    text = client.get(answer.location).text
    assert "<h1>记下了</h1>" in text
    assert "已送到桐花社区" in text
    assert "最晚 11 月 27 日 10:05 前有结果" in text
    assert "再做 2 天" in text


def test_the_third_day_of_a_week_closes_the_ring(client: FlaskClient, resident: Person) -> None:
    for ago in (2, 1):
        factories.log(resident, acted_on=TODAY - timedelta(days=ago))
    text = client.get(log(client).location).text
    assert "这周圆满" in text
    assert "下周四加一周奖励" in text
    again = client.get(log(client).location).text
    assert "这周圆满" not in again


def test_the_same_form_sent_twice_leads_to_the_same_entry(client: FlaskClient, resident: Person) -> None:
    fields = forms(client.get(LITTER))[0]["fields"]
    first, second = client.post("/entries", data=fields), client.post("/entries", data=fields)
    assert entry_at(first).id == entry_at(second).id
    assert number_of_entries() == 1


def test_a_spent_key_with_other_words_is_refused_and_the_form_goes_on_with_a_new_one(
    client: FlaskClient, resident: Person
) -> None:
    fields = forms(client.get(LITTER))[0]["fields"]
    client.post("/entries", data=fields)
    answer = client.post("/entries", data={**fields, "note": "又一段"})
    assert answer.status_code == 409
    again = forms(answer)[0]["fields"]
    assert again["client_key"] != fields["client_key"]
    assert again["note"] == "又一段"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "7"}, "quantity"),
        ({"quantity": "-3"}, "quantity"),
        ({"quantity": "两袋"}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "1e2"}, "quantity"),
        ({"quantity": ""}, "quantity"),
        ({"quantity": "9" * 17}, "quantity"),
        ({"acted_on": (TODAY - timedelta(days=8)).isoformat()}, "acted_on"),
        ({"acted_on": (TODAY + timedelta(days=1)).isoformat()}, "acted_on"),
        ({"acted_on": "0001-01-01"}, "acted_on"),
        ({"acted_on": "9999-12-31"}, "acted_on"),
        ({"acted_on": "昨天"}, "acted_on"),
        ({"note": "长" * 1001}, "note"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    client: FlaskClient, resident: Person, wrong: dict[str, str], field: str
) -> None:
    answer = log(client, **{"note": "北岸码头到石桥", **wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    kept = forms(answer)[0]["fields"]
    assert kept["note"] == wrong.get("note", "北岸码头到石桥")
    if field == "quantity":
        assert kept["quantity"] == wrong["quantity"]
    assert number_of_entries() == 0


def test_figures_of_a_chinese_keyboard_are_numbers_too(client: FlaskClient, resident: Person) -> None:
    assert entry_at(log(client, quantity="２")).quantity == 2


@pytest.mark.parametrize("key", ["", "not-a-key", "x" * 500])
def test_a_form_without_its_key_comes_back_with_one(client: FlaskClient, resident: Person, key: str) -> None:
    answer = log(client, client_key=key)
    assert answer.status_code == 422
    assert uuid.UUID(forms(answer)[0]["fields"]["client_key"])


def test_a_note_that_is_too_short_is_refused_with_the_number_it_needs(client: FlaskClient, resident: Person) -> None:
    answer = log(client, "/entries/new?activity=book_note", note="好书", title="城南旧事")
    assert answer.status_code == 422
    assert 'id="note-error"' in answer.text
    assert forms(answer)[0]["fields"]["title"] == "城南旧事"


def test_a_check_wants_every_line_it_asks_for(client: FlaskClient, resident: Person) -> None:
    page = "/entries/new?activity=fire_check"
    keys = [line.key for line in activities.get("fire_check").form]
    answer = log(client, page, answers=keys[:2])
    assert answer.status_code == 422
    assert 'id="answers-error"' in answer.text
    assert answer.text.count("checked>") >= 2
    assert entry_at(log(client, page, answers=keys)).answers == sorted(keys)


def test_a_broken_photo_is_refused_at_its_field_and_leaves_no_entry(client: FlaskClient, resident: Person) -> None:
    answer = log(client, photo=photos(b"this is no picture"))
    assert answer.status_code == 422
    assert 'id="photo-error"' in answer.text
    assert number_of_entries() == 0


def test_five_photos_are_one_too_many(client: FlaskClient, resident: Person) -> None:
    answer = log(client, photo=photos(*[jpeg()] * 5))
    assert answer.status_code == 422
    assert 'id="photo-error"' in answer.text
    assert number_of_entries() == 0


def test_photos_that_no_browser_keeps_are_asked_for_again(client: FlaskClient, resident: Person) -> None:
    answer = log(client, quantity="99", photo=photos(jpeg()))
    assert answer.status_code == 422
    assert "照片请再选一次" in answer.text
    assert "还差 2 处就能记下" in answer.text


def test_more_than_a_server_takes_is_answered_with_advice(client: FlaskClient, resident: Person) -> None:
    answer = log(client, photo=photos(bytes(62 * 1024 * 1024)))
    assert answer.status_code == 413
    assert "请换一张小一些的照片" in answer.text
    one_large = log(client, photo=photos(bytes(16 * 1024 * 1024)))
    assert one_large.status_code == 413
    assert 'id="photo-error"' in one_large.text


def test_without_its_token_nothing_is_saved(client: FlaskClient, resident: Person) -> None:
    fields = forms(client.get(LITTER))[0]["fields"]
    assert client.post("/entries", data={**fields, "csrf_token": ""}).status_code == 400
    assert number_of_entries() == 0


def test_a_kept_day_is_counted_at_once(client: FlaskClient, resident: Person) -> None:
    fields = {
        "csrf_token": csrf_token(client, LITTER),
        "activity": "pledge_give_way",
        "client_key": str(uuid.uuid4()),
        "acted_on": TODAY.isoformat(),
        "quantity": "1",
    }
    answer = client.post("/entries", data=fields)
    assert entry_at(answer).status == "approved"
    text = client.get(answer.location).text
    assert "守诺一天" in text
    assert 'href="/pledges/pledge_give_way"' in text
    twice = client.post("/entries", data={**fields, "client_key": str(uuid.uuid4())})
    assert twice.status_code == 422
    assert 'id="acted_on-error"' in twice.text


def test_a_newcomer_reads_that_the_first_approval_confirms_the_membership(client: FlaskClient) -> None:
    factories.person("newcomer", confirmed=False)
    sign_in(client, "newcomer")
    assert "第一笔通过，就确认你是桐花社区的居民" in words(client.get(LITTER))
    assert "这一笔通过，就确认你是桐花社区的居民" in words(client.get(log(client).location))


# Children


def child_of(guardian: Person) -> Person:
    return factories.person("", name="豆豆", born_on=date(2018, 5, 1), guardian=guardian)


def test_a_guardian_logs_for_a_child_and_finds_it_again(client: FlaskClient, resident: Person) -> None:
    child = child_of(resident)
    assert "豆豆" in client.get(LITTER).text
    answer = log(client, resident=str(child.id))
    assert (entry_at(answer).resident_id, entry_at(answer).logged_by) == (child.id, resident.id)
    assert "豆豆" in client.get(answer.location).text
    path = answer.location.split("?")[0]
    assert path not in client.get("/entries").text
    assert path in client.get(f"/entries?of={child.id}").text


@pytest.mark.parametrize("chosen", ["other", "1", "x", "-1", "9" * 30])
def test_nobody_logs_for_anybody_else(client: FlaskClient, resident: Person, chosen: str) -> None:
    other = factories.person("other")
    answer = log(client, resident=str(other.id) if chosen == "other" else chosen)
    assert answer.status_code in (403, 422)
    assert client.get(f"/entries?of={other.id}").status_code == 404
    assert number_of_entries() == 0
