"""When jobs are due."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules.agenda import Closing, Every, LatestNight, Nightly, Schedule
from civic.rules.periods import KINDS, parse

ZONE = ZoneInfo("Asia/Shanghai")
ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC")]
SCHEDULES: list[Schedule] = [Closing(("week",), 10), Closing(KINDS, 40), Nightly(3, 10), Nightly(0, 20)]
few = settings(max_examples=60, deadline=None, database=None)
START = datetime(2020, 1, 1, tzinfo=UTC)
instants = st.integers(0, 60 * 24 * 3650).map(lambda minutes: START + timedelta(minutes=minutes))


def test_ten_minutes_after_a_week_closes_it_is_ten_past_midnight_on_thursday() -> None:
    since, until = (datetime(2026, 11, day, tzinfo=UTC) for day in (16, 30))
    found = Closing(("week",), 10).between(since, until, ZONE)
    assert [(due.period, due.at.astimezone(ZONE).isoformat()) for due in found] == [
        ("2026-W46", "2026-11-19T00:10:00+08:00"),
        ("2026-W47", "2026-11-26T00:10:00+08:00"),
    ]


def test_what_closes_at_one_instant_comes_smaller_periods_first() -> None:
    at = parse("2026").closes_at(ZONE)
    found = Closing(KINDS, 40).between(at, at + timedelta(hours=1), ZONE)
    assert [due.period for due in found] == ["2026-12", "2026-Q4", "2026", "2024--2026"]


def test_a_night_is_known_by_its_day_in_the_city() -> None:
    due = Nightly(3, 10).next(datetime(2026, 11, 25, 18, 0, tzinfo=UTC), ZONE)
    assert (due.period, due.at) == ("2026-11-26", datetime(2026, 11, 25, 19, 10, tzinfo=UTC))


def test_a_night_on_which_the_clocks_change_has_its_turn_too() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = Nightly(2, 30).between(datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC), berlin)
    assert [due.period for due in found] == ["2026-03-28", "2026-03-29", "2026-03-30"]


@few
@given(st.sampled_from(SCHEDULES), st.sampled_from(ZONES), instants, st.lists(st.integers(0, 60 * 24 * 20), max_size=4))
def test_turns_are_the_same_however_often_one_looks(
    schedule: Schedule, zone: ZoneInfo, begin: datetime, steps: list[int]
) -> None:
    looks = [begin, *sorted(begin + timedelta(minutes=step) for step in steps), begin + timedelta(days=21)]
    pieces = [due for after, until in pairwise(looks) for due in schedule.between(after, until, zone)]
    assert pieces == schedule.between(begin, looks[-1], zone)
    assert len({due.period for due in pieces}) == len(pieces)
    assert all(begin < due.at <= looks[-1] for due in pieces)
    if pieces:
        assert schedule.next(begin, zone) == pieces[0]


def test_the_same_due_instant_belongs_to_the_look_that_ends_with_it() -> None:
    at = Nightly(3, 10).next(datetime(2026, 11, 25, tzinfo=UTC), ZONE).at
    assert Nightly(3, 10).between(at - timedelta(seconds=1), at, ZONE)
    assert Nightly(3, 10).between(at, at + timedelta(seconds=1), ZONE) == []


def test_schedules_say_when_in_words() -> None:
    assert str(Nightly(3, 10)) == "every day 03:10"
    assert str(Closing(("week",), 10)) == "10 min after each week closes"
    assert date.fromisoformat(Nightly(3, 10).next(datetime(2026, 1, 1, tzinfo=UTC), ZONE).period)


def test_every_five_minutes_only_the_latest_moment_is_due_however_long_the_pause() -> None:
    now = datetime(2026, 11, 25, 2, 7, 30, tzinfo=UTC)
    found = Every(5).between(now - timedelta(days=30), now, ZONE)
    assert [(due.period, due.at) for due in found] == [
        ("2026-11-25T10:05", datetime(2026, 11, 25, 2, 5, tzinfo=UTC)),
    ]
    assert Every(5).between(found[0].at, now, ZONE) == []
    assert Every(5).next(now, ZONE).period == "2026-11-25T10:10"


@given(instants, st.sampled_from(ZONES))
@few
def test_a_moment_is_never_later_than_asked_and_never_older_than_its_step(minutes: datetime, zone: ZoneInfo) -> None:
    until = minutes + timedelta(seconds=17)
    (due,) = Every(5).between(until - timedelta(hours=2), until, zone)
    assert timedelta() <= until - due.at < timedelta(minutes=5)
    assert int(due.period[-2:]) % 5 == 0


def test_after_a_pause_the_latest_night_is_due_once() -> None:
    since, until = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 20))
    assert [due.period for due in LatestNight(3, 40).between(since, until, ZONE)] == ["2026-11-20"]
    assert LatestNight(3, 40).next(since, ZONE) == Nightly(3, 40).next(since, ZONE)
    assert LatestNight.overtakes
    assert not Nightly.overtakes
