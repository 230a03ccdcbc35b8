"""The pages of pledges: signing, filling in days, turning months, taking back."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from civic.accounts.models import Person
from civic.db import id_of, transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.pledges import certificates, service
from civic.pledges.together import compile_rates
from tests.factories import COMMUNITY, NOW, TODAY, ZONE, decide, log, person, staff
from tests.pages import csrf_token, sign_in, submit
from tests.queries import count_queries

KEY = "pledge_give_way"
PAGE = f"/pledges/{KEY}"
CHILD = date(2018, 5, 1)
QUERIES_LIST, QUERIES_ONE, QUERIES_CHECK = 7, 12, 2


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = person("xiulan")
    sign_in(client, "xiulan")
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_pages_open_before_and_after_signing(client: FlaskClient, xiulan: Person, lang: str) -> None:
    for path in ("/pledges", PAGE):
        assert client.get(f"{path}?lang={lang}").status_code == 200
    assert submit(client, PAGE, {}, form="/sign").status_code == 303
    for path in ("/pledges", PAGE):
        assert client.get(f"{path}?lang={lang}").status_code == 200


def test_signed_out_the_door_comes_first(client: FlaskClient) -> None:
    for path in ("/pledges", PAGE):
        assert client.get(path).status_code == 303


@pytest.mark.parametrize("key", ["litter_pickup", "no_such_pledge", "％"])
def test_what_is_no_pledge_is_404(client: FlaskClient, xiulan: Person, key: str) -> None:
    assert client.get(f"/pledges/{key}").status_code == 404


@pytest.mark.parametrize("month", ["2026-W48", "2026", "2026-13", "２０２６-11"])
def test_a_calendar_is_of_a_month_that_exists(client: FlaskClient, xiulan: Person, month: str) -> None:
    assert client.get(f"{PAGE}?month={month}").status_code == 404


def test_a_signed_pledge_is_kept_with_one_tap_from_the_list(client: FlaskClient, xiulan: Person) -> None:
    submit(client, PAGE, {}, form="/sign")
    assert submit(client, "/pledges", {}, form="/entries").status_code == 303
    page = client.get("/pledges").text
    assert "守了 1 天" in page
    assert 'data-late-days="2" hidden' in page  # nothing left to tap today
    assert service.kept_on(xiulan.id, TODAY) == {KEY}


def test_the_two_days_before_can_still_be_filled_in_and_no_other(client: FlaskClient, xiulan: Person) -> None:
    submit(client, PAGE, {}, form="/sign")
    page = client.get(PAGE).text
    for days in range(3):
        assert f'value="{TODAY - timedelta(days=days)}"' in page
    assert f'value="{TODAY - timedelta(days=3)}"' not in page


def test_the_calendar_marks_exactly_the_days_that_were_kept(client: FlaskClient, xiulan: Person) -> None:
    submit(client, PAGE, {}, form="/sign")
    submit(client, PAGE, {}, form="/entries")
    page = client.get(PAGE).text
    assert page.count("cell--kept") == 1
    assert page.count("cell--not_kept") == TODAY.day - 1
    assert page.count("cell--to_come") == 30 - TODAY.day
    assert client.get(f"{PAGE}?month=2026-10").text.count("cell--kept") == 0


def test_the_next_month_is_offered_once_it_has_begun(client: FlaskClient, xiulan: Person) -> None:
    submit(client, PAGE, {}, form="/sign")
    assert "month=2026-12" not in client.get(PAGE).text
    october = client.get(f"{PAGE}?month=2026-10").text
    assert "month=2026-09" in october
    assert "month=2026-11" in october


def test_a_pledge_taken_back_can_be_signed_again_and_its_days_stay(client: FlaskClient, xiulan: Person) -> None:
    submit(client, PAGE, {}, form="/sign")
    submit(client, PAGE, {}, form="/entries")
    assert submit(client, PAGE, {}, form="/end").status_code == 303
    assert "我签下" in client.get(PAGE).text
    assert client.get(PAGE).text.count("cell--kept") == 1
    submit(client, PAGE, {}, form="/sign")
    assert service.find_signed(xiulan.id, KEY) is not None


def test_taking_back_what_was_never_signed_is_409(client: FlaskClient, xiulan: Person) -> None:
    submit(client, PAGE, {}, form="/sign")
    assert submit(client, PAGE, {}, form="/end").status_code == 303
    assert client.post(f"{PAGE}/end", data={"csrf_token": csrf_token(client, PAGE)}).status_code == 409


def test_more_pledges_and_more_kept_days_cost_no_more_queries(client: FlaskClient, xiulan: Person) -> None:
    submit(client, PAGE, {}, form="/sign")
    with count_queries() as few:
        client.get("/pledges")
    with count_queries() as empty:
        client.get(PAGE)
    for key in ("pledge_walker", "pledge_rider", "green_travel", "empty_plate"):
        submit(client, f"/pledges/{key}", {}, form="/sign")
    for _ in range(3):
        submit(client, PAGE, {}, form="/entries")
    with count_queries() as many:
        client.get("/pledges")
    with count_queries() as full:
        client.get(PAGE)
    assert few.total == many.total <= QUERIES_LIST, str(many)
    assert empty.total == full.total <= QUERIES_ONE, str(full)


def keep_for(who: Person, days: int) -> None:
    for ago in reversed(range(days)):
        log(who, KEY, acted_on=TODAY - timedelta(days=ago), now=NOW - timedelta(days=ago))


def ask(client: FlaskClient, name_shown: str = "nickname", days: int = 21) -> TestResponse:
    return submit(client, PAGE, {"name_shown": name_shown, "days": str(days)}, form="/certificates")


def code_of(who: Person) -> str:
    return certificates.get_own(who.id, KEY, 21).code


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_certificate_is_asked_for_printed_and_checked_by_anybody(
    client: FlaskClient, xiulan: Person, lang: str
) -> None:
    assert 'action="/pledges/pledge_give_way/certificates"' not in client.get(PAGE).text
    keep_for(xiulan, 21)
    answer = ask(client)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}/certificates/21")
    page = client.get(f"{answer.location}?lang={lang}").text
    code = certificates.spaced(code_of(xiulan))
    assert code in page
    assert f'src="/certificates/{code_of(xiulan)}/qr.svg"' in page
    client.get(f"/help?lang={lang}")
    submit(client, "/logout", {})
    check = client.get(f"/certificates/{code}?lang={lang}")
    assert check.status_code == 200
    assert {"zh": "这张证书成立", "en": "This certificate holds"}[lang] in check.text
    assert "秀兰" in check.text
    assert COMMUNITY not in check.text  # no more than the holder agreed to
    assert "桐花" not in check.text
    drawing = client.get(f"/certificates/{code}/qr.svg")
    assert drawing.mimetype == "image/svg+xml"


def test_the_check_says_where_too_few_days_are_left_and_names_nobody(client: FlaskClient, xiulan: Person) -> None:
    keep_for(xiulan, 21)
    ask(client)
    kept = log_of(xiulan)
    decide(kept, "reverse", staff())
    page = client.get(f"/certificates/{code_of(xiulan)}").text
    assert "这张证书现在不成立" in page
    assert "秀兰" not in page.partition("<main")[2].partition("</main>")[0]
    assert "现在不成立" in client.get(f"{PAGE}/certificates/21").text


def log_of(who: Person) -> Entry:
    return entries.list_own(who.id, limit=1)[0]


def test_masked_is_the_choice_made_for_whoever_makes_none(client: FlaskClient, xiulan: Person) -> None:
    keep_for(xiulan, 21)
    submit(client, PAGE, {}, form="/certificates")
    assert "秀**" in client.get(f"/certificates/{code_of(xiulan)}").text


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"days": "66"}, 303),
        ({"days": "7"}, 404),
        ({"days": "x"}, 404),
        ({"days": "２１"}, 404),
        ({"name_shown": "all"}, 303),
    ],
)
def test_what_cannot_be_certified_makes_no_certificate(
    client: FlaskClient, xiulan: Person, values: dict[str, str], status: int
) -> None:
    keep_for(xiulan, 21)
    assert submit(client, PAGE, {"name_shown": "masked", **values}, form="/certificates").status_code == status
    assert certificates.issued_to(xiulan.id, KEY) == {}


@pytest.mark.parametrize("code", ["AAAAAAAAAAAA", "x", "％", "A" * 500])
def test_a_code_nobody_was_given_is_404(client: FlaskClient, code: str) -> None:
    assert client.get(f"/certificates/{code}").status_code == 404
    assert client.get(f"/certificates/{code}/qr.svg").status_code == 404


def test_anothers_certificate_page_does_not_exist(client: FlaskClient, xiulan: Person) -> None:
    keep_for(person(), 21)
    assert client.get(f"{PAGE}/certificates/21").status_code == 404
    assert client.get(f"{PAGE}/certificates/{'9' * 30}").status_code == 404


def test_a_check_costs_two_queries(client: FlaskClient, xiulan: Person) -> None:
    keep_for(xiulan, 21)
    ask(client)
    submit(client, "/logout", {})
    address = f"/certificates/{code_of(xiulan)}"
    with count_queries() as asked:
        client.get(address)
    assert asked.total == QUERIES_CHECK, str(asked)


def test_the_neighbours_rate_stands_on_the_page_from_five_people_on(client: FlaskClient, xiulan: Person) -> None:
    assert "到了 5 位" in client.get(PAGE).text
    for _ in range(5):
        keep_for(person(), 3)
    with transaction():
        compile_rates("2026-11-25", now=NOW, zone=ZONE)
    page = re.sub(r"<[^>]+>", "", client.get(PAGE).text)
    assert "5 位今天已做到" in page
    assert "一共 5 位签下" in page
    assert "兑现率 100%，算到昨天" in page


# A child's, by its guardian


def test_a_guardian_signs_and_fills_in_for_a_child(client: FlaskClient, xiulan: Person) -> None:
    child = id_of(person(name="豆豆", born_on=CHILD, guardian=xiulan))
    theirs = f"{PAGE}?of={child}"
    assert "和孩子一起签下" in client.get(theirs).text
    signed = submit(client, theirs, {}, form="/sign")
    assert (signed.status_code, signed.location) == (303, theirs)
    assert submit(client, f"/pledges?of={child}", {}, form="/entries").status_code == 303
    assert service.kept_on(child, TODAY) == {KEY}
    assert service.kept_on(xiulan.id, TODAY) == set()
    assert "守了 1 天" in client.get(f"/pledges?of={child}").text
    assert "守了" not in client.get("/pledges").text
    ended = submit(client, theirs, {}, form="/end")
    assert ended.location == f"/pledges?of={child}"
    assert service.find_signed(child, KEY) is None


def test_a_childs_certificate_names_no_child(client: FlaskClient, xiulan: Person) -> None:
    child = person(name="豆豆", born_on=CHILD, guardian=xiulan)
    for back in range(21):
        day = NOW - timedelta(days=20 - back)
        log(xiulan, KEY, resident=child, acted_on=TODAY - timedelta(days=20 - back), now=day)
    theirs = f"{PAGE}?of={id_of(child)}"
    asked = submit(client, theirs, {"name_shown": "none"}, form="/certificates")
    assert asked.location == f"{PAGE}/certificates/21?of={id_of(child)}"
    shown = client.get(asked.location).text
    assert "一位小朋友" in shown
    assert "豆豆" not in shown
    found = certificates.get_own(id_of(child), KEY, 21)
    checked = client.get(f"/certificates/{found.code}").text
    assert "这张证书成立" in checked
    assert "豆豆" not in checked
    assert client.get(f"{PAGE}/certificates/21").status_code == 404  # none of my own


@pytest.mark.parametrize("whose", ["another's", "grown", "unreadable"])
def test_nobody_elses_pledges_open(client: FlaskClient, xiulan: Person, whose: str) -> None:
    guardian = person("other") if whose == "another's" else xiulan
    child = person(name="豆豆", born_on=CHILD, guardian=guardian)
    of = "1％" if whose == "unreadable" else str(id_of(child))
    if whose == "grown":
        with transaction():
            child.born_on = date(2012, 11, 1)
    token = csrf_token(client, PAGE)
    for path in ("/pledges", PAGE, f"{PAGE}/certificates/21"):
        assert client.get(f"{path}?of={of}").status_code == 404
    for path in (f"{PAGE}/sign", f"{PAGE}/end", f"{PAGE}/certificates"):
        sent = client.post(f"{path}?of={of}", data={"csrf_token": token, "days": "21", "name_shown": "none"})
        assert sent.status_code == 404
    assert service.signed_by(xiulan.id) == []
