"""The scale of stars is a setting, because places differ."""

import pytest

from civic.config import STAR_HOURS, ConfigError, from_environment


def test_a_city_may_set_its_own_hours() -> None:
    assert from_environment({}).star_hours == STAR_HOURS == (100, 300, 600, 1000, 1500)
    assert from_environment({"STAR_HOURS": "50, 100,200"}).star_hours == (50, 100, 200)


@pytest.mark.parametrize("written", ["100,50", "100,100", "0,100", "-1", "x", "100,", "１００", "1e3", "9" * 5000])
def test_hours_that_make_no_scale_are_refused_by_name(written: str) -> None:
    with pytest.raises(ConfigError, match="STAR_HOURS"):
        from_environment({"STAR_HOURS": written})
