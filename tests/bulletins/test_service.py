"""Bulletins are drafted once, the same however late, edited by one and published by another, on both databases."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from civic.accounts.models import Person
from civic.areas.models import Population
from civic.bulletins import service
from civic.bulletins.models import Bulletin
from civic.dashboards.compiling import compile_figures, refresh
from civic.db import db, transaction
from civic.rankings.compiling import compile_period
from civic.rankings.sealing import seal
from civic.rules.periods import Period, parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.sealing import due_at
from tests import factories
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE
from tests.races.crowd import at_once, refusals

MONTH, QUARTER = parse("2026-11"), parse("2026-Q4")
DUE = MONTH.closes_at(ZONE) + timedelta(minutes=60)
CITY, DISTRICT = "9901", "990102"
LATE = DUE + timedelta(days=9)


def sealed(*periods: Period) -> None:
    """Two months with merit in four communities, sealed when they were due."""
    manager = factories.staff("city_officer", CITY)
    places = (COMMUNITY, OTHER_COMMUNITY, "990102002001", FAR_COMMUNITY)
    with transaction() as session:
        lived = (
            Population(area_code=code, from_on=TODAY - timedelta(days=400), people=400 * number)
            for number, code in enumerate(places, 1)
        )
        session.add_all(lived)
    for number, community in enumerate(places, 1):
        who = factories.person(community=community, now=NOW - timedelta(days=60))
        earlier = NOW - timedelta(days=30)
        before = factories.log(who, quantity=7 - number, acted_on=earlier.date(), now=earlier)
        factories.decide(before, "approve", manager, now=earlier)
        factories.approved_entry(who, manager, quantity=number, acted_on=TODAY)
    for period in periods or (MONTH,):
        with transaction():
            seal(period, now=due_at(period, ZONE), clock_now=due_at(period, ZONE), zone=ZONE)


def draft(period: Period = MONTH, now: object = DUE) -> int:
    with transaction():
        return service.draft_all(period.key, now=now, zone=ZONE)["drafts"]  # type: ignore[arg-type]


def officer(area: str = DISTRICT, role: str = "district_officer") -> Person:
    return factories.staff(role, area)


def edited(words: str = "十一月，各社区都动起来了。", by: Person | None = None) -> Person:
    who = by or officer()
    with transaction():
        found = service.get_draft(MONTH, DISTRICT, who)
        service.edit(MONTH, DISTRICT, words, found.version, by=who, now=DUE)
    return who


def publish(by: Person, version: int = 1) -> Bulletin:
    with transaction():
        return service.publish(MONTH, DISTRICT, version, by=by, now=DUE + timedelta(hours=1))


def test_a_city_and_its_districts_are_drafted_once_from_what_was_sealed(app: Flask) -> None:
    sealed()
    assert draft() == 3
    assert draft() == 0
    facts = db.session.scalars(sa.select(Bulletin).where(Bulletin.area_code == CITY)).one().facts
    assert [row[2] for row in facts["boards"]["districts"]] == ["990102", "990105"]
    ranked = facts["boards"]["communities"]
    assert len(ranked) == 4
    assert ranked == sorted(ranked, key=lambda row: row[0])
    assert facts["best"] == [ranked[0][2]]
    assert [one["code"] for one in facts["to_improve"]] == [ranked[-1][2]]
    figures = {key: (here, there) for key, _form, here, there in facts["figures"]}
    assert figures["people"] == (4, 4)
    assert figures["entries"] == (4, 4)
    rises = dict(facts["improved"])
    assert all(rise > 0 for rise in rises.values())
    assert len(facts["weeks"]) == 13
    assert "resident" not in json.dumps(facts)


def test_nothing_is_drafted_of_what_is_not_sealed_or_has_no_people(app: Flask) -> None:
    factories.city()
    assert draft() == 0
    sealed()
    assert draft(QUARTER) == 0
    with transaction():
        compile_period(parse("2026-12"), now=DUE, members_as_of=DUE, zone=ZONE)
    assert draft(parse("2026-12")) == 0


def test_late_and_punctual_drafts_are_the_same(app: Flask) -> None:
    sealed()
    draft()
    punctual = {row.area_code: row.facts for row in db.session.scalars(sa.select(Bulletin))}
    with transaction() as session:
        session.execute(sa.delete(Bulletin))
    manager, who = factories.staff(), factories.person()
    factories.approved_entry(who, manager, quantity=6, acted_on=LATE.date(), now=LATE)
    with transaction():
        refresh("late", now=LATE + timedelta(hours=3), zone=ZONE)
    draft(now=LATE + timedelta(days=1))
    assert {row.area_code: row.facts for row in db.session.scalars(sa.select(Bulletin))} == punctual


def test_the_next_one_says_what_became_of_the_list_before(app: Flask) -> None:
    sealed(parse("2026-10"), MONTH)
    assert draft(parse("2026-10")) == 3
    draft()
    first, second = (
        db.session.scalars(sa.select(Bulletin).where(Bulletin.area_code == CITY, Bulletin.period == key)).one().facts
        for key in ("2026-10", "2026-11")
    )
    (named,) = first["to_improve"]
    ((code, _name, was, _was_index, now, _now_index),) = second["last"]
    assert code == named["code"]
    assert was == 4
    assert now == next(row[0] for row in second["boards"]["communities"] if row[2] == code)


def test_one_goes_over_it_and_another_publishes_it_for_good(app: Flask) -> None:
    sealed()
    draft()
    editor, second = edited(), officer()
    with pytest.raises(NotFound):
        service.get(MONTH, DISTRICT, factories.person())
    with pytest.raises(NotFound):
        service.get(MONTH, DISTRICT, None)
    with pytest.raises(Forbidden, match="bulletin_needs_another"):
        publish(editor)
    publish(second)
    shown = service.get(MONTH, DISTRICT, None)
    assert shown.is_published
    assert [one.area.code for one in service.published()] == [DISTRICT]
    with pytest.raises(Conflict, match="bulletin_published"):
        edited("改一个字", second)
    with pytest.raises(Conflict, match="bulletin_published"):
        publish(second)
    for statement in (sa.update(Bulletin).values(words="x"), sa.delete(Bulletin)):
        with pytest.raises(sa.exc.DBAPIError), transaction() as session:
            session.execute(statement.where(Bulletin.published_at.is_not(None)))


def test_nobody_publishes_what_nobody_went_over_or_what_changed_meanwhile(app: Flask) -> None:
    sealed()
    draft()
    second = officer()
    with pytest.raises(Conflict, match="bulletin_not_edited"):
        publish(second, 0)
    edited()
    edited("再改一次")
    with pytest.raises(Conflict, match="bulletin_changed"):
        publish(second, 1)
    publish(second, 2)


def test_where_there_is_one_officer_the_administrator_is_the_second(app: Flask) -> None:
    sealed()
    draft()
    db.session.execute(sa.text("UPDATE \"grant\" SET revoked_at = granted_at WHERE role = 'city_officer'"))
    db.session.commit()
    only, administrator = officer(), factories.staff("administrator", CITY)
    edited(by=only)
    with pytest.raises(Forbidden, match="bulletin_not_yours"):
        edited(by=administrator)
    other = officer()
    with pytest.raises(Forbidden, match="bulletin_not_yours"):
        publish(administrator)
    with transaction():
        factories.grants.revoke(other, "district_officer", DISTRICT, NOW)
    publish(administrator)


def test_two_who_edit_one_draft_lose_nothing_of_each_other(app: Flask) -> None:
    sealed()
    draft()
    who = officer()
    edited("先存的", who)
    with pytest.raises(Conflict, match="bulletin_changed"), transaction():
        service.edit(MONTH, DISTRICT, "后存的", 0, by=officer(), now=DUE)
    assert service.get_draft(MONTH, DISTRICT, who).words == "先存的"


@pytest.mark.parametrize("words", ["长" * 5001, "藏\u202e起来"])
def test_words_that_are_too_long_or_hide_something_are_refused(app: Flask, words: str) -> None:
    sealed()
    draft()
    with pytest.raises(Refused):
        edited(words)


def test_managers_and_officers_elsewhere_see_no_draft(app: Flask) -> None:
    sealed()
    draft()
    for who in (factories.staff(), officer("990105"), factories.staff("subdistrict_officer", "990102001")):
        assert DISTRICT not in [one.area.code for one in service.drafts(who)]
        with pytest.raises(NotFound):
            service.get_draft(MONTH, DISTRICT, who)
    assert DISTRICT in [one.area.code for one in service.drafts(officer())]


def test_of_two_who_publish_at_once_one_does(app: Flask) -> None:
    sealed()
    draft()
    edited()
    ids = [officer().id for _ in range(4)]

    def attempt(who: int) -> Callable[[], str]:
        return lambda: publish(db.session.get_one(Person, who)).area_code

    assert refusals(at_once(app, [attempt(who) for who in ids])) == ["bulletin_published"] * 3


def test_four_schedulers_draft_each_once(app: Flask) -> None:
    sealed()
    with transaction():
        refresh("before", now=DUE, zone=ZONE)
        compile_figures(MONTH.previous(), now=DUE, zone=ZONE)
    at_once(app, [draft] * 4)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Bulletin)) == 3
