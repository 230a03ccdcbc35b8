"""A day on which a pledge was kept, ticked without a signal: kept on the phone with its day, and received once."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from civic import clock
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.pledges import service as pledges
from civic.seed import places
from tests.browser import steps
from tests.browser.phones import COPIES, entries_of, kept, member, phone, today, wait_for_worker, wait_until
from tests.browser.stage import Site

pytestmark = pytest.mark.xdist_group("browser")

KEY = "pledge_walker"
PAGE = f"/pledges/{KEY}"
SLOT = "[data-kept-day='{}']"


@pytest.fixture
def handset(site: Site, browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """A phone with an empty memory."""
    with phone(site, browser, tmp_path / "phone") as context:
        yield context


def signatory(site: Site) -> Person:
    """Somebody new who signed the pledge."""
    person = member(site)
    sign(site, person)
    return person


def sign(site: Site, person: Person) -> None:
    with site.app.app_context(), transaction():
        pledges.sign(person, KEY, now=clock.now(), zone=site.app.config["CIVIC"].timezone)


def days_of(site: Site, person: Person) -> list[tuple[date, str]]:
    return [(entry.acted_on, entry.status) for entry in entries_of(site, person)]


def tick(page: Page, back: int = 0) -> None:
    page.locator(SLOT.format(back)).get_by_role("button").tap()


def waiting(page: Page, back: int = 0) -> Locator:
    """What a day's place says once the day is on the phone."""
    return page.locator(SLOT.format(back)).locator("[data-if=waiting]:visible")


def copy_pledges(page: Page) -> None:
    """Walk about until the phone has the pages of pledges put by."""
    wait_for_worker(page)
    page.reload()
    wait_until(lambda: any(one.endswith(PAGE) for one in page.evaluate(COPIES)), 40)
    page.wait_for_load_state("networkidle")


def test_a_day_ticked_with_a_network_leads_to_what_was_saved(site: Site, handset: BrowserContext) -> None:
    person, page = signatory(site), handset.new_page()
    steps.sign_in(page, person.login or "")
    page.goto("/pledges")
    page.get_by_role("button", name="今天做到了").tap()
    expect(page).to_have_url(re.compile(r"/entries/\d+\?saved=1$"))
    assert days_of(site, person) == [(today(site), "approved")]
    page.goto("/pledges")
    expect(page.locator(SLOT.format(0))).to_contain_text("今天记下了")
    expect(page.locator(SLOT.format(0)).get_by_role("button")).to_have_count(0)


def test_days_ticked_without_a_signal_outlive_the_browser_and_arrive_once_with_their_days(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    person = signatory(site)
    with phone(site, browser, tmp_path / "phone") as context:
        page = context.new_page()
        steps.sign_in(page, person.login or "", PAGE)
        copy_pledges(page)
        context.set_offline(True)
        page.goto(PAGE)
        for back, word in enumerate(("今天", "昨天")):
            tick(page, back)
            expect(waiting(page, back)).to_contain_text(f"{word}存在手机里")
        page.goto("/pledges")
        expect(waiting(page)).to_contain_text("今天存在手机里")
        expect(page.locator(SLOT.format(0)).get_by_role("button")).to_have_count(0)
        assert sorted(one["acted_on"] for one in kept(page)) == [str(day(site, 1)), str(day(site, 0))]
        assert days_of(site, person) == []

    with phone(site, browser, tmp_path / "phone") as context:
        context.set_offline(True)
        page = context.new_page()
        page.goto("/outbox")
        lines = page.locator("[data-part-of=waiting] li")
        expect(lines).to_have_count(2)
        # Yesterday's: two days are left of a kept day, not seven.
        expect(lines.nth(1)).to_contain_text("最晚明天发出")
        expect(lines.first.get_by_role("link", name="改一改")).to_have_count(0)
        context.set_offline(False)
        expect(page.locator("[data-part-of=received] li")).to_have_count(2)

    assert sorted(days_of(site, person)) == [(day(site, 1), "approved"), (day(site, 0), "approved")]


def day(site: Site, back: int) -> date:
    return today(site) - timedelta(days=back)


def test_a_day_whose_answers_are_lost_counts_once(site: Site, handset: BrowserContext) -> None:
    person, page = signatory(site), handset.new_page()
    steps.sign_in(page, person.login or "", PAGE)
    lost = iter(range(1))

    def unlucky(route: Route) -> None:
        if next(lost, None) is None:
            route.continue_()
        else:
            route.fetch()
            route.abort()

    page.route("**/api/v1/entries", unlucky)
    tick(page)
    expect(waiting(page)).to_contain_text("今天存在手机里")
    # Asked of the page each time, so that it goes on meanwhile.
    wait_until(lambda: bool(kept(page)) and days_of(site, person) == [(today(site), "approved")])
    assert [one["state"] for one in kept(page)] == ["kept"]  # the server has it, the phone has not heard so
    page.goto("/outbox")
    wait_until(lambda: [one["state"] for one in kept(page)] == ["received"], 30)
    assert days_of(site, person) == [(today(site), "approved")]


def test_a_childs_day_is_the_childs(site: Site, handset: BrowserContext) -> None:
    guardian = member(site, "豆豆妈")
    with site.app.app_context(), transaction():
        child = accounts.add_person(
            login=None,
            password=None,
            name="豆豆",
            born_on=today(site) - timedelta(days=8 * 365),
            guardian=guardian,
            community_code=places.LIUQIAO,
            now=clock.now(),
            zone=site.app.config["CIVIC"].timezone,
        )
        db.session.flush()
        db.session.expunge(child)
    page = handset.new_page()
    steps.sign_in(page, guardian.login or "", f"{PAGE}?of={child.id}")
    page.get_by_role("button", name="和孩子一起签下").tap()
    expect(page.locator(SLOT.format(0)).get_by_role("button")).to_be_visible()
    handset.set_offline(True)
    tick(page)
    expect(waiting(page)).to_contain_text("今天存在手机里")
    handset.set_offline(False)
    wait_until(lambda: days_of(site, child) == [(today(site), "approved")])
    assert entries_of(site, guardian) == []


def test_where_the_phone_keeps_nothing_the_day_is_sent_as_forms_are(site: Site, handset: BrowserContext) -> None:
    person = signatory(site)
    handset.add_init_script(
        """Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("no", "SecurityError"); } });"""
    )
    page = handset.new_page()
    steps.sign_in(page, person.login or "", PAGE)
    tick(page)
    expect(page).to_have_url(re.compile(r"/entries/\d+\?saved=1$"))
    assert days_of(site, person) == [(today(site), "approved")]
