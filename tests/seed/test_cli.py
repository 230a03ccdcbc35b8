"""The commands of the demo city."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from civic import clock
from civic.seed.people import ACCOUNTS, PASSWORD

NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
SMALL = ["demo", "seed", "--residents", "40", "--weeks", "1"]

pytestmark = pytest.mark.one_engine


def test_it_seeds_once_and_refuses_a_second_time(app: Flask) -> None:
    runner = app.test_cli_runner()
    with clock.held(NOW):
        first, second = runner.invoke(args=SMALL), runner.invoke(args=SMALL)
    assert (first.exit_code, first.stdout) == (0, "demo city: 40 residents, 1 weeks\n")
    assert second.exit_code == 1
    assert second.stderr.count("\n") == 1
    assert "here already" in second.stderr


def test_ensure_keeps_what_is_there_and_tells_the_address_and_the_accounts(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "8123")
    runner = app.test_cli_runner()
    with clock.held(NOW):
        runner.invoke(args=SMALL)
        told = runner.invoke(args=["demo", "ensure"])
    assert told.exit_code == 0, told.output
    assert "http://127.0.0.1:8123" in told.stdout
    for account in ACCOUNTS:
        assert f"  {account.login} " in told.stdout
    assert told.stdout.count(PASSWORD) > len(ACCOUNTS)


@pytest.mark.parametrize(
    "wrong", [["--residents", "3"], ["--weeks", "0"], ["--residents", "many"], ["--colour", "red"]]
)
def test_wrong_usage_is_told_in_one_line(app: Flask, wrong: list[str]) -> None:
    told = app.test_cli_runner().invoke(args=["demo", "seed", *wrong])
    assert told.exit_code == 2
    assert told.stderr.count("\n") == 1
