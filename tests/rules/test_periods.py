"""Periods, closing and marks: civic/rules/periods.py."""

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from civic.rules import periods
from civic.rules.periods import KINDS, Marks, Period, parse, period_of

CITY = ZoneInfo("Asia/Shanghai")
TICK = timedelta(microseconds=1)
few = settings(max_examples=50, deadline=None, database=None)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
recent_days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
kinds = st.sampled_from(KINDS)


def city(*parts: int) -> datetime:
    """An instant by the city's clock."""
    return datetime(*parts, tzinfo=CITY)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("key", "kind", "starts_on", "ends_on"),
    [
        ("2026-W47", "week", date(2026, 11, 16), date(2026, 11, 23)),
        ("2026-W53", "week", date(2026, 12, 28), date(2027, 1, 4)),
        ("2025-W01", "week", date(2024, 12, 30), date(2025, 1, 6)),
        ("2026-11", "month", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", "month", date(2026, 12, 1), date(2027, 1, 1)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 3, 1)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-Q1", "quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026", "year", date(2026, 1, 1), date(2027, 1, 1)),
        ("2024--2026", "cycle", date(2024, 1, 1), date(2027, 1, 1)),
        ("2027--2029", "cycle", date(2027, 1, 1), date(2030, 1, 1)),
        ("2021--2023", "cycle", date(2021, 1, 1), date(2024, 1, 1)),
    ],
)
def test_a_key_names_its_span(key: str, kind: str, starts_on: date, ends_on: date) -> None:
    assert parse(key) == Period(kind, key, starts_on, ends_on)


@pytest.mark.parametrize(
    "key",
    [
        "", " ", "2025-W53", "2026-W54", "2026-W00", "2026-W7", "2026-w47", "2026W47", "2026-13", "2026-00", "2026-1",
        "2026-011", "2026-Q0", "2026-Q5", "2026-q4", "2026-Q04", "26", "02026", "0000", "0000-01", "0000-W01", "9999",
        "9998--10000", "2025--2027", "2026--2024", "2024-2026", "2024--2027", "2024—2026", "２０２６", "2026-１１",
        "2026-Ｗ47", "٢٠٢٦", " 2026", "2026 ", "2026\n", "2026-11\n", "2026-11-01", "+2026", "-2026", "2026.0", "year",
        "2026-11\x00", "1000", "9995",
    ],
)  # fmt: skip
def test_what_is_not_the_exact_key_of_a_period_that_exists_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="no such period"):
        parse(key)


@pytest.mark.parametrize("key", ["1001", "1001-W01", "1001--1003", "9994-12", "9994-W52", "9992--9994"])
def test_the_outermost_periods_still_have_neighbours_and_a_closing(key: str) -> None:
    period = parse(key)
    assert period.previous().next() == period == period.next().previous()
    assert period.begins_at(CITY) < period.ended_at(CITY) < period.closes_at(CITY)


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        period_of("decade", date(2026, 11, 23))


@few
@given(kinds, days)
@example("week", date(2027, 1, 3))
@example("week", date(2024, 2, 29))
def test_every_day_lies_in_exactly_one_period_of_each_kind(kind: str, day: date) -> None:
    period = period_of(kind, day)
    assert day in period
    assert period.starts_on <= day < period.ends_on
    assert day not in period.previous()
    assert day not in period.next()
    assert period.previous().ends_on == period.starts_on
    assert period.next().starts_on == period.ends_on
    assert parse(period.key) == period
    assert period_of(kind, period.starts_on) == period == period_of(kind, period.ends_on - timedelta(days=1))


@few
@given(days)
def test_quarters_are_three_months_and_cycles_three_years_day_by_day(day: date) -> None:
    for kind, months in (("month", 1), ("quarter", 3), ("year", 12), ("cycle", 36)):
        period = period_of(kind, day)
        parts = period.months()
        assert len(parts) == months
        assert sum(part.days for part in parts) == period.days
        assert parts[0].starts_on == period.starts_on
        assert parts[-1].ends_on == period.ends_on
        assert all(period_of(kind, part.starts_on) == period for part in parts)
    assert period_of("week", day).days == 7
    assert period_of("week", day).months() == ()


