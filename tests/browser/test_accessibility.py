"""Every main page for everybody: nothing for axe to find, one h1, a title, its language, no scrolling sideways.

`make test` looks at every page once, and at a slice of them in other colours, sizes and words; `make looks` at each
page in each way.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from civic.accounts import service as accounts
from civic.accounts.models import Membership
from civic.config import ROOT
from civic.db import db
from civic.entries.models import Entry
from civic.seed import places
from tests.browser import steps
from tests.browser.conftest import listen, new_page
from tests.browser.stage import Site

pytestmark = pytest.mark.xdist_group("browser")

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Everything that the standard asks, and what axe calls good practice; answers what is wrong and where.
RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NARROW, USUAL = 360, 390
NOWHERE = "/nowhere"

VISITOR = [
    "/",
    "/join",
    "/join/{community}",
    "/login",
    "/activities",
    "/leaderboard?area={city}",
    "/communities/{community}",
    "/communities/{community}/announcements",
    "/communities/{community}/poster",
    "/wall/{community}",
    "/wall/{city}",
    "/rules",
    "/help",
    "/legal/privacy",
    "/outbox",
    "/style-guide",
    NOWHERE,
]
RESIDENT = [
    "/",
    "/activities",
    "/activities?q=垃圾",
    "/entries/new?activity=litter_pickup",
    "/entries",
    "/entries/{approved}",
    "/entries/{returned}",
    "/entries/{returned}/mend",
    "/leaderboard",
    "/me/statement",
    "/pledges",
    "/pledges/pledge_give_way",
    "/reading",
    "/communities/{community}",
    "/me",
    "/me/progress",
    "/me/settings",
    "/me/family",
    "/me/settings/community",
    "/me/statement?only=environment",
    "/me/statement/sheet?period=2026",
    "/notices",
    "/notices/settings",
    "/me/export",
    "/me/delete",
    "/stand-ins",
    "/outbox",
    "/logout",
]
MANAGER = [
    "/dashboard/{community}",
    "/moderation",
    "/moderation/{waiting}",
    "/moderation/{approved}",
    "/areas/{community}/announcements",
    "/areas/{community}/announcements/new",
    "/communities/{community}/focus",
    "/communities/{community}/manage",
    "/communities/{community}/members",
    "/communities/{community}/members/{member}",
    "/communities/{community}/reading",
    "/communities/{community}/stand-ins",
]
DISTRICT = ["/dashboard/{district}", "/dashboard/{district}/rows?category=reading"]
ADMIN = ["/admin/jobs", "/admin/jobs/seal", "/admin/grants"]
PAGES = [
    (login, path)
    for login, paths in (
        (None, VISITOR),
        ("resident", RESIDENT),
        ("manager", MANAGER),
        ("district", DISTRICT),
        ("admin", ADMIN),
    )
    for path in paths
]
# Enough to see every component once more in other colours, sizes and words.
SLICE = [
    (None, "/"),
    (None, "/rules"),
    ("resident", "/"),
    ("resident", "/entries/new?activity=litter_pickup"),
    ("resident", "/entries/{approved}"),
    ("resident", "/leaderboard"),
    ("resident", "/me/progress"),
    ("resident", "/me/statement"),
    ("resident", "/notices"),
    ("resident", "/me/delete"),
    ("resident", "/pledges/pledge_walker"),
    ("resident", "/reading"),
    ("manager", "/moderation"),
    ("manager", "/areas/{community}/announcements/new"),
    ("manager", "/communities/{community}/manage"),
    ("manager", "/communities/{community}/members"),
    ("district", "/dashboard/{district}"),
]
MORE = PAGES if os.environ.get("LOOKS") else SLICE
Visit = Callable[..., Page]
Theme = Literal["light", "dark"]


@pytest.fixture(scope="package")
def known(site: Site) -> dict[str, Any]:
    """What stands for the names in braces."""
    with site.app.app_context():
        resident = accounts.get_by_login("resident")

        def newest(status: str, *where: Any) -> int | None:
            wanted = select(Entry.id).where(Entry.status == status, *where).order_by(Entry.id.desc())
            return db.session.scalars(wanted).first()

        return {
            "city": places.CITY,
            "district": f"{places.CITY}01",
            "community": places.LIUQIAO,
            "approved": newest("approved", Entry.resident_id == resident.id),
            "returned": newest("returned", Entry.resident_id == resident.id),
            "member": db.session.scalar(select(Membership.id).where(Membership.person_id == resident.id)),
            "waiting": newest("pending", Entry.community_code == places.LIUQIAO),
        }


class Windows:
    """Browsers that stay open from page to page, one for each reader and kind of display."""

    def __init__(self, site: Site, browser: Browser, known: dict[str, Any]) -> None:
        self.site, self.browser, self.known = site, browser, known
        self.pages: dict[tuple[str | None, str, str], Page] = {}
        self.complaints: list[str] = []

    def visit(self, login: str | None, path: str, choice: str = "", theme: Theme = "light") -> Page:
        """Open a page as somebody; `choice` is what the links for language and size of type ask for."""
        page = self.pages.get((login, choice, theme))
        if page is None:
            viewport: ViewportSize = {"width": USUAL, "height": 844}
            page = new_page(
                self.site, self.browser, viewport=viewport, locale="zh-CN", bypass_csp=True, color_scheme=theme
            )
            if login:
                steps.sign_in(page, login)
            page.goto(f"/help?{choice}")
            listen(page, self.complaints)
            self.pages[login, choice, theme] = page
        answer = page.goto(path.format(**self.known))
        assert answer is not None
        assert answer.status == (404 if path == NOWHERE else 200), path
        return page


@pytest.fixture(scope="package")
def windows(site: Site, browser: Browser, known: dict[str, Any]) -> Iterator[Windows]:
    """All of them; closed at the end."""
    windows = Windows(site, browser, known)
    yield windows
    for page in windows.pages.values():
        page.context.close()


@pytest.fixture
def visit(windows: Windows) -> Iterator[Visit]:
    """Opens a page in one of them; what it complains about fails the test."""
    windows.complaints.clear()
    yield windows.visit
    assert not windows.complaints, "\n".join(windows.complaints)


def wrong_with(page: Page) -> list[str]:
    """What axe finds."""
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RUN_AXE)
    return found


@pytest.mark.parametrize(("login", "path"), PAGES)
def test_a_page_is_open_to_everybody(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path)
    assert wrong_with(page) == []
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert len(page.title()) > len("文明同行"), page.title()


@pytest.mark.parametrize(("login", "path"), MORE)
def test_a_page_is_open_to_everybody_in_the_dark(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path, theme="dark")
    assert wrong_with(page) == []


@pytest.mark.parametrize(("login", "path"), MORE)
def test_a_page_is_open_to_everybody_in_large_type_and_english(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path, "lang=en&type=large")
    assert wrong_with(page) == []
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(("login", "path"), MORE)
def test_large_type_on_a_narrow_phone_never_scrolls_sideways(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path, "type=large")
    page.set_viewport_size({"width": NARROW, "height": 740})
    assert page.evaluate(SIDEWAYS) <= 0
