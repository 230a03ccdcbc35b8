"""What the server writes about itself: every request has a number, and no line holds what is somebody's."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic import logs
from civic.config import ROOT
from tests.factories import PASSWORD, person
from tests.pages import sign_in

SECRETS = ("xiulan", PASSWORD, "canary-in-the-address")


def facts(records: list[logging.LogRecord]) -> list[dict[str, object]]:
    return [record.facts for record in records if record.name == "civic.request"]  # type: ignore[attr-defined]


def test_a_request_is_one_line_with_route_status_and_time(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get("/join/123456789012?from=canary-in-the-address")
    (line,) = facts(caplog.records)
    assert (line["method"], line["route"], line["status"], line["person"]) == ("GET", "/join/<code>", 404, None)
    assert isinstance(line["ms"], float)


def test_lines_name_people_by_number_only(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    who = person("xiulan")
    with caplog.at_level(logging.DEBUG, "civic"):
        sign_in(client, "xiulan")
        client.get("/me?note=canary-in-the-address")
    assert facts(caplog.records)[-1]["person"] == who.id
    written = "\n".join(logs.JsonLines().format(record) for record in caplog.records if record.name.startswith("civic"))
    assert not [secret for secret in SECRETS if secret in written]


def test_the_answer_and_the_page_of_an_error_tell_the_same_number(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    number = answer.headers[logs.HEADER]
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{10}", number)
    assert f"404-{number}" in answer.text
    assert client.get("/nowhere").headers[logs.HEADER] != number


def test_what_nobody_caught_is_told_with_its_route_and_number(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "home.help_page", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/help?token=canary-in-the-address")
    assert answer.status_code == 500
    assert answer.headers[logs.HEADER] in answer.text
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.getMessage() == "uncaught in GET /help"
    line = json.loads(logs.JsonLines().format(record))
    assert "ZeroDivisionError" in line["exception"]
    assert "canary" not in json.dumps(line)


def test_in_production_every_line_is_json(tmp_path: Path) -> None:
    program = (
        "from wsgi import app; c = app.test_client(); c.get('/healthz'); c.get('/certificates/canary-in-the-address')"
    )
    settings = {
        "CIVIC_ENV": "production",
        "SECRET_KEY": "neither short nor a published default 42",
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.db",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["route"] for line in lines if line["logger"] == "civic.request"] == [
        "/healthz",
        "/certificates/<code>",
    ]
    assert all({"at", "level", "message"} <= line.keys() for line in lines)
    assert "canary" not in done.stderr
