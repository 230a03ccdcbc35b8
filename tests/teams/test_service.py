"""Teams: founded, joined, left, handed over, closed; and what may count for them on which day."""

from datetime import date, timedelta

import pytest
from flask import Flask

from civic.accounts import families
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import checks as entry_checks
from civic.ledger import checks
from civic.ledger import service as ledger
from civic.ledger.models import Posting, TeamTotal
from civic.rules import teams as rules
from civic.rules.periods import parse
from civic.rules.refused import Conflict, Forbidden, Refused
from civic.teams import service
from civic.teams.models import Team, TeamMembership
from tests import factories as make

NOW, ZONE, TODAY = make.NOW, make.ZONE, make.TODAY
TOMORROW = NOW + timedelta(days=1)
AT = {"now": NOW, "zone": ZONE}


def join(team: Team, who: Person, code: str | None = None) -> Team:
    wanted = code or db.session.get_one(Team, team.id).code
    with transaction():
        return service.join(wanted, by=who, **AT)


def tie(a: Person, b: Person) -> None:
    with transaction():
        families.declare_family(a, b, NOW)


def refusal(code: str) -> "pytest.RaisesContext[Refused]":
    return pytest.raises(Refused, check=lambda refused: refused.code == code)


def test_a_captain_founds_a_team_and_others_join_by_its_code(app: Flask) -> None:
    captain, other = make.person(), make.person(name="桂花")
    team = make.team(captain, now=NOW)
    spoken = f"{team.code[:4]}-{team.code[4:]} ".lower()
    join(team, other, spoken)
    assert service.count_members([team.id]) == {team.id: 2}
    assert [found.id for found in service.teams_on(other.id, TODAY)] == [team.id]
    assert service.teams_on(other.id, TODAY - timedelta(days=1)) == []


def test_joining_twice_changes_nothing(app: Flask) -> None:
    captain, other = make.person(), make.person()
    team = make.team(captain, other)
    join(team, other)
    assert service.count_members([team.id]) == {team.id: 2}


