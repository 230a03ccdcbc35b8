"""Holding entries over the API, so that two managers never look at the same one."""

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import Callers
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, TODAY, log, person, staff


def body(answer: TestResponse) -> dict[str, Any]:
    assert answer.json is not None
    return answer.json


def held(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in body(answer)["items"]]


def test_two_managers_hold_different_entries_and_a_decision_on_anothers_is_refused(caller: Callers) -> None:
    who = person()
    waiting = [log(who, acted_on=TODAY - timedelta(days=days)) for days in range(4)]
    one, other = caller(staff()), caller(staff())
    asked = {"area": COMMUNITY, "count": 2}
    first = one.post("/moderation/claims", json=asked)
    mine, theirs = held(first), held(other.post("/moderation/claims", json=asked))
    assert body(first)["until"].startswith(f"{NOW + timedelta(minutes=10):%Y-%m-%dT%H:%M}")
    assert len({*mine, *theirs}) == len(waiting)
    assert held(one.post("/moderation/claims", json=asked)) == mine, "mine again first"
    refused = other.post(f"/moderation/{mine[0]}/decision", json={"decision": "approve"})
    assert (refused.status_code, refused.mimetype) == (409, "application/problem+json")
    assert one.post(f"/moderation/{mine[0]}/decision", json={"decision": "approve"}).status_code == 200


@pytest.mark.parametrize("count", [0, 51, -1, "two", None])
def test_a_number_that_is_none_is_refused(caller: Callers, count: object) -> None:
    answer = caller(staff()).post("/moderation/claims", json={"area": COMMUNITY, "count": count})
    assert answer.status_code == 422


def test_outside_the_grant_there_is_nothing_to_hold(caller: Callers) -> None:
    log(person())
    asked = {"area": COMMUNITY, "count": 1}
    assert (
        caller(staff(area=FAR_COMMUNITY, community=COMMUNITY)).post("/moderation/claims", json=asked).status_code == 404
    )
    assert caller().post("/moderation/claims", json=asked).status_code == 401
    assert caller(person()).post("/moderation/claims", json=asked).status_code == 403
