"""Late answers go to the level above too; the community keeps them."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.db import transaction
from civic.entries import service as entries
from civic.moderation import service
from civic.moderation.escalation import escalate, escalated
from tests.factories import NOW, TODAY, ZONE, decide, log, person, staff, statuses
from tests.pages import sign_in

LATE = NOW - timedelta(hours=48)


def run(now: datetime = NOW) -> int:
    with transaction():
        return escalate("", now=now, zone=ZONE)["overdue"]


def test_what_has_waited_48_hours_is_given_to_the_subdistrict_once(app: Flask) -> None:
    day = TODAY - timedelta(days=3)
    late = log(person(), acted_on=day, now=LATE)
    fresh = log(person(), acted_on=day, now=LATE + timedelta(seconds=1))
    assert run() == 1
    assert escalated([late.id, fresh.id]) == {late.id: NOW}
    assert run() == 0
    assert run(NOW + timedelta(hours=1)) == 1  # the fresh one is late by then
    assert escalated([late.id]) == {late.id: NOW}
    assert [one.entry.id for one in service.queue(staff())] == [late.id, fresh.id]


def test_a_mended_entry_waits_anew(app: Flask) -> None:
    resident, manager = person(), staff()
    entry = log(resident, acted_on=TODAY - timedelta(days=3), now=LATE)
    run()
    decide(entry, "return", manager)
    with transaction():
        entries.mend(entry.id, quantity=1, note="北岸码头到石桥一段", by=resident, now=NOW)
    assert escalated([entry.id]) == {}
    assert run() == 0
    assert run(NOW + timedelta(hours=48)) == 1
    assert statuses(entry) == ["pending"]


@pytest.mark.usefixtures("at_ten_past_ten")
def test_the_manager_finds_in_the_morning_what_is_late_and_what_is_due(client: FlaskClient, manager: Person) -> None:
    day = TODAY - timedelta(days=3)
    log(person(), acted_on=day, now=NOW - timedelta(hours=50))
    log(person(), acted_on=day, now=NOW - timedelta(hours=40))
    log(person(), acted_on=day)
    run()
    page = client.get("/moderation").text
    assert "1 笔超过 48 小时" in page
    assert "1 笔今天到期" in page
    assert "街道也在看" in page
    only = client.get("/moderation?only=overdue").text
    assert only.count('class="row-link wait') == 1


@pytest.mark.usefixtures("at_ten_past_ten")
def test_the_subdistrict_sees_what_was_passed_on_and_may_decide(client: FlaskClient) -> None:
    log(person(), acted_on=TODAY - timedelta(days=3), now=LATE - timedelta(hours=1))
    run()
    officer = staff("subdistrict_officer", "990102001")
    sign_in(client, officer.login or "")
    assert "街道也在看" in client.get("/moderation").text
