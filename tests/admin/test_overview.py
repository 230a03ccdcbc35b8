"""The first page of the administration: what waits for a second person, what failed, and only ways one may go."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from civic import clock
from civic.accounts import proposals
from civic.db import db, transaction
from civic.jobs.models import JobFailure
from civic.rankings import index_changes
from civic.rules.civility_index import DEFAULTS
from tests.factories import COMMUNITY, NOW, ZONE, person, staff
from tests.pages import sign_in
from tests.queries import count_queries

QUERIES = 14


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


def _grants_wait(*logins: str) -> None:
    first = staff("administrator", "9901")
    for login in logins:
        person(login)
        with transaction():
            proposals.propose(login, "community_manager", COMMUNITY, by=first, now=NOW)


def test_an_administrator_sees_what_waits_and_every_page(client: FlaskClient) -> None:
    sign_in(client, staff("administrator", "9901").login or "")
    assert "没有等确认的" in client.get("/admin").text
    _grants_wait("lin")
    with transaction():
        officer = staff("city_officer", "9901")
        index_changes.propose("9901", "month", DEFAULTS["month"], by=officer, now=NOW, zone=ZONE)
    with transaction() as session:
        session.add(JobFailure(job="seal", period="2026-W40", due_at=NOW, failed_at=NOW, error="no room", tries=1))
    page = client.get("/admin").text
    assert page.count("1 项在等") == 2
    assert 'href="/admin/index?area=9901"' in page
    assert ("2026-W40" in page, 'href="/admin/jobs/seal"' in page) == (True, True)
    for name in ("grants", "rules", "index", "areas", "switches", "legal", "jobs", "audit"):
        assert f'href="/admin/{name}"' in page, name


def test_an_officer_sees_only_where_they_may_go_and_a_manager_nothing(client: FlaskClient) -> None:
    _grants_wait("lin")
    sign_in(client, staff("district_officer", "990102").login or "")
    page = client.get("/admin").text
    assert "1 项在等" in page
    assert 'href="/admin/grants"' in page
    for name in ("rules", "index", "areas", "switches", "jobs", "audit"):
        assert f'href="/admin/{name}"' not in page, name
    client.delete_cookie("civic")
    sign_in(client, staff("district_officer", "990105").login or "")
    assert "没有等确认的" in client.get("/admin").text  # what waits elsewhere is not theirs
    client.delete_cookie("civic")
    sign_in(client, staff("community_manager", COMMUNITY).login or "")
    assert client.get("/admin").status_code == 403


def test_ten_times_as_much_waiting_costs_no_query_more(client: FlaskClient) -> None:
    sign_in(client, staff("administrator", "9901").login or "")

    def asked() -> int:
        db.session.remove()
        with count_queries() as queries:
            assert client.get("/admin").status_code == 200
        assert queries.total <= QUERIES, str(queries)
        return queries.total

    _grants_wait("lin")
    before = asked()
    _grants_wait(*(f"lin{number}" for number in range(10)))
    assert asked() == before
