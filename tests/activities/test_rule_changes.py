"""Point rules are changed by two persons, a week before their month; history keeps its versions; on both databases."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.accounts.models import Person
from civic.activities import city_rules, rule_changes, service
from civic.activities.city_rules import CityRule
from civic.activities.rule_changes import Wanted
from civic.areas.models import Population
from civic.audit import service as audit
from civic.audit.service import Wanted as Lines
from civic.db import db, transaction
from civic.ledger.models import Posting
from civic.rankings.compiling import compile_period
from civic.rankings.rule_preview import preview
from civic.rankings.sealing import seal
from civic.rankings.verifying import differences
from civic.rules.periods import parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.sealing import due_at
from tests import factories
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, staff
from tests.pages import sign_in, submit
from tests.races.crowd import at_once, refusals

KEY, CITY = "litter_pickup", "9901"
JANUARY = date(2027, 1, 1)
MORE = Wanted(base=4, per_unit_hundredths=150, max_quantity=6, per_day=12, per_week=24, from_on=JANUARY)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOW):
        yield
    city_rules.forget()


def runs() -> Person:
    return staff("administrator", CITY)


def propose(by: Person, wanted: Wanted = MORE, key: str = KEY) -> int:
    with transaction():
        return rule_changes.propose(key, wanted, by=by, now=NOW, zone=ZONE).id


def confirm(number: int, by: Person, days: int = 0) -> None:
    with transaction():
        rule_changes.confirm(number, by=by, now=NOW + timedelta(days=days), zone=ZONE)


def test_one_proposes_another_confirms_and_the_month_goes_by_it(app: Flask) -> None:
    first, second = runs(), staff("city_officer", CITY)
    was = service.latest_rule(KEY)
    number = propose(first)
    assert service.latest_rule(KEY) == was
    with pytest.raises(Forbidden, match="proposal_needs_another"):
        confirm(number, first)
    confirm(number, second)
    assert service.rule_on(KEY, JANUARY - timedelta(days=1)) == was
    now = service.rule_on(KEY, JANUARY)
    assert (now.version, now.base, now.per_unit_hundredths, now.per_day) == (was.version + 1, 4, 150, 12)
    assert service.rule_version(KEY, was.version) == was
    assert service.rule_version(KEY, was.version + 1) == now
    assert [(one.key, rule.from_on) for one, rule in service.to_come(TODAY)] == [(KEY, JANUARY)]
    assert service.check() == []
    assert [line.kind for line in audit.lines(Lines())] == ["rule_confirmed", "rule_proposed"]
    with pytest.raises(Conflict, match="proposal_answered"):
        confirm(number, second)
    with pytest.raises(Conflict, match="rule_already_set"):
        propose(second)


def test_what_was_logged_before_keeps_its_version_and_what_comes_after_has_the_new_one(app: Flask) -> None:
    resident, manager = factories.person(), staff()
    confirm(propose(runs()), runs())
    earlier = factories.approved_entry(resident, manager, quantity=2)
    at = NOW + timedelta(days=40)
    later = factories.log(resident, quantity=2, acted_on=at.date(), now=at)
    factories.decide(later, "approve", manager, now=at)
    found = db.session.execute(sa.select(Posting.rule_version, Posting.merit).order_by(Posting.id)).all()
    assert [tuple(row) for row in found] == [(earlier.rule_version, 4), (earlier.rule_version + 1, 7)]


def test_another_process_reads_it_at_its_next_look(app: Flask) -> None:
    confirm(propose(runs()), runs())
    city_rules.forget()  # a process that looked before
    assert service.rule_on(KEY, JANUARY).base != 4
    city_rules.read_again()
    assert service.rule_on(KEY, JANUARY).base == 4


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"base": 31}, "rule_worth_out_of_range"),
        ({"base": -1}, "rule_worth_out_of_range"),
        ({"max_quantity": 0}, "rule_quantities_out_of_order"),
        ({"per_day": -1}, "rule_cap_negative"),
        ({"from_on": date(2027, 1, 2)}, "rule_not_from_the_first"),
        ({"from_on": date(2026, 12, 1)}, "rule_published_too_late"),
        ({"from_on": date(2026, 11, 1)}, "rule_published_too_late"),
    ],
)
def test_figures_nobody_may_put_into_force_are_refused(app: Flask, changed: dict[str, object], code: str) -> None:
    who = runs()
    with pytest.raises(Refused, match=code):
        propose(who, replace(MORE, **changed))  # type: ignore[arg-type]


def test_what_needs_no_proof_stays_low_and_a_kept_day_stays_one_point(app: Flask) -> None:
    who = runs()
    for key in ("exercise", "pledge_walker"):
        with pytest.raises(Refused, match="rule_unproved"):
            propose(who, replace(MORE, per_day=20), key)


def test_only_whoever_runs_a_city_changes_rules(app: Flask) -> None:
    number = propose(runs())
    for who in (staff(), staff("district_officer", "990102"), factories.person()):
        with pytest.raises(Forbidden, match="rule_not_yours"):
            propose(who, key="cigarette_ends")
        with pytest.raises(NotFound):
            confirm(number, who)


def test_a_proposal_falls_by_time_by_word_and_when_its_month_came_too_near(app: Flask) -> None:
    first, second = runs(), runs()
    number = propose(first)
    with pytest.raises(Conflict, match="rule_proposed"):
        propose(second)
    with pytest.raises(Conflict, match="proposal_expired"):
        confirm(number, second, days=7)
    with transaction():
        rule_changes.decline(number, by=second, now=NOW)
    late = NOW + timedelta(days=28)  # 23 December
    with transaction():
        again = rule_changes.propose(KEY, MORE, by=first, now=late, zone=ZONE).id
    with pytest.raises(Refused, match="rule_published_too_late"):
        confirm(again, second, days=33)


def test_a_version_is_never_changed(app: Flask) -> None:
    confirm(propose(runs()), runs())
    for statement in (sa.update(CityRule).values(base=9), sa.delete(CityRule)):
        with pytest.raises(sa.exc.DBAPIError), transaction() as session:
            session.execute(statement)


def test_of_many_who_confirm_or_propose_at_once_one_does(app: Flask) -> None:
    number, ids = propose(runs()), [runs().id for _ in range(4)]

    def attempt(what: Callable[[Person], object], who: int) -> Callable[[], None]:
        return lambda: what(db.session.get_one(Person, who)) and None

    answers = at_once(app, [attempt(lambda person: confirm(number, person), who) for who in ids])
    assert refusals(answers) == ["proposal_answered"] * 3
    answers = at_once(app, [attempt(lambda person: propose(person, key="cigarette_ends"), who) for who in ids])
    assert refusals(answers) == ["rule_proposed"] * 3


def test_a_change_between_two_compilations_alters_nothing_of_the_month(app: Flask) -> None:
    factories.approved_entry(factories.person(), staff(), quantity=3)
    month = parse("2026-11")
    with transaction():
        compile_period(month, now=NOW + timedelta(hours=1), members_as_of=NOW, zone=ZONE)
    confirm(propose(runs()), runs())
    due = due_at(month, ZONE)
    with transaction():
        seal(month, now=due, clock_now=due, zone=ZONE)
    assert differences(month, ZONE) == []


@pytest.fixture
def sealed(app: Flask) -> None:
    """A month in which one community lives by litter and another by reading."""
    factories.city()
    manager = staff("city_officer", CITY)
    with transaction() as session:
        for code in (COMMUNITY, OTHER_COMMUNITY, FAR_COMMUNITY):
            session.add(Population(area_code=code, from_on=TODAY - timedelta(days=400), people=2_000))
    for _ in range(3):
        factories.approved_entry(factories.person(), manager, quantity=6)
    for _ in range(4):
        reader = factories.person(community=OTHER_COMMUNITY)
        factories.decide(factories.log(reader, "reading_minutes", quantity=60), "approve", manager)
    with transaction():
        seal(parse("2026-11"), now=due_at(parse("2026-11"), ZONE), clock_now=due_at(parse("2026-11"), ZONE), zone=ZONE)


def test_the_preview_prices_the_last_month_anew(sealed: None) -> None:
    latest = service.latest_rule(KEY)
    same = preview(CITY, KEY, latest)
    assert same is not None
    assert (same.awards, same.merit, same.would_be, same.moved) == (3, 24, 24, ())
    more = preview(CITY, KEY, replace(latest, base=20, per_day=30, per_week=30))
    assert more is not None
    assert more.would_be > 24
    nothing = preview(CITY, KEY, replace(latest, base=0, per_unit_hundredths=0))
    assert nothing is not None
    assert nothing.would_be == 0
    assert COMMUNITY in {one.code for one in (*more.moved, *nothing.moved)}


def test_two_persons_change_it_on_the_page_and_residents_read_of_it(sealed: None, client: FlaskClient) -> None:
    logins = [runs().login or "" for _ in range(2)]
    sign_in(client, logins[0])
    assert f"/admin/rules/{KEY}" in client.get("/admin/rules").text
    page = f"/admin/rules/{KEY}"
    typed = {"base": "4", "per_unit": "1.5", "per_day": "12", "per_week": "", "from_on": "2027-01-01"}
    weighed = submit(client, page, {**typed, "do": "weigh"}, form=page)
    assert weighed.status_code == 200
    assert "照这样改" in weighed.text
    assert 'value="1.5"' in weighed.text
    for wrong in ({"per_unit": "1.555"}, {"base": "many"}, {"base": "99"}, {"from_on": "soon"}):
        answer = submit(client, page, {**typed, **wrong, "do": "propose"}, form=page)
        assert answer.status_code == 422, wrong
        assert 'value="12"' in answer.text
    assert submit(client, page, {**typed, "do": "propose"}, form=page).status_code == 303
    client.delete_cookie("civic")
    sign_in(client, logins[1])
    assert submit(client, "/admin/rules", {"answer": "confirm"}, form="/answer").status_code == 303
    client.delete_cookie("civic")
    rules = client.get("/rules").text
    assert "公布了、还没到日子的" in rules
    assert "每次 4 分" in rules
    factories.person("resident")
    sign_in(client, "resident")
    assert client.get("/admin/rules").status_code == 403
    assert client.get(page).status_code == 403
