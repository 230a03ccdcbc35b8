"""Ages and birthdays: civic/rules/people.py."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules.people import age_on, birthday_in, is_child, is_masked

EVE = timedelta(days=1)


def test_a_year_is_added_on_the_birthday_itself() -> None:
    assert age_on(date(2012, 11, 23), date(2026, 11, 22)) == 13
    assert age_on(date(2012, 11, 23), date(2026, 11, 23)) == 14


def test_who_was_born_on_29_february_has_their_birthday_on_1_march_in_other_years() -> None:
    born_on = date(2012, 2, 29)
    assert birthday_in(born_on, 2026) == date(2026, 3, 1)
    assert birthday_in(born_on, 2028) == date(2028, 2, 29)
    assert age_on(born_on, date(2026, 2, 28)) == 13
    assert age_on(born_on, date(2026, 3, 1)) == 14
    assert age_on(born_on, date(2028, 2, 28)) == 15
    assert age_on(born_on, date(2028, 2, 29)) == 16


def test_rights_change_with_the_14th_and_the_18th_birthday() -> None:
    born_on, turns_14, turns_18 = date(2012, 11, 23), date(2026, 11, 23), date(2030, 11, 23)
    assert (is_child(born_on, turns_14 - EVE), is_masked(born_on, turns_14 - EVE)) == (True, False)
    assert (is_child(born_on, turns_14), is_masked(born_on, turns_14)) == (False, True)
    assert (is_child(born_on, turns_18 - EVE), is_masked(born_on, turns_18 - EVE)) == (False, True)
    assert (is_child(born_on, turns_18), is_masked(born_on, turns_18)) == (False, False)


@pytest.mark.parametrize("question", [is_child, is_masked])
def test_who_gave_no_birth_date_is_an_adult(question: Callable[[date | None, date], bool]) -> None:
    assert question(None, date(2026, 11, 23)) is False


@settings(max_examples=50, deadline=None, database=None)
@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.integers(0, 120))
def test_the_age_grows_by_one_on_every_birthday_and_on_no_other_day(born_on: date, years: int) -> None:
    celebrated_on = birthday_in(born_on, born_on.year + years)
    assert age_on(born_on, celebrated_on) == years
    assert age_on(born_on, celebrated_on - EVE) == years - 1
    assert age_on(born_on, celebrated_on + 300 * EVE) == years
