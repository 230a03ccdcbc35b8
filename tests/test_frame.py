"""The frame around every page: language, display, ways to everywhere, nothing inline."""

import re

import pytest
from flask.testing import FlaskClient

from tests import factories, pages

PAGE = "/no-such-page"


def test_a_page_says_its_language_and_follows_the_choice(client: FlaskClient) -> None:
    assert '<html lang="zh-Hans" data-type="normal">' in client.get(f"{PAGE}?lang=zh").text
    chosen = client.get(f"{PAGE}?lang=en&type=large&theme=dark").text
    assert '<html lang="en" data-type="large" data-bs-theme="dark">' in chosen


def test_the_links_for_language_and_type_keep_the_rest_of_the_address(client: FlaskClient) -> None:
    page = client.get(f"{PAGE}?month=2026-11&lang=zh").text
    assert f'href="{PAGE}?month=2026-11&amp;lang=en"' in page
    assert f'href="{PAGE}?month=2026-11&amp;lang=zh&amp;type=large"' in page


@pytest.mark.parametrize("signed_in", [False, True])
def test_nothing_inline_stands_on_a_page(client: FlaskClient, signed_in: bool) -> None:
    if signed_in:
        pages.sign_in(client, factories.small_world().logins["manager"])
    page = client.get(PAGE).text
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert "http://" not in page
    assert "https://" not in page


def test_a_visitor_gets_no_tabs_but_the_open_pages(client: FlaskClient) -> None:
    page = client.get(PAGE).text
    assert 'class="tabs"' not in page
    for address in ("/leaderboard", "/rules", "/help", "/legal/privacy"):
        assert f'href="{address}"' in page


def test_whoever_is_signed_in_reaches_the_five_places(client: FlaskClient) -> None:
    pages.sign_in(client, factories.small_world().logins["resident"])
    page = client.get(PAGE).text
    tabs = page[page.index('class="tabs"') :]
    assert re.findall(r'href="([^"]+)"', tabs)[:2] == ["/", "/leaderboard"]
    assert 'href="/activities"' in tabs
    assert 'href="/me"' in tabs
    assert re.search(r'href="/communities/\d+"', tabs)
    assert "/moderation" not in page


def test_whoever_decides_reaches_the_queue(client: FlaskClient) -> None:
    pages.sign_in(client, factories.small_world().logins["manager"])
    assert 'href="/moderation"' in client.get(PAGE).text