def test_somebody_whose_membership_waits_cannot_found_one(app: Flask) -> None:
    newcomer = make.person(confirmed=False)
    with pytest.raises(Forbidden, check=lambda refused: refused.code == "team_needs_confirmed"):
        make.team(newcomer)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "team_name_missing"),
        ("队", "team_name_missing"),
        ("志" * 21, "team_name_too_long"),
        ("桐花\u202e队", "team_name_unreadable"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(app: Flask, name: str, code: str) -> None:
    captain = make.person()
    with refusal(code):
        make.team(captain, name=name)


def test_two_teams_of_a_community_cannot_share_a_name_until_one_is_closed(app: Flask) -> None:
    one, other, elsewhere = make.person(), make.person(), make.person(community=make.OTHER_COMMUNITY)
    team = make.team(one, name="桐花志愿队")
    with refusal("team_name_taken"):
        make.team(other, name="桐花 志愿队")
    make.team(elsewhere, name="桐花志愿队")
    with transaction():
        service.close(team.id, by=one, **AT)
    make.team(other, name="桐花志愿队")


def test_a_code_of_a_full_closed_or_unknown_team_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    captain, late = make.person(), make.person()
    team = make.team(captain)
    code = team.code
    with refusal("team_code_unknown"):
        join(team, late, "00000000")
    with transaction():
        service.change(team.id, name=team.name, takes_members=False, by=captain, **AT)
    with refusal("team_takes_nobody"):
        join(team, late)
    with transaction():
        service.change(team.id, name=team.name, takes_members=True, by=captain, **AT)
    monkeypatch.setitem(rules.MOST_MEMBERS, "volunteers", 1)
    with refusal("team_full"):
        join(team, late)
    with transaction():
        service.close(team.id, by=captain, **AT)
    with refusal("team_closed"):
        join(team, late, code)


def test_a_renewed_code_makes_the_old_one_useless(app: Flask) -> None:
    captain, other = make.person(), make.person()
    team = make.team(captain)
    old = team.code
    with transaction():
        service.renew_code(team.id, by=captain)
    with refusal("team_code_unknown"):
        join(team, other, old)
    join(team, other)


def test_whoever_leaves_belongs_until_midnight_and_may_come_back_as_if_they_had_not(app: Flask) -> None:
    captain, other = make.person(), make.person()
    team = make.team(captain, other)
    with transaction():
        service.leave(team.id, by=other, **AT)
    assert service.teams_on(other.id, TODAY) != []
    assert service.teams_on(other.id, TODAY + timedelta(days=1)) == []
    assert service.standing_teams(other.id) == []
    join(team, other)
    spans = db.session.query(TeamMembership).filter_by(person_id=other.id).all()
    assert [(span.from_on, span.until_on) for span in spans] == [(TODAY - timedelta(days=30), None)]


def test_a_captain_hands_over_before_leaving_and_the_last_one_closes(app: Flask) -> None:
    captain, other = make.person(), make.person()
    team = make.team(captain, other)
    with pytest.raises(Conflict, check=lambda refused: refused.code == "team_needs_captain"):
        service.leave(team.id, by=captain, **AT)
    with transaction():
        service.hand_over(team.id, other.id, by=captain, **AT)
    with pytest.raises(Forbidden):
        service.renew_code(team.id, by=captain)
    with transaction():
        service.leave(team.id, by=captain, **AT)
    with transaction():
        service.leave(team.id, by=other, **AT)
    assert service.get_team(team.id).closed_on == TODAY + timedelta(days=1)


def test_only_the_captain_removes_and_never_themselves(app: Flask) -> None:
    captain, one, other = make.person(), make.person(), make.person()
    team = make.team(captain, one, other)
    with pytest.raises(Forbidden):
        service.remove(team.id, other.id, by=one, **AT)
    with pytest.raises(Conflict):
        service.remove(team.id, captain.id, by=captain, **AT)
    with transaction():
        service.remove(team.id, other.id, by=captain, **AT)
    assert not service.is_member(team, other.id)


def test_a_family_team_is_made_of_the_declared_family_in_one_step(app: Flask) -> None:
    mother, father, stranger = make.person(), make.person(name="老秦"), make.person(name="云上")
    child = make.person(name="豆豆", born_on=date(2018, 5, 1), guardian=mother)
    tie(mother, father)
    with transaction():
        team, along = service.found(kind="family", name="柳桥三口", by=mother, with_family=True, **AT)
    assert {person.id for person in along} == {father.id, child.id}
    with refusal("team_of_other_family"):
        join(team, stranger)


def test_a_child_is_in_family_teams_only_and_named_to_its_family_only(app: Flask) -> None:
    mother, aunt = make.person(), make.person(name="姨妈", appear="hidden")
    uncle = make.person(name="舅舅")
    child = make.person(name="豆豆", born_on=date(2018, 5, 1), guardian=mother)
    tie(mother, uncle)
    tie(uncle, aunt)
    family = make.team(uncle, mother, aunt, kind="family", name="一大家子")
    others = make.team(mother, name="晨跑队")
    with transaction():
        service.add_child(family.id, child.id, by=mother, **AT)
    with pytest.raises(Forbidden):
        service.add_child(others.id, child.id, by=mother, **AT)
    seen = {who.name: service.members(family, viewer=who, today=TODAY) for who in (mother, aunt)}
    assert "豆豆" in [member.name for member in seen["秀兰"]]
    assert "豆豆" not in [member.name for member in seen["姨妈"]]
    assert [member.name for member in seen["秀兰"] if member.person_id == aunt.id] == [None]


def test_no_team_bears_the_name_of_a_child(app: Flask) -> None:
    mother = make.person()
    child = make.person(name="豆豆", born_on=date(2018, 5, 1), guardian=mother)
    with refusal("team_names_child"):
        make.team(mother, kind="family", name="豆豆一家")
    team = make.team(mother, kind="family", name="柳桥三口")
    with transaction():
        service.add_child(team.id, child.id, by=mother, **AT)
    with refusal("team_names_child"):
        service.change(team.id, name="豆 豆一家", takes_members=True, by=mother, **AT)


def test_members_appear_as_they_do_on_boards(app: Flask) -> None:
    captain = make.person(name="竹青")
    masked, open_name, hidden = (
        make.person(name=name, appear=appear)
        for name, appear in (("桂花", "masked"), ("云上", "nickname"), ("北窗", "hidden"))
    )
    minor = make.person(name="小满", born_on=date(2010, 1, 1))
    team = make.team(captain, masked, open_name, hidden, minor)
    seen = service.members(team, viewer=open_name, today=TODAY)
    assert [member.name for member in seen] == ["竹**", "桂**", "云上", None, "小**"]


def test_an_entry_counts_for_the_team_its_resident_picked(app: Flask) -> None:
    captain, other = make.person(), make.person()
    team, second = make.team(captain, other), make.team(other, name="读书会")
    make.approved_entry(other, team=team, quantity=3)
    make.approved_entry(other, activity="patrol", team=second)
    make.approved_entry(captain)
    month = parse("2026-11")
    merit = service.merit_of([team.id, second.id], month)
    assert merit == {team.id: 5, second.id: ledger.totals(other.id).merit - 5}
    assert checks.problems() + entry_checks.problems() == []


def test_a_membership_must_hold_on_the_day_of_the_act(app: Flask) -> None:
    captain, other = make.person(), make.person()
    team = make.team(captain, now=NOW)
    join(team, other)
    with refusal("team_not_on_that_day"):
        make.log(other, team=team, acted_on=TODAY - timedelta(days=1))
    with transaction():
        service.leave(team.id, by=other, **AT)
    make.log(other, team=team)
    make.log(other, "patrol", team=team, acted_on=TODAY, now=TOMORROW)
    with refusal("team_not_on_that_day"):
        make.log(other, team=team, acted_on=TODAY + timedelta(days=1), now=TOMORROW)
    assert entry_checks.problems() == []


def test_a_mended_entry_keeps_its_team_and_a_reversal_repeats_it(app: Flask) -> None:
    captain = make.person()
    team, manager = make.team(captain), make.staff()
    entry = make.decide(make.log(captain, team=team, quantity=2), "return", manager)
    from civic.intake.receive import receive_mended

    with transaction():
        service.close(team.id, by=captain, **AT)
    mended = receive_mended(entry.id, quantity=3, note="补了一句", by=captain, **AT)
    assert mended.team_id == team.id
    make.decide(mended, "approve", manager)
    make.decide(mended, "reverse", manager, now=TOMORROW)
    lines = db.session.query(Posting).filter_by(entry_id=entry.id).all()
    assert [(line.kind, line.merit, line.team_id) for line in lines] == [
        ("award", 5, team.id),
        ("reversal", -5, team.id),
    ]
    assert set(db.session.query(TeamTotal.merit).filter_by(team_id=team.id)) == {(0,)}
    assert checks.problems() + entry_checks.problems() == []


def test_the_same_key_with_another_team_is_another_body(app: Flask) -> None:
    captain = make.person()
    team = make.team(captain)
    key = "0f9b2c1e-7a57-4a86-9d0a-6f6f1c0e2a11"
    first = make.log(captain, team=team, key=key)
    assert make.log(captain, team=team, key=key).id == first.id
    with pytest.raises(Conflict):
        make.log(captain, key=key)


def test_a_changed_team_counter_is_found(app: Flask) -> None:
    captain = make.person()
    team = make.team(captain)
    make.approved_entry(captain, team=team)
    with transaction():
        db.session.query(TeamTotal).filter_by(team_id=team.id, period="2026-11").update({"merit": 99})
        db.session.query(TeamTotal).filter_by(team_id=team.id, period="2026-Q4").delete()
    found = checks.problems()
    assert len(found) == 2, found
    assert all("team_total" in line for line in found)


def test_whose_account_ends_leaves_captaincy_to_who_has_belonged_longest(app: Flask) -> None:
    captain, second, third = make.person(), make.person(), make.person()
    team, alone = make.team(captain, second, third), make.team(captain, name="一个人的队")
    with transaction():
        service.let_go(captain, TODAY)
    assert service.get_team(team.id).captain_id == second.id
    assert service.get_team(alone.id).closed_on is not None
    assert service.standing_teams(captain.id) == []
