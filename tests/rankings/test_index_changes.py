"""The index of a city is changed by two persons, from a new year on, and weighed beforehand; on both databases."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.accounts.models import Person
from civic.areas.models import Population
from civic.audit import service as audit
from civic.audit.service import Wanted
from civic.db import db, transaction
from civic.rankings import index_changes
from civic.rankings.indices import settings_of
from civic.rankings.models import IndexProposal
from civic.rankings.sealing import seal
from civic.rules.civility_index import DEFAULTS, Settings
from civic.rules.index_changes import is_season, next_new_year, target_from
from civic.rules.periods import parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.sealing import due_at
from tests import factories
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, staff
from tests.pages import sign_in, submit
from tests.races.crowd import at_once, refusals

CITY = "9901"
NEW = Settings((30, 40, 20, 10), (1_200, 40_000, 500, 9_000), cap=80)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield


def runs() -> Person:
    return staff("administrator", CITY)


def propose(by: Person, settings: Settings = NEW, kind: str = "month") -> int:
    with transaction():
        return index_changes.propose(CITY, kind, settings, by=by, now=NOW, zone=ZONE).id


def confirm(proposal_id: int, by: Person, days: int = 0) -> None:
    with transaction():
        index_changes.confirm(proposal_id, by=by, now=NOW + timedelta(days=days), zone=ZONE)


def test_one_proposes_another_confirms_and_the_new_year_goes_by_it(app: Flask) -> None:
    first, second = runs(), staff("city_officer", CITY)
    number = propose(first)
    assert settings_of(CITY, "month", date(2027, 1, 1)) == DEFAULTS["month"]
    with pytest.raises(Forbidden, match="proposal_needs_another"):
        confirm(number, first)
    confirm(number, second)
    assert settings_of(CITY, "month", date(2026, 12, 31)) == DEFAULTS["month"]
    assert settings_of(CITY, "month", date(2027, 1, 1)) == NEW
    assert settings_of(CITY, "week", date(2027, 1, 1)) == DEFAULTS["week"]
    assert [line.kind for line in audit.lines(Wanted())] == ["index_confirmed", "index_proposed"]
    with pytest.raises(Conflict, match="proposal_answered"):
        confirm(number, second)
    with pytest.raises(Conflict, match="index_already_set"):
        propose(second)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (Settings((30, 40, 20, 11), NEW.targets, 80), "weights_do_not_add_up"),
        (Settings((0, 60, 30, 10), NEW.targets, 80), "weight_missing"),
        (Settings((-10, 60, 40, 10), NEW.targets, 80), "weights_do_not_add_up"),
        (Settings(NEW.weights, (1_200, 0, 500, 9_000), 80), "target_zero"),
        (Settings(NEW.weights, NEW.targets, 2), "cap_too_small"),
    ],
)
def test_figures_that_make_no_index_are_refused(app: Flask, settings: Settings, code: str) -> None:
    who = runs()
    with pytest.raises(Refused, match=code):
        propose(who, settings)
    assert db.session.query(IndexProposal).count() == 0


def test_only_whoever_runs_the_city_proposes_and_confirms(app: Flask) -> None:
    first = runs()
    for role, area in (("community_manager", COMMUNITY), ("district_officer", "990102")):
        with pytest.raises(Forbidden, match="index_not_yours"):
            propose(staff(role, area))
    number = propose(first)
    with pytest.raises(NotFound):
        confirm(number, staff("district_officer", "990102"))
    with transaction():
        factories.grants.revoke(first, "administrator", CITY, NOW)
    with pytest.raises(Forbidden):  # the proposer may not any more
        confirm(number, runs())


def test_a_proposal_falls_after_seven_days_or_by_anybody_s_word(app: Flask) -> None:
    first, second = runs(), runs()
    number = propose(first)
    with pytest.raises(Conflict, match="index_proposed"):
        propose(second)
    with pytest.raises(Conflict, match="proposal_expired"):
        confirm(number, second, days=7)
    with transaction():
        index_changes.decline(number, by=second, now=NOW)
    confirm(propose(first), second)


def test_of_many_who_confirm_at_once_one_does(app: Flask) -> None:
    number, ids = propose(runs()), [runs().id for _ in range(4)]

    def attempt(who: int) -> Callable[[], None]:
        return lambda: confirm(number, db.session.get_one(Person, who))

    assert refusals(at_once(app, [attempt(who) for who in ids])) == ["proposal_answered"] * 3


def test_of_many_who_propose_at_once_one_waits(app: Flask) -> None:
    ids = [runs().id for _ in range(4)]

    def attempt(who: int) -> Callable[[], int]:
        return lambda: propose(db.session.get_one(Person, who))

    assert refusals(at_once(app, [attempt(who) for who in ids])) == ["index_proposed"] * 3


def test_the_season_begins_two_months_before_the_new_year() -> None:
    assert [is_season(day) for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 31))] == [
        False,
        True,
        True,
    ]
    assert next_new_year(date(2026, 12, 31)) == next_new_year(date(2026, 1, 1)) == date(2027, 1, 1)


def test_a_target_is_the_mean_of_what_the_best_tenth_reached() -> None:
    reached = [Fraction(number, 100) for number in range(1, 21)]
    assert target_from(reached, 7) == 1950
    assert target_from(reached[:3], 7) == 300
    assert target_from([], 7) == 7
    assert target_from([Fraction(0)], 7) == 7
    assert target_from([Fraction(1, 20_000)], 7) == 7  # less than can be written


@pytest.fixture
def sealed(app: Flask) -> None:
    """A month in which one community has many people with little, another few with much."""
    factories.city()
    manager = staff("city_officer", CITY)
    with transaction() as session:
        for code, people in ((COMMUNITY, 40), (OTHER_COMMUNITY, 40), (FAR_COMMUNITY, 4_000)):
            session.add(Population(area_code=code, from_on=TODAY - timedelta(days=400), people=people))
    for community, quantities in ((COMMUNITY, (1, 1, 1)), (OTHER_COMMUNITY, (6,)), (FAR_COMMUNITY, (1,))):
        for quantity in quantities:
            factories.approved_entry(factories.person(community=community), manager, quantity=quantity)
    with transaction():
        seal(parse("2026-11"), now=due_at(parse("2026-11"), ZONE), clock_now=due_at(parse("2026-11"), ZONE), zone=ZONE)


def test_what_it_would_have_done_to_the_last_month_is_shown(sealed: None) -> None:
    same = index_changes.effect(CITY, DEFAULTS["month"])
    assert same is not None
    assert (same[0].key, same[1]) == ("2026-11", [])
    high = Settings((10, 80, 10, 0), (9_900, 2_000_000, 9_900, 9_500), cap=60)
    changed = index_changes.effect(CITY, high)
    assert changed is not None
    assert {one.code for one in changed[1]} <= {COMMUNITY, OTHER_COMMUNITY, FAR_COMMUNITY, "990102002001"}


def test_from_november_on_targets_are_suggested(sealed: None) -> None:
    assert index_changes.suggested(CITY, NOW - timedelta(days=60), ZONE) is None
    found = index_changes.suggested(CITY, NOW, ZONE)
    assert found is not None
    assert found.weights == DEFAULTS["month"].weights
    assert found.targets[0] == 10_000 * 3 // 40
    assert found.targets[3] == DEFAULTS["month"].targets[3]


def test_two_persons_change_it_on_the_page(sealed: None, client: FlaskClient) -> None:
    logins = [runs().login or "" for _ in range(2)]
    sign_in(client, logins[0])
    page = client.get("/admin/index")
    assert "做得最好的十分之一" in page.text
    typed = {"participation_weight": "50", "points_target": "3000.5"}
    wrong = submit(client, "/admin/index", typed, form="/admin/index/proposals?")
    assert wrong.status_code == 422
    assert 'value="3000.5"' in wrong.text
    assert "100" in wrong.text
    empty = submit(client, "/admin/index", {"cap": ""}, form="/admin/index/proposals?")
    assert empty.status_code == 422
    assert submit(client, "/admin/index", {"participation_target": "12.5"}, form="/proposals?").status_code == 303
    client.delete_cookie("civic")
    sign_in(client, logins[1])
    assert "照这样算" in client.get("/admin/index").text
    assert submit(client, "/admin/index", {"answer": "confirm"}, form="/answer").status_code == 303
    assert settings_of(CITY, "month", date(2027, 1, 1)).targets[0] == 1_250
    client.delete_cookie("civic")
    public = client.get(f"/rankings?area={CITY}").text
    assert "12.5%" in public
    factories.person("resident")
    sign_in(client, "resident")
    assert client.get("/admin/index").status_code == 403


def test_another_city_s_index_is_not_shown(sealed: None, client: FlaskClient) -> None:
    sign_in(client, runs().login or "")
    assert client.get("/admin/index?area=9902").status_code == 404
    assert client.get("/admin/index?kind=year").status_code == 404
