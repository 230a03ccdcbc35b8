"""Everything that is not as it should be is refused with a sentence at its field, and changes nothing."""

import json
import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from civic.db import db
from civic.entries.models import Entry
from tests import factories
from tests.api.bodies import act
from tests.api.conftest import Caller

KEY = "0b7d4c1e-5a55-4d2e-9a6f-2f3a1c9e8d70"
HUGE = 10**30

BAD_FIELDS: list[tuple[str, Any]] = [
    ("client_key", None),
    ("client_key", ""),
    ("client_key", "not-a-uuid"),
    ("client_key", 7),
    ("client_key", KEY[:-1] + "\x00"),
    ("client_key", KEY.replace("0", "０")),
    ("client_key", [KEY]),
    ("activity", None),
    ("activity", ""),
    ("activity", "flying"),
    ("activity", "satisfaction_survey"),  # opens later
    ("activity", "litter_pickup\x00"),
    ("activity", "Litter_Pickup"),
    ("activity", {"key": "litter_pickup"}),
    ("activity", "x" * 1_000_000),
    ("activity", "\ud800"),
    ("acted_on", None),
    ("acted_on", ""),
    ("acted_on", "2026-11-31"),
    ("acted_on", "2026-11-17"),  # eight days ago
    ("acted_on", "2026-11-26"),
    ("acted_on", "1026-11-25"),
    ("acted_on", "0000-00-00"),
    ("acted_on", "9999-12-31"),
    ("acted_on", "20261125"),
    ("acted_on", "2026-W48-3"),
    ("acted_on", "2026-11-25T00:00:00Z"),
    ("acted_on", "２０２６-11-25"),
    ("acted_on", "25.11.2026"),
    ("acted_on", 20261125),
    ("acted_on", True),
    ("quantity", None),
    ("quantity", "2"),
    ("quantity", "two"),
    ("quantity", True),
    ("quantity", 2.0),
    ("quantity", 1.5),
    ("quantity", 0),
    ("quantity", -1),
    ("quantity", 7),
    ("quantity", HUGE),
    ("quantity", -HUGE),
    ("quantity", 1e300),
    ("quantity", [2]),
    ("quantity", {}),
    ("note", 5),
    ("note", ["a"]),
    ("note", "a\x00b"),
    ("note", "\udfff"),
    ("note", "字" * 1001),
    ("note", "x" * 1_000_000),
    ("title", 5),
    ("title", "书" * 121),
    ("answers", "pavement"),
    ("answers", [1]),
    ("answers", ["pavement", None]),
    ("answers", ["nothing_like_it"]),
    ("answers", {"pavement": True}),
    # Never from a request: what only the application decides.
    ("points", 30),
    ("status", "approved"),
    ("id", 1),
    ("resident_id", 1),
    ("community_code", factories.FAR_COMMUNITY),
    ("rule_version", 2),
    ("submitted_at", "2026-11-25T02:05:00Z"),
    ("photo", ["aGVsbG8="]),
    ("x" * 500, 1),
    ("\ud800", 1),
]

BAD_BODIES: list[tuple[bytes, int]] = [
    (b"", 422),
    (b"{}", 422),
    (b"[]", 422),
    (b"null", 422),
    (b"3", 422),
    (b'"text"', 422),
    (b"{", 400),
    (b"{'quantity': 2}", 400),
    (b'{"quantity": NaN}', 400),
    (b'{"quantity": 2, "quantity": 3}', 400),
    (b"\xff\xfe\x00", 400),
    (b"[" * 100_000, 400),
    (b'{"quantity": ' + b"9" * 10_000 + b"}", 400),
    (b'{"note": "' + b"x" * 2_000_000 + b'"}', 413),
]


@pytest.fixture
def phone(app: Flask) -> Iterator[Caller]:
    """A member's program, and the certainty that nothing was stored."""
    yield Caller(app, factories.person())
    assert db.session.query(Entry).count() == 0


