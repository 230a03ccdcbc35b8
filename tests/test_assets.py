"""The built files: compressed as asked for, kept for a year, and a clear word when they are missing."""

import gzip
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from civic import assets


def test_a_page_names_built_files_that_exist_and_are_kept_for_a_year(client: FlaskClient) -> None:
    for name in ("site.css", "site.js", "barlow.woff2", "favicon.svg"):
        answer = client.get(assets.asset(name))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), (None, None)],
)
def test_a_file_is_sent_in_the_best_form_that_the_browser_reads(
    client: FlaskClient, accepted: str | None, sent: str | None
) -> None:
    answer = client.get(assets.asset("site.css"), headers={"Accept-Encoding": accepted} if accepted else {})
    assert answer.headers.get("Content-Encoding") == sent
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content_type == "text/css; charset=utf-8"


def test_the_compressed_form_holds_the_same_file(client: FlaskClient) -> None:
    plain = client.get(assets.asset("site.css"), headers={"Accept-Encoding": "identity"})
    packed = client.get(assets.asset("site.css"), headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(assets.asset("site.js"), headers={"Accept-Encoding": "br"})
    again = client.get(
        assets.asset("site.js"), headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("name", ["nothing.css", "../build.mjs", "%2e%2e/build.mjs", "../../civic/config.py", ""])
def test_nothing_beside_the_built_files_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_compressed_forms_have_no_address_of_their_own(client: FlaskClient) -> None:
    assert client.get(f"{assets.asset('site.css')}.br").status_code == 404


def test_the_leaf_stands_under_the_address_browsers_ask_for(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"


def test_search_engines_stay_out(client: FlaskClient) -> None:
    assert b"Disallow: /" in client.get("/robots.txt").data


def test_without_a_build_the_error_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "DIST", tmp_path)
    with pytest.raises(assets.NotBuilt, match="make setup"):
        assets.asset("site.css")


def test_the_styles_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    styles = client.get(assets.asset("site.css")).get_data(as_text=True)
    assert "http://" not in styles.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in styles
    assert assets.asset("barlow.woff2").removeprefix("/static/") in styles


def test_the_script_and_the_styles_stay_small() -> None:
    sizes = {
        name: (assets.DIST / f"{assets.asset(name).removeprefix('/static/')}.gz").stat().st_size
        for name in ("site.css", "site.js")
    }
    assert sizes["site.css"] < 18_000
    assert sizes["site.js"] < 24_000
