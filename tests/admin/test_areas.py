"""Areas and populations on the web."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from civic import clock
from civic.areas import service as areas
from civic.audit import service as audit
from civic.audit.service import Wanted
from civic.db import transaction
from civic.rules.refused import Refused
from tests.factories import COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, city, staff
from tests.pages import sign_in, submit
from tests.queries import count_queries


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


@pytest.fixture
def admin(client: FlaskClient) -> FlaskClient:
    sign_in(client, staff("administrator", "9901").login or "")
    return client


def test_people_are_set_from_a_day_on_and_never_in_the_past(app: Flask) -> None:
    city()
    with transaction():
        assert areas.set_population(COMMUNITY, 4_200, TODAY, today=TODAY) is None
        assert areas.set_population(COMMUNITY, 4_300, TODAY + timedelta(days=9), today=TODAY) == 4_200
    assert areas.population(COMMUNITY, TODAY) == 4_200
    assert areas.population(COMMUNITY, TODAY + timedelta(days=9)) == 4_300
    for code, people, days, refusal in (
        (COMMUNITY, 0, 0, "people_needed"),
        (COMMUNITY, -5, 0, "people_needed"),
        (COMMUNITY, 5, -1, "population_day"),
        (COMMUNITY, 5, 400, "population_day"),
        ("990102", 5, 0, "community_unknown"),
        ("nowhere", 5, 0, "community_unknown"),
    ):
        with pytest.raises(Refused, match=refusal), transaction():
            areas.set_population(code, people, TODAY + timedelta(days=days), today=TODAY)


def test_an_administrator_finds_an_area_and_sets_its_people(admin: FlaskClient) -> None:
    assert "榴城市" in admin.get("/admin/areas").text
    with count_queries() as queries:
        assert COMMUNITY in admin.get("/admin/areas?q=桐花").text
    assert queries.total <= 12, str(queries)
    assert COMMUNITY in admin.get(f"/admin/areas?q={COMMUNITY}").text
    typed = {"code": COMMUNITY, "people": "0"}
    wrong = submit(admin, "/admin/areas", typed, form="/admin/areas/people")
    assert (wrong.status_code, f'value="{COMMUNITY}"' in wrong.text) == (422, True)
    assert submit(admin, "/admin/areas", {**typed, "people": "many"}, form="/people").status_code == 422
    assert submit(admin, "/admin/areas", {**typed, "people": "4200"}, form="/people").status_code == 303
    assert "4,200" in admin.get(f"/admin/areas?q={COMMUNITY}").text
    (line,) = audit.lines(Wanted(kind="population_set"))
    assert line.facts == {"was": None, "people": 4200}


def test_a_table_is_taken_over_whole_or_not_at_all(admin: FlaskClient) -> None:
    def send(text: str) -> tuple[int, str]:
        file = FileStorage(io.BytesIO(text.encode()), filename="people.csv")
        answer = submit(admin, "/admin/areas", {"table": file}, form="/table")
        return answer.status_code, answer.text

    status, text = send(f"code,population\n{COMMUNITY},100\n999,5\n")
    assert (status, "999" in text) == (422, True)
    assert areas.population(COMMUNITY, TODAY) is None
    assert send(f"code,population\n{COMMUNITY},100\n{OTHER_COMMUNITY},200\n")[0] == 303
    assert areas.population("990102001", TODAY) == 300
    assert send("")[0] == 422
    assert submit(admin, "/admin/areas", {}, form="/table").status_code == 422
