"""Handing over: which days, and who is of age."""

from datetime import date, timedelta

import pytest

from civic.rules import stand_ins as rules
from civic.rules.people import last_birth
from civic.rules.refused import Refused

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (-1, 3, "stand_in_begins_past"),
        (91, 92, "stand_in_too_early"),
        (5, 4, "stand_in_ends_first"),
        (0, 60, "stand_in_too_long"),
    ],
)
def test_days_that_cannot_be(first: int, last: int, code: str) -> None:
    with pytest.raises(Refused) as caught:
        rules.check_days(TODAY + timedelta(days=first), TODAY + timedelta(days=last), TODAY)
    assert caught.value.code == code


def test_sixty_days_are_the_most() -> None:
    rules.check_days(TODAY, TODAY + timedelta(days=59), TODAY)


def test_spans_meet_where_they_share_a_day() -> None:
    day = [TODAY + timedelta(days=number) for number in range(6)]
    assert rules.overlap((day[0], day[2]), (day[2], day[3]))
    assert rules.overlap((day[0], day[5]), (day[2], day[3]))
    assert not rules.overlap((day[0], day[1]), (day[2], day[3]))


def test_only_adults_are_of_age() -> None:
    assert rules.is_of_age(None, TODAY)
    assert rules.is_of_age(date(2008, 11, 25), TODAY)
    assert not rules.is_of_age(date(2008, 11, 26), TODAY)
    assert not rules.is_of_age(date(2015, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("day", "born_last"),
    [
        (date(2026, 11, 25), date(2012, 11, 25)),
        (date(2026, 2, 28), date(2012, 2, 28)),  # who was born on the 29th is 14 on 1 March
        (date(2026, 3, 1), date(2012, 3, 1)),
        (date(2028, 2, 29), date(2014, 2, 28)),
    ],
)
def test_the_last_day_of_birth_of_an_age(day: date, born_last: date) -> None:
    assert last_birth(14, day) == born_last
