"""Weights and targets as dated rows."""

from datetime import date

import pytest
from flask import Flask

from civic import clock
from civic.db import transaction
from civic.rankings.indices import settings_of
from civic.rankings.settings import set_index
from civic.rules.civility_index import DEFAULTS, Settings
from civic.rules.refused import Refused
from tests.factories import NOW, ZONE, city

NEW = Settings((50, 20, 15, 15), (1_000, 30_000, 400, 9_500), 30)
NEW_YEAR = date(2027, 1, 1)


def _set(code: str = "9901", kind: str = "month", from_on: date = NEW_YEAR, settings: Settings = NEW) -> None:
    with transaction():
        set_index(code, kind, settings, from_on=from_on, now=NOW, zone=ZONE)


def test_new_targets_are_in_force_from_their_day_on(app: Flask) -> None:
    city()
    _set()
    assert settings_of("9901", "month", date(2026, 12, 31)) == DEFAULTS["month"]
    assert settings_of("9901", "month", NEW_YEAR) == NEW
    assert settings_of("9901", "week", NEW_YEAR) == DEFAULTS["week"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"from_on": date(2027, 2, 1)}, "index_not_from_new_year"),
        ({"from_on": date(2026, 1, 1)}, "index_not_from_new_year"),
        ({"kind": "quarter"}, "index_kind_unknown"),
        ({"code": "990102"}, "index_not_for_a_city"),
        ({"code": "9902"}, "area"),
        ({"settings": Settings((50, 20, 15, 10), NEW.targets, 30)}, "weights_do_not_add_up"),
        ({}, "index_already_set"),
    ],
)
def test_what_cannot_be_set_is_refused(app: Flask, wrong: dict[str, object], code: str) -> None:
    city()
    if not wrong:
        _set()
    with pytest.raises(Refused) as refused:
        _set(**wrong)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_the_command_sets_them_too(app: Flask) -> None:
    city()
    args = ["rankings", "targets", "9901", "month", "--from", "2027-01-01", "--weights", "50,20,15,15", "--cap", "30"]
    with clock.held(NOW):
        done = app.test_cli_runner().invoke(args=[*args, "--targets", "10,300,4,95"])
        assert (done.exit_code, done.output) == (0, "set for each month of 9901 from 2027-01-01\n")
        assert settings_of("9901", "month", NEW_YEAR) == NEW
        assert app.test_cli_runner().invoke(args=[*args, "--targets", "10,300,4"]).exit_code == 2
        zero = app.test_cli_runner().invoke(args=[*args, "--targets", "10,300,4,0"])
        assert (zero.exit_code, zero.output.count("\n")) == (1, 1)
