"""The pages and the API of published rankings and of the index."""

from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.db import transaction
from civic.rankings.compiling import compile_period
from civic.rankings.sealing import seal
from civic.rules.periods import parse
from civic.rules.sealing import due_at
from tests import factories, pages
from tests.factories import COMMUNITY, NOW, ZONE
from tests.queries import count_queries

MONTH = parse("2026-11")


def _sealed_month() -> None:
    """Two residents of one community with merit this month, sealed in a rehearsal."""
    manager = factories.staff()
    for login, name in (("one", "秀兰"), ("two", "桂花")):
        who = factories.person(login, name=name)
        factories.approved_entry(who, manager, quantity=2)
    with transaction():
        seal(MONTH, now=due_at(MONTH, ZONE), clock_now=NOW.replace(hour=9), zone=ZONE)


def test_a_sealed_ranking_shows_its_seal_and_what_it_rests_on(client: FlaskClient) -> None:
    _sealed_month()
    page = client.get("/rankings/2026-11/9901").text
    for part in ("封存", "SHA-256", "2026.12.08", "望江区", "2026-11"):
        assert part in page
    assert "/rankings/2026-11/990102" in page


def test_residents_are_ranked_for_members_and_staff_only(client: FlaskClient) -> None:
    _sealed_month()
    address = f"/rankings/2026-11/{COMMUNITY}"
    assert client.get(address).headers["Location"].startswith("/login?next=")
    pages.sign_in(client, "one")
    page = client.get(address).text
    assert "秀兰" in page
    assert "桂**" in page
    assert "桂花" not in page


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/rankings/2026-W54/9901", 404),
        ("/rankings/2025-W53/9901", 404),
        ("/rankings/2026-11/9902", 404),
        ("/rankings/2026-11/9901?of=residents", 404),
        ("/rankings/2026-11/9901?of=teams&kind=club", 404),
        ("/rankings/2031-01/9901", 200),
        ("/rankings/2026-10/9901", 200),
        ("/rankings?area=9901", 200),
        ("/rankings?area=nowhere", 404),
        ("/api/v1/rankings/2026-W54?area=9901", 422),
        ("/api/v1/rankings/2031-01?area=9901", 200),
        ("/api/v1/rankings/2026-11?area=9901&of=residents", 404),
        (f"/api/v1/rankings/2026-11?area={COMMUNITY}", 401),
        ("/api/v1/index/9902", 404),
        ("/api/v1/index/9901?period=2026-13", 422),
        ("/api/v1/index/9901?period=2031", 200),
    ],
)
def test_what_does_not_exist_is_refused_and_what_is_not_made_yet_is_empty(
    client: FlaskClient, address: str, status: int
) -> None:
    factories.city()
    assert client.get(address).status_code == status


def test_the_api_gives_the_ranking_and_every_figure_of_the_index(client: FlaskClient) -> None:
    _sealed_month()
    answer = client.get("/api/v1/rankings/2026-11?area=9901&of=communities").json
    assert (answer["status"], len(answer["sha256"]), answer["ranked"], answer["next"]) == ("sealed", 64, 1, None)
    first, *rest = answer["rows"]
    assert (first["rank"], first["subject"]["code"], first["previous_rank"]) == (1, COMMUNITY, None)
    assert {row["rank"] for row in rest} == {None}
    assert round(sum(part["score"] for part in first["parts"]), 2) == first["index"]
    index = client.get(f"/api/v1/index/{COMMUNITY}?period=2026-11").json
    assert (index["status"], index["index"], index["rank"]) == ("sealed", first["index"], 1)
    judged = sum(part["weight"] for part in index["parts"])
    for part in index["parts"]:
        rate = (part["x"] + 100 * part["city_rate"]) / (part["n"] + 100)
        assert part["rate"] == pytest.approx(rate)
        score = part["weight"] * 100 / judged * max(0, min(1, rate / part["target"]))
        assert part["score"] == pytest.approx(score, abs=0.0051)
    assert index["denominator"] == index["parts"][0]["n"]


def test_a_provisional_ranking_says_so(client: FlaskClient) -> None:
    factories.approved_entry(factories.person("one"), quantity=2)
    with transaction():
        compile_period(MONTH, now=NOW.replace(hour=9), members_as_of=NOW.replace(hour=9), zone=ZONE)
    answer = client.get("/api/v1/rankings/2026-11?area=990102&of=communities").json
    assert (answer["status"], answer["sha256"]) == ("provisional", None)
    with clock.held(NOW):
        assert "进行中" in client.get("/rankings/2026-11/990102").text
        assert "文明指数" in client.get(f"/communities/{COMMUNITY}").text


def test_a_ranking_costs_the_same_however_long_it_is(client: FlaskClient) -> None:
    _sealed_month()
    with count_queries() as found:
        client.get("/rankings/2026-11/9901?of=communities")
    assert found.total <= 16


def test_public_boards_can_be_turned_off(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    factories.city()
    monkeypatch.setitem(app.config, "CIVIC", replace(app.config["CIVIC"], public_boards=False))
    for address in ("/rankings", "/rankings/2026-11/9901", "/api/v1/rankings/2026-11", "/api/v1/index/9901"):
        assert client.get(address).status_code == 403, address


def test_one_more_neighbour_is_worked_out_exactly() -> None:
    from civic.rules.civility_index import DEFAULTS, Figure, index, judge, with_one_more

    here = {key: Figure(x, Fraction(100)) for key, x in (("participation", 5), ("points", 60), ("steadiness", 1))}
    parts = judge(here, here, DEFAULTS["month"])
    # 6 of 100 for 15 %, 63 for 300, 1 for 4.
    assert (index(parts), with_one_more(parts)) == (15_69 + 7_06 + 4_41, 18_82 + 7_41 + 4_41)
