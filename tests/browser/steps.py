"""What people do on pages, in the words of the pages. Works with script and without."""

import itertools
import re

from playwright.sync_api import FilePayload, Page, expect

from civic.seed.people import PASSWORD
from tests.media.pictures import exif, jpeg

CANARY = "this camera is mine"
LITTER = "捡拾垃圾"
_photos = itertools.count()


def photo() -> FilePayload:
    """Another photo of a phone held upright, which stores it lying and writes down who took it and where."""
    taken = jpeg((640 + 16 * next(_photos), 480), exif=exif(6, canary=CANARY))
    return {"name": "bags.jpg", "mimeType": "image/jpeg", "buffer": taken}


def sign_in(page: Page, login: str, to: str = "/") -> None:
    """Open a page that asks who one is, and say so."""
    page.goto(to if to != "/" else "/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).not_to_have_url(re.compile("/login"))


def join(page: Page, code: str, name: str, login: str) -> None:
    """From the poster to one's own home page."""
    page.goto(f"/communities/{code}/poster")
    page.goto(page.locator(".poster-address span").inner_text())
    page.locator("[name=name]").fill(name)
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="加入", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def open_litter_form(page: Page) -> None:
    """By the tab in the middle, then the activity."""
    page.get_by_role("link", name="记一笔").and_(page.locator(":visible")).first.click()
    page.locator("a[href*='activity=litter_pickup']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LITTER)


def send(page: Page, label: str) -> None:
    """Send the form of this page."""
    page.get_by_role("button", name=label, exact=True).click()


def entry_address(page: Page) -> str:
    """The path of the entry that is shown."""
    found = re.search(r"/entries/\d+", page.url)
    assert found, page.url
    return found[0]


def open_waiting(page: Page, entry: str) -> None:
    """Choose an entry in the queue."""
    page.goto(f"/moderation?entry={entry.rpartition('/')[2]}")


def decide(page: Page, verdict: str, words: str = "") -> None:
    """Decide on the entry that is shown, with words of one's own where they are due."""
    button = page.locator(f"button[name=decision][value={verdict}]")
    if words:
        page.get_by_role("radio", name="自己写一句").check()
        page.locator("form").filter(has=button).locator("[name=reason]").fill(words)
    button.click()


def undo(page: Page) -> None:
    """Take the last decision back."""
    page.locator("form:has([name=decision][value=undo]) button").first.click()


def statement(page: Page) -> tuple[int, int, int]:
    """What stood before, what was added, what stands, as the statement says."""
    page.goto("/me/statement")
    figures = page.locator(".passbook-sum dd")
    expect(figures).to_have_count(3)
    opening, change, closing = (int(text.replace(",", "")) for text in figures.all_inner_texts())
    minus = page.locator(".passbook-sign").first.inner_text() == "−"
    return opening, -change if minus else change, closing