def test_the_year_2026_has_53_weeks_and_2025_has_52() -> None:
    assert period_of("week", date(2026, 12, 31)).key == "2026-W53"
    assert parse("2026-W53").next().key == "2027-W01"
    assert parse("2025-W52").next().key == "2026-W01"


def test_a_period_is_ruled_by_the_rulebook_of_its_first_day() -> None:
    assert parse("2026-W49").rulebook == "2026-11"
    assert parse("2026-Q4").rulebook == "2026-10"
    assert parse("2024--2026").rulebook == "2024-01"


@pytest.mark.parametrize(
    ("key", "closes_at"),
    [
        ("2026-W47", datetime(2026, 11, 25, 16, tzinfo=UTC)),  # Thursday 26 November 00:00 in the city
        ("2026-W53", datetime(2027, 1, 6, 16, tzinfo=UTC)),
        ("2026-11", datetime(2026, 12, 7, 16, tzinfo=UTC)),  # 8 December 00:00 in the city
        ("2026-Q4", datetime(2027, 1, 7, 16, tzinfo=UTC)),
        ("2026", datetime(2027, 1, 7, 16, tzinfo=UTC)),
        ("2024--2026", datetime(2027, 1, 7, 16, tzinfo=UTC)),
    ],
)
def test_a_period_closes_at_the_very_instant_and_not_a_microsecond_before(key: str, closes_at: datetime) -> None:
    period = parse(key)
    assert period.closes_at(CITY) == closes_at
    assert not periods.is_closed(period, closes_at - TICK, CITY)
    assert periods.is_closed(period, closes_at, CITY)
    assert periods.is_closed(period, closes_at + TICK, CITY)


def test_a_rehearsal_that_seals_early_closes_the_period() -> None:
    week = parse("2026-W47")
    assert periods.is_closed(week, city(2026, 11, 20, 9), CITY, frozenset({"2026-W47"}))
    assert not periods.is_closed(week, city(2026, 11, 20, 9), CITY, frozenset({"2026-W46"}))


def test_days_begin_at_midnight_of_the_city() -> None:
    assert periods.start_of(date(2026, 11, 23), CITY) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert parse("2026-11").begins_at(CITY) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert parse("2026-11").ended_at(CITY) == datetime(2026, 11, 30, 16, tzinfo=UTC)


def test_in_summer_time_the_city_was_an_hour_earlier() -> None:
    assert periods.start_of(date(1988, 7, 1), CITY) == datetime(1988, 6, 30, 15, tzinfo=UTC)
    assert periods.start_of(date(1988, 12, 1), CITY) == datetime(1988, 11, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        # The clock went from 00:00 to 01:00: the day begins at 01:00.
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        # From 23:30 to 00:30: the day begins at 00:30.
        ("America/Toronto", date(1919, 3, 31), datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),
        # From 01:00 back to 00:00: the first midnight counts.
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        # A day that was left out altogether is over as it begins.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_whose_midnight_is_missing_or_double_begins_with_its_first_instant(
    zone: str, day: date, start: datetime
) -> None:
    there = ZoneInfo(zone)
    assert periods.start_of(day, there) == start
    assert periods.day_of(start - TICK, there) < day <= periods.day_of(start, there)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        periods.day_of(datetime(2026, 11, 23), CITY)  # noqa: DTZ001 - the missing zone is the case


@few
@given(days)
@example(date(1986, 5, 4))
@example(date(1991, 9, 15))
def test_a_day_begins_where_the_one_before_ends(day: date) -> None:
    start = periods.start_of(day, CITY)
    assert periods.day_of(start, CITY) == day
    assert periods.day_of(start - TICK, CITY) == day - timedelta(days=1)


