"""A manager at the desk, at ten past ten on a Wednesday."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from tests.factories import NOW, staff
from tests.pages import sign_in


@pytest.fixture
def at_ten_past_ten() -> Iterator[time_machine.Traveller]:
    """The clock of the test, which stands still until it is moved."""
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False) as traveller:
        yield traveller


@pytest.fixture
def manager(client: FlaskClient, at_ten_past_ten: time_machine.Traveller) -> Person:
    """A community manager, signed in."""
    found = staff()
    sign_in(client, found.login or "")
    return found