def _assert_problem(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text[:500]
    assert answer.mimetype == "application/problem+json"
    assert (answer.json["type"], answer.json["status"]) == ("about:blank", status)
    assert answer.json["title"]
    assert answer.json["detail"]


@pytest.mark.one_engine
def test_a_bad_field_is_refused_where_it_stands(phone: Caller) -> None:
    for field, value in BAD_FIELDS:
        body = act(**{field: value})
        raw = json.dumps(body, ensure_ascii=True)
        answer = phone.post("/entries", data=raw, content_type="application/json")
        _assert_problem(answer, 422)
        assert list(answer.json["errors"]) == [field[:80]], (field, str(value)[:50], answer.json)
        assert all(answer.json["errors"][field[:80]])


def test_what_a_database_might_stumble_over_is_refused_on_both(phone: Caller) -> None:
    for field, value in BAD_FIELDS:
        if value in (HUGE, -HUGE, 1e300) or "\x00" in str(value) or "\ud800" in str(value) or "-" in str(value):
            raw = json.dumps(act(**{field: value}))
            _assert_problem(phone.post("/entries", data=raw, content_type="application/json"), 422)


@pytest.mark.one_engine
def test_a_bad_body_is_refused(phone: Caller) -> None:
    for raw, status in BAD_BODIES:
        _assert_problem(phone.post("/entries", data=raw, content_type="application/json"), status)


@pytest.mark.one_engine
def test_all_that_is_wrong_is_said_at_once(phone: Caller) -> None:
    answer = phone.post("/entries", {"quantity": "3", "acted_on": "soon", "points": 9})
    assert set(answer.json["errors"]) == {"client_key", "activity", "acted_on", "quantity", "points"}


@pytest.mark.one_engine
def test_unknown_fields_are_noted_by_name_and_never_by_value(phone: Caller, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        phone.post("/entries", {**act(), "points": "a secret", "line\nbreak": 1})
    assert "points" in caplog.text
    assert "a secret" not in caplog.text
    assert "line\nbreak" not in caplog.text


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": "２"}, "quantity"),
        ({"quantity": "2.0"}, "quantity"),
        ({"quantity": " 2"}, "quantity"),
        ({"quantity": ["2", "3"]}, "quantity"),
        ({"note": ["a", "b"]}, "note"),
        ({"points": "3"}, "points"),
        ({"photo": "aGVsbG8="}, "photo"),
        ({"quantity": None}, "quantity"),
    ],
)
def test_a_form_is_read_as_strictly(phone: Caller, changed: dict[str, Any], field: str) -> None:
    answer = phone.post("/entries", data=act(**changed), content_type="multipart/form-data")
    _assert_problem(answer, 422)
    assert list(answer.json["errors"]) == [field]


@pytest.mark.one_engine
def test_a_file_in_another_field_is_refused(phone: Caller) -> None:
    answer = phone.post("/entries", data={**act(), "avatar": (BytesIO(b"x"), "a.jpg")})
    _assert_problem(answer, 422)
    assert list(answer.json["errors"]) == ["avatar"]


@pytest.mark.one_engine
def test_five_photos_are_one_too_many(phone: Caller) -> None:
    answer = phone.post("/entries", data={**act(), "photo": [(BytesIO(b"x"), "a.jpg") for _ in range(5)]})
    _assert_problem(answer, 422)
    assert list(answer.json["errors"]) == ["photo"]


@pytest.mark.one_engine
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_other_formats_are_not_taken(phone: Caller, content_type: str) -> None:
    _assert_problem(phone.post("/entries", data="activity=litter_pickup", content_type=content_type), 415)