def test_an_entry_approved_in_time_keeps_week_and_month_of_its_day() -> None:
    approved_at = city(2026, 11, 25, 23, 59, 59, 999999)
    assert periods.marks(date(2026, 11, 22), approved_at, CITY) == Marks("2026-W47", "2026-11", date(2026, 11, 22))


def test_at_the_instant_of_closing_the_oldest_open_week_takes_the_posting() -> None:
    written = periods.marks(date(2026, 11, 22), city(2026, 11, 26), CITY)
    assert written == Marks("2026-W48", "2026-11", date(2026, 11, 22))


def test_the_oldest_open_week_may_be_over_already() -> None:
    assert periods.mark("week", date(2026, 11, 20), city(2026, 11, 30, 9), CITY).key == "2026-W48"


def test_what_comes_after_the_month_closed_counts_on_the_first_of_the_next() -> None:
    written = periods.marks(date(2026, 11, 29), city(2026, 12, 8), CITY)
    assert written == Marks("2026-W49", "2026-12", date(2026, 12, 1))
    just_in_time = periods.marks(date(2026, 11, 29), city(2026, 12, 8) - TICK, CITY)
    assert just_in_time == Marks("2026-W49", "2026-11", date(2026, 11, 29))


def test_week_and_month_are_judged_each_by_itself() -> None:
    # 30 November lies in W49, still open on 8 December, and in November, closed by then.
    assert periods.marks(date(2026, 11, 30), city(2026, 12, 8), CITY) == Marks("2026-W49", "2026-12", date(2026, 12, 1))


def test_marks_pass_over_what_a_rehearsal_sealed() -> None:
    sealed = frozenset({"2026-W47", "2026-W48", "2026-11"})
    written = periods.marks(date(2026, 11, 22), city(2026, 11, 23, 9), CITY, sealed)
    assert written == Marks("2026-W49", "2026-12", date(2026, 12, 1))


def test_marks_never_go_back_before_the_act_day() -> None:
    # The week was sealed by a clock that ran ahead; by the right one even the week before is open.
    written = periods.marks(date(2026, 11, 18), city(2026, 11, 18, 9), CITY, frozenset({"2026-W47"}))
    assert written == Marks("2026-W48", "2026-11", date(2026, 11, 18))


def test_a_reversal_keeps_its_awards_marks_while_they_are_open() -> None:
    award = Marks("2026-W47", "2026-11", date(2026, 11, 17))
    assert periods.reversal_marks(award, city(2026, 11, 25, 9), CITY) == award


def test_a_reversal_of_a_closed_week_in_an_open_month_keeps_the_day() -> None:
    award = Marks("2026-W47", "2026-11", date(2026, 11, 17))
    assert periods.reversal_marks(award, city(2026, 12, 2, 9), CITY) == Marks("2026-W48", "2026-11", date(2026, 11, 17))


def test_a_reversal_after_the_month_closed_counts_in_the_oldest_open_one() -> None:
    award = Marks("2026-W47", "2026-11", date(2026, 11, 17))
    reversal = periods.reversal_marks(award, city(2027, 3, 15, 9), CITY)
    assert reversal == Marks("2027-W10", "2027-03", date(2027, 3, 1))


def test_a_reversal_of_a_carried_over_award_keeps_the_day_it_counted_on() -> None:
    award = Marks("2026-W49", "2026-12", date(2026, 12, 1))
    assert periods.reversal_marks(award, city(2026, 12, 8, 9), CITY) == award


