"""What an entry earns: civic/rules/points.py."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules import points
from civic.rules.points import Award, PointRule, Standing, UpTo
from civic.rules.refused import Refused

# 2 points and 1.5 for every ten minutes, at most 12 a day and 40 a week.
LITTER = PointRule(1, 2, 150, 1, 12, 12, 40, None, date(2026, 11, 1), date(2026, 10, 25))
PLEDGE = PointRule(1, 1, 0, 1, 1, None, None, None, date(2026, 11, 1), date(2026, 10, 25))
FREE = replace(LITTER, per_day=None, per_week=None)
NOTHING = Standing(0, 0, 0, 0, 0)

few = settings(max_examples=100, deadline=None, database=None)
caps = st.none() | st.integers(0, 60)
rules = st.builds(
    PointRule,
    st.just(1),
    st.integers(0, 30),
    st.integers(0, 500),
    st.just(1),
    st.just(60),
    caps,
    caps,
    st.none(),
    st.just(date(2026, 11, 1)),
    st.just(date(2026, 10, 1)),
)
standings = st.builds(
    Standing, st.integers(0, 4), st.integers(0, 70), st.integers(0, 70), st.integers(0, 70), st.integers(0, 4)
)


@pytest.mark.parametrize(
    ("base", "per_unit", "quantity", "expected"),
    [
        (2, "1.5", 1, 3),  # 3.5
        (2, "1.5", 2, 5),
        (2, "1.5", 3, 6),  # 6.5
        (0, "0.1", 29, 2),  # 2.9
        (0, "0.1", 30, 3),
        (0, "0.29", 100, 29),  # a binary fraction would give 28
        (0, "0.07", 100, 7),
        (5, "0", 12, 5),
        (0, "0.33", 3, 0),
    ],
)
def test_worth_is_base_and_units_rounded_down_exactly(base: int, per_unit: str, quantity: int, expected: int) -> None:
    rule = replace(FREE, base=base, per_unit_hundredths=points.hundredths(per_unit))
    assert points.worth(rule, quantity) == expected


@pytest.mark.parametrize(("written", "value"), [("0", 0), ("1", 100), ("0.5", 50), ("1.25", 125), ("0.05", 5)])
def test_a_price_per_unit_has_at_most_two_decimals(written: str, value: int) -> None:
    assert points.hundredths(written) == value


@pytest.mark.parametrize("written", ["", "0.125", "1.", ".5", "-1", "+1", "1e2", "01", "1,5", " 1", "１", "nan"])
def test_anything_else_is_no_price(written: str) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        points.hundredths(written)


@pytest.mark.parametrize("quantity", [1, 12])
def test_a_quantity_from_the_smallest_to_the_largest_is_taken(quantity: int) -> None:
    points.check_quantity(LITTER, quantity)


@pytest.mark.parametrize("quantity", [-1, 0, 13, 10**18])
def test_a_quantity_outside_is_refused_and_never_trimmed(quantity: int) -> None:
    with pytest.raises(Refused) as refused:
        points.check_quantity(LITTER, quantity)
    assert (refused.value.code, refused.value.field) == ("quantity_out_of_range", "quantity")
    assert refused.value.facts == {"min": 1, "max": 12}


@pytest.mark.parametrize(("same_day", "expected"), [(0, 5), (1, 2), (2, 0), (3, 0)])
def test_a_second_award_of_the_day_is_halved_and_a_third_is_nothing(same_day: int, expected: int) -> None:
    assert points.award(FREE, 2, replace(NOTHING, same_day=same_day)) == Award(expected, 5, same_day, None)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (NOTHING, Award(12, 20, 0, "per_day")),
        (Standing(0, 7, 7, 7, 0), Award(5, 20, 0, "per_day")),
        (Standing(0, 12, 12, 12, 0), Award(0, 20, 0, "per_day")),
        (Standing(0, 15, 15, 15, 0), Award(0, 20, 0, "per_day")),  # above the cap of a stricter version
        (Standing(0, 0, 35, 0, 0), Award(5, 20, 0, "per_week")),
        (Standing(0, 0, 28, 0, 0), Award(12, 20, 0, "per_day")),  # the week leaves just as much: it cuts nothing more
        (Standing(0, 0, 0, 26, 0), Award(4, 20, 0, "day_total")),
        (Standing(0, 0, 37, 28, 0), Award(2, 20, 0, "day_total")),
        (Standing(0, 0, 39, 28, 0), Award(1, 20, 0, "per_week")),
        (Standing(0, 0, 0, 30, 0), Award(0, 20, 0, "day_total")),
        (Standing(0, 0, 0, 33, 0), Award(0, 20, 0, "day_total")),  # a restored award went above
        (Standing(1, 5, 5, 5, 0), Award(7, 20, 1, "per_day")),  # halved to 10, then cut
        (Standing(2, 5, 5, 5, 0), Award(0, 20, 2, None)),  # nothing left to cut
    ],
)
def test_the_cap_that_set_the_figure_is_named(standing: Standing, expected: Award) -> None:
    assert points.award(LITTER, 12, standing) == expected


def test_without_caps_only_the_days_total_cuts() -> None:
    assert points.award(FREE, 12, NOTHING) == Award(20, 20, 0, None)
    assert points.award(FREE, 12, replace(NOTHING, self_reported=11)) == Award(19, 20, 0, "day_total")


def test_a_kept_day_is_worth_one_point() -> None:
    assert points.award(PLEDGE, 1, NOTHING, is_kept_day=True) == Award(1, 1, 0, None)


def test_a_third_kept_day_of_the_day_earns_nothing() -> None:
    assert points.award(PLEDGE, 1, Standing(0, 0, 0, 1, 1), is_kept_day=True).points == 1
    assert points.award(PLEDGE, 1, Standing(0, 0, 0, 2, 2), is_kept_day=True) == Award(0, 1, 0, "kept_days")


def test_kept_days_count_towards_the_days_total() -> None:
    assert points.award(PLEDGE, 1, Standing(0, 0, 0, 30, 0), is_kept_day=True) == Award(0, 1, 0, "day_total")


def test_a_kept_day_is_never_halved() -> None:
    assert points.award(PLEDGE, 1, Standing(1, 1, 1, 1, 1), is_kept_day=True).points == 1


def test_the_kept_days_cap_does_not_touch_other_entries() -> None:
    assert points.award(FREE, 2, replace(NOTHING, kept_days=2, self_reported=2)) == Award(5, 5, 0, None)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (NOTHING, UpTo(12, 12)),
        (Standing(1, 6, 6, 6, 0), UpTo(6, 6)),
        (Standing(1, 1, 1, 1, 0), UpTo(10, 11)),
        (Standing(0, 0, 0, 27, 0), UpTo(3, 3)),
        (Standing(2, 12, 12, 12, 0), UpTo(0, 0)),
    ],
)
def test_a_form_promises_no_more_than_an_approval_now_would_give(standing: Standing, expected: UpTo) -> None:
    assert points.up_to(LITTER, standing) == expected


@few
@given(rules, st.integers(1, 60), standings, st.booleans())
def test_an_award_never_exceeds_a_cap_and_is_never_negative(
    rule: PointRule, quantity: int, standing: Standing, is_kept_day: bool
) -> None:
    award = points.award(rule, quantity, standing, is_kept_day)
    assert 0 <= award.points <= award.worth
    assert award.points + standing.self_reported <= max(points.DAY_TOTAL, standing.self_reported)
    if rule.per_day is not None:
        assert award.points + standing.day_points <= max(rule.per_day, standing.day_points)
    if rule.per_week is not None:
        assert award.points + standing.week_points <= max(rule.per_week, standing.week_points)
    if is_kept_day:
        assert award.points + standing.kept_days <= max(points.KEPT_DAYS_PER_DAY, standing.kept_days)
    assert award.standing == standing.same_day
    assert award.points <= points.up_to(rule, standing, is_kept_day).points


@few
@given(rules, st.integers(1, 60), standings)
def test_a_named_cap_is_exactly_used_up(rule: PointRule, quantity: int, standing: Standing) -> None:
    award = points.award(rule, quantity, standing)
    limits = {
        "per_day": (rule.per_day, standing.day_points),
        "per_week": (rule.per_week, standing.week_points),
        "day_total": (points.DAY_TOTAL, standing.self_reported),
    }
    if award.cut_by is None:
        assert award.points == (award.worth, award.worth // 2, 0)[min(standing.same_day, 2)]
    else:
        cap, used = limits[award.cut_by]
        assert cap is not None
        assert award.points == max(0, cap - used)


@few
@given(rules, st.lists(st.integers(1, 60), max_size=6))
def test_a_days_approvals_one_after_another_stay_under_every_cap(rule: PointRule, quantities: list[int]) -> None:
    given_so_far: list[int] = []
    for quantity in quantities:
        total = sum(given_so_far)
        standing = Standing(len(given_so_far), total, total, total, 0)
        given_so_far.append(points.award(rule, quantity, standing).points)
    total = sum(given_so_far)
    assert total <= points.DAY_TOTAL
    assert all(cap is None or total <= cap for cap in (rule.per_day, rule.per_week))
    assert not any(given_so_far[2:])


def test_a_sound_rule_may_come_into_force() -> None:
    points.check_rule(LITTER)
    points.check_rule(replace(LITTER, base=12))  # 12 + 12 × 1.5 = 30


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (replace(LITTER, base=13), "rule_worth_out_of_range"),
        (replace(LITTER, base=-1), "rule_worth_out_of_range"),
        (replace(LITTER, per_unit_hundredths=-1), "rule_worth_out_of_range"),
        (replace(LITTER, min_quantity=0), "rule_quantities_out_of_order"),
        (replace(LITTER, min_quantity=13), "rule_quantities_out_of_order"),
        (replace(LITTER, per_week=-1), "rule_cap_negative"),
        (replace(LITTER, once_per="week"), "rule_once_per_unknown"),
        (replace(LITTER, from_on=date(2026, 11, 2)), "rule_not_from_the_first"),
        (replace(LITTER, published_on=date(2026, 10, 26)), "rule_published_too_late"),
    ],
)
def test_an_unsound_rule_is_refused(rule: PointRule, code: str) -> None:
    with pytest.raises(Refused) as refused:
        points.check_rule(rule)
    assert refused.value.code == code
