"""The resident's phone: three taps and a photo, and nothing lost where there is no signal."""

import io
import random
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from civic import clock
from civic.db import transaction
from civic.entries import service as entries
from tests.browser import steps
from tests.browser.phones import (
    COPIES,
    LITTER,
    PATIENCE,
    copy_forms,
    entries_of,
    is_kept,
    keep_one,
    kept,
    kept_photos,
    member,
    open_form,
    phone,
    save,
    today,
    wait_for_worker,
    wait_until,
)
from tests.browser.stage import Site
from tests.media.pictures import CAMERA, TAKEN, TAKEN_OFFSET, exif, jpeg

pytestmark = pytest.mark.xdist_group("browser")

API = "**/api/v1/entries"
DENIED = """() => {
  Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("denied", "SecurityError"); } });
}"""
OLD_BROWSER = """
  delete Crypto.prototype.randomUUID;
  delete window.BroadcastChannel;
  Object.defineProperty(navigator, "locks", { value: undefined });
"""
FULL = """
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value) {
    if (this.name === "photos") throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, arguments);
  };
"""


@pytest.fixture
def handset(site: Site, browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """A phone with an empty memory."""
    with phone(site, browser, tmp_path / "phone") as context:
        yield context


def test_three_taps_and_a_photo_from_home_to_saved(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    steps.sign_in(page, person.login or "")
    taps = 0
    began = time.monotonic()
    page.goto("/")
    for one in (page.locator(".tab-log"), page.locator("a[href*='activity=litter_pickup']").first):
        one.tap()
        taps += 1
    camera = page.locator("[data-camera] input")
    expect(camera).to_have_attribute("capture", "environment")
    camera.set_input_files(steps.photo())
    expect(page.locator(".photo img")).to_be_visible()
    save(page)
    taps += 1
    expect(page.get_by_role("heading", level=1)).to_contain_text("记下了")
    took = time.monotonic() - began
    assert taps <= 3
    assert took <= 30
    expect(page.get_by_text(re.compile("最晚.+前有结果"))).to_be_visible()
    (entry,) = entries_of(site, person)
    assert len(entry.photos) == 1
    assert kept(page)[0]["state"] == "received"
    assert kept_photos(page) == {}


def test_three_entries_logged_without_a_signal_arrive_once_with_their_days(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    person = member(site)
    with phone(site, browser, tmp_path / "phone") as context:
        page = context.new_page()
        steps.sign_in(page, person.login or "")
        copy_forms(page)
        context.set_offline(True)
        for back, day in enumerate(("今天", "昨天", "前天")):
            page.goto("/activities")
            page.locator("a[href*='activity=litter_pickup']").first.tap()
            expect(page.get_by_text("现在没有网络，照样能记")).to_be_visible()
            page.locator("[data-camera] input").set_input_files(steps.photo())
            expect(page.locator(".photo img")).to_be_visible()
            page.locator(".chip", has_text=day).first.tap()
            page.locator("[name=quantity]").fill(str(back + 1))
            save(page)
            is_kept(page)
        assert entries_of(site, person) == []

    with phone(site, browser, tmp_path / "phone") as context:
        context.set_offline(True)
        page = context.new_page()
        page.goto("/outbox")
        waiting = page.locator("[data-part-of=waiting] li")
        expect(waiting).to_have_count(3)
        expect(waiting.locator("img")).to_have_count(3)
        expect(waiting.first).to_contain_text("已存在手机里")
        assert [size for photos in kept_photos(page).values() for _, size in photos] != []
        context.set_offline(False)
        expect(page.locator("[data-part-of=received] li")).to_have_count(3)
        expect(page.locator("[data-part-of=received] li").first).to_contain_text("已收到")
        expect(waiting).to_have_count(0)
        assert kept_photos(page) == {}

    found = entries_of(site, person)
    days = [today(site) - timedelta(days=back) for back in range(3)]
    assert [(entry.acted_on, entry.quantity, len(entry.photos)) for entry in found] == [
        (day, quantity, 1) for quantity, day in enumerate(days, 1)
    ]


def test_what_waits_is_sent_without_a_worker_locks_and_other_comforts_too(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    person = member(site)
    with phone(site, browser, tmp_path / "phone", service_workers="block") as context:
        context.add_init_script(OLD_BROWSER)
        page = context.new_page()
        open_form(page, person.login or "")
        keep_one(page)
        context.set_offline(False)
        page.wait_for_url(re.compile(r"/entries/\d+\?saved=1"))
    assert len(entries_of(site, person)) == 1


def test_what_somebody_else_left_here_is_locked_until_they_are_back(site: Site, handset: BrowserContext) -> None:
    first, second = member(site, "林秀兰"), member(site, "周明")
    page = handset.new_page()
    open_form(page, first.login or "")
    keep_one(page)
    handset.clear_cookies()  # the session ended, nobody signed out
    handset.set_offline(False)
    steps.sign_in(page, second.login or "")
    page.goto("/outbox")
    locked = page.locator("[data-part-of=locked] li")
    expect(locked).to_contain_text("林** 记了 1 条")
    expect(page.locator("[data-outbox-page]")).not_to_contain_text("捡拾垃圾")
    assert entries_of(site, first) == entries_of(site, second) == []
    page.goto("about:blank")  # nothing is under way that could bring the session back
    handset.clear_cookies()
    steps.sign_in(page, first.login or "")
    # On a busy machine its timer is what sends it, and that waits a minute after the third failure.
    wait_until(lambda: len(entries_of(site, first)) == 1, seconds=75)
    assert entries_of(site, second) == []


def test_signing_out_says_how_many_would_be_lost_and_then_leaves_nothing(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    steps.sign_in(page, person.login or "")
    copy_forms(page)
    page.route(API, lambda route: route.abort())
    for quantity in (1, 2):
        page.goto(LITTER)
        page.locator("[name=quantity]").fill(str(quantity))
        save(page)
        is_kept(page)
    page.goto("/me")
    page.get_by_role("button", name="退出登录").tap()
    expect(page).to_have_url(re.compile("/logout$"))
    expect(page.locator("[data-would-be-lost]")).to_contain_text("还有 2 条没有发出去")
    page.get_by_role("link", name="先不退出").tap()
    expect(page).to_have_url(re.compile("/me$"))
    assert len(kept(page)) == 2
    page.goto("/logout")
    page.get_by_role("button", name="退出，丢掉这 2 条").tap()
    expect(page.get_by_role("link", name="登录", exact=True).first).to_be_visible()
    wait_until(lambda: kept(page) == [])
    assert kept_photos(page) == {}
    wait_until(lambda: page.evaluate(COPIES) == [])
    handset.set_offline(True)
    page.goto("/activities")
    expect(page.get_by_role("heading", level=1)).to_have_text("手机里的记录")
    assert entries_of(site, person) == []


@pytest.mark.parametrize("trouble", [f"({DENIED})()", FULL])
def test_where_the_phone_keeps_nothing_the_form_sends_and_says_when_it_cannot(
    site: Site, browser: Browser, tmp_path: Path, trouble: str
) -> None:
    person = member(site)
    with phone(site, browser, tmp_path / "phone", service_workers="block") as context:
        context.add_init_script(trouble)
        page = context.new_page()
        open_form(page, person.login or "")
        context.set_offline(True)
        page.locator("[name=note]").fill("码头")
        save(page)
        expect(page.get_by_text("还没有发出去，也没能存在手机里")).to_be_visible()
        expect(page.locator("[name=note]")).to_have_value("码头")
        context.set_offline(False)
        save(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text("记下了")
    (entry,) = entries_of(site, person)
    assert entry.note == "码头"


def test_a_giant_photo_is_made_small_and_what_is_no_photo_is_kindly_refused(
    site: Site, handset: BrowserContext
) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    giant = io.BytesIO()
    Image.new("RGB", (10_000, 6_000), "olive").save(giant, "JPEG", quality=30)
    page.locator("#photo").set_input_files(
        {"name": "report.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 not a photo at all"}
    )
    expect(page.locator("[data-photo-words]")).to_contain_text("“report.jpg”打不开，或者不是照片")
    expect(page.locator(".photo")).to_have_count(0)
    page.locator("#photo").set_input_files({"name": "giant.jpg", "mimeType": "image/jpeg", "buffer": giant.getvalue()})
    expect(page.locator(".photo img")).to_be_visible()
    width = page.locator(".photo img").evaluate("async (image) => (await image.decode(), image.naturalWidth)")
    assert width == 2048
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("记下了")
    (entry,) = entries_of(site, person)
    assert entry.photos[0].width == 2048


def test_a_shrunk_photo_still_says_when_it_was_taken_and_nothing_else(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    told = exif(6, taken="2026:11:25 08:30:00", offset="+08:00", canary=steps.CANARY)
    shot = jpeg((3000, 2000), exif=told)
    page.locator("#photo").set_input_files({"name": "bags.jpg", "mimeType": "image/jpeg", "buffer": shot})
    expect(page.locator(".photo img")).to_be_visible()
    keep_one(page)
    read = "async () => [...new Uint8Array((await %s)[0].photos[0].bytes)]"
    opened = """new Promise((resolve) => {
      indexedDB.open("civic-outbox").onsuccess = ({ target }) => {
        const photos = target.result.transaction("photos").objectStore("photos");
        photos.getAll().onsuccess = (got) => resolve(got.target.result);
      };
    })"""
    raw = bytes(page.evaluate(read % opened))
    assert steps.CANARY.encode() not in raw
    small = Image.open(io.BytesIO(raw))
    assert small.size == (1365, 2048)
    tags = small.getexif()
    assert dict(tags).keys() <= {CAMERA}
    assert tags.get_ifd(CAMERA) == {TAKEN: "2026:11:25 08:30:00", TAKEN_OFFSET: "+08:00"}


def test_a_clock_hours_off_changes_no_day(site: Site, browser: Browser, tmp_path: Path) -> None:
    person = member(site)
    now = clock.now()
    hour = now.astimezone(site.app.config["CIVIC"].timezone).hour
    off = timedelta(hours=10 if hour >= 14 else -10 if hour < 10 else 14)  # far enough for another day on the phone
    with phone(site, browser, tmp_path / "phone") as context:
        page = context.new_page()
        _set_clock(page, now + off)
        steps.sign_in(page, person.login or "")
        copy_forms(page)
        context.set_offline(True)
        page.goto(LITTER)
        expect(page.get_by_text("日期按城市时间算")).to_be_visible()
        save(page)
        is_kept(page)
        assert kept(page)[0]["acted_on"] == str(today(site))
        context.set_offline(False)
        page.wait_for_url(re.compile(r"/entries/\d+\?saved=1"))
    assert [entry.acted_on for entry in entries_of(site, person)] == [today(site)]


def test_a_clock_that_ran_ahead_since_is_found_out_and_the_day_put_right(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    steps.sign_in(page, person.login or "")
    copy_forms(page)
    handset.set_offline(True)
    _set_clock(page, clock.now() + timedelta(days=2))
    page.goto(LITTER)
    save(page)
    is_kept(page)
    assert kept(page)[0]["acted_on"] == str(today(site) + timedelta(days=2))
    page.goto("/outbox")
    handset.set_offline(False)
    expect(page.locator("[data-part-of=received] li")).to_contain_text("日期按城市时间改成了")
    assert [entry.acted_on for entry in entries_of(site, person)] == [today(site)]


def test_what_is_refused_stays_with_its_reason_and_is_mended_or_thrown_away(
    site: Site, handset: BrowserContext
) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    wait_for_worker(page)
    keep_one(page, quantity=99)
    page.goto("/outbox")
    handset.set_offline(False)
    refused = page.locator("[data-part-of=stuck] li")
    expect(refused).to_contain_text("没有记下")
    expect(refused.locator("[data-say=why]")).to_contain_text("数量要在 1 到")
    refused.get_by_role("link", name="改一改").tap()
    expect(page.locator("[name=quantity]")).to_have_value("99")
    expect(page.locator("#errors")).to_be_visible()
    page.locator("[name=quantity]").fill("2")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("记下了")
    assert [entry.quantity for entry in entries_of(site, person)] == [2]

    page.goto(LITTER)
    keep_one(page, quantity=77)
    handset.set_offline(False)
    expect(page).to_have_url(re.compile("/outbox$"))
    refused.get_by_text("不要了").tap()
    page.get_by_role("button", name="确定丢掉").tap()
    expect(refused).to_have_count(0)
    assert [one["state"] for one in kept(page)] == ["received"]


def test_a_form_refused_at_once_keeps_everything_photos_too(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    page.locator("#photo").set_input_files(steps.photo())
    expect(page.locator(".photo img")).to_be_visible()
    page.locator("[name=quantity]").fill("99")
    save(page)
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator(".stepper-field .error")).to_be_visible()
    expect(page.locator(".photo img")).to_be_visible()
    assert kept(page) == []
    page.locator("[name=quantity]").fill("2")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("记下了")
    (entry,) = entries_of(site, person)
    assert len(entry.photos) == 1


def test_a_key_that_was_used_for_something_else_is_explained(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    keep_one(page, quantity=3)
    zone = site.app.config["CIVIC"].timezone
    logged = entries.Logged("litter_pickup", today(site), 1, kept(page)[0]["key"])
    with site.app.app_context(), transaction():
        body = entries.body_hash(logged, ())
        entries.submit(logged, body_hash=body, by=person, now=clock.now(), zone=zone)
    handset.set_offline(False)
    expect(page).to_have_url(re.compile("/outbox$"))
    clash = page.locator("[data-part-of=stuck] li")
    expect(clash).to_contain_text("先前那次已经收到了")
    clash.get_by_role("link", name="改一改").tap()
    expect(page.locator("[name=quantity]")).to_have_value("3")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("记下了")
    assert [entry.quantity for entry in entries_of(site, person)] == [1, 3]
    assert [one["state"] for one in kept(page)] == ["received"]


def test_the_end_of_the_seven_days_is_said_from_the_sixth_on(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    page.route(API, lambda route: route.abort())
    for back in (5, 6, 7):
        page.goto(LITTER)
        page.get_by_text("更早").tap()
        page.locator(f"label[for=acted_on-{back}]").tap()
        save(page)
        is_kept(page)
    page.goto("/")
    strip = page.locator("[data-outbox-strip]")
    expect(strip).to_contain_text("3 条等着发出")
    expect(strip).to_contain_text("其中 2 条期限快到了")
    page.goto("/outbox")
    cards = page.locator("[data-part-of=waiting] li")
    expect(cards).to_have_count(3)
    expect(cards.nth(0).locator(".outbox-late:visible")).to_have_count(0)
    expect(cards.nth(1)).to_contain_text("最晚明天发出")
    expect(cards.nth(2)).to_contain_text("最晚今晚发出")


def test_an_update_of_the_app_loses_nothing(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    keep_one(page)
    newer = """() => new Promise((resolve, reject) => {
      const asked = indexedDB.open("civic-outbox", 99);
      asked.onblocked = () => reject(new Error("the older page does not let go"));
      asked.onsuccess = () => {
        const got = asked.result.transaction("items").objectStore("items").count();
        got.onsuccess = () => { asked.result.close(); resolve(got.result); };
      };
    })"""
    assert page.evaluate(newer) == 1


def test_two_pages_send_each_entry_once(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    handset.route(API, lambda route: route.abort())
    for quantity in (1, 2):
        page.goto(LITTER)
        page.locator("[name=quantity]").fill(str(quantity))
        save(page)
        is_kept(page)
    other = handset.new_page()
    handset.set_offline(True)
    handset.unroute(API)
    sent: list[str] = []
    handset.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    handset.set_offline(False)  # the page hears of it at once
    other.goto("/outbox")
    wait_until(lambda: all(one["state"] == "received" for one in kept(other)))
    assert len(entries_of(site, person)) == len(sent) == 2


def test_lost_answers_slow_servers_and_strange_networks_lose_and_double_nothing(
    site: Site, handset: BrowserContext
) -> None:
    person, page = member(site), handset.new_page()
    open_form(page, person.login or "")
    chance = random.Random(3)
    seen = {"sent": 0, "lost": 0}

    def unlucky(route: Route) -> None:
        seen["sent"] += 1
        luck = chance.random()
        if luck < 0.1:
            route.fulfill(status=200, content_type="text/html", body="<title>Welcome to our hotel</title>")
        elif luck < 0.2:
            route.fulfill(status=503, headers={"Retry-After": "1"}, json={"status": 503, "title": "", "detail": ""})
        elif luck < 0.6:
            route.fetch()
            seen["lost"] += 1
            route.abort()
        else:
            route.continue_()

    page.route(API, unlucky)
    for quantity in (1, 2, 3, 4, 5):
        page.goto(LITTER)
        page.locator("[name=quantity]").fill(str(quantity))
        save(page)
        told = page.locator("main .stage--now").or_(page.locator("h1", has_text="记下了"))
        expect(told.first).to_be_visible(timeout=PATIENCE)  # the page goes nowhere by itself any more
        assert len(kept(page)) == quantity
    page.goto("/outbox")
    ends = time.monotonic() + 60
    while any(one["state"] != "received" for one in kept(page)):
        assert time.monotonic() < ends, kept(page)
        page.reload()
        page.wait_for_timeout(500)
    assert seen["lost"] > 0
    assert sorted(entry.quantity for entry in entries_of(site, person)) == [1, 2, 3, 4, 5]


def test_a_server_that_rests_is_asked_again_by_itself(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    page.clock.install()
    open_form(page, person.login or "")
    answers = iter([503, 503])

    def resting(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, json={"status": status, "title": "", "detail": ""})

    page.route(API, resting)
    save(page)
    is_kept(page)
    assert entries_of(site, person) == []
    for wait in (5, 15):  # seconds, after the first and the second failure
        wait_until(lambda: "next_at" in kept(page)[0])
        page.wait_for_timeout(300)
        page.clock.fast_forward(1000 * (wait + 1))
    page.wait_for_url(re.compile(r"/entries/\d+\?saved=1"))
    assert len(entries_of(site, person)) == 1


def test_the_app_can_be_installed(site: Site, handset: BrowserContext) -> None:
    person, page = member(site), handset.new_page()
    steps.sign_in(page, person.login or "")
    browser = handset.new_cdp_session(page)
    told = browser.send("Page.getAppManifest")
    assert told["url"].endswith("/manifest.webmanifest")
    assert told["errors"] == []
    assert browser.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def _set_clock(page: Page, moment: datetime) -> None:
    """The phone's clock says this from the next page on, and goes on from there."""
    shift = round((moment - clock.now()).total_seconds() * 1000)
    page.add_init_script(
        f"""(() => {{
          const Real = Date;
          const shift = {shift};
          Date = class extends Real {{
            constructor(...given) {{ given.length ? super(...given) : super(Real.now() + shift); }}
            static now() {{ return Real.now() + shift; }}
          }};
        }})();"""
    )