@few
@given(recent_days, st.integers(0, 40 * 86400), st.frozensets(st.sampled_from(["2026-W47", "2026-W48", "2026-11"])))
@example(date(2026, 11, 22), 4 * 86400 - 8 * 3600, frozenset())
def test_marks_never_name_a_closed_period_and_never_pass_over_an_open_one(
    acted_on: date, seconds: int, sealed: frozenset[str]
) -> None:
    at = periods.start_of(acted_on, CITY) + timedelta(seconds=seconds)
    for kind in ("week", "month"):
        named, own = periods.mark(kind, acted_on, at, CITY, sealed), period_of(kind, acted_on)
        assert not periods.is_closed(named, at, CITY, sealed)
        if named != own:
            assert periods.is_closed(own, at, CITY, sealed)
            assert periods.is_closed(named.previous(), at, CITY, sealed)
    written = periods.marks(acted_on, at, CITY, sealed)
    assert written.counts_on in parse(written.month)
    reversal = periods.reversal_marks(written, at + timedelta(days=9), CITY, sealed)
    for key in (reversal.week, reversal.month):
        assert not periods.is_closed(parse(key), at + timedelta(days=9), CITY, sealed)
    assert reversal.counts_on in parse(reversal.month)


def test_a_posting_counts_in_five_periods_the_larger_three_by_its_month() -> None:
    assert periods.counted_in(Marks("2026-W53", "2027-01", date(2027, 1, 1))) == (
        ("week", "2026-W53"),
        ("month", "2027-01"),
        ("quarter", "2027-Q1"),
        ("year", "2027"),
        ("cycle", "2027--2029"),
    )
    november = periods.counted_in(Marks("2026-W47", "2026-11", date(2026, 11, 17)))
    assert november[2:] == (("quarter", "2026-Q4"), ("year", "2026"), ("cycle", "2024--2026"))


def test_the_latest_period_that_is_over_changes_at_midnight() -> None:
    assert periods.ended_by("week", city(2026, 11, 23), CITY).key == "2026-W47"
    assert periods.ended_by("week", city(2026, 11, 23) - TICK, CITY).key == "2026-W46"


def test_closings_missed_while_asleep_are_listed_oldest_first() -> None:
    missed = periods.closed_between(city(2026, 12, 24), city(2027, 1, 8), CITY)
    assert [p.key for p in missed] == ["2026-W52", "2026-W53", "2026-12", "2026-Q4", "2026", "2024--2026"]
    assert periods.closed_between(city(2026, 12, 24) - TICK, city(2026, 12, 24), CITY) == (parse("2026-W51"),)
    assert periods.closed_between(city(2026, 11, 26), city(2026, 12, 3), CITY, ["month"]) == ()


def _instants_around_edges() -> list[datetime]:
    chance = random.Random(47)
    edges = []
    for _ in range(100):
        day = date(1986, 1, 1) + timedelta(days=chance.randrange(42_000))
        period = period_of(chance.choice(KINDS), day)
        edge = chance.choice((period.begins_at, period.ended_at, period.closes_at))(CITY)
        edges.append(edge + timedelta(microseconds=chance.choice((-2_000_000, -1, 0, 1, 2_000_000))))
    return edges


@pytest.fixture
def server_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    before = os.environ.get("TZ")
    yield move
    monkeypatch.undo()
    assert os.environ.get("TZ") == before
    time.tzset()


def test_the_servers_own_zone_makes_no_difference(server_in: Callable[[str], None]) -> None:
    answers = []
    for zone in ("UTC", "Asia/Shanghai", "America/New_York"):
        server_in(zone)
        periods.start_of.cache_clear()
        answers.append(
            [
                (
                    at.timestamp(),
                    periods.day_of(at, CITY),
                    periods.marks(periods.day_of(at, CITY) - timedelta(days=5), at, CITY),
                    [period_of(kind, periods.day_of(at, CITY)).closes_at(CITY).timestamp() for kind in KINDS],
                )
                for at in _instants_around_edges()
            ]
        )
    assert answers[0] == answers[1] == answers[2]
    # Since 1992 the city is eight hours ahead, always: the plain sum agrees.
    for at in _instants_around_edges():
        if at.year >= 1992:
            assert periods.day_of(at, CITY) == (at + timedelta(hours=8)).date()
