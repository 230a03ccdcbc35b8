"""What a phone fetches from a real server: all that the first page asks for with its worker, and what later ones do.

Pages are counted as a proxy packs them; files as they come (docs/performance.md).
"""

import gzip

import pytest
from playwright.sync_api import Browser, Response

from tests.browser import steps
from tests.browser.conftest import PHONE, new_page
from tests.browser.stage import Site

pytestmark = pytest.mark.xdist_group("browser")

KILOBYTE = 1024
FIRST_LOAD, LATER_PAGE = 90 * KILOBYTE, 15 * KILOBYTE
LATER = ("/entries/new?activity=litter_pickup", "/leaderboard", "/me/statement", "/communities/991701001001", "/")
MARKS = ("text/html", "application/json", "manifest")


def packed(response: Response) -> int:
    """Bytes on the way."""
    kind = response.headers.get("content-type", "")
    if response.request.resource_type != "document" and not any(mark in kind for mark in MARKS):
        return int(response.headers.get("content-length", 0)) or len(response.body())
    return len(gzip.compress(response.body()))


def test_the_first_load_and_later_pages_keep_within_their_budgets(site: Site, browser: Browser) -> None:
    page = new_page(site, browser, **{**PHONE, "service_workers": "block"})
    fetched: list[Response] = []
    page.context.on("response", lambda response: fetched.append(response))
    try:
        page.goto("/login", wait_until="networkidle")
        first = sum(packed(response) for response in fetched)
        worker = page.request.get("/sw.js", headers={"Accept-Encoding": "gzip"})
        assert 20 * KILOBYTE < first + len(gzip.compress(worker.body())) <= FIRST_LOAD
        assert any(response.url.endswith(".css") for response in fetched)
        steps.sign_in(page, "resident")
        for path in LATER:
            fetched.clear()
            page.goto(path, wait_until="networkidle")
            sizes = {response.url: packed(response) for response in fetched if not response.from_service_worker}
            assert any(url.endswith(path) for url in sizes), sizes
            pages = sum(size for url, size in sizes.items() if "/static/" not in url and "/photos/" not in url)
            assert pages <= LATER_PAGE, sizes
    finally:
        page.context.close()
