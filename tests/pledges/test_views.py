"""The pages of pledges: signing, filling in days, turning months, taking back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.pledges import service
from tests.factories import NOW, TODAY, person
from tests.pages import csrf_token, sign_in, submit
from tests.queries import count_queries

KEY = "pledge_give_way"
PAGE = f"/pledges/{KEY}"
QUERIES_LIST, QUERIES_ONE, QUERIES_CHECK = 6, 11, 2


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
    assert "btn-small" not in page  # nothing left to tap today
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
