"""The civility index: hand-computed parts, rounding, the prior, and what cannot be set."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules.civility_index import (
    DEFAULTS,
    FULL,
    PARTS,
    PER,
    Figure,
    Part,
    Settings,
    check_settings,
    counts_until,
    denominator,
    furthest,
    half_up,
    index,
    is_steady,
    judge,
    mean,
    missing,
    with_one_more,
)
from civic.rules.refused import Refused

MONTH = DEFAULTS["month"]


def _figures(active: int, points: int, steady: int, people: int) -> dict[str, Figure]:
    n = Fraction(people)
    return {"participation": Figure(active, n), "points": Figure(points, n), "steadiness": Figure(steady, n)}


def test_a_place_at_every_target_has_a_hundred() -> None:
    here = _figures(150, 3_000, 40, 1_000)
    assert index(judge(here, here, MONTH)) == 100_00


def test_the_weight_of_a_part_without_a_case_goes_to_the_others() -> None:
    here = _figures(150, 3_000, 40, 1_000)
    assert [(part.key, part.score) for part in judge(here, here, MONTH)] == [
        ("participation", 47_06),
        ("points", 35_29),
        ("steadiness", 17_65),
    ]


def test_problems_put_right_are_judged_once_the_city_has_a_case() -> None:
    city = {**_figures(150, 3_000, 40, 1_000), "put_right": Figure(19, Fraction(20))}
    here = _figures(150, 3_000, 40, 1_000)
    # Without a case of its own a place stands at the city's rate: 0.95 of 0.95.
    assert [part.score for part in judge(here, city, MONTH)] == [40_00, 30_00, 15_00, 15_00]


def test_a_small_place_is_drawn_to_the_mean_of_its_city() -> None:
    here, city = _figures(30, 900, 30, 30), _figures(50, 1_000, 10, 1_000)
    part = judge(here, city, MONTH)[0]
    # (30 + 100 × 0.05) / (30 + 100)
    assert (part.city_rate, part.rate) == (Fraction(1, 20), Fraction(35, 130))
    assert part.score == 47_06


def test_a_part_is_never_below_zero() -> None:
    here, city = _figures(0, -500, 0, 10), _figures(0, -500, 0, 10)
    assert index(judge(here, city, MONTH)) == 0


@pytest.mark.parametrize(("score", "hundredths"), [("1/200", 1), ("1/201", 0), ("12.345", 1235), ("12.3449", 1234)])
def test_parts_are_rounded_half_up(score: str, hundredths: int) -> None:
    assert half_up(Fraction(score)) == hundredths


def test_a_quarter_is_the_mean_of_its_months_part_by_part() -> None:
    months = [{"participation": 40_00, "points": 10_01}, {"participation": 20_01, "points": 10_00, "put_right": 15_00}]
    assert mean(months) == {"participation": 30_01, "points": 10_01, "put_right": 7_50}


def test_the_largest_of_population_and_members_is_the_denominator() -> None:
    assert denominator(None, 10, 310, 30) == Fraction(31, 3)
    assert denominator(500, 10, 310, 30) == 500
    assert denominator(0, 0, 0, 30) == 0


@pytest.mark.parametrize(("days", "length", "steady"), [(3, 7, True), (2, 7, False), (13, 30, True), (12, 30, False)])
def test_steady_are_three_active_days_in_seven(days: int, length: int, steady: bool) -> None:
    assert is_steady(days, length) is steady


def test_whoever_was_removed_counts_for_a_year_or_until_they_join_elsewhere() -> None:
    assert counts_until(date(2026, 3, 5), None) == date(2027, 3, 5)
    assert counts_until(date(2024, 2, 29), None) == date(2025, 3, 1)
    assert counts_until(date(2026, 3, 5), date(2026, 3, 5)) == date(2026, 3, 5)


@given(st.integers(0, 400), st.integers(0, 9_000), st.integers(0, 400), st.integers(1, 5_000), st.integers(0, 100_000))
def test_no_honest_act_lowers_its_own_place(active: int, points: int, steady: int, people: int, others: int) -> None:
    here = _figures(active, points, steady, people)
    rest = _figures(others // 20, others * 2, others // 50, others)
    city = {key: Figure(one.x + rest[key].x, one.n + rest[key].n) for key, one in here.items()}
    parts = judge(here, city, MONTH)
    assert index(parts) <= with_one_more(parts)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (Settings((40, 30, 15, 16), MONTH.targets, 60), "weights_do_not_add_up"),
        (Settings((-5, 75, 15, 15), MONTH.targets, 60), "weights_do_not_add_up"),
        (Settings((0, 70, 15, 15), MONTH.targets, 60), "weight_missing"),
        (Settings(MONTH.weights, (0, 30_000, 400, 9_500), 60), "target_zero"),
        (Settings(MONTH.weights, MONTH.targets, 2), "cap_too_small"),
    ],
)
def test_weights_and_targets_that_make_no_index_are_refused(settings: Settings, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_settings(settings)
    assert refused.value.code == code


def test_the_defaults_may_be_set() -> None:
    for defaults in DEFAULTS.values():
        check_settings(defaults)


def test_the_part_furthest_from_its_target_is_named() -> None:
    here = _figures(75, 2_900, 4, 1_000)
    far = furthest(judge(here, here, MONTH))
    assert far is not None
    assert far.key == "steadiness"
    assert missing(far) == 36  # 4 of 1,000 where 40 are asked for, the prior being the place's own rate


def test_where_every_target_is_met_nothing_is_missing() -> None:
    here = _figures(160, 3_100, 41, 1_000)
    parts = judge(here, here, MONTH)
    assert furthest(parts) is None
    assert [missing(part) for part in parts] == [0, 0, 0]


@given(x=st.integers(0, 500), people=st.integers(1, 500), others_x=st.integers(0, 5_000), others=st.integers(0, 50_000))
def test_what_is_missing_is_just_enough(x: int, people: int, others_x: int, others: int) -> None:
    x, others_x = min(x, people), min(others_x, others)

    def rate_with(more: int) -> tuple[bool, int]:
        here = {"participation": Figure(x + more, Fraction(people))}
        city = {"participation": Figure(x + more + others_x, Fraction(people + others))}
        part = judge(here, city, MONTH)[0]
        return part.rate >= part.target, missing(part)

    is_met, more = rate_with(0)
    assert is_met == (more == 0)
    assert rate_with(more)[0]
    if more:
        assert not rate_with(more - 1)[0]


@settings(max_examples=200, deadline=None, database=None)
@given(
    x=st.integers(-500, 90_000),
    n_days=st.integers(0, 600_000),
    city_x=st.integers(-500, 5_000_000),
    city_n_days=st.integers(1, 60_000_000),
    days=st.integers(1, 31),
    target=st.integers(1, 40_000),
    weight=st.integers(1, 100),
    key=st.sampled_from(PARTS),
)
def test_a_score_reckoned_in_whole_numbers_is_the_fraction_rounded_half_up(
    x: int, n_days: int, city_x: int, city_n_days: int, days: int, target: int, weight: int, key: str
) -> None:
    part = Part(key, x, Fraction(n_days, days), city_x, Fraction(city_n_days, days), Fraction(target, PER), weight, 100)
    share = max(Fraction(0), min(Fraction(1), part.rate / part.target))
    assert part.score == half_up(Fraction(weight * FULL, 100) * share)
