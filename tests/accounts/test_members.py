"""Who belongs to a community: the lists of those who manage it, and taking somebody out."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from civic.accounts import families, grants, members, memberships
from civic.accounts import service as accounts
from civic.accounts.models import Membership, Person
from civic.db import db, transaction
from civic.moderation import service as moderation
from civic.rankings.denominators import person_days, span
from civic.rules.periods import period_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, decide, log, person, staff

TOMORROW = TODAY + timedelta(days=1)


def membership(who: Person) -> Membership:
    return db.session.query(Membership).filter_by(person_id=who.id).order_by(Membership.id.desc()).first()  # type: ignore[return-value]


def remove(who: Person, by: Person, reason: str = "搬走三个月了") -> None:
    with transaction():
        members.remove(membership(who).id, reason, by=by, now=NOW, zone=ZONE)


def listed(state: str, wanted: str = "", *, today: date = TODAY) -> list[str | None]:
    return [one.name for one in members.page(COMMUNITY, state, wanted, 1, today=today).members]


def test_each_stands_in_one_state(app: Flask) -> None:
    person(name="秀兰")
    person(name="新来的", confirmed=False)
    gone, mover = person(name="老周"), person(name="竹青")
    person(name="别处的", community=OTHER_COMMUNITY)
    remove(gone, staff())
    with transaction():
        memberships.move(mover, OTHER_COMMUNITY, NOW, ZONE)
    assert set(listed("confirmed")) == {"秀兰", "竹青"}  # who moves is here until midnight
    assert listed("waiting") == ["新来的"]
    assert listed("removed") == ["老周"]
    assert listed("moved") == []
    assert listed("moved", today=TOMORROW) == ["竹青"]
    counts = members.counts(COMMUNITY, today=TOMORROW)
    assert counts == {"confirmed": 1, "waiting": 1, "moved": 1, "removed": 1, "children": 0}


def test_children_are_a_number_and_never_a_name(app: Flask) -> None:
    parent = person(name="豆豆妈")
    child = person(name="豆豆", born_on=date(2018, 5, 1), guardian=parent)
    assert listed("confirmed") == ["豆豆妈"]
    assert listed("confirmed", "豆豆") == ["豆豆妈"]
    assert members.counts(COMMUNITY, today=TODAY)["children"] == 1
    with pytest.raises(NotFound):
        members.get_member(COMMUNITY, membership(child).id, today=TODAY)


def test_minors_are_masked_and_whoever_hides_has_no_name_nor_can_be_searched_for(app: Flask) -> None:
    person(name="小满", born_on=date(2010, 5, 1))
    person(name="隐士", appear="hidden")
    assert set(listed("confirmed")) == {"小**", None}
    for wanted in ("小满", "隐士", "yinshi", "xiaoman"):
        assert listed("confirmed", wanted) == []


@pytest.mark.parametrize("wanted", ["秀兰", "兰", "xiulan", "XIUL", "xl", " 秀兰 "])
def test_a_member_is_found_by_name_pinyin_or_initials(app: Flask, wanted: str) -> None:
    person(name="秀兰")
    person(name="桂花")
    assert listed("confirmed", wanted) == ["秀兰"]


@pytest.mark.parametrize("wanted", ["%", "_", "ulan", "\\", "'", "秀兰秀兰"])
def test_signs_of_the_database_find_nobody(app: Flask, wanted: str) -> None:
    person(name="秀兰")
    assert listed("confirmed", wanted) == []


def test_a_new_name_is_found_and_the_old_one_is_not(app: Flask) -> None:
    who = person(name="秀兰")
    with transaction():
        accounts.rename(who, "桂花")
    assert listed("confirmed", "guihua") == ["桂花"]
    assert listed("confirmed", "xiulan") == []


def test_the_list_is_turned_page_by_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "PAGE_ROWS", 3)
    for number in range(7):
        person(name=f"居民{number}")
    pages = [members.page(COMMUNITY, "confirmed", "", number, today=TODAY) for number in (1, 2, 3, 4)]
    assert [len(page.members) for page in pages] == [3, 3, 1, 0]
    assert [page.has_next for page in pages] == [True, True, False, False]
    assert len({one.membership.id for page in pages for one in page.members}) == 7


def test_removed_from_tomorrow_on_with_the_children_they_guard(app: Flask) -> None:
    parent = person(name="豆豆妈")
    child = person(name="豆豆", born_on=date(2018, 5, 1), guardian=parent)
    remove(parent, staff())
    for who in (parent, child):
        assert accounts.membership_on(who.id, TODAY) is not None
        assert accounts.membership_on(who.id, TOMORROW) is None
    assert members.removal_of(parent.id).reason == "搬走三个月了"  # type: ignore[union-attr]


def test_whoever_is_removed_counts_for_twelve_more_months(app: Flask) -> None:
    """X3: dropping idle members gains nothing."""
    people = [person() for _ in range(4)]
    later = NOW + timedelta(days=40)
    period = period_of("week", later.astimezone(ZONE).date())

    def n() -> int:
        return person_days(span(period, later, later, ZONE), [COMMUNITY], {COMMUNITY: "9901"})[COMMUNITY]

    before = n()
    for who in people[:3]:
        remove(who, staff())
    assert n() == before


def test_nothing_of_theirs_is_approved_by_rule_any_more(app: Flask) -> None:
    who = person()
    remove(who, staff())
    kept = log(who, "pledge_give_way", note="")
    assert kept.status == "pending"


def test_they_may_ask_for_the_same_place_again_and_an_approval_confirms(app: Flask) -> None:
    who, manager = person(name="老周"), staff()
    remove(who, manager)
    with transaction():
        memberships.move(who, COMMUNITY, NOW, ZONE)
    assert members.removal_of(who.id) is None
    tomorrow = NOW + timedelta(days=1)
    entry = log(who, acted_on=TOMORROW, now=tomorrow)
    decide(entry, "approve", manager, now=tomorrow)
    assert listed("confirmed", today=TOMORROW) == ["老周"]
    with pytest.raises(Refused) as caught, transaction():
        memberships.move(who, OTHER_COMMUNITY, tomorrow, ZONE)
    assert caught.value.code == "moved_this_quarter"


def test_a_removal_can_be_taken_back_until_the_day_is_over(app: Flask) -> None:
    parent, manager = person(name="豆豆妈"), staff()
    child = person(name="豆豆", born_on=date(2018, 5, 1), guardian=parent)
    remove(parent, manager)
    with transaction():
        members.take_back(membership(parent).id, by=manager, now=NOW + timedelta(hours=2), zone=ZONE)
    for who in (parent, child):
        assert accounts.membership_on(who.id, TOMORROW) is not None
    assert listed("confirmed") == ["豆豆妈"]
    remove(parent, manager)  # and the row of the first one does not stand in the way
    with pytest.raises(Conflict), transaction():
        members.take_back(membership(parent).id, by=manager, now=NOW + timedelta(days=1), zone=ZONE)


def test_a_removal_is_not_taken_back_over_a_new_choice(app: Flask) -> None:
    who, manager = person(), staff()
    first = membership(who).id
    remove(who, manager)
    with transaction():
        memberships.move(who, OTHER_COMMUNITY, NOW, ZONE)
    with pytest.raises(Conflict) as caught, transaction():
        members.take_back(first, by=manager, now=NOW, zone=ZONE)
    assert caught.value.code == "removal_over"


@pytest.mark.parametrize(("reason", "code"), [("", "removal_reason_needed"), (" \n", "removal_reason_needed")])
def test_a_reason_is_needed(app: Flask, reason: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        remove(person(), staff(), reason)
    assert caught.value.code == code


def test_a_reason_is_at_most_two_hundred_characters(app: Flask) -> None:
    who, manager = person(), staff()
    with pytest.raises(Refused):
        remove(who, manager, "字" * 201)
    remove(who, manager, "字" * 200)


def test_nobody_removes_themselves_their_family_or_a_peer(app: Flask) -> None:
    manager = staff(community=COMMUNITY)
    kin, peer = person(), staff(community=COMMUNITY)
    with transaction():
        families.declare_family(manager, kin, NOW)
    for who, code in ((manager, "removes_self"), (kin, "removes_family"), (peer, "removes_staff")):
        with pytest.raises(Forbidden) as caught:
            remove(who, manager)
        assert caught.value.code == code
    remove(peer, staff("subdistrict_officer", "990102001"))


def test_outside_ones_grant_nobody_is_removed(app: Flask) -> None:
    for by in (staff(area=OTHER_COMMUNITY), staff("administrator", "9901"), person()):
        with pytest.raises(Forbidden):
            remove(person(), by)
    with pytest.raises(NotFound), transaction():
        members.remove(999_999, "理由", by=staff(), now=NOW, zone=ZONE)


def test_removed_twice_is_said_and_changes_nothing(app: Flask) -> None:
    who, manager = person(), staff()
    remove(who, manager, "第一次")
    with pytest.raises(Conflict) as caught:
        remove(who, manager, "第二次")
    assert caught.value.code == "member_gone"
    assert members.removal_of(who.id).reason == "第一次"  # type: ignore[union-attr]


def test_a_lost_grant_ends_the_right_at_once(app: Flask) -> None:
    manager, who = staff(), person(community=FAR_COMMUNITY)
    with transaction():
        grants.revoke(manager, "community_manager", COMMUNITY, NOW)
    with pytest.raises(Forbidden):
        remove(person(), manager)
    assert moderation.queue(manager) == []
    assert who.letters == " xiulan xl"


def test_whoever_was_here_before_is_found_by_pinyin_too(app: Flask) -> None:
    """The migration spells the names that stand already."""
    who = person(name="秀兰")
    who_id, before = who.id, who.letters
    db.session.remove()
    downgrade(revision="0010")
    upgrade()
    assert db.session.get_one(Person, who_id).letters == before
    assert listed("confirmed", "xiulan") == ["秀兰"]
