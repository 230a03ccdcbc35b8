"""What a phone has to fetch: at most 90 kB at the first visit, at most 15 kB for each page after it, gzipped."""

import gzip

import pytest
from flask.testing import FlaskClient

from civic import assets
from tests import factories, pages

KILOBYTE = 1024
FIRST_LOAD = 90 * KILOBYTE
LATER_PAGE = 15 * KILOBYTE
FILES = ("site.css", "site.js", "barlow.woff2", "favicon.svg")
VISITOR = ("/", "/join", "/login", "/activities", "/rules", "/help", "/outbox")
RESIDENT = (
    "/",
    "/activities",
    "/entries/new?activity=litter_pickup",
    "/entries",
    "/leaderboard",
    "/me",
    "/me/statement",
    "/me/settings",
    "/pledges",
    "/reading",
    "/outbox",
)


def packed(client: FlaskClient, path: str) -> int:
    """Bytes on the way: as the application packs files, and as a proxy packs pages."""
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, path
    body = answer.data
    return len(body) if answer.content_encoding or body[:4] == b"wOF2" else len(gzip.compress(body))


def files(client: FlaskClient) -> int:
    return sum(packed(client, assets.asset(name)) for name in FILES)


@pytest.mark.parametrize("path", VISITOR)
def test_the_first_page_comes_with_all_its_files_within_the_budget(client: FlaskClient, path: str) -> None:
    factories.small_world()
    assert files(client) + packed(client, path) + packed(client, "/sw.js") <= FIRST_LOAD


@pytest.mark.parametrize("path", RESIDENT)
def test_every_later_page_is_light(client: FlaskClient, path: str) -> None:
    pages.sign_in(client, factories.small_world().logins["resident"])
    assert packed(client, path) <= LATER_PAGE
