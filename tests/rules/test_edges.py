"""Random instants around the edges of periods, a slice of tests/rules/edges.py, with the server in three time zones."""

import time

import pytest

from civic.rules import periods
from tests.rules.edges import ZONES, differences


@pytest.mark.parametrize("zone", ZONES)
def test_edges_are_where_plain_reckoning_has_them_wherever_the_server_is(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    periods.start_of.cache_clear()
    try:
        found, answers = differences(400)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found == []
    assert answers == differences(400)[1]
