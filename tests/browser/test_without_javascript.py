"""The main path without any script: log with a photo, send back, mend, approve."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESK, PHONE, Browse, Neighbourhood

pytestmark = pytest.mark.xdist_group("browser")


def test_the_main_path_needs_no_script(browse: Browse, neighbourhood: Neighbourhood) -> None:
    phone = browse(java_script_enabled=False, **PHONE)
    desk = browse(java_script_enabled=False, **DESK)
    steps.join(phone, neighbourhood.code, "竹影", "bambooshade")
    steps.open_litter_form(phone)
    phone.locator("[name=quantity]").fill("2")
    phone.locator("#photo").set_input_files(steps.photo())
    steps.send(phone, "记下来")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("记下了")
    entry = steps.entry_address(phone)

    steps.sign_in(desk, neighbourhood.manager, to="/moderation")
    steps.decide(desk, "return", "请写一句在哪里捡的")
    expect(desk.locator("main")).to_contain_text("已请补充：")

    phone.goto(entry)
    expect(phone.get_by_text("请写一句在哪里捡的")).to_be_visible()
    phone.get_by_role("link", name="补充这一笔").click()
    phone.locator("[name=note]").fill("竹林小路")
    steps.send(phone, "送回去")
    expect(phone.get_by_text("你补好了，又送去")).to_be_visible()

    desk.goto("/moderation")
    expect(desk.locator("main")).to_contain_text("竹林小路")
    expect(desk.locator("main img[src^='/photos/']").first).to_be_visible()
    steps.decide(desk, "approve")
    expect(desk.locator("main")).to_contain_text("已通过：")
    assert steps.statement(phone) == (0, 4, 4)


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_missing(
    browse: Browse, neighbourhood: Neighbourhood
) -> None:
    phone = browse(java_script_enabled=False, **PHONE)
    steps.join(phone, neighbourhood.code, "晚风", "eveningwind")
    steps.open_litter_form(phone)
    phone.locator("[name=quantity]").fill("9")
    phone.locator("[name=note]").fill("码头")
    steps.send(phone, "记下来")
    expect(phone.locator("#errors")).to_be_visible()
    expect(phone.locator("[name=quantity]")).to_have_value("9")
    expect(phone.locator("[name=note]")).to_have_value("码头")


def test_a_guardians_whole_round_needs_no_script(browse: Browse, neighbourhood: Neighbourhood) -> None:
    phone = browse(java_script_enabled=False, **PHONE)
    steps.join(phone, neighbourhood.code, "桂花妈", "osmanthusmum")
    main = phone.locator("main")

    phone.goto("/me/family")
    phone.locator("[name=name]").fill("桂花")
    phone.locator("[name=born_on]").fill("2018-05-01")
    phone.locator("[name=consent]").check()
    steps.send(phone, "添加孩子")
    phone.get_by_role("link", name="桂花").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("桂花")

    phone.get_by_role("link", name="孩子的承诺").click()
    phone.locator("main a[href^='/pledges/pledge_walker?of=']").click()
    steps.send(phone, "和孩子一起签下")
    steps.send(phone, "今天做到了")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("记下了")
    phone.get_by_role("link", name="回到这份承诺").click()
    expect(main).to_contain_text("今天记下了")

    phone.goto("/teams/new")
    phone.get_by_role("radio", name="志愿队").check()
    phone.locator("[name=name]").fill("桂花巷志愿队")
    steps.send(phone, "建好它")
    expect(phone.locator("#errors")).to_contain_text("不要写孩子的名字")
    expect(phone.locator("[name=name]")).to_have_value("桂花巷志愿队")

    phone.goto("/reading")
    phone.get_by_role("link", name="替桂花记").click()
    expect(phone.get_by_role("radio", name="桂花")).to_be_checked()
    phone.locator("[name=title]").fill("小刺猬搬家")
    steps.send(phone, "记下来")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("记下了")

    for page, words in (
        ("/leaderboard", "榜单"),
        ("/me/progress", "成长"),
        ("/notices", "通知"),
        ("/me/export", "导出"),
    ):
        phone.goto(page)
        expect(phone.get_by_role("heading", level=1)).to_contain_text(words)
    phone.goto("/me")
    steps.send(phone, "退出登录")
    expect(phone.get_by_role("link", name="登录", exact=True).first).to_be_visible()
