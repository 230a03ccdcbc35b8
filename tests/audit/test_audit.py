"""The audit list: a line for each privileged act, in its transaction, for ever; read by whoever runs the city."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.accounts import proposals
from civic.audit import service
from civic.audit.models import AuditLine
from civic.audit.service import Wanted
from civic.db import db, transaction
from civic.rules.refused import Refused
from tests.factories import COMMUNITY, NOW, person, staff
from tests.pages import sign_in
from tests.queries import count_queries


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


def kinds() -> list[str]:
    return [line.kind for line in service.lines(Wanted())]


def test_each_step_of_a_grant_leaves_a_line(app: Flask) -> None:
    person("lin")
    first, second = staff("administrator", "9901"), staff("city_officer", "9901")
    with transaction():
        found = proposals.propose("lin", "community_manager", COMMUNITY, by=first, now=NOW)
    with transaction():
        given = proposals.confirm(found.id, by=second, now=NOW)
    with transaction():
        proposals.take_back(given.id, by=first, now=NOW)
    assert kinds() == ["grant_revoked", "grant_confirmed", "grant_proposed"]
    (last, *_earlier) = service.lines(Wanted())
    assert (last.person_id, last.area_code, last.facts["role"]) == (first.id, COMMUNITY, "community_manager")


def test_what_is_rolled_back_leaves_none(app: Flask) -> None:
    person("lin")
    first = staff("administrator", "9901")
    with transaction() as session:
        proposals.propose("lin", "community_manager", COMMUNITY, by=first, now=NOW)
        session.rollback()
    assert kinds() == []


def test_a_line_is_never_changed_nor_deleted(app: Flask) -> None:
    with transaction():
        service.note("job_run", by=staff().id, now=NOW)
    for statement in (sa.update(AuditLine).values(kind="x"), sa.delete(AuditLine)):
        with pytest.raises(sa.exc.DBAPIError), transaction() as session:
            session.execute(statement)


def test_lines_are_found_by_kind_person_and_time(app: Flask) -> None:
    one, other = staff(), staff()
    with transaction():
        for who, kind, days in ((one, "job_run", 2), (other, "job_run", 1), (one, "boards_switched", 0)):
            service.note(kind, by=who.id, now=NOW - timedelta(days=days))

    def ids(**wanted: object) -> int:
        return len(list(service.lines(Wanted(**wanted))))  # type: ignore[arg-type]

    assert ids(kind="job_run") == 2
    assert ids(person_id=one.id) == 2
    assert ids(since=NOW - timedelta(days=1)) == 2
    assert ids(until=NOW - timedelta(days=1)) == 1
    assert ids(kind="job_run", person_id=other.id) == 1
    with pytest.raises(Refused, match="audit_kind"):
        list(service.lines(Wanted(kind="nothing")))
    with pytest.raises(ValueError, match="nothing"):
        service.note("nothing", by=one.id, now=NOW)


def test_the_page_and_its_table_show_them_to_administrators(client: FlaskClient) -> None:
    who = staff("administrator", "9901")
    login = who.login or ""
    with transaction():
        for number in range(60):
            service.note("job_run", by=who.id, now=NOW, area_code=COMMUNITY, about=f"job:{number}", runs=number)
    sign_in(client, login)
    db.session.remove()
    with count_queries() as queries:
        page = client.get("/admin/audit").text
    assert queries.total <= 8, str(queries)
    assert "job:59" in page
    assert "job:9<" not in page
    older = client.get("/admin/audit?before=11").text
    assert "job:9<" in older
    assert "runs=9" in older
    table = client.get("/admin/audit.csv?kind=job_run").data.decode("utf-8-sig").splitlines()
    assert len(table) == 61
    assert "没有找到" in client.get("/admin/audit?who=nobody").text
    assert client.get("/admin/audit?kind=nothing").status_code == 422
