"""The week's focus: who chooses it, for which weeks, and what it may hold."""

from collections.abc import Sequence

import pytest
from flask import Flask

from civic.accounts.models import Person
from civic.db import transaction
from civic.focus import service
from civic.rules.refused import Forbidden, NotFound, Refused
from tests.factories import COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, person, staff

THIS, NEXT = "2026-W48", "2026-W49"
THREE = ("cigarette_ends", "reading_minutes", "pledge_give_way")


def put(by: Person, keys: Sequence[str], week: str = THIS, code: str = COMMUNITY) -> None:
    with transaction():
        service.set_focus(code, week, keys, by=by, now=NOW, zone=ZONE)


def keys_of(week: str = THIS, code: str = COMMUNITY) -> list[str]:
    return [activity.key for activity in service.focus_of(code, [week])[week]]


def test_by_default_there_is_none(app: Flask) -> None:
    assert keys_of() == []


def test_this_week_and_the_next_are_chosen_apart_and_in_order(app: Flask) -> None:
    manager = staff()
    put(manager, THREE)
    put(manager, ("exercise",), NEXT)
    assert keys_of() == list(THREE)
    assert keys_of(NEXT) == ["exercise"]
    assert keys_of(code=OTHER_COMMUNITY) == []
    assert [week.key for week in service.weeks_open(TODAY)] == [THIS, NEXT]


def test_a_new_choice_takes_the_place_of_the_old_and_none_takes_it_away(app: Flask) -> None:
    manager = staff()
    put(manager, THREE)
    put(manager, ("exercise", "cigarette_ends"))
    assert keys_of() == ["exercise", "cigarette_ends"]
    put(manager, ("", ""))
    assert keys_of() == []


def test_ticked_twice_it_stands_once(app: Flask) -> None:
    put(staff(), ("exercise", "exercise"))
    assert keys_of() == ["exercise"]


@pytest.mark.parametrize(
    ("keys", "week", "code"),
    [
        ((*THREE, "exercise"), THIS, "focus_too_many"),
        (("no_such_thing",), THIS, "activity_unknown"),
        (("exercise",), "2026-W47", "focus_week"),
        (("exercise",), "2026-W50", "focus_week"),
        (("exercise",), "2026-11", "focus_week"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(app: Flask, keys: Sequence[str], week: str, code: str) -> None:
    manager = staff()
    put(manager, THREE)
    with pytest.raises(Refused) as caught:
        put(manager, keys, week)
    assert caught.value.code == code
    assert keys_of() == list(THREE)


def test_what_opens_later_cannot_be_put_forward(app: Flask) -> None:
    later = next(one.key for one in service.activities.catalogue().activities.values() if not one.is_open)
    with pytest.raises(Refused):
        put(staff(), (later,))


def test_only_for_a_community_and_only_within_ones_grant(app: Flask) -> None:
    for who in (staff(area=OTHER_COMMUNITY), staff("administrator", "9901"), person()):
        with pytest.raises(Forbidden):
            put(who, THREE)
    officer = staff("subdistrict_officer", "990102001")
    put(officer, THREE)
    with pytest.raises(NotFound):
        put(officer, THREE, code="990102001")
