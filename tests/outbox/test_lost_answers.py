"""A retry never doubles, however many answers are lost: a slice of the long form, through a real server."""

import pytest

from tests.outbox import lost_answers

pytestmark = pytest.mark.xdist_group("browser")  # beside the other tests with a server of their own

SENDS = 120


def test_nothing_is_lost_and_nothing_counts_twice_when_answers_are_lost() -> None:
    tally = lost_answers.run(SENDS)
    assert tally.answers_lost > SENDS / 4, "the network was too good to show anything"
    assert tally.broken_off > 0
    assert tally.doubled > 0
    assert (tally.extra, tally.missing, tally.wrong) == (0, 0, [])
