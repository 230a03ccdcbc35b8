"""Announcements: who may write them, where they are read, and what is refused."""

from datetime import timedelta

import pytest
from flask import Flask

from civic.accounts import grants
from civic.accounts.models import Person
from civic.announcements import service
from civic.announcements.models import Announcement
from civic.announcements.service import Written
from civic.db import db, transaction
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, announce, city, person, staff

STREET = "990102001"


@pytest.fixture
def manager(app: Flask) -> Person:
    return staff()


def titles(code: str, days: int = 0) -> list[str]:
    return [one.row.title for one in service.running(code, TODAY + timedelta(days=days))]


def changed(found: Announcement, **other: object) -> Written:
    kept = {name: getattr(found, name) for name in ("title", "words", "from_on", "until_on", "is_pinned")}
    return Written(**kept | other)  # type: ignore[arg-type]


def test_it_is_read_in_its_area_and_everywhere_below(app: Flask) -> None:
    announce(staff("subdistrict_officer", STREET), STREET, title="街道的")
    announce(staff(), title="社区的")
    announce(staff("city_officer", "9901"), "9901", title="市里的")
    assert set(titles(COMMUNITY)) == {"社区的", "街道的", "市里的"}
    assert set(titles(OTHER_COMMUNITY)) == {"街道的", "市里的"}
    assert titles(FAR_COMMUNITY) == ["市里的"]


def test_it_is_signed_by_role_and_area_never_by_a_person(app: Flask) -> None:
    officer = staff("subdistrict_officer", STREET)
    announce(officer, COMMUNITY)
    shown = service.running(COMMUNITY, TODAY)[0]
    assert (shown.row.role, shown.role_area.code, shown.area.code) == ("subdistrict_officer", STREET, COMMUNITY)


def test_pinned_ones_come_first_then_the_newest(manager: Person) -> None:
    announce(manager, title="先")
    announce(manager, title="置顶", is_pinned=True)
    announce(manager, title="后")
    assert titles(COMMUNITY) == ["置顶", "后", "先"]


def test_it_runs_from_its_first_day_to_the_end_of_its_last(manager: Person) -> None:
    announce(manager, from_on=TODAY + timedelta(days=1), until_on=TODAY + timedelta(days=2))
    assert [len(titles(COMMUNITY, days)) for days in range(4)] == [0, 1, 1, 0]
    board = service.board(COMMUNITY, TODAY)
    assert (len(board.running), len(board.coming), len(board.past)) == (0, 1, 0)
    assert len(service.board(COMMUNITY, TODAY + timedelta(days=3)).past) == 1


@pytest.mark.parametrize("area", [OTHER_COMMUNITY, STREET, FAR_COMMUNITY, "9901"])
def test_outside_ones_grant_nobody_writes(manager: Person, area: str) -> None:
    with pytest.raises(Forbidden) as caught:
        announce(manager, area)
    assert caught.value.code == "not_your_area"


def test_an_administrator_and_a_resident_write_nothing(app: Flask) -> None:
    for who in (staff("administrator", "9901"), person()):
        with pytest.raises(Forbidden):
            announce(who)


def test_an_unknown_area_is_not_found(manager: Person) -> None:
    with pytest.raises(NotFound):
        announce(manager, "990102001999")


def test_a_grant_lost_ends_the_right_to_change_at_once(manager: Person) -> None:
    found = announce(manager)
    with transaction():
        grants.revoke(manager, "community_manager", COMMUNITY, NOW)
    with pytest.raises(Forbidden), transaction():
        service.change(found.id, changed(found, title="改"), by=manager, now=NOW, zone=ZONE)
    with pytest.raises(Forbidden), transaction():
        service.withdraw(found.id, by=manager, now=NOW, zone=ZONE)


def test_an_officer_above_may_change_what_a_manager_wrote_and_signs_it(manager: Person) -> None:
    found, officer = announce(manager), staff("subdistrict_officer", STREET)
    with transaction():
        service.change(found.id, changed(found, title="改过的", is_pinned=True), by=officer, now=NOW, zone=ZONE)
    shown = service.running(COMMUNITY, TODAY)[0]
    assert (shown.row.title, shown.row.role, shown.row.is_pinned) == ("改过的", "subdistrict_officer", True)
    assert shown.row.changed_at == NOW


def test_a_manager_may_not_change_what_comes_from_above(manager: Person) -> None:
    found = announce(staff("subdistrict_officer", STREET), STREET)
    with pytest.raises(Forbidden):
        service.get(found.id, by=manager)


def test_withdrawn_it_is_gone_at_once_and_stays_gone(manager: Person) -> None:
    found = announce(manager)
    with transaction():
        service.withdraw(found.id, by=manager, now=NOW, zone=ZONE)
    assert titles(COMMUNITY) == []
    for again in (
        lambda: service.withdraw(found.id, by=manager, now=NOW, zone=ZONE),
        lambda: service.change(found.id, changed(found), by=manager, now=NOW, zone=ZONE),
    ):
        with pytest.raises(Conflict) as caught, transaction():
            again()
        assert caught.value.code == "announcement_over"


def test_a_refused_change_leaves_the_old_words(manager: Person) -> None:
    found = announce(manager, title="原来的")
    with pytest.raises(Refused), transaction():
        service.change(found.id, changed(found, title="字" * 41), by=manager, now=NOW, zone=ZONE)
    db.session.expire_all()
    assert titles(COMMUNITY) == ["原来的"]


def test_twenty_run_at_a_time_and_those_over_make_room(manager: Person) -> None:
    first = announce(manager)
    for number in range(19):
        announce(manager, title=f"第 {number} 条", from_on=TODAY + timedelta(days=number % 3))
    with pytest.raises(Conflict) as caught:
        announce(manager)
    assert caught.value.code == "announcements_full"
    assert service.board(COMMUNITY, TODAY).room_left == 0
    with transaction():
        service.withdraw(first.id, by=manager, now=NOW, zone=ZONE)
    announce(manager, title="又一条")
    announce(staff("subdistrict_officer", STREET), STREET)  # each area has its own twenty


def test_in_a_closed_area_nothing_is_announced(app: Flask) -> None:
    city()
    officer = staff("subdistrict_officer", STREET)
    with transaction():
        service.areas.get_area(OTHER_COMMUNITY).closed_on = TODAY
    with pytest.raises(Refused) as caught:
        announce(officer, OTHER_COMMUNITY)
    assert caught.value.code == "area_closed"
