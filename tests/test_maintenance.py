"""Maintenance: every page says so kindly, nothing asks the database, supervisors hear as before."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import person
from tests.pages import sign_in
from tests.queries import count_queries


@pytest.fixture(autouse=True)
def file(app: Flask, tmp_path: Path) -> Iterator[Path]:
    app.config["CIVIC"] = replace(before := app.config["CIVIC"], maintenance_file=tmp_path / "instance" / "maintenance")
    yield tmp_path / "instance" / "maintenance"
    app.config["CIVIC"] = before


def command(app: Flask, word: str) -> str:
    result = app.test_cli_runner().invoke(args=["maintenance", word])
    assert result.exit_code == 0
    return result.stdout


def test_it_begins_and_ends_with_a_command(app: Flask, client: FlaskClient, file: Path) -> None:
    assert client.get("/help").status_code == 200
    assert command(app, "on") == "maintenance: on\n"
    answer = client.get("/help")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    assert "一会儿就回来" in answer.text
    assert "back soon" in client.get("/help?lang=en").text
    command(app, "off")
    assert client.get("/help").status_code == 200
    command(app, "off")  # nothing to end is no failure


def test_nothing_is_asked_of_the_database_and_nothing_is_written(app: Flask, client: FlaskClient, file: Path) -> None:
    person("xiulan")
    sign_in(client, "xiulan")
    command(app, "on")
    with count_queries() as queries:
        assert client.get("/").status_code == 503
        assert client.post("/entries", data={"activity": "litter_pickup"}).status_code == 503
    assert queries.total == 0


def test_programs_hear_it_as_a_problem(app: Flask, client: FlaskClient, file: Path) -> None:
    command(app, "on")
    answer = client.post("/api/v1/entries", json={})
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.json is not None
    assert answer.json["status"] == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/robots.txt", "/sw.js"])
def test_supervisors_and_phones_hear_as_before(app: Flask, client: FlaskClient, path: str) -> None:
    command(app, "on")
    assert client.get(path).status_code == 200
