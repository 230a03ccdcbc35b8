"""How long decisions took, in steps that add up."""

from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules.waits import HALF, NINE_TENTHS, NO_WAITS, STEPS, added, within

few = settings(max_examples=100, deadline=None, database=None)
steps = st.lists(st.integers(0, 40), min_size=len(NO_WAITS), max_size=len(NO_WAITS))


def _steps(**counts: int) -> list[int]:
    found = list(NO_WAITS)
    for hours, count in counts.items():
        found[STEPS.index(int(hours[1:])) if hours != "more" else -1] = count
    return found


def test_half_of_four_decisions_are_two() -> None:
    assert within(_steps(h1=1, h4=1, h24=2), HALF) == 4
    assert within(_steps(h1=1, h4=1, h24=2), NINE_TENTHS) == 24


def test_nothing_decided_has_no_hours_and_what_took_longer_than_a_week_has_none_either() -> None:
    assert within(NO_WAITS, HALF) is None
    assert within(_steps(h1=1, more=5), HALF) is None


@given(steps, steps)
@few
def test_the_sum_of_two_places_lies_between_them(one: list[int], other: list[int]) -> None:
    hours = [within(each, HALF) for each in (one, other, added((one, other)))]
    known = [each if each is not None else 10**6 for each in hours]
    if sum(one) and sum(other):
        assert min(known[:2]) <= known[2] <= max(known[:2])
    assert sum(added((one, other))) == sum(one) + sum(other)
