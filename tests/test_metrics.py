"""/metrics: who may read it, and that its figures are those of the city."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from civic import clock, metrics
from civic.schedule import JOBS, run_until
from tests.factories import NOW, PASSWORD, TODAY, log, person
from tests.pages import sign_in
from tests.queries import count_queries

TOKEN = "read by the monitoring only"
QUERIES = 1 + 5 * len(JOBS)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


@pytest.fixture
def token(app: Flask) -> Iterator[str]:
    app.config["CIVIC"] = replace(before := app.config["CIVIC"], metrics_token=TOKEN)
    yield TOKEN
    app.config["CIVIC"] = before


def figures(client: FlaskClient) -> dict[str, float]:
    """Every figure without labels."""
    found = text_string_to_metric_families(client.get("/metrics").text)
    return {sample.name: sample.value for family in found for sample in family.samples if not sample.labels}


def test_it_tells_what_waits_and_what_is_late(client: FlaskClient) -> None:
    who = person("xiulan")
    log(who, acted_on=TODAY - timedelta(days=3), now=NOW - timedelta(hours=50))
    log(who, now=NOW - timedelta(hours=1))
    told = figures(client)
    assert told["civic_database_up"] == 1
    assert (told["civic_entries_waiting"], told["civic_entries_overdue"]) == (2, 1)
    assert told["civic_entries_oldest_wait_seconds"] == 50 * 3600
    assert told["civic_jobs_late"] > 0
    list(run_until(NOW))
    assert figures(client)["civic_jobs_late"] == 0


def test_requests_are_counted_by_route_never_by_address(client: FlaskClient) -> None:
    client.get("/join/canary123")
    text = client.get("/metrics").text
    assert 'civic_requests_total{method="GET",route="/join/<code>",status="404"}' in text
    assert "canary" not in text


def test_no_person_is_in_it(client: FlaskClient) -> None:
    who = person("xiulan")
    log(who)
    sign_in(client, "xiulan")
    text = client.get("/metrics").text
    assert not [word for word in ("xiulan", PASSWORD, str(who.id), who.name) if word in text]


def test_a_stranger_finds_nothing(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert client.get("/metrics", headers={header: "192.0.2.7"}).status_code == 404, header


def test_the_token_opens_it_from_anywhere(client: FlaskClient, token: str) -> None:
    far = {"REMOTE_ADDR": "192.0.2.7"}
    for given, status in ((token, 200), (token[:-1], 404), ("", 404)):
        headers = {"Authorization": f"Bearer {given}"}
        assert client.get("/metrics", headers=headers, environ_base=far).status_code == status
    assert client.get("/metrics", environ_base=far).status_code == 404


def test_it_says_so_when_the_database_is_away(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_self: object) -> Iterator[object]:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(metrics._City, "_entries", away)
    told = figures(client)
    assert told["civic_database_up"] == 0
    assert "civic_entries_waiting" not in told


def test_it_costs_one_question_about_entries_and_a_few_for_each_job(client: FlaskClient) -> None:
    log(person("xiulan"))
    with count_queries() as queries:
        client.get("/metrics")
    assert queries.total <= QUERIES
