"""How people come in, where they belong and who their family is: civic/accounts/service.py and its neighbours."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import literal, select

from civic.accounts import families, grants, memberships, passwords, service
from civic.accounts.models import Membership, Person
from civic.areas.models import Area
from civic.db import db, transaction
from civic.rules.refused import Forbidden, NotFound, Refused

from .conftest import BEIAN, CITY, DISTRICT, LIUQIAO, NOW, PASSWORD, STREET, TODAY, ZONE, AddPerson

CHILD_BORN = date(2016, 5, 1)
pytestmark = pytest.mark.usefixtures("areas")


def join(**changes: object) -> Person:
    values = {
        "login": "13800138000",
        "password": PASSWORD,
        "name": "秀兰",
        "community_code": LIUQIAO,
        "now": NOW,
        "zone": ZONE,
    }
    with transaction():
        return service.join(**{**values, **changes})  # type: ignore[arg-type]


def refusal(**changes: object) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        join(**changes)
    return caught.value.code, caught.value.field


# Joining


def test_who_joins_is_masked_and_waits_to_be_confirmed(app: Flask) -> None:
    person = join()
    membership = service.membership_on(person.id, TODAY)
    assert membership is not None
    assert (person.appear, person.consented_at, membership.confirmed_at) == ("masked", NOW, None)
    assert membership.from_on == TODAY


def test_a_password_is_kept_as_a_hash_only(app: Flask) -> None:
    stored = join().password_hash
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_a_login_is_found_again_in_any_width_and_case(app: Flask) -> None:
    join(login="Ｘｉｕ_Lan")
    for typed in ("xiu_lan", " XIU_LAN ", "ｘｉｕ＿ｌａｎ"):
        assert service.authenticate(typed, PASSWORD) is not None, typed


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ("ab", "login_length"),
        ("a" * 65, "login_length"),
        ("xiu lan", "login_has_spaces"),
        ("xiu\u200blan", "login_has_spaces"),
        ("xiu\x00lan", "login_has_spaces"),
        ("xiu\ud800lan", "login_has_spaces"),
    ],
)
def test_a_login_that_cannot_be_told_apart_is_refused(app: Flask, login: str, code: str) -> None:
    assert refusal(login=login) == (code, "login")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kurz-7!", "password_too_short"),
        ("x" * 100 + "y" * 101, "password_too_long"),
        ("Password1", "password_common"),
        ("wenming123", "password_common"),
        ("８８８８８８８８", "password_common"),
        ("ABCabc\ud800!", "password_unreadable"),
    ],
)
def test_a_weak_password_is_refused(app: Flask, password: str, code: str) -> None:
    assert refusal(password=password) == (code, "password")


def test_the_login_is_no_password(app: Flask) -> None:
    assert refusal(login="LiuqiaoLan", password="liuqiaolan") == ("password_is_login", "password")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_missing"),
        (" \u3000 ", "name_missing"),
        ("长" * 21, "name_too_long"),
        ("兰\u202e秀", "name_unreadable"),
        ("兰\x07", "name_unreadable"),
        ("\u3164", "name_unreadable"),
        ("o\u0336\u0337\u0338", "name_unreadable"),
    ],
)
def test_a_nickname_that_hides_something_is_refused(app: Flask, name: str, code: str) -> None:
    assert refusal(name=name) == (code, "name")


def test_a_nickname_keeps_its_words_one_space_apart(app: Flask) -> None:
    assert join(name="  阿兰 \t Lan ").name == "阿兰 Lan"


@pytest.mark.parametrize(
    ("community", "code"),
    [("379901001999", "community_unknown"), (STREET, "community_is_wider"), ("", "community_unknown")],
)
def test_only_a_community_takes_members(app: Flask, community: str, code: str) -> None:
    assert refusal(community_code=community) == (code, "community")


def test_a_closed_community_takes_nobody(app: Flask) -> None:
    with transaction():
        area = db.session.get(Area, LIUQIAO)
        assert area is not None
        area.closed_on = TODAY
    assert refusal() == ("community_closed", "community")


def test_a_login_belongs_to_one_person(app: Flask) -> None:
    join(login="xiulan")
    assert refusal(login="XiuLan") == ("login_taken", "login")


def test_a_login_taken_in_the_same_moment_is_refused_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    join(login="xiulan")
    monkeypatch.setattr(service, "find_by_login", lambda _login: None)
    assert refusal(login="xiulan") == ("login_taken", "login")


def test_a_child_is_told_that_a_guardian_adds_it_until_the_fourteenth_birthday(app: Flask) -> None:
    assert refusal(born_on=date(2012, 11, 21)) == ("guardian_needed", "born_on")
    assert join(born_on=date(2012, 11, 20)).born_on == date(2012, 11, 20)


def test_the_birthday_begins_at_midnight_in_the_city(app: Flask) -> None:
    eve = datetime.fromisoformat("2026-11-20T15:59:59+00:00")
    assert refusal(born_on=date(2012, 11, 21), now=eve)[0] == "guardian_needed"
    join(born_on=date(2012, 11, 21), now=eve + timedelta(seconds=1))


@pytest.mark.parametrize("born_on", [TODAY + timedelta(days=1), date(1880, 1, 1)])
def test_an_impossible_date_of_birth_is_refused(app: Flask, born_on: date) -> None:
    assert refusal(born_on=born_on) == ("birth_impossible", "born_on")


# Being added, guardians and children


def test_who_is_added_by_command_is_a_confirmed_member(app: Flask, add_person: AddPerson) -> None:
    membership = service.membership_on(add_person("lan").id, TODAY)
    assert membership is not None
    assert membership.confirmed_at == NOW


def test_a_child_is_added_with_a_guardian_only_and_cannot_sign_in(app: Flask, add_person: AddPerson) -> None:
    with pytest.raises(Refused, match="guardian_needed"):
        add_person("bao", born_on=CHILD_BORN)
    child = add_person("bao", born_on=CHILD_BORN, guardian=add_person("lan"))
    assert (child.login, child.password_hash, child.consented_at) == ("bao", None, NOW)
    assert service.authenticate("bao", PASSWORD) is None


def test_a_child_gets_no_password_and_no_role_before_it_is_fourteen(app: Flask, add_person: AddPerson) -> None:
    child = add_person("bao", born_on=CHILD_BORN, guardian=add_person("lan"))
    with pytest.raises(Forbidden, match="no_login"):
        service.set_password(child, PASSWORD, NOW, ZONE)
    with pytest.raises(Refused, match="no_login"):
        grants.grant(child, "community_manager", LIUQIAO, NOW)
    later = NOW.replace(year=2030)
    with transaction():
        service.set_password(child, PASSWORD, later, ZONE)
    assert service.authenticate("bao", PASSWORD) is not None


def test_a_guardian_is_an_adult_who_can_sign_in(app: Flask, add_person: AddPerson) -> None:
    teenager = add_person("ming", born_on=date(2010, 1, 1))
    with pytest.raises(Refused, match="guardian_not_adult"):
        add_person(None, born_on=CHILD_BORN, guardian=teenager)
    with pytest.raises(Refused, match="guardian_of_adult"):
        add_person("hua", guardian=add_person("lan"))


def test_a_guardian_adds_a_child_to_their_own_community(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan", community_code=BEIAN)
    with transaction():
        child = service.add_child(guardian=lan, name="小宝", born_on=CHILD_BORN, now=NOW, zone=ZONE)
    membership = service.membership_on(child.id, TODAY)
    assert membership is not None
    assert (membership.community_code, membership.confirmed_at, child.login) == (BEIAN, None, None)
    assert [person.id for person in service.children_of(lan.id, TODAY)] == [child.id]
    assert service.children_of(lan.id, date(2030, 5, 1)) == []


def test_a_guardian_adds_only_children_and_only_a_household_of_them(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with pytest.raises(Refused, match="child_can_join"):
        service.add_child(guardian=lan, name="小明", born_on=date(2010, 1, 1), now=NOW, zone=ZONE)
    with transaction():
        for number in range(service.MAX_WARDS):
            service.add_child(guardian=lan, name=f"小{number}", born_on=CHILD_BORN, now=NOW, zone=ZONE)
    with pytest.raises(Refused, match="wards_full"):
        service.add_child(guardian=lan, name="又一个", born_on=CHILD_BORN, now=NOW, zone=ZONE)


# Passwords and appearance


def test_a_wrong_password_and_an_unknown_login_look_alike(app: Flask, add_person: AddPerson) -> None:
    add_person("lan")
    assert service.authenticate("lan", "correct horse 8") is None
    assert service.authenticate("nobody", PASSWORD) is None
    assert service.authenticate("", "") is None


def test_an_unknown_login_costs_a_hash_as_well(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str | None] = []
    monkeypatch.setattr(passwords, "matches", lambda stored, _password: bool(looked_at.append(stored)))
    service.authenticate("nobody", PASSWORD)
    assert looked_at == [None]


def test_a_hash_made_at_another_cost_is_made_anew(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    before = lan.password_hash
    with transaction():
        service.strengthen(lan, PASSWORD)
        assert lan.password_hash == before
        passwords.use_cost("full")
        try:
            service.strengthen(lan, PASSWORD)
        finally:
            passwords.use_cost("test")
    assert lan.password_hash is not None
    assert "m=19456,t=2,p=1" in lan.password_hash
    assert service.authenticate("lan", PASSWORD) is not None


def test_adults_choose_how_they_appear_and_minors_do_not(app: Flask, add_person: AddPerson) -> None:
    lan, ming = add_person("lan"), add_person("ming", born_on=date(2010, 1, 1))
    with transaction():
        service.choose_appearance(lan, "hidden", TODAY)
    assert lan.appear == "hidden"
    with pytest.raises(Refused, match="appearance_of_minor"):
        service.choose_appearance(ming, "nickname", TODAY)
    with pytest.raises(Refused, match="appearance_unknown"):
        service.choose_appearance(lan, "golden", TODAY)


# Membership


def test_an_act_belongs_to_the_community_of_its_day_or_to_the_first_one(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with transaction():
        service.move(lan, BEIAN, NOW, ZONE)
    tomorrow = TODAY + timedelta(days=1)
    assert service.community_of(lan.id, TODAY) == LIUQIAO
    assert service.community_of(lan.id, tomorrow) == BEIAN
    assert service.community_of(lan.id, TODAY - timedelta(days=6)) == LIUQIAO


def test_a_move_begins_at_the_next_midnight_and_is_to_be_confirmed_anew(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with transaction():
        moved = service.move(lan, BEIAN, NOW, ZONE)
    assert (moved.from_on, moved.confirmed_at) == (TODAY + timedelta(days=1), None)
    today = service.membership_on(lan.id, TODAY)
    assert today is not None
    assert (today.community_code, today.until_on) == (LIUQIAO, moved.from_on)


def test_one_move_a_quarter_counted_by_the_day_it_was_asked_for(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    new_years_eve = datetime(2026, 12, 31, 4, tzinfo=NOW.tzinfo)
    with transaction():
        service.move(lan, BEIAN, new_years_eve, ZONE)
    with pytest.raises(Refused, match="moved_this_quarter") as caught, transaction():
        service.move(lan, LIUQIAO, new_years_eve, ZONE)
    assert caught.value.facts == {"next": date(2027, 1, 1)}
    with transaction():
        service.move(lan, LIUQIAO, new_years_eve + timedelta(days=1), ZONE)
    assert memberships.next_move_on(lan.id, date(2027, 2, 1)) == date(2027, 4, 1)


def test_children_move_with_their_guardian(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    child = add_person(None, born_on=CHILD_BORN, guardian=lan)
    with transaction():
        service.move(lan, BEIAN, NOW, ZONE)
    assert service.community_of(child.id, TODAY + timedelta(days=1)) == BEIAN


def test_nobody_moves_to_where_they_are(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with pytest.raises(Refused, match="same_community"), transaction():
        service.move(lan, LIUQIAO, NOW, ZONE)


def test_confirming_says_once_that_it_was_new(app: Flask) -> None:
    person = join()
    with transaction():
        assert service.confirm_membership(person.id, BEIAN, NOW) is False
        assert service.confirm_membership(person.id, LIUQIAO, NOW) is True
        assert service.confirm_membership(person.id, LIUQIAO, NOW + timedelta(days=1)) is False
    confirmed = db.session.scalar(select(Membership.confirmed_at).where(Membership.person_id == person.id))
    assert confirmed == NOW


def test_who_never_belonged_anywhere_has_no_community(app: Flask) -> None:
    with pytest.raises(NotFound, match="membership"):
        service.community_of(1, TODAY)


# Families


def test_a_tie_by_code_holds_both_ways_and_once(app: Flask, add_person: AddPerson) -> None:
    lan, hua = add_person("lan"), add_person("hua")
    with transaction():
        for typed in (hua.family_code, f" {hua.family_code[:4].lower()}-{hua.family_code[4:]} "):
            service.tie_by_code(lan, typed, NOW)
    assert service.family_of(lan.id) == {hua.id}
    assert service.family_of(hua.id) == {lan.id}
    assert [person.id for person in families.relatives(hua.id)] == [lan.id]


def test_a_code_that_is_nobodys_or_ones_own_ties_nobody(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with pytest.raises(Refused, match="family_code_unknown"):
        service.tie_by_code(lan, "", NOW)
    with pytest.raises(Refused, match="family_is_self"):
        service.tie_by_code(lan, lan.family_code, NOW)


def test_a_new_code_replaces_the_old_one_and_keeps_the_ties(app: Flask, add_person: AddPerson) -> None:
    lan, hua, ming = add_person("lan"), add_person("hua"), add_person("ming")
    old = lan.family_code
    with transaction():
        service.tie_by_code(hua, old, NOW)
        families.renew_code(lan)
    with pytest.raises(Refused, match="family_code_unknown"):
        service.tie_by_code(ming, old, NOW)
    assert service.family_of(lan.id) == {hua.id}


def test_a_family_is_ties_guardian_wards_and_fellow_wards(app: Flask, add_person: AddPerson) -> None:
    lan, hua, stranger = add_person("lan"), add_person("hua"), add_person("wang")
    bao = add_person(None, born_on=CHILD_BORN, guardian=lan)
    bei = add_person(None, born_on=CHILD_BORN, guardian=lan)
    with transaction():
        service.declare_family(lan, hua, NOW)
    assert service.family_of(bao.id) == {lan.id, bei.id, hua.id}
    assert service.family_of(lan.id) == {bao.id, bei.id, hua.id}
    assert service.family_of(hua.id) == {lan.id, bao.id, bei.id}
    assert service.family_of(stranger.id) == frozenset()


def test_a_query_answers_about_kinship_as_the_set_does(app: Flask, add_person: AddPerson) -> None:
    lan, hua, stranger = add_person("lan"), add_person("hua"), add_person("wang")
    bao = add_person(None, born_on=CHILD_BORN, guardian=lan)
    bei = add_person(None, born_on=CHILD_BORN, guardian=hua)
    with transaction():
        service.declare_family(lan, hua, NOW)
    everybody = [lan.id, hua.id, stranger.id, bao.id, bei.id]
    for person_id in everybody:
        relation = service.are_family(literal(person_id), Person.__table__.c.id)
        asked = db.session.scalars(select(Person.id).where(relation)).all()
        assert set(asked) == service.family_of(person_id)


# Grants


def test_a_grant_stands_once_and_is_gone_when_revoked(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with transaction():
        first = grants.grant(lan, "community_manager", STREET, NOW)
        assert grants.grant(lan, "community_manager", STREET, NOW).id == first.id
        grants.grant(lan, "city_officer", CITY, NOW)
    assert [(g.role, g.area_code) for g in service.grants_of(lan.id)] == [
        ("city_officer", CITY),
        ("community_manager", STREET),
    ]
    with transaction():
        grants.revoke(lan, "community_manager", STREET, NOW)
    assert [g.role for g in service.grants_of(lan.id)] == ["city_officer"]
    with pytest.raises(NotFound, match="grant_not_standing"):
        grants.revoke(lan, "community_manager", STREET, NOW)
    with transaction():
        grants.grant(lan, "community_manager", STREET, NOW)
    assert len(service.grants_of(lan.id)) == 2


@pytest.mark.parametrize(
    ("role", "area"),
    [("subdistrict_officer", LIUQIAO), ("district_officer", STREET), ("city_officer", DISTRICT)],
)
def test_a_role_is_not_given_below_its_level(app: Flask, add_person: AddPerson, role: str, area: str) -> None:
    with pytest.raises(Refused, match="role_level"):
        grants.grant(add_person("lan"), role, area, NOW)


def test_only_the_whole_city_has_an_administrator(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with pytest.raises(Refused, match="role_level"):
        grants.grant(lan, "administrator", DISTRICT, NOW)
    with transaction():
        assert grants.grant(lan, "administrator", CITY, NOW).role == "administrator"


def test_unknown_roles_and_places_are_refused(app: Flask, add_person: AddPerson) -> None:
    lan = add_person("lan")
    with pytest.raises(Refused, match="role_unknown"):
        grants.grant(lan, "mayor", CITY, NOW)
    with pytest.raises(NotFound, match="area"):
        grants.grant(lan, "community_manager", "379901001009", NOW)
