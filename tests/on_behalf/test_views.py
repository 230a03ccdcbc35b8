"""The pages of 代录: the list, the sheet, the slips, and "not me" by whoever holds one."""

import io
import re
from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.on_behalf import service
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, staff
from tests.media.pictures import jpeg
from tests.pages import sign_in, submit
from tests.queries import count_queries

BASE = f"/communities/{COMMUNITY}/on-behalf"
QUERIES_PAGE, QUERIES_SHEET = 10, 7


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(client: FlaskClient) -> Person:
    found = staff()
    staff(area=OTHER_COMMUNITY)
    sign_in(client, found.login or "")
    return found


def row(place: int, code: str, who: int, **wrong: object) -> dict[str, object]:
    """What a browser sends for one slip."""
    said = {
        "code": code,
        "person": str(who),
        "activity": "litter_pickup",
        "acted_on": TODAY.isoformat(),
        "quantity": "1",
    }
    sent: dict[str, object] = {f"rows-{place}-{name}": value for name, value in (said | wrong).items()}
    return sent | {f"rows-{place}-photo": (io.BytesIO(jpeg((320, 240))), "slip.jpg")}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_list_to_not_me(client: FlaskClient, manager: Person, lang: str) -> None:
    assert client.get(f"{BASE}?lang={lang}").status_code == 200
    assert submit(client, BASE, {"name": "桥边老人"}, form="/people").status_code == 303
    assert submit(client, f"{BASE}/sheet", {}).status_code == 303
    sheet = client.get(f"{BASE}/sheet").text
    codes = [slip.code for slip in service.sheet_of(COMMUNITY)]
    assert sheet.count("data:image/svg+xml") == 8
    (who,) = service.helped(COMMUNITY)
    sent = row(0, codes[0], who.id) | row(1, "WRONGCOD", who.id, note="写错了码")
    answer = submit(client, BASE, sent, form=BASE)
    assert answer.status_code == 422, "one of two was wrong"
    assert 'value="WRONGCOD"' in answer.text
    assert "写错了码" in answer.text
    assert codes[0] not in re.findall(r'name="rows-0-code"[^>]*value="([^"]*)"', answer.text)
    ((_slip, entry),) = service.typed_lately(COMMUNITY)
    assert entry.status == "held"
    client.delete_cookie("civic")
    page = client.get(f"/slip/{codes[0].lower()}?lang={lang}")
    assert page.status_code == 200
    assert "桥边老人" not in page.text
    assert submit(client, f"/slip/{codes[0]}", {}).status_code == 303
    assert service.find_slip(codes[0])[0].disowned_at == NOW
    assert client.get(f"/slip/{codes[1]}").status_code == 404


def test_a_row_without_a_photo_or_a_day_is_told_what_is_missing(client: FlaskClient, manager: Person) -> None:
    submit(client, BASE, {"name": "桥边老人"}, form="/people")
    submit(client, f"{BASE}/sheet", {})
    (who,), codes = service.helped(COMMUNITY), [slip.code for slip in service.sheet_of(COMMUNITY)]
    bare = row(0, codes[0], who.id)
    del bare["rows-0-photo"]
    answer = submit(client, BASE, bare | row(1, codes[1], who.id, acted_on="soon"), form=BASE)
    assert answer.status_code == 422
    assert "拍一张这张纸条" in answer.text
    assert "日子和数量都要写" in answer.text
    assert service.typed_lately(COMMUNITY) == []


def test_codes_are_not_to_be_guessed(client: FlaskClient) -> None:
    answers = [client.get(f"/slip/GUESS{number:03}").status_code for number in range(22)]
    assert answers[:20] == [404] * 20
    assert answers[20:] == [429, 429]


def test_it_is_for_managers_of_that_community(client: FlaskClient, manager: Person) -> None:
    assert client.get(f"/communities/{FAR_COMMUNITY}/on-behalf").status_code == 403
    assert client.get("/communities/990102001/on-behalf").status_code == 404


def test_the_pages_cost_the_same_however_many_there_are(client: FlaskClient, manager: Person) -> None:
    for number in range(6):
        submit(client, BASE, {"name": f"老人{number}"}, form="/people")
    submit(client, f"{BASE}/sheet", {})
    for path, most in ((BASE, QUERIES_PAGE), (f"{BASE}/sheet", QUERIES_SHEET)):
        with count_queries() as queries:
            client.get(path)
        assert queries.total <= most, str(queries)
