"""The journey the product is for, on a phone and on a manager's desk, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import PHONE, Browse, Neighbourhood
from tests.browser.steps import CANARY, LITTER

pytestmark = pytest.mark.xdist_group("browser")

NEWCOMER = "第一笔通过，就确认你是"


def test_somebody_joins_by_a_poster_logs_a_photo_is_approved_and_finds_the_points(
    phone: Page, desk: Page, neighbourhood: Neighbourhood
) -> None:
    steps.join(phone, neighbourhood.code, "江边散步", "riverside")

    steps.open_litter_form(phone)
    expect(phone.get_by_text(NEWCOMER)).to_be_visible()
    _add_a_photo_and_watch_the_points(phone)
    phone.locator("[name=note]").fill("北岸码头到石桥一段")
    steps.send(phone, "记下来")
    entry = _read_what_comes_next(phone)

    steps.sign_in(desk, neighbourhood.manager, to="/moderation")
    _look_at_it(desk)
    steps.decide(desk, "approve")
    expect(desk.locator("main")).to_contain_text("已通过：")
    _has_points_and_is_confirmed(phone, 4)

    steps.undo(desk)
    phone.goto(entry)
    expect(phone.get_by_text("管理员核对")).to_be_visible()
    assert steps.statement(phone) == (0, 0, 0)
    steps.open_waiting(desk, entry)
    steps.decide(desk, "approve")
    expect(desk.locator("main")).to_contain_text("已通过：")
    _has_points_and_is_confirmed(phone, 4)


def test_a_rough_place_goes_along_only_when_asked_for_and_a_photo_from_elsewhere_is_pointed_out(
    browse: Browse, desk: Page, neighbourhood: Neighbourhood
) -> None:
    where = {"geolocation": {"latitude": 31.60001, "longitude": 121.47}, "permissions": ["geolocation"]}
    phone = browse(**PHONE, **where)
    steps.join(phone, neighbourhood.code, "东窗", "eastwindow")
    steps.open_litter_form(phone)
    phone.locator("[data-album] input").set_input_files(steps.photo())
    expect(phone.locator(".photo img")).to_have_count(1)
    assert phone.locator("[name=place]").input_value() == ""
    phone.get_by_role("button", name="附上大概位置").tap()
    expect(phone.get_by_text("附上了大概位置。")).to_be_visible()
    assert phone.locator("[name=place]").input_value() == "31.600,121.470"
    assert phone.locator("[name=photo_places]").input_value() == "differs"
    phone.get_by_role("button", name="不附位置了").tap()
    assert phone.locator("[name=place]").input_value() == ""
    phone.get_by_role("button", name="附上大概位置").tap()
    expect(phone.get_by_text("附上了大概位置。")).to_be_visible()
    steps.send(phone, "记下来")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("记下了")
    steps.sign_in(desk, neighbourhood.manager, to="/moderation")
    expect(desk.get_by_text("照片不是在填的地方拍的").first).to_be_visible()


def test_an_entry_sent_back_is_mended_and_counts(phone: Page, desk: Page, neighbourhood: Neighbourhood) -> None:
    steps.join(phone, neighbourhood.code, "南窗", "southwindow")
    steps.open_litter_form(phone)
    steps.send(phone, "记下来")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("记下了")
    entry = steps.entry_address(phone)

    steps.sign_in(desk, neighbourhood.manager, to="/moderation")
    steps.decide(desk, "return", "请写一句在哪里捡的")
    expect(desk.locator("main")).to_contain_text("已请补充：")

    phone.goto("/")
    phone.locator(f"a[href='{entry}']").first.tap()
    expect(phone.get_by_text("请写一句在哪里捡的")).to_be_visible()
    phone.get_by_role("link", name="补充这一笔").tap()
    phone.locator("[name=note]").fill("南窗小路，从花坛到车棚")
    phone.locator("[name=photo]").set_input_files(steps.photo())
    steps.send(phone, "送回去")
    expect(phone.get_by_text("你补好了，又送去")).to_be_visible()

    desk.goto("/moderation")
    expect(desk.locator("main")).to_contain_text("南窗小路，从花坛到车棚")
    steps.decide(desk, "approve")
    expect(desk.locator("main")).to_contain_text("已通过：")
    _has_points_and_is_confirmed(phone, 3)


def _add_a_photo_and_watch_the_points(page: Page) -> None:
    page.locator("[name=photo]").set_input_files(steps.photo())
    expect(page.locator(".photo img")).to_be_visible()
    points = page.locator(".dock [data-points]")
    expect(points).to_have_text("3")
    page.locator("[data-step='1']").tap()
    expect(points).to_have_text("4")
    page.locator("[data-step='1']").tap()
    expect(points).to_have_text("5")
    page.locator("[data-step='-1']").tap()
    expect(points).to_have_text("4")


def _read_what_comes_next(page: Page) -> str:
    expect(page.get_by_role("heading", level=1)).to_contain_text("记下了")
    expect(page.get_by_text("管理员核对")).to_be_visible()
    expect(page.get_by_text(re.compile("最晚.+前有结果"))).to_be_visible()
    page.locator("main a[href^='/entries/']").first.tap()
    expect(page).to_have_url(re.compile(r"/entries/\d+$"))
    expect(page.get_by_text("北岸码头到石桥一段")).to_be_visible()
    return steps.entry_address(page)


def _look_at_it(page: Page) -> None:
    """The manager sees the facts beside the photo; it stands upright and tells nothing of the camera."""
    expect(page.locator("main")).to_contain_text(LITTER)
    expect(page.locator("main")).to_contain_text("北岸码头到石桥一段")
    shown = page.locator("main img[src^='/photos/']").first
    expect(shown).to_be_visible()
    width, height = shown.evaluate("async (image) => (await image.decode(), [image.naturalWidth, image.naturalHeight])")
    assert height > width
    kept = page.request.get(shown.get_attribute("src") or "")
    assert kept.ok
    assert CANARY.encode() not in kept.body()


def _has_points_and_is_confirmed(page: Page, points: int) -> None:
    page.goto("/leaderboard")
    mine = page.locator("tr.rank-me")
    expect(mine).to_contain_text("（我）")
    expect(mine.locator(".rank-merit")).to_have_text(str(points))

    opening, change, closing = steps.statement(page)
    assert (opening, change, closing) == (0, points, points)
    line = page.locator(".passbook-lines li").first
    expect(line).to_contain_text(LITTER)
    line.locator("summary").click()
    parts = line.locator(".passbook-details dd").all_inner_texts()
    assert sum(int(part) for part in parts) == points

    steps.open_litter_form(page)
    expect(page.get_by_text(NEWCOMER)).to_have_count(0)
