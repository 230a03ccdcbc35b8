"""What browser tests stand on: one server and one browser for all of them, people and places of their own for each.

An error of a page's script, a refused resource (the content security policy included) or an answer of 500 fails the
test during which it happened.
"""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from civic import clock
from civic.accounts import grants
from civic.accounts import service as accounts
from civic.db import transaction
from civic.seed import places
from civic.seed.people import PASSWORD
from tests.browser.stage import Site, chromium, served_city

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
DESK = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"}
PATIENCE = 10_000  # milliseconds
Browse = Callable[..., Page]

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def site() -> Iterator[Site]:
    """The demo city, served."""
    with tempfile.TemporaryDirectory(prefix="ct") as folder, served_city(Path(folder), residents=40, weeks=1) as site:
        yield site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; each page has a context of its own, so that nobody is signed in from before."""
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


def new_page(site: Site, browser: Browser, **settings: Any) -> Page:
    """A page in a context of its own."""
    context = browser.new_context(base_url=site.url, timezone_id="Asia/Shanghai", **settings)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


@pytest.fixture
def browse(site: Site, browser: Browser) -> Iterator[Browse]:
    """Opens another browser, as `browse(**PHONE)`; whatever a page complains about fails the test at its end."""
    complaints: list[str] = []
    contexts = []

    def open_page(**settings: Any) -> Page:
        page = new_page(site, browser, **settings)
        contexts.append(page.context)
        listen(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def listen(page: Page, complaints: list[str]) -> None:
    """Write down whatever this page complains about from now on."""
    answers: set[str] = set()  # the browser calls a page of 404 or 422 an error; whether it is one, a test says

    def answered(response: Response) -> None:
        if response.status in (404, 422) and response.request.is_navigation_request():
            answers.add(response.url)
        elif response.status >= 500:
            complaints.append(f"{response.status} {response.url}")

    def said(message: ConsoleMessage) -> None:
        address = message.location["url"]
        is_answer = message.text.startswith("Failed to load resource") and address in answers
        if message.type == "error" and not is_answer:
            complaints.append(f"{page.url}: {message.text} {address}")

    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


@pytest.fixture
def phone(browse: Browse) -> Page:
    """A phone set to Chinese."""
    return browse(**PHONE)


@pytest.fixture
def desk(browse: Browse) -> Page:
    """A manager's desktop."""
    return browse(**DESK)


@dataclass(frozen=True)
class Neighbourhood:
    """A community where nobody has logged anything, and its manager's login."""

    code: str
    manager: str


@pytest.fixture
def neighbourhood(site: Site) -> Neighbourhood:
    """One that no other test uses."""
    number = next(_numbers)
    code = [place.code for place in places.communities() if place.share == 0][number - 1]
    login = f"checker{number}"
    with site.app.app_context(), transaction():
        manager = accounts.add_person(
            login=login,
            password=PASSWORD,
            name="何静",
            community_code=places.LIUQIAO,
            now=clock.now(),
            zone=site.app.config["CIVIC"].timezone,
        )
        grants.grant(manager, "community_manager", code, clock.now())
    return Neighbourhood(code, login)
