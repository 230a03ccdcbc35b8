"""What the manager's pages ask of the database, and how it finds the queue."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from civic.accounts.models import Person
from civic.db import db
from civic.moderation import service
from tests.factories import COMMUNITY, decide, log, person, staff
from tests.pages import sign_in
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("at_ten_past_ten")


@pytest.mark.parametrize("waiting", [5, 50])
@pytest.mark.parametrize(("role", "area", "cost"), [("community_manager", COMMUNITY, 32), ("city_officer", "9901", 33)])
def test_the_queue_costs_the_same_however_many_wait(
    client: FlaskClient, role: str, area: str, cost: int, waiting: int
) -> None:
    """Claiming the entry costs three and what is read anew after it; the area's choices cost an officer one more.

    Photos would cost two for all, a twin among them four.
    """
    sign_in(client, staff(role, area).login or "")
    for _ in range(waiting):
        log(person(confirmed=False), quantity=6)
    client.get("/moderation")
    with count_queries() as queries:
        page = client.get("/moderation")
    assert page.text.count('class="row-link wait') == waiting
    assert queries.total <= cost, str(queries)


def test_one_entry_costs_the_same_whatever_happened_to_it(client: FlaskClient, manager: Person) -> None:
    entry = log(person())
    for _ in range(4):
        decide(entry, "reject", manager)
        decide(entry, "undo", manager)
    decide(entry, "approve", manager)
    with count_queries() as queries:
        assert client.get(f"/moderation/{entry.id}").status_code == 200
    assert queries.total <= 27, str(queries)


def test_a_managers_queue_is_read_in_order_from_its_index(app: Flask, engine: str) -> None:
    plan = "\n".join(plan_of_the_queue(staff(), engine))
    # On a few rows PostgreSQL may as well read by time; on many see tests/test_plans.py.
    assert "ix_entry_queue" in plan or (engine == "postgresql" and "ix_entry_waiting" in plan)
    assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
    assert "Sort" not in plan, plan


def plan_of_the_queue(manager: Person, engine: str) -> list[str]:
    """How the database reads a queue, asked with the very statement and values that the service sends."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "ORDER BY entry.queued_at" in statement:
            sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        service.queue(manager)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    ((statement, values),) = sent
    connection = db.session.connection()
    if engine == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    explain = "EXPLAIN QUERY PLAN " if engine == "sqlite" else "EXPLAIN "
    return [str(row) for row in connection.exec_driver_sql(explain + statement, values)]
