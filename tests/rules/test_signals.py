"""What is worth a second look, as plain figures."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from civic.rules.signals import (
    BANDS,
    BURST_ACTS,
    LOOK_ALIKE_BITS,
    OFTEN_APPROVALS,
    bands,
    distance,
    is_burst,
    is_often,
    probes,
)

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
PRINTS = st.integers(0, 2**64 - 1)


@given(PRINTS, st.sets(st.integers(0, 63), max_size=LOOK_ALIKE_BITS))
def test_whatever_differs_in_at_most_seven_features_is_found_by_one_of_its_bands(print_: int, turned: set[int]) -> None:
    other = print_
    for bit in turned:
        other ^= 1 << bit
    assert distance(print_, other) == len(turned)
    assert any(band in values for band, values in zip(bands(other), probes([print_]), strict=True))


@given(PRINTS)
def test_signed_and_unsigned_prints_are_the_same(print_: int) -> None:
    signed = print_ - 2**64 if print_ >> 63 else print_
    assert distance(signed, print_) == 0
    assert bands(signed) == bands(print_)
    assert len(bands(print_)) == BANDS


def test_prints_drawn_by_chance_are_far_apart() -> None:
    chance = Random(1)
    drawn = [chance.getrandbits(64) for _ in range(200)]
    pairs = [(one, other) for one in drawn for other in drawn if one < other]
    assert min(distance(one, other) for one, other in pairs) > LOOK_ALIKE_BITS


def _every(minutes: float, times: int = BURST_ACTS) -> list[datetime]:
    return [NOON + timedelta(minutes=minutes * place) for place in range(times)]


def test_a_burst_is_so_many_within_the_hour_this_one_among_them() -> None:
    close = _every(10)
    assert all(is_burst(at, close) for at in close)
    assert not is_burst(close[0], _every(13))
    assert not is_burst(close[0], close[:-1])
    assert not is_burst(NOON + timedelta(hours=5), [*close, NOON + timedelta(hours=5)])


def test_often_is_measured_by_what_others_get() -> None:
    others = dict.fromkeys(range(2, 8), 2)
    assert is_often(1, {1: OFTEN_APPROVALS, **others})
    assert not is_often(1, {1: OFTEN_APPROVALS - 1, **others})
    assert not is_often(1, {1: 30, 2: 30, 3: 30})
    assert not is_often(9, {1: 30})
    assert not is_often(1, {1: 30})