BAD_PERIODS = (
    "2025-W53", "2026-W00", "2026-13", "2026-00", "2026-Q5", "２０２６-11", "2026-1", "2026--2028", "2024-2026", "0000",
    "99999", "week", "2026-11\x00", "2026-W48 ", "-1", "2026-11-25",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/me/statement", "/leaderboard"])
def test_a_period_that_does_not_exist_is_refused(phone: Caller, path: str) -> None:
    for period in BAD_PERIODS:
        answer = phone.get(path, period=period)
        _assert_problem(answer, 422)
        assert list(answer.json["errors"]) == ["period"]


def test_a_period_to_come_is_empty(phone: Caller) -> None:
    assert phone.get("/me/statement", period="2031-W01").json["lines"] == []
    assert phone.get("/leaderboard", period="9994").json["rows"] == []


BAD_QUERIES: list[tuple[str, dict[str, str], int]] = [
    ("/areas", {"parent": "1"}, 404),
    ("/areas", {"parent": "９９０１"}, 404),
    ("/areas", {"parent": "9902"}, 404),
    ("/areas", {"parent": "9901\x00"}, 422),
    ("/areas", {"parent": "9901", "after": "\x00"}, 422),
    ("/areas", {"q": "\x00"}, 422),
    ("/areas", {"q": "桐花", "skip": "-1"}, 422),
    ("/areas", {"q": "桐花", "skip": "１"}, 422),
    ("/areas", {"q": "桐花", "skip": "999999999999"}, 422),
    ("/areas", {"q": "桐花", "parent": "9902"}, 404),
    ("/entries", {"status": "lost"}, 422),
    ("/entries", {"before": "x"}, 422),
    ("/entries", {"before": str(HUGE)}, 422),
    ("/entries/1", {}, 404),
    ("/entries/0", {}, 404),
    ("/entries/999999999999999999", {}, 404),
    (f"/entries/{HUGE}", {}, 404),
    ("/entries/１", {}, 404),
    ("/entries/x", {}, 404),
    ("/leaderboard", {"area": "1"}, 404),
    ("/leaderboard", {"area": "9902"}, 404),
    ("/leaderboard", {"area": "9901\x00"}, 422),
    ("/leaderboard", {"area": "9901", "of": "residents"}, 404),
    ("/leaderboard", {"area": "9901", "of": "teams", "kind": "gang"}, 404),
    ("/leaderboard", {"area": "9901", "of": "nonsense"}, 404),
    ("/leaderboard", {"area": "9901", "page": "0"}, 404),
    ("/leaderboard", {"area": "9901", "page": "１"}, 404),
    ("/moderation/queue", {}, 403),
    ("/nowhere", {}, 404),
]


def test_a_bad_address_is_refused(phone: Caller) -> None:
    for path, query, status in BAD_QUERIES:
        _assert_problem(phone.get(path, **query), status)


BAD_DECISIONS: list[tuple[Any, int, str | None]] = [
    ({}, 422, "decision"),
    ({"decision": "delete"}, 422, "decision"),
    ({"decision": None}, 422, "decision"),
    ({"decision": True}, 422, "decision"),
    ({"decision": "Approve"}, 422, "decision"),
    ({"decision": "return"}, 422, "reason"),
    ({"decision": "reject", "reason": ""}, 422, "reason"),
    ({"decision": "reject", "reason": " \u200b\n"}, 422, "reason"),
    ({"decision": "reject", "reason": 7}, 422, "reason"),
    ({"decision": "reject", "reason": "a\x00b"}, 422, "reason"),
    ({"decision": "reject", "reason": "\ud83d"}, 422, "reason"),
    ({"decision": "reject", "reason": "字" * 1001}, 422, "reason"),
    ({"decision": "approve", "points": 30}, 422, "points"),
    ({"decision": "undo"}, 409, None),
    ({"decision": "reverse", "reason": "不对"}, 409, None),
    ([], 422, "body"),
]


def test_a_bad_decision_is_refused_and_decides_nothing(app: Flask) -> None:
    entry, desk = factories.log(factories.person()), Caller(app, factories.staff())
    for body, status, field in BAD_DECISIONS:
        raw = json.dumps(body)
        answer = desk.post(f"/moderation/{entry.id}/decision", data=raw, content_type="application/json")
        _assert_problem(answer, status)
        assert field is None or list(answer.json["errors"]) == [field], (body, answer.json)
    assert factories.statuses(entry) == ["pending"]
    _assert_problem(desk.post(f"/moderation/{HUGE}/decision", {"decision": "approve"}), 404)
    _assert_problem(desk.post("/moderation/999999999/decision", {"decision": "approve"}), 404)
    for cursor in ("x", "1", "1-2-3", "-1-1", "１-1", "9" * 18 + "-1", "1-" + "9" * 19):
        _assert_problem(desk.get("/moderation/queue", after=cursor), 422)
