"""The city's time zone cannot change once an entry exists."""

import uuid
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.rules.refused import Refused
from tests import factories


def test_after_the_first_entry_no_other_time_zone_is_accepted(app: Flask) -> None:
    who = factories.person()
    factories.log(who)
    logged = Logged("exercise", factories.TODAY, 1, str(uuid.uuid4()))
    with pytest.raises(Refused, match="zone_changed"):
        receive(logged, by=who, now=factories.NOW, zone=ZoneInfo("Asia/Urumqi"))
    assert factories.log(who, "exercise").status == "pending"
