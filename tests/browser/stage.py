"""A demo city behind a real server on this machine, and a real browser in front of it."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from civic import clock, create_app
from civic.accounts import passwords
from civic.config import ROOT, Config
from civic.db import db
from civic.seed import city

# No sandbox, because CI runs as root; the others keep Chromium from talking to anybody but our server.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


class Quiet(WSGIRequestHandler):
    """Keeps connections open as a real server does, and says nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Requests are not worth a line here."""


@dataclass(frozen=True)
class Site:
    """A running server and the application behind it."""

    url: str
    app: Flask


@contextmanager
def served_city(folder: Path, *, residents: int, weeks: int, trusted_proxies: int = 0) -> Iterator[Site]:
    """A demo city on a migrated SQLite file in `folder`, served on a free loopback port while the block runs."""
    app = create_app(
        Config(
            env="test",
            database_url=f"sqlite:///{folder / 'civic.db'}",
            secret_key="a secret for pictures and browser tests 123",
            media_url=f"file://{folder / 'media'}",
            rate_limits=False,
            trusted_proxies=trusted_proxies,
            password_cost="test",
        )
    )
    zone = app.config["CIVIC"].timezone
    with app.app_context():
        upgrade()
        city.build(residents=residents, weeks=weeks, seed=1, now=clock.now(), zone=zone)
    passwords.use_cost("test")
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", app)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        with app.app_context():
            db.engine.dispose()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium of this machine. Raises RuntimeError where there is none: nothing is passed over in silence."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def executable() -> str:
    """Where the browser is: `make test` says it, pytest alone has it looked for."""
    told = os.environ.get("CHROMIUM")
    if told:
        return told
    found = subprocess.run([ROOT / "scripts" / "browser", "--print"], capture_output=True, text=True)
    if found.returncode:
        raise RuntimeError(found.stderr.strip() or "no Chromium found")
    return found.stdout.strip()
