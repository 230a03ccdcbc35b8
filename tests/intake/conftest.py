"""A resident with a browser, on a day that stands still."""

import pytest
from flask.testing import FlaskClient

from civic import clock
from civic.accounts.models import Person
from tests import factories
from tests.pages import sign_in


@pytest.fixture
def standing_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: factories.NOW)


@pytest.fixture
def resident(client: FlaskClient, standing_still: None) -> Person:
    person = factories.person("xiulan")
    sign_in(client, "xiulan")
    return person
