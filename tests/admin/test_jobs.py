"""Jobs on the web: what administrators see of them, and running what is due."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from civic import clock, schedule
from civic.db import db
from civic.jobs.models import JobRun
from civic.jobs.service import Job
from civic.rules.agenda import Every, Nightly
from tests.factories import NOW, person, staff
from tests.pages import sign_in, submit
from tests.queries import count_queries

QUERIES = 48


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


@pytest.fixture
def admin(client: FlaskClient) -> None:
    person(now=NOW - timedelta(days=3))
    sign_in(client, staff("administrator", "9901").login or "")


def _runs(job: str) -> int:
    return db.session.scalar(select(func.count()).where(JobRun.job == job)) or 0


def test_every_job_is_listed_with_its_schedule_and_its_next_turn(client: FlaskClient, admin: None) -> None:
    page = client.get("/admin/jobs").text
    for job in schedule.JOBS:
        assert f"<code>{job.name}</code>" in page
    for words in ("每天 03:10", "每 5 分钟", "周封账后 10 分钟", "还没有"):
        assert words in page, words


def test_running_now_runs_what_is_due_says_so_and_does_nothing_twice(client: FlaskClient, admin: None) -> None:
    answer = submit(client, "/admin/jobs", {}, form="/admin/jobs/tidy/run")
    assert (answer.status_code, answer.location) == (303, "/admin/jobs/tidy")
    done = _runs("tidy")
    assert done >= 3
    page = client.get("/admin/jobs/tidy").text
    assert f"跑完了 {done} 期" in page
    assert "2026-11-25" in page
    submit(client, "/admin/jobs/tidy", {}, form="/run")
    assert "现在没有到期的" in client.get("/admin/jobs/tidy").text
    assert _runs("tidy") == done
    assert _runs("seal") == 0


def test_a_failure_is_shown_and_stands_until_it_is_made_good(
    client: FlaskClient, admin: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_broken = True

    def breaks(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:
        if is_broken:
            raise OSError("the disk <is> full")
        return {"files": 7}

    job = Job("tidy", Nightly(3, 10), breaks)
    monkeypatch.setattr(schedule, "JOBS", (job,))
    monkeypatch.setattr("civic.admin.jobs.JOBS", (job,))
    submit(client, "/admin/jobs", {}, form="/run")
    page = client.get("/admin/jobs/tidy").text
    assert "没有跑成" in page
    assert "the disk &lt;is&gt; full" in page
    assert "没有跑成" in client.get("/admin/jobs").text
    is_broken = False
    submit(client, "/admin/jobs", {}, form="/run")
    page = client.get("/admin/jobs").text
    assert "没有跑成" not in page
    assert "按时" in page


def test_a_job_that_does_not_exist_is_not_found(client: FlaskClient, admin: None) -> None:
    assert client.get("/admin/jobs/nothing").status_code == 404
    token = {"csrf_token": ""}
    assert client.post("/admin/jobs/tidy/run", data=token).status_code == 400
    assert _runs("tidy") == 0


def test_the_list_costs_a_few_queries_a_job(client: FlaskClient, admin: None) -> None:
    with count_queries() as found:
        client.get("/admin/jobs")
    assert found.total <= QUERIES


def test_a_new_schedule_has_words_of_its_own() -> None:
    from civic.admin.jobs import when_words

    class Odd:
        def __str__(self) -> str:
            return "at full moon"

    assert when_words(Odd()) == "at full moon"
    assert Every(5).overtakes
