"""Levels, stars and badges, by sums small enough to do by hand."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules.books import one_title, shown_title
from civic.rules.pledges import next_certificate, possible_days
from civic.rules.progress import (
    LEVELS,
    BadgeRule,
    Deed,
    Line,
    climbs,
    level_after,
    level_of,
    minutes_by_class,
    standing,
    star_deeds,
    stars,
)

few = settings(max_examples=200, deadline=None, database=None)
BEGAN = datetime(2026, 1, 5, 2, tzinfo=UTC)  # a Monday
SCALE = (100, 300, 600, 1000, 1500)


def deeds(*facts: dict[str, object]) -> list[Deed]:
    """Deeds approved one after another, each on the day after the one before unless it says its day."""
    plain = {"activity": "litter_pickup", "category": "environment"}
    return [
        Deed(
            **{  # type: ignore[arg-type]
                **plain,
                "at": BEGAN + timedelta(days=number),
                "acted_on": (BEGAN + timedelta(days=number)).date(),
                "entry_id": number + 1,
                **fact,
            }
        )
        for number, fact in enumerate(facts)
    ]


def lines(*merit: int) -> list[Line]:
    return [Line(points, BEGAN + timedelta(days=number), number + 1) for number, points in enumerate(merit)]


def test_levels_grow_further_and_further_apart() -> None:
    assert len(LEVELS) >= 10
    steps = [after.from_merit - before.from_merit for before, after in itertools.pairwise(LEVELS)]
    assert steps == sorted(set(steps))
    assert LEVELS[0].from_merit == 0


@pytest.mark.parametrize(
    ("merit", "key"), [(-5, "seed"), (0, "seed"), (19, "seed"), (20, "sprout"), (99999, "old_ginkgo")]
)
def test_a_level_holds_from_its_merit_on(merit: int, key: str) -> None:
    assert level_of(merit).key == key


def test_after_the_last_level_comes_none() -> None:
    assert level_after(LEVELS[0]) == LEVELS[1]
    assert level_after(LEVELS[-1]) is None


def test_a_level_was_brought_by_the_line_that_crossed_it_last() -> None:
    assert {key: line.entry_id for key, line in climbs(lines(15, 10)).items()} == {"sprout": 2}
    assert climbs(lines(25, -10)) == {}
    assert {key: line.entry_id for key, line in climbs(lines(25, -10, 8)).items()} == {"sprout": 3}
    assert {key: line.entry_id for key, line in climbs(lines(19, 45)).items()} == {"sprout": 2, "two_leaves": 2}


@few
@given(st.lists(st.integers(-40, 60), max_size=30))
def test_the_levels_climbed_are_those_held(merit: list[int]) -> None:
    held = level_of(sum(merit)).number
    assert len(climbs(lines(*merit))) == held - 1


def test_hours_of_three_classes_are_never_added_together() -> None:
    done = deeds(
        {"hour_class": "attested", "service_minutes": 60 * 99},
        {"hour_class": "recorded", "service_minutes": 60 * 100},
        {"hour_class": "attested", "service_minutes": 59},
        {},
    )
    assert minutes_by_class(done) == {"checked_in": 0, "attested": 99 * 60 + 59, "recorded": 6000}
    assert [stars(minutes, SCALE) for minutes in minutes_by_class(done).values()] == [0, 0, 1]
    assert {star: deed.entry_id for star, deed in star_deeds(done, SCALE).items()} == {("recorded", 1): 2}


@pytest.mark.parametrize(
    ("hours", "count"), [(0, 0), (99, 0), (100, 1), (300, 2), (600, 3), (1000, 4), (1500, 5), (9999, 5)]
)
def test_stars_are_due_at_their_hours(hours: int, count: int) -> None:
    assert stars(hours * 60, SCALE) == count


def test_acts_count_in_their_category_or_activity_and_kept_days_do_not() -> None:
    done = deeds({}, {"is_kept_day": True}, {"category": "traffic", "activity": "crossing_guide"}, {})
    assert standing(BadgeRule("acts", 3), done).behind == done[3]
    assert standing(BadgeRule("acts", 2, category="environment"), done).behind == done[3]
    assert standing(BadgeRule("acts", 2, activity="crossing_guide"), done).have == 1


def test_what_was_done_goes_no_further_than_what_is_asked() -> None:
    found = standing(BadgeRule("acts", 2), deeds({}, {}, {}))
    assert (found.have, found.need, found.is_reached) == (2, 2, True)
    assert standing(BadgeRule("acts", 2), []).is_reached is False


def test_kept_days_are_those_of_one_pledge() -> None:
    done = deeds(*[{"is_kept_day": True, "activity": key} for key in "ababa"])
    assert standing(BadgeRule("kept_days", 3), done).behind == done[4]
    assert standing(BadgeRule("kept_days", 4), done).have == 3


def test_a_week_counts_with_its_third_active_day_however_late_it_is_approved() -> None:
    monday = date(2026, 3, 2)
    days = [monday, monday, monday + timedelta(days=1), monday + timedelta(days=9), monday + timedelta(days=6)]
    done = deeds(*[{"acted_on": day} for day in days])
    assert standing(BadgeRule("weeks", 1), done).behind == done[4]
    assert standing(BadgeRule("weeks", 2), done).have == 1


def test_seasons_months_and_rain() -> None:
    days = [
        date(2026, 2, 1),
        date(2026, 6, 30),
        date(2026, 7, 1),
        date(2027, 7, 1),
        date(2027, 9, 1),
        date(2027, 12, 1),
    ]
    done = deeds(*[{"acted_on": day} for day in days])
    assert standing(BadgeRule("seasons", 3), done).behind == done[4]
    assert standing(BadgeRule("seasons", 4), done).have == 3  # December is winter, as February was
    assert standing(BadgeRule("months", 6), done).behind == done[5]
    assert standing(BadgeRule("days", 2, months=(6, 7)), done).behind == done[2]
    assert standing(BadgeRule("days", 3, months=(6, 7)), done).have == 2  # of one and the same year


def test_a_book_counts_once_it_was_read_long_enough() -> None:
    done = deeds(
        {"title": "边城", "reading_minutes": 30},
        {"title": "", "reading_minutes": 90},
        {"title": "边城", "reading_minutes": 30},
        {"title": "边城", "reading_minutes": 60},
    )
    assert standing(BadgeRule("books", 1, minutes=60), done).behind == done[2]
    assert standing(BadgeRule("books", 2, minutes=60), done).have == 1
    assert standing(BadgeRule("reading_hours", 2), done).behind == done[1]
    assert standing(BadgeRule("reading_hours", 9), done).have == 3


def test_coming_back_counts_after_the_weeks_it_names() -> None:
    first = date(2026, 3, 2)
    done = deeds(
        {"acted_on": first}, {"acted_on": first + timedelta(days=56)}, {"acted_on": first + timedelta(days=113)}
    )
    assert standing(BadgeRule("returns", 1, weeks=8), done).behind == done[2]


def test_categories_count_kept_days_too() -> None:
    done = deeds({}, {"category": "traffic", "is_kept_day": True}, {"category": "traffic"})
    assert standing(BadgeRule("categories", 2), done).behind == done[1]


def test_today_is_a_possible_day_only_once_it_was_kept() -> None:
    today = date(2026, 11, 25)
    assert possible_days(today, today) == 0
    assert possible_days(today, today, is_kept_today=True) == 1
    assert possible_days(today - timedelta(days=2), today) == 2
    assert possible_days(today + timedelta(days=1), today) == 0


@pytest.mark.parametrize(("kept", "days"), [(0, 21), (20, 21), (21, 66), (65, 66), (66, None)])
def test_certificates_come_at_21_and_66(kept: int, days: int | None) -> None:
    assert next_certificate(kept) == days


@pytest.mark.parametrize("title", ["骆驼祥子", "《骆驼祥子》", " 骆驼 祥子 ", "“骆驼祥子”"])
def test_one_book_has_one_title(title: str) -> None:
    assert one_title(title) == "骆驼祥子"
    assert "《" not in shown_title(title)


def test_width_and_case_make_no_other_book() -> None:
    assert one_title("Ｈａｒｒｙ  Potter") == one_title("harry potter")
    assert one_title("《》") == ""
