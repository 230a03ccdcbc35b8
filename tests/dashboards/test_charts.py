"""The geometry of the small drawings."""

from hypothesis import given, settings
from hypothesis import strategies as st

from civic.dashboards import charts

few = settings(max_examples=100, deadline=None, database=None)
scores = st.lists(st.integers(0, 10_000), min_size=1, max_size=40)


def test_a_rising_row_rises_to_its_last_point() -> None:
    line = charts.sparkline([10, None, 20, 30])
    assert line.path == "M4 20M54.7 12L80 4"
    assert line.end == (80, 4)


def test_a_row_without_values_draws_nothing() -> None:
    assert charts.sparkline([None, None]) == charts.Line("", None)


@given(scores)
@few
def test_every_score_falls_into_one_of_five_steps_and_higher_never_into_a_lower(found: list[int]) -> None:
    bounds = charts.bounds(found)
    steps = [charts.step_of(score, bounds) for score in sorted(found)]
    assert steps == sorted(steps)
    assert set(steps) <= {1, 2, 3, 4, 5}
    assert len(bounds) == charts.STEPS - 1


@given(st.lists(st.none() | st.floats(0, 1), min_size=13, max_size=13))
@few
def test_the_trend_stays_in_its_frame(shares: list[float | None]) -> None:
    drawn = charts.trend(shares, [None] * 13)
    heights = [y for _value, y in drawn.axis]
    assert heights == sorted(heights, reverse=True)
    assert 2 <= len(heights) <= 5
    if drawn.now.end is not None:
        assert charts.TREND_TOP <= drawn.now.end[1] <= charts.TREND_HEIGHT - charts.TREND_FOOT
