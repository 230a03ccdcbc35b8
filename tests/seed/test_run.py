"""`scripts/run`, which `make run` calls: it starts in seconds on a city that is there, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from civic.db import db
from civic.seed import city
from tests.conftest import SqliteBench
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 60

pytestmark = pytest.mark.xdist_group("run")


def run(**environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        ["scripts/run"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until_it_answers(port: int, process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"it does not answer: {process.communicate()}")


def test_a_taken_port_is_told_in_one_line_before_anything_is_made() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = run(PORT=str(port), DATABASE_URL="sqlite:////nowhere/at/all.db")
        out, err = process.communicate(timeout=MOST_SECONDS)
    assert (process.returncode, out) == (1, "")
    assert err.startswith(f"run: port {port} is taken")
    assert err.count("\n") == 1


@pytest.mark.parametrize("wrong", ["abc", "0", "70000", "８０００"])
def test_a_port_that_is_none_is_told_in_one_line(wrong: str) -> None:
    process = run(PORT=wrong)
    _out, err = process.communicate(timeout=MOST_SECONDS)
    assert process.returncode == 1
    assert err == f"run: PORT must be a number from 1 to 65535, not {wrong}\n"


@pytest.fixture(scope="module")
def url(sqlite_bench: SqliteBench) -> str:
    """The address of a small city that is there."""
    sqlite_bench.reset()
    with sqlite_bench.app.app_context():
        city.build(residents=40, weeks=1, seed=1, now=datetime.now(UTC), zone=ZoneInfo("Asia/Shanghai"))
        return db.engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_the_accounts_serves_and_stops_whole(url: str, tmp_path: Path, ending: signal.Signals) -> None:
    port = free_port()
    process = run(PORT=str(port), DATABASE_URL=url, MEDIA_URL=f"file://{tmp_path}", CIVIC_ENV="development")
    wait_until_it_answers(port, process)
    # Ctrl-C reaches everything in the terminal at once.
    os.killpg(process.pid, ending)
    out, err = process.communicate(timeout=MOST_SECONDS)
    assert process.returncode == 0, err
    assert f"http://127.0.0.1:{port}" in out
    assert "Traceback" not in err
    with socket.socket() as again:
        assert again.connect_ex(("127.0.0.1", port)) != 0
