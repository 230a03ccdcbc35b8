"""A child is erased at once, passed on or erased when its guardian leaves, and takes over at 14."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from civic import media, tidying
from civic.accounts import families, guardians
from civic.accounts import service as accounts
from civic.accounts.models import Membership, Person
from civic.areas.service import get_area
from civic.children import service
from civic.db import db, id_of, transaction
from civic.entries import checks as entry_checks
from civic.entries.models import Entry, Photo
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.ledger import checks
from civic.ledger.models import CommunityTotal
from civic.moderation import checks as decision_checks
from civic.moderation.models import Reason
from civic.rankings.service import residents_board
from civic.rules.periods import parse
from civic.rules.refused import Forbidden, NotFound, Refused
from civic.teams import service as teams
from civic.teams.models import Team
from tests import factories as make
from tests.media.pictures import jpeg

NOW, ZONE, TODAY = make.NOW, make.ZONE, make.TODAY
AT = {"now": NOW, "zone": ZONE}
NAME = "豆豆"


def child_of(guardian: Person, born_on: date = date(2018, 5, 1)) -> Person:
    with transaction():
        return accounts.add_child(guardian=guardian, name=NAME, born_on=born_on, **AT)


def log_with_photo(guardian: Person, child: Person) -> Entry:
    logged = Logged("litter_pickup", TODAY, 1, "0f9b2c1e-7a57-4a86-9d0a-6f6f1c0e2a11", "豆豆捡的", resident_id=child.id)
    return receive(logged, [jpeg()], by=guardian, **AT).entry


def everything_stored() -> str:
    rows = [
        str({column.name: getattr(row, column.name) for column in row.__table__.columns})
        for model in (Person, Entry, Reason, Team)
        for row in db.session.query(model)
    ]
    return "\n".join(rows)


def test_adding_a_child_records_who_agreed_when_and_to_which_words(app: Flask) -> None:
    guardian = make.person()
    child = child_of(guardian)
    found = guardians.consents_of(child.id)
    assert [(row.by_id, row.kind, row.words, row.at) for row in found] == [
        (guardian.id, "given", guardians.CONSENT_WORDS, NOW)
    ]
    added = make.person(born_on=date(2017, 1, 1), guardian=guardian)
    assert [row.kind for row in guardians.consents_of(added.id)] == ["given"]


def test_erasing_takes_out_everything_that_names_the_child_and_keeps_the_totals(app: Flask) -> None:
    guardian, manager = make.person(), make.staff()
    child = child_of(guardian)
    child_id = child.id
    with transaction():
        family, _along = teams.found(kind="family", name="柳桥三口", by=guardian, with_family=True, **AT)
    approved = make.decide(log_with_photo(guardian, child), "approve", manager)
    make.decide(make.log(guardian, "patrol", resident=child, team=family), "return", manager, words="豆豆在哪段？")
    waiting = make.log(guardian, "exercise", resident=child, note="豆豆跳绳")
    key = db.session.query(Photo.key).filter_by(entry_id=approved.id).scalar()
    before = {row.period: row.merit for row in db.session.query(CommunityTotal)}
    assert NAME in everything_stored()
    with transaction():
        service.erase(child_id, by=guardian, **AT)
    assert NAME not in everything_stored()
    gone = db.session.get_one(Person, child_id)
    assert (gone.name, gone.born_on, gone.guardian_id, gone.appear) == ("—", None, None, "hidden")
    assert accounts.children_of(guardian.id, TODAY) == []
    assert db.session.query(Photo).count() == 0
    with pytest.raises(NotFound):
        media.open_photo(key)
    assert make.statuses(approved, waiting) == ["approved", "withdrawn"]
    assert {row.period: row.merit for row in db.session.query(CommunityTotal)} == before
    assert [row.kind for row in guardians.consents_of(child_id)] == ["given", "withdrawn"]
    assert not teams.is_member(family, child_id)
    ends = db.session.query(Membership.until_on).filter_by(person_id=child_id).scalar()
    assert ends == TODAY + timedelta(days=1)
    board = residents_board(get_area(make.COMMUNITY), parse("2026-11"), day=TODAY, me=None, offset=0)
    assert (board.ranked, board.rows) == (1, ())
    assert checks.problems() + entry_checks.problems() + decision_checks.problems() == []


def test_only_its_guardian_erases_a_child_and_only_once(app: Flask) -> None:
    guardian, other = make.person(), make.person()
    child_id = child_of(guardian).id
    with pytest.raises(NotFound):
        service.erase(child_id, by=other, **AT)
    with transaction():
        service.erase(child_id, by=guardian, **AT)
    with pytest.raises(NotFound):
        service.erase(child_id, by=guardian, **AT)


def test_a_team_that_bears_the_childs_name_loses_it(app: Flask) -> None:
    guardian = make.person()
    team = make.team(guardian, kind="family", name="豆豆一家")
    child = child_of(guardian)
    with transaction():
        service.erase(child.id, by=guardian, **AT)
    assert NAME not in db.session.get_one(Team, id_of(team)).name


def test_erasing_that_fails_half_way_has_not_happened(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    guardian = make.person()
    child = child_of(guardian)
    entry = log_with_photo(guardian, child)
    child_id, key = child.id, db.session.query(Photo.key).filter_by(entry_id=entry.id).scalar()
    monkeypatch.setattr(guardians, "record", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction():
        service.erase(child_id, by=guardian, **AT)
    assert db.session.get_one(Person, child_id).name == NAME
    assert media.open_photo(key).read(4) == b"RIFF"
    assert make.statuses(entry) == ["pending"]


def test_photos_that_outlive_a_crash_are_swept_in_the_night(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    guardian = make.person()
    child = child_of(guardian)
    log_with_photo(guardian, child)
    key = db.session.query(Photo.key).scalar()
    with monkeypatch.context() as crash:
        crash.setattr(media, "forget", lambda _key: None)  # the process died behind the commit
        with transaction():
            service.erase(child.id, by=guardian, **AT)
    assert media.open_photo(key).read(4) == b"RIFF"
    later = datetime.now(tz=NOW.tzinfo) + timedelta(days=2)
    with transaction():
        tidying.tidy("2026-11-27", now=later, zone=ZONE)
    with pytest.raises(NotFound):
        media.open_photo(key)


def test_a_second_guardian_takes_over_when_the_first_leaves(app: Flask) -> None:
    guardian, father, minor = make.person(), make.person(name="老秦"), make.person(born_on=date(2011, 1, 1))
    child = child_of(guardian)
    with transaction():
        families.declare_family(guardian, father, NOW)
        families.declare_family(guardian, minor, NOW)
    with pytest.raises(Refused):
        guardians.name_second(child.id, minor.id, by=guardian, **AT)
    with transaction():
        guardians.name_second(child.id, father.id, by=guardian, **AT)
    entry = make.log(guardian, resident=child)
    with transaction():
        service.pass_on_wards(guardian, **AT)
    assert [found.id for found in accounts.children_of(father.id, TODAY)] == [child.id]
    assert make.statuses(entry) == ["pending"]
    assert [(row.by_id, row.kind) for row in guardians.consents_of(child.id)][-1] == (father.id, "taken_over")


def test_without_a_second_guardian_the_child_stays_until_the_guardian_decides(app: Flask) -> None:
    guardian = make.person()
    child = child_of(guardian)
    entry = make.log(guardian, resident=child)
    with transaction():
        service.pass_on_wards(guardian, **AT)
    assert child.guardian_id == guardian.id
    assert make.statuses(entry) == ["pending"]


def test_rights_change_at_midnight_of_the_fourteenth_birthday(app: Flask) -> None:
    guardian = make.person()
    ward = child_of(guardian, born_on=date(2012, 11, 26))
    midnight = datetime(2026, 11, 26, tzinfo=ZONE)
    just_before = {"now": midnight - timedelta(seconds=1), "zone": ZONE}
    make.log(guardian, resident=ward, now=just_before["now"])
    with pytest.raises(Forbidden):
        guardians.make_claim_code(ward.id, by=guardian, **just_before)
    with pytest.raises(Forbidden):
        make.log(guardian, "patrol", resident=ward, now=midnight)
    with transaction():
        code = guardians.make_claim_code(ward.id, by=guardian, now=midnight, zone=ZONE)
    facts = {"login": "doudou", "password": make.PASSWORD, "now": midnight, "zone": ZONE}
    with transaction():
        claimed = guardians.claim(f"{code[:4]}-{code[4:]}".lower(), **facts)
    assert claimed.id == ward.id
    assert accounts.authenticate("doudou", make.PASSWORD) is not None
    assert make.log(claimed, "patrol", acted_on=date(2026, 11, 26), now=midnight).logged_by == ward.id
    with pytest.raises(NotFound):
        service.erase(ward.id, by=guardian, now=midnight, zone=ZONE)
    with pytest.raises(Refused, check=lambda refused: refused.code == "claim_code_unknown"):
        guardians.claim(code, **facts)


def test_a_code_that_is_too_old_or_a_taken_login_claims_nothing(app: Flask) -> None:
    guardian = make.person("xiulan")
    ward = child_of(guardian, born_on=date(2012, 11, 26))
    later = datetime(2026, 11, 27, tzinfo=ZONE)
    with transaction():
        code = guardians.make_claim_code(ward.id, by=guardian, now=later, zone=ZONE)
    for login, now in (("xiulan", later), ("doudou", later + timedelta(days=14))):
        with pytest.raises(Refused):
            guardians.claim(code, login=login, password=make.PASSWORD, now=now, zone=ZONE)
    assert db.session.get_one(Person, ward.id).password_hash is None
