"""What the long form finds wrong where something is: an acknowledgement without its entry, photo or approval."""

import subprocess
from pathlib import Path

import pytest
from flask import Flask

from civic.db import db
from tests.crash.phones import Heard, lost
from tests.crash.serving import City
from tests.factories import approved_entry, log, person

pytestmark = pytest.mark.one_engine


@pytest.fixture
def town(app: Flask, tmp_path: Path) -> City:
    """A city whose server is of no matter here."""
    never = subprocess.Popen(["true"])
    never.wait()
    return City(app, tmp_path, 0, never, None, [], "")


def test_what_was_acknowledged_and_is_there_is_not_lost(town: City) -> None:
    waiting, approved = log(person()), approved_entry()
    told = {entry.client_key: (entry.id, 0) for entry in (waiting, approved)}
    with_both = Heard(entries=told, approved={approved.id})
    db.session.rollback()
    assert lost(town, with_both) == []


def test_an_acknowledged_entry_photo_or_approval_that_is_not_there_is_lost(town: City) -> None:
    entry = log(person())
    key, entry_id = entry.client_key, entry.id
    db.session.rollback()
    assert "found None" in lost(town, Heard(entries={"another": (1, 0)}))[0]
    assert "told (99, 0)" in lost(town, Heard(entries={key: (99, 0)}))[0]
    assert f"told ({entry_id}, 1)" in lost(town, Heard(entries={key: (entry_id, 1)}))[0]
    assert lost(town, Heard(approved={entry_id})) == [f"entry {entry_id}: told approved, is not"]
