"""The pages of holds, appeals and reviews: what a reviewer sees, and what not."""

from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts import grants
from civic.accounts.models import Person
from civic.db import transaction
from civic.entries.models import Entry
from tests.factories import NOW, OTHER_COMMUNITY, decide, log, person, staff
from tests.pages import csrf_token, sign_in, submit
from tests.queries import count_queries

WORDS = "照片里就是我，河边的那一段。"
QUERIES_LIST, QUERIES_REVIEW = 6, 12


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rejected(client: FlaskClient) -> Entry:
    """An entry of 秀兰's that was rejected, with somebody near who may review it."""
    who, manager = person("xiulan", name="秀兰"), staff()
    entry = decide(log(who, note="北岸码头"), "reject", manager, words="照片看不清")
    neighbour = person("neighbour", name="邻家的")
    with_grant(neighbour)
    return entry


def with_grant(who: Person) -> None:
    with transaction():
        grants.grant(who, "community_manager", OTHER_COMMUNITY, NOW)


def again(client: FlaskClient, login: str) -> None:
    client.delete_cookie("civic")
    sign_in(client, login)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_appeal_both_ways_by_pages(client: FlaskClient, rejected: Entry, lang: str) -> None:
    sign_in(client, "xiulan")
    entry_id, own = rejected.id, f"/entries/{rejected.id}"
    page = client.get(f"{own}?lang={lang}").text
    assert f'action="{own}/appeal"' in page
    refused = submit(client, own, {"words": "不对"}, form="/appeal")
    assert refused.status_code == 422
    assert "不对" in refused.text
    assert submit(client, own, {"words": WORDS}, form="/appeal").status_code == 303
    page = client.get(own).text
    assert "/appeal" not in page
    again(client, "neighbour")
    assert "/moderation/reviews" in client.get("/moderation").text
    assert f'href="/moderation/reviews/{entry_id}"' in client.get("/moderation/reviews").text
    page = client.get(f"/moderation/reviews/{entry_id}").text
    assert WORDS in page
    assert "照片看不清" in page
    assert "秀兰" not in page
    refused = submit(client, f"/moderation/reviews/{entry_id}", {"decision": "reject"})
    assert refused.status_code == 422
    done = submit(client, f"/moderation/reviews/{entry_id}", {"decision": "approve"})
    assert done.status_code == 303
    assert client.get(f"/moderation/reviews/{entry_id}").status_code == 404
    again(client, "xiulan")
    assert client.get(own).status_code == 200


def test_a_review_and_its_photos_are_for_whoever_was_given_it(client: FlaskClient, rejected: Entry) -> None:
    sign_in(client, "xiulan")
    submit(client, f"/entries/{rejected.id}", {"words": WORDS}, form="/appeal")
    other = person("other")
    with_grant(other)
    again(client, "other")
    path = f"/moderation/reviews/{rejected.id}"
    assert client.get(path).status_code == 404
    sent = {"decision": "approve", "csrf_token": csrf_token(client, "/me/settings")}
    assert client.post(path, data=sent).status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_manager_holds_an_entry_and_its_resident_reads_why(client: FlaskClient, lang: str) -> None:
    who, manager = person("xiulan"), staff()
    entry = log(who)
    sign_in(client, manager.login or "")
    page = f"/moderation/{entry.id}"
    assert submit(client, page, {"why": "nonsense"}, form="/hold").status_code == 303
    assert submit(client, page, {"why": "kin"}, form="/hold").status_code == 303
    assert client.get(page).status_code == 200
    again(client, "xiulan")
    words = {"zh": "核对的人和你相熟", "en": "knows you well"}[lang]
    assert words in client.get(f"/entries/{entry.id}?lang={lang}").text
    assert client.get("/notices").status_code == 200


def test_over_the_api_too(client: FlaskClient, rejected: Entry) -> None:
    sign_in(client, "xiulan")
    headers = {"X-CSRFToken": csrf_token(client, "/me/settings")}
    path = f"/api/v1/entries/{rejected.id}/appeal"
    short = client.post(path, json={"reason": "不对"}, headers=headers)
    assert (short.status_code, short.mimetype) == (422, "application/problem+json")
    done = client.post(path, json={"reason": WORDS}, headers=headers)
    assert done.status_code == 200
    assert done.json is not None
    assert done.json["status"] == "appealed"
    assert client.post(path, json={"reason": WORDS}, headers=headers).status_code == 409
    again(client, "neighbour")
    headers = {"X-CSRFToken": csrf_token(client, "/me/settings")}
    decision = f"/api/v1/moderation/{rejected.id}/decision"
    done = client.post(decision, json={"decision": "approve"}, headers=headers)
    assert done.status_code == 200
    assert done.json is not None
    assert done.json["status"] == "approved"


def test_the_pages_cost_the_same_however_much_there_is(client: FlaskClient, rejected: Entry) -> None:
    sign_in(client, "xiulan")
    submit(client, f"/entries/{rejected.id}", {"words": WORDS}, form="/appeal")
    again(client, "neighbour")
    for path, most in (("/moderation/reviews", QUERIES_LIST), (f"/moderation/reviews/{rejected.id}", QUERIES_REVIEW)):
        with count_queries() as queries:
            client.get(path)
        assert queries.total <= most, str(queries)
