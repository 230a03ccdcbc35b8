"""People who join, leave and dissolve a team at the same instant: no place is taken twice, nobody is left in a closed
team, and no team is left without a captain who belongs to it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic.accounts.models import Person
from civic.db import db, id_of, transaction
from civic.rules import teams as rules
from civic.teams import service as teams
from civic.teams.models import Team, TeamMembership
from tests import factories as make
from tests.races.crowd import AT_ONCE, at_once, refusals

AT = {"now": make.NOW, "zone": make.ZONE}


def does(verb: Callable[..., Any], *asked: Any, by: Person) -> Callable[[], Any]:
    """A call of its own connection and transaction, as somebody."""
    person_id = id_of(by)

    def run() -> None:
        with transaction():
            verb(*asked, by=db.session.get_one(Person, person_id), **AT)

    return run


def standing(team: Team) -> set[int]:
    query = select(TeamMembership.person_id).where(TeamMembership.team_id == team.id, TeamMembership.until_on.is_(None))
    return set(db.session.scalars(query))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """Teams of volunteers have room for three."""
    monkeypatch.setitem(rules.MOST_MEMBERS, "volunteers", 3)
    return 3


def test_the_last_place_of_a_team_is_taken_once(app: Flask, small: int) -> None:
    team = make.team(make.person(), make.person())
    comers = [make.person() for _ in range(AT_ONCE)]
    answers = at_once(app, [does(teams.join, team.code, by=comer) for comer in comers])
    assert refusals(answers) == ["team_full"] * (AT_ONCE - 1)
    assert len(standing(team)) == small


def test_one_person_who_joins_eight_times_at_once_belongs_once(app: Flask) -> None:
    team, comer = make.team(make.person()), make.person()
    answers = at_once(app, [does(teams.join, team.code, by=comer)] * AT_ONCE)
    assert refusals(answers) == []
    count = select(func.count()).where(TeamMembership.team_id == team.id, TeamMembership.person_id == comer.id)
    assert db.session.scalar(count) == 1


def test_whoever_joins_while_the_team_is_dissolved_is_in_none(app: Flask) -> None:
    captain = make.person()
    team = make.team(captain)
    comers = [make.person() for _ in range(AT_ONCE - 1)]
    calls = [does(teams.join, team.code, by=comer) for comer in comers]
    answers = at_once(app, [*calls, does(teams.close, team.id, by=captain)])
    assert set(refusals(answers)) <= {"team_closed"}
    closed = db.session.get_one(Team, team.id, populate_existing=True)
    assert closed.closed_on == rules.last_day_after(make.TODAY)
    assert standing(team) == set()


def test_a_captain_who_leaves_while_somebody_joins_leaves_no_team_without_one(app: Flask) -> None:
    captain, comer = make.person(), make.person()
    team = make.team(captain)
    answers = at_once(
        app,
        [does(teams.leave, team.id, by=captain), does(teams.join, team.code, by=comer)],
    )
    found = db.session.get_one(Team, team.id, populate_existing=True)
    if found.closed_on is None:
        assert refusals(answers) == ["team_needs_captain"]
        assert standing(team) == {captain.id, comer.id}
    else:
        assert refusals(answers) == ["team_closed"]
        assert standing(team) == set()


def test_a_team_handed_over_and_left_at_once_has_a_captain_who_belongs_to_it(app: Flask) -> None:
    captain, heir = make.person(), make.person()
    team = make.team(captain, heir)
    handed = does(teams.hand_over, team.id, heir.id, by=captain)
    answers = at_once(app, [handed, does(teams.leave, team.id, by=heir)])
    found = db.session.get_one(Team, team.id, populate_existing=True)
    assert found.captain_id in standing(team)
    assert refusals(answers) in (["team_captain_unfit"], ["team_needs_captain"])


def test_the_last_of_ten_teams_is_joined_once(app: Flask) -> None:
    comer = make.person()
    for number in range(rules.MOST_TEAMS - 1):
        make.team(make.person(), comer, name=f"第{number}队")
    codes = [make.team(make.person(), name=f"新{number}队").code for number in range(AT_ONCE)]
    answers = at_once(app, [does(teams.join, code, by=comer) for code in codes])
    assert refusals(answers) == ["teams_many"] * (AT_ONCE - 1)
