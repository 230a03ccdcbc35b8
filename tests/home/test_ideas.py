"""What may be suggested is in the catalogue, can be logged by anybody, and every day of the year has its season."""

from datetime import date, timedelta

import pytest

from civic.activities import service as activities
from civic.home import ideas
from civic.rules.periods import period_of

KEYS = [key for keys in ideas.EASY.values() for key in keys] + [key for one in ideas.SEASONS for key in one.keys]


@pytest.mark.parametrize("key", KEYS)
def test_each_idea_can_be_logged_and_is_no_pledge(key: str) -> None:
    activity = activities.get_open(key)
    assert not activity.is_pledge
    assert not {"guardian", "adopted"} & set(activity.evidence)


@pytest.mark.parametrize("category", ideas.EASY)
def test_ideas_stand_under_their_own_category(category: str) -> None:
    assert {activities.get(key).category for key in ideas.EASY[category]} == {category}


def test_each_day_of_a_year_lies_in_one_season() -> None:
    for number in range(366):
        day = date(2028, 1, 1) + timedelta(days=number)
        assert [season for season in ideas.SEASONS if day.month in season.months] == [ideas.season_of(day)]


def test_a_suggestion_stays_for_a_week_and_then_changes() -> None:
    keys = ideas.EASY["environment"]
    monday = period_of("week", date(2026, 11, 25)).starts_on
    of_week = {ideas.in_turn(keys, monday + timedelta(days=day))[0] for day in range(7)}
    assert len(of_week) == 1
    assert ideas.in_turn(keys, monday + timedelta(days=7))[0] not in of_week
    assert set(ideas.in_turn(keys, monday)) == set(keys)
