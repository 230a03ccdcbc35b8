"""flask jobs list | runs | run, and what the server says about its jobs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.db import transaction
from civic.jobs.models import JobFailure
from civic.ledger import service as ledger
from civic.schedule import JOBS
from tests.factories import person, staff
from tests.jobs.weeks import MONDAY, active_week, at, bonuses, thursday

AS_OF = "2026-11-12T00:10:00+08:00"


@pytest.fixture(autouse=True)
def _thursday_noon() -> Iterator[None]:
    with clock.held(thursday() + timedelta(hours=12)):
        yield


def call(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["jobs", *args])


def active_resident() -> None:
    active_week(person(now=at(MONDAY)), staff(), 3)


def test_a_run_prints_one_line_a_period_oldest_first(app: Flask) -> None:
    active_resident()
    result = call(app, "run", "weekly-bonus", "--as-of", AS_OF)
    assert result.exit_code == 0
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert lines[-1] == ["weekly-bonus", "2026-W45", "bonuses=1 merit=5"]
    assert [period for _, period, _ in lines] == sorted(period for _, period, _ in lines)


def test_running_twice_is_running_once(app: Flask) -> None:
    active_resident()
    call(app, "run", "weekly-bonus")
    again = call(app, "run", "weekly-bonus")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == "weekly-bonus: nothing is due\n"
    assert len(bonuses()) == 1


def test_an_instant_without_a_zone_is_the_city_s(app: Flask) -> None:
    active_resident()
    call(app, "run", "weekly-bonus", "--as-of", "2026-11-12T00:09:59")
    assert bonuses() == []
    call(app, "run", "weekly-bonus", "--as-of", "2026-11-12T00:10:00")
    assert len(bonuses()) == 1


def test_a_rehearsal_looks_ahead(app: Flask) -> None:
    active_resident()
    result = call(app, "run", "weekly-bonus", "--as-of", "2026-11-27")
    assert result.stdout.splitlines()[-1].split("\t")[1] == "2026-W47"


def test_production_refuses_an_instant_in_the_future(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    active_resident()
    monkeypatch.setitem(app.config, "CIVIC", replace(app.config["CIVIC"], env="production"))
    result = call(app, "run", "weekly-bonus", "--as-of", "2026-11-27")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "production refuses it" in result.stderr
    assert call(app, "run", "weekly-bonus", "--as-of", AS_OF).exit_code == 0


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2026-11-26T25:00", "", "0001-01-01T00:00:00+08:00"])
def test_an_instant_that_is_none_is_wrong_usage(app: Flask, text: str) -> None:
    result = call(app, "run", "weekly-bonus", "--as-of", text)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_a_rehearsal_does_not_look_ahead_for_ever(app: Flask) -> None:
    assert call(app, "run", "weekly-bonus", "--as-of", "9000-01-01").exit_code == 1


@pytest.mark.parametrize("args", [("run", "weekly_bonus"), ("runs", "nothing"), ("run",), ("nothing",)])
def test_what_does_not_exist_is_wrong_usage(app: Flask, args: tuple[str, ...]) -> None:
    result = call(app, *args)
    assert (result.exit_code, result.stdout) == (2, "")


def test_the_list_names_schedule_last_period_next_turn_and_error(app: Flask) -> None:
    active_resident()
    call(app, "run", "weekly-bonus")
    with transaction() as session:
        session.add(
            JobFailure(
                job="tidy", period="2026-11-12", due_at=thursday(), failed_at=thursday(), tries=1, error="OSError: full"
            )
        )
    lines = {line.split("\t")[0]: line.split("\t")[1:] for line in call(app, "list").stdout.splitlines()}
    assert lines["weekly-bonus"] == [
        "10 min after each week closes",
        "2026-W45",
        "2026-11-19T00:10:00+08:00",
        "-",
    ]
    assert lines["tidy"][1] == "-"
    assert lines["tidy"][3] == "OSError: full"


def test_runs_are_listed_with_what_they_did(app: Flask) -> None:
    active_resident()
    call(app, "run", "weekly-bonus")
    noon = "2026-11-12T12:10:00+08:00"
    last = call(app, "runs", "weekly-bonus").stdout.splitlines()[-1]
    assert last.split("\t") == ["weekly-bonus", "2026-W45", noon, noon, "bonuses=1 merit=5", "-"]
    assert call(app, "runs", "tidy").stdout == ""
    assert call(app, "runs").stdout.splitlines()[-1] == last


def test_an_error_ends_the_command_with_one_line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    active_resident()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError("the disk\nis full")

    monkeypatch.setattr(ledger, "post_bonuses", fail)
    result = call(app, "run", "weekly-bonus")
    assert result.exit_code == 1
    assert result.stderr.endswith(": OSError: the disk\n")
    assert len(result.stderr.splitlines()) == 1
    assert "OSError: the disk" in call(app, "runs", "weekly-bonus").stdout


def test_a_late_scheduler_is_told_and_is_no_outage(client: FlaskClient, app: Flask) -> None:
    assert client.get("/readyz").json["checks"]["scheduler"] == {"ok": True, "detail": "on time"}
    active_resident()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")
    assert answer.json["checks"]["scheduler"]["ok"] is False
    assert "was due at" in answer.json["checks"]["scheduler"]["detail"]
    for job in JOBS:
        call(app, "run", job.name)
    assert client.get("/readyz").json["checks"]["scheduler"]["ok"] is True


def test_a_failed_run_is_told_too(client: FlaskClient, app: Flask) -> None:
    active_resident()
    with transaction() as session:
        session.add(
            JobFailure(
                job="tidy", period="2026-11-12", due_at=thursday(), failed_at=thursday(), tries=1, error="OSError: full"
            )
        )
    found = client.get("/readyz").json["checks"]["scheduler"]
    assert found == {"ok": False, "detail": "failed: tidy 2026-11-12, see flask jobs runs"}
