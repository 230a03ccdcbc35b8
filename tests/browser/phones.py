"""Phones whose storage outlives the browser, and looking at what a phone keeps and what the server got."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from civic import clock
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries.models import Entry
from civic.entries.service import with_photos
from civic.seed import places
from civic.seed.people import PASSWORD
from tests.browser import steps
from tests.browser.stage import FLAGS, Site, executable

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}
LITTER = "/entries/new?activity=litter_pickup"
PATIENCE = 15_000  # milliseconds
NETWORK = ("Failed to load resource", "when fetching the script")  # what a browser says where there is none
# Copies are made three seconds after a page, so that nobody waits for them; nobody here does anything else meanwhile.
HURRY = """(() => {
  const later = window.setTimeout;
  window.setTimeout = (what, wait, ...rest) => later(what, wait === 3000 ? 30 : wait, ...rest);
})();"""
EVERYTHING = """async () => {
  const db = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("civic-outbox");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const all = (name) => new Promise((resolve) => {
    if (!db.objectStoreNames.contains(name)) return resolve([]);
    const asked = db.transaction(name).objectStore(name).getAll();
    asked.onsuccess = () => resolve(asked.result);
  });
  const [items, photos] = [await all("items"), await all("photos")];
  db.close();
  const sizes = (shots) => shots.map((one) => [one.type, one.bytes.byteLength]);
  return { items, photos: photos.map((one) => [one.key, sizes(one.photos)]) };
}"""
COPIES = "async () => (await (await caches.open('copies')).keys()).map((one) => one.url)"

_numbers = itertools.count(1)


@contextmanager
def phone(site: Site, browser: Browser, folder: Path, **settings: Any) -> Iterator[BrowserContext]:
    """A phone that keeps its storage in a folder, so that it can be closed and opened again. Errors of scripts fail."""
    context = browser.browser_type.launch_persistent_context(
        folder, executable_path=executable(), args=list(FLAGS), base_url=site.url, **{**PHONE, **settings}
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(HURRY)
    complaints: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in NETWORK):
            complaints.append(message.text)

    context.on("console", said)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    try:
        yield context
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def member(site: Site, name: str = "林秀兰") -> Person:
    """Somebody new, with the password that everybody has."""
    with site.app.app_context(), transaction():
        person = accounts.add_person(
            login=f"phone{next(_numbers)}",
            password=PASSWORD,
            name=name,
            community_code=places.LIUQIAO,
            now=clock.now(),
            zone=site.app.config["CIVIC"].timezone,
        )
        db.session.flush()
        db.session.expunge(person)
        return person


def entries_of(site: Site, person: Person) -> list[Entry]:
    """What the server has of somebody, in the order it came, photos loaded."""
    with site.app.app_context():
        return list(db.session.scalars(with_photos().where(Entry.resident_id == person.id).order_by(Entry.id)))


def today(site: Site) -> date:
    """The city's day."""
    return clock.today(site.app.config["CIVIC"].timezone)


def kept(page: Page) -> list[dict[str, Any]]:
    """The lines in the phone's own database."""
    items: list[dict[str, Any]] = page.evaluate(EVERYTHING)["items"]
    return items


def kept_photos(page: Page) -> dict[str, list[tuple[str, int]]]:
    """Type and size of the photos in the phone's own database."""
    return dict(page.evaluate(EVERYTHING)["photos"])


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    """Looks again and again, as a person does, and fails when it takes too long."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.1)


def wait_for_worker(page: Page) -> None:
    """Wait until pages open without a network too; an installation that failed is tried again by the next page."""
    try:
        wait_until(lambda: bool(page.evaluate("Boolean(navigator.serviceWorker.controller)")), 20)
    except AssertionError:
        page.reload()
        wait_until(lambda: bool(page.evaluate("Boolean(navigator.serviceWorker.controller)")), 40)


def copy_forms(page: Page) -> None:
    """Walk about until the phone has the list of activities and the litter form put by."""
    wait_for_worker(page)
    for _ in range(12):
        copies: list[str] = page.evaluate(COPIES)
        if any(copy.endswith(LITTER) for copy in copies):
            return
        before = len(copies)
        page.reload()
        wait_until(lambda before=before: len(page.evaluate(COPIES)) > before, 20)
    raise AssertionError(f"no copy of the litter form: {page.evaluate(COPIES)}")


def save(page: Page) -> None:
    """Tap the button of the log form."""
    page.get_by_role("button", name="记下来", exact=True).tap()


def is_kept(page: Page) -> None:
    """The phone says that it has it, and what happens next."""
    expect(page.locator("main .stage--now")).to_contain_text("等网络")


def open_form(page: Page, login: str) -> None:
    """Sign in and open the litter form, with a network."""
    steps.sign_in(page, login)
    page.goto(LITTER)
    expect(page.locator(".stepper-ready")).to_be_visible()


def keep_one(page: Page, *, quantity: int = 1) -> None:
    """Log something while there is no network. The form is open already."""
    page.context.set_offline(True)
    page.locator("[name=quantity]").fill(str(quantity))
    save(page)
    is_kept(page)
