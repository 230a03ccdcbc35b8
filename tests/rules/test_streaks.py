"""The weekly bonus and the streak, against references that follow the sentences of the rules word by word."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules.periods import parse
from civic.rules.streaks import Streak, bonus_due, judged_at, last_judged, streak, weeks_to_judge

ZONE = ZoneInfo("Asia/Shanghai")
few = settings(max_examples=200, deadline=None, database=None)
FIRST = date(2026, 1, 5)  # a Monday
THURSDAY = datetime(2026, 11, 25, 16, 10, tzinfo=UTC)  # 00:10 on 26 November in the city


def days_of(weeks: str) -> list[date]:
    """Active days of weeks in a row: k is kept with three days, a dot is missed with two."""
    return [
        FIRST + timedelta(weeks=number, days=2 * day)
        for number, sign in enumerate(weeks)
        for day in range(3 if sign == "k" else 2)
    ]


def streak_of(weeks: str) -> Streak:
    last = parse("2026-W02")
    for _ in weeks[1:]:
        last = last.next()
    return streak(days_of(weeks), last)


@pytest.mark.parametrize(("days", "points"), [(0, 0), (2, 0), (3, 5), (4, 5), (5, 8), (7, 8)])
def test_a_steady_week_brings_five_or_eight(days: int, points: int) -> None:
    assert bonus_due(days) == points


def test_a_thursday_judges_the_six_weeks_before_its_own() -> None:
    keys = [week.key for week in weeks_to_judge(THURSDAY, ZONE)]
    assert keys == ["2026-W42", "2026-W43", "2026-W44", "2026-W45", "2026-W46", "2026-W47"]


def test_the_weeks_judged_run_through_a_week_53() -> None:
    due = datetime(2027, 1, 13, 16, 10, tzinfo=UTC)
    assert [week.key for week in weeks_to_judge(due, ZONE)][-3:] == ["2026-W52", "2026-W53", "2027-W01"]


def test_a_week_is_judged_ten_minutes_after_it_closed() -> None:
    assert last_judged(THURSDAY, ZONE).key == "2026-W47"
    assert last_judged(THURSDAY - timedelta(microseconds=1), ZONE).key == "2026-W46"
    assert judged_at(parse("2026-W47"), ZONE) == THURSDAY


@few
@given(st.integers(0, 60 * 24 * 36500), st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]))
def test_the_latest_week_judged_is_the_newest_that_its_own_thursday_looks_at(minutes: int, name: str) -> None:
    at, zone = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), ZoneInfo(name)
    week = last_judged(at, zone)
    assert judged_at(week, zone) <= at < judged_at(week.next(), zone)
    assert weeks_to_judge(judged_at(week, zone), zone)[-1] == week


def test_nobody_has_a_streak_before_the_first_kept_week() -> None:
    assert streak_of("...") == Streak()
    assert streak_of("..kk") == Streak(2, 0, ("tree", "tree"))


def test_a_missed_week_without_a_rest_in_stock_ends_the_streak() -> None:
    assert streak_of("kkk.k") == Streak(1, 0, ("tree", "tree", "tree", "grass", "tree"))


def test_the_eighth_kept_week_brings_a_rest_and_a_rest_neither_lengthens_nor_breaks() -> None:
    assert streak_of("k" * 8) == Streak(8, 1, ("tree",) * 8)
    assert streak_of("k" * 8 + ".") == Streak(8, 0, ("tree",) * 8 + ("bench",))
    assert streak_of("k" * 8 + ".k") == Streak(9, 0, ("tree",) * 8 + ("bench", "tree"))
    assert streak_of("k" * 8 + "..").weeks == 0


def test_the_next_rest_is_counted_from_the_last_one_earned_not_from_its_use() -> None:
    assert streak_of("k" * 8 + "." + "k" * 7).rests == 0
    assert streak_of("k" * 8 + "." + "k" * 8).rests == 1


def test_no_more_than_two_rests_are_kept() -> None:
    assert streak_of("k" * 16).rests == 2
    assert streak_of("k" * 40).rests == 2
    assert streak_of("k" * 40 + "...") == Streak(0, 0, ("tree",) * 40 + ("bench", "bench", "grass"))


def test_the_end_of_a_streak_empties_what_was_on_its_way_to_a_rest() -> None:
    assert streak_of("k" * 7 + "." + "k" * 7).rests == 0


def test_days_after_the_last_week_and_days_named_twice_change_nothing() -> None:
    days = days_of("kk")
    later = [FIRST + timedelta(weeks=2, days=day) for day in range(7)]
    assert streak([*days, *days, *later], parse("2026-W03")) == streak_of("kk")
    assert streak([FIRST] * 5, parse("2026-W02")) == Streak()


def naive_streak(kept: list[bool]) -> tuple[int, int]:
    """P8 read slowly: what each week does, found by looking back over all weeks before it."""
    stock = 0
    begun: int | None = None  # the week the streak began with
    earned: int | None = None  # the week that brought the last rest
    for week, is_kept in enumerate(kept):
        if is_kept:
            begun = week if begun is None else begun
            since = begun if earned is None else earned + 1
            if sum(kept[since : week + 1]) == 8:
                stock, earned = min(2, stock + 1), week
        elif stock > 0:
            stock -= 1
        else:
            begun = earned = None
            stock = 0
    return (0 if begun is None else sum(kept[begun:])), stock


@few
@given(st.lists(st.sampled_from([True, True, True, True, True, False]), min_size=1, max_size=90))
def test_any_weeks_give_what_a_slow_reading_of_the_rule_gives(kept: list[bool]) -> None:
    found = streak_of("".join("k" if week else "." for week in kept))
    assert (found.weeks, found.rests) == naive_streak(kept)
    assert len(found.signs) == (len(kept) - kept.index(True) if any(kept) else 0)
    assert [sign == "tree" for sign in found.signs] == (kept[kept.index(True) :] if any(kept) else [])
