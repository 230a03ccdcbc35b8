"""A wrong setting is refused in one line on stderr, by the web server and by every command, and nothing starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from civic.config import ROOT

GOOD = {"CIVIC_ENV": "production", "SECRET_KEY": "neither short nor a published default 42"}
WRONG = {
    "SECRET_KEY": "too short",
    "RATE_LIMITS": "off",
    "DATABASE_URL": "mysql://somebody:secret@host/name",
    "MEDIA_URL": "ftp://host/photos",
    "CITY_TIMEZONE": "Mars/Olympus",
}
BIN = Path(sys.executable).parent
SERVER = [str(BIN / "gunicorn"), "-b", "127.0.0.1:0", "wsgi:app"]
COMMAND = [str(BIN / "flask"), "catalogue", "check"]


@pytest.mark.parametrize("name", WRONG)
def test_a_command_refuses_it(name: str) -> None:
    _refused_in_one_line(COMMAND, name)


@pytest.mark.parametrize("name", ["SECRET_KEY", "MEDIA_URL"])
def test_the_web_server_refuses_it(name: str) -> None:
    _refused_in_one_line(SERVER, name)


def _refused_in_one_line(command: list[str], name: str) -> None:
    settings = {**os.environ, **GOOD, name: WRONG[name]}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("civic: ")
    assert name in done.stderr
    assert "secret@host" not in done.stderr
