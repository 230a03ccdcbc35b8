"""Leaving for good: the person is gone from every table and file, history stays, and a crash is made good."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from civic import media
from civic.accounts import service as accounts
from civic.accounts import sessions
from civic.accounts.families import declare_family
from civic.accounts.models import LEFT, ApiToken, Grant, LoginSession, Membership, Person
from civic.areas import service as areas
from civic.db import Base, db, transaction
from civic.entries import checks as entry_checks
from civic.entries import service as entries
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.ledger import checks as ledger_checks
from civic.ledger import service as ledger
from civic.ledger.models import CommunityTotal, Posting, ResidentTotal
from civic.moderation import checks as decision_checks
from civic.mydata import contents, leaving
from civic.mydata.models import Erasure
from civic.photos import service as photos
from civic.pledges import service as pledges
from civic.pledges.models import Certificate
from civic.progress.models import Milestone
from civic.rankings import objections
from civic.rankings.models import RankingRow
from civic.rankings.sealing import seal
from civic.rankings.verifying import differences
from civic.reading.models import FinishedBook
from civic.rules.periods import parse
from civic.rules.refused import Conflict, Refused
from civic.rules.sealing import due_at
from civic.tidying import tidy
from tests import factories
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, PASSWORD, TODAY, ZONE, approved_entry, decide, log, staff

WORDS = Logged("litter_pickup", TODAY, 1, "7f3b3b8e-6c0a-4a57-9d5c-0d3a0c9f5c12", note="还在路上的")
CANARY = "夜莺nachtigall"
BORN = date(1987, 3, 14)


def photo_bytes() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), (20, 120, 60)).save(out, "JPEG")
    return out.getvalue()


def canary(app: Flask) -> Person:
    """Somebody with something of everything, whose words can be told from everybody else's."""
    me = factories.person(f"{CANARY}-login", name=CANARY, born_on=BORN, appear="nickname")
    manager, other = staff(), factories.person(name="桂花")
    for days in range(3):
        approved_entry(me, manager, note=f"{CANARY}在河边捡的", acted_on=TODAY - timedelta(days=days))
    decide(log(me, note=CANARY), "reject", manager, words=f"{CANARY}，照片看不清")
    decide(log(me, note=CANARY), "return", manager, words=f"{CANARY}，请补一张")
    log(me, "reading_minutes", quantity=20, note=f"{CANARY}读的")
    logged = Logged("litter_pickup", TODAY, 1, "7f3b3b8e-6c0a-4a57-9d5c-0d3a0c9f5c11", note=CANARY)
    receive(logged, [photo_bytes()], by=me, now=NOW, zone=ZONE)
    with transaction():
        sessions.open_session(me, f"{CANARY} phone", NOW)
        sessions.issue_token(me, 30, NOW)
        declare_family(me, other, NOW)
        pledges.sign(me, "pledge_walker", now=NOW, zone=ZONE)
        _things_of(me)
        photos.ask(factories.COMMUNITY, TODAY, f"{CANARY}，穿红外套", by=me, now=NOW, zone=ZONE)
        ended, week = NOW - timedelta(days=1), parse("2026-W47")
        district = areas.get_area("990102")
        objections.make(district, week, "communities", "", f"{CANARY}说少算了我们", by=me, now=ended, zone=ZONE)
        accounts.move(me, FAR_COMMUNITY, NOW, ZONE)
        factories.grants.grant(me, "community_manager", FAR_COMMUNITY, NOW)
    factories.team(me, name=f"梧桐{me.id % 100_000}队")
    return me


def _things_of(me: Person) -> None:
    """What grew from the acts: a certificate, a finished book, a milestone, and a team with a name."""
    db.session.add(
        Certificate(
            code="CANARY", person_id=me.id, activity_key="pledge_walker", days=21, name_shown="nickname", issued_at=NOW
        )
    )
    db.session.add(FinishedBook(person_id=me.id, title=f"{CANARY}的书", finished_at=NOW))
    db.session.add(Milestone(person_id=me.id, key="badge.first_step", reached_at=NOW))


def leave(who: Person, now: datetime = NOW) -> None:
    leaving.leave(who, now=now, zone=ZONE)
    db.session.expire_all()


def dump() -> str:
    """Every value of every table, as text."""
    said = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            said += [json.dumps(value, ensure_ascii=False, default=str) for value in row]
    return "\n".join(said)


def photo_files(app: Flask) -> list[Path]:
    return [file for file in media.folder_of(app.config["CIVIC"].media_url).rglob("*") if file.is_file()]


def broken() -> list[str]:
    return ledger_checks.problems() + entry_checks.problems() + decision_checks.problems()


def counters() -> list[Any]:
    totals = sa.select(ResidentTotal).order_by(ResidentTotal.resident_id, ResidentTotal.kind, ResidentTotal.period)
    own = [(row.resident_id, row.period, row.merit, row.balance) for row in db.session.scalars(totals)]
    areas = sa.select(CommunityTotal).order_by(CommunityTotal.period, CommunityTotal.community_code)
    return [*own, *((row.period, row.community_code, row.merit) for row in db.session.scalars(areas))]


def test_no_word_and_no_file_of_whoever_left_is_found_anywhere(app: Flask) -> None:
    me = canary(app)
    hashed = me.password_hash or ""
    assert CANARY in dump()
    assert len(photo_files(app)) == 2
    leave(me)
    left = dump()
    for trace in (CANARY, hashed, BORN.isoformat()):
        assert trace not in left
    assert photo_files(app) == []


def test_what_was_earned_stays_and_every_check_holds(app: Flask) -> None:
    me = canary(app)
    before, merit = counters(), ledger.totals(me.id)
    postings = db.session.scalar(sa.select(sa.func.count()).select_from(Posting))
    leave(me)
    assert counters() == before
    assert ledger.totals(me.id) == merit
    assert merit.merit > 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == postings
    assert broken() == []


def test_sealed_rankings_recompute_to_the_same_bytes(app: Flask) -> None:
    me = canary(app)
    week = parse("2026-W48")
    with transaction():
        seal(week, now=due_at(week, ZONE), clock_now=due_at(week, ZONE), zone=ZONE)
    places = db.session.scalar(sa.select(sa.func.count()).where(RankingRow.key == str(me.id)))
    leave(me, due_at(week, ZONE) + timedelta(hours=1))
    assert differences(week, ZONE) == []
    assert places == db.session.scalar(sa.select(sa.func.count()).where(RankingRow.key == str(me.id))) > 0


def test_every_column_that_refers_to_a_person_is_gone_or_kept_for_a_reason(app: Flask) -> None:
    referring = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    assert referring == contents.GONE | set(contents.STAYS)
    assert contents.GONE.isdisjoint(contents.STAYS)
    me = canary(app)
    leave(me)
    for place in contents.GONE:
        table, column = place.split(".")
        rows = sa.select(sa.func.count()).where(Base.metadata.tables[table].c[column] == me.id)
        assert db.session.scalar(rows) == 0, place


def test_whoever_left_cannot_sign_in_and_holds_no_role(app: Flask) -> None:
    me = canary(app)
    with transaction():
        token, secret = sessions.open_session(me, "", NOW), sessions.issue_token(me, 30, NOW)
    leave(me)
    assert accounts.authenticate(f"{CANARY}-login", PASSWORD) is None
    assert sessions.find_session(token, NOW) is None
    assert sessions.find_token(secret, NOW) is None
    assert factories.grants.grants_of(me.id) == []
    assert (me.name, me.appear, me.born_on) == (LEFT, "hidden", None)
    assert [db.session.scalars(sa.select(model)).all() for model in (LoginSession, ApiToken)] == [[], []]
    assert db.session.scalars(sa.select(Grant.revoked_at).where(Grant.person_id == me.id)).one() is not None


def test_a_session_or_token_of_whoever_left_opens_nothing_even_where_its_row_came_late(app: Flask) -> None:
    me = canary(app)
    leave(me)
    with transaction() as session:
        late = factories.sessions.open_session(me, "", NOW)
        session.add(
            ApiToken(
                token_hash=factories.sessions.tokens.fingerprint("late"),
                person_id=me.id,
                created_at=NOW,
                expires_at=NOW + timedelta(days=9),
            )
        )
    assert sessions.find_session(late, NOW) is None
    assert sessions.find_token("late", NOW) is None


def test_what_waits_is_withdrawn_and_nobody_can_decide_on_it(app: Flask) -> None:
    me, manager = factories.person(), staff()
    waiting, returned, approved = log(me), log(me), approved_entry(me, manager)
    decide(returned, "return", manager)
    leave(me)
    assert factories.statuses(waiting, returned, approved) == ["withdrawn", "withdrawn", "approved"]
    with pytest.raises(Conflict):
        decide(waiting, "approve", manager)
    assert broken() == []


def test_an_award_of_whoever_left_can_still_be_reversed(app: Flask) -> None:
    me, manager = factories.person(), staff()
    entry = approved_entry(me, manager)
    leave(me)
    decide(entry, "reverse", manager)
    assert ledger.totals(me.id) == (0, 0)
    assert broken() == []


def test_memberships_end_today_and_a_move_to_come_does_not_happen(app: Flask) -> None:
    me = canary(app)
    leave(me)
    spans = sa.select(Membership.community_code, Membership.until_on).where(Membership.person_id == me.id)
    assert db.session.execute(spans).all() == [(COMMUNITY, TODAY)]
    assert accounts.membership_on(me.id, TODAY) is None


def test_the_same_person_comes_back_at_zero(app: Flask) -> None:
    me = canary(app)
    leave(me)
    again = factories.person(f"{CANARY}-login", name=CANARY, now=NOW)
    assert again.id != me.id
    assert ledger.totals(again.id) == (0, 0)


def test_a_guardian_is_told_to_see_to_the_children_first(app: Flask) -> None:
    guardian = factories.person()
    child = factories.person(name="豆豆", born_on=date(2018, 5, 1), guardian=guardian)
    pending = log(guardian, resident=child)
    with pytest.raises(Refused) as refused:
        leave(guardian)
    assert (refused.value.code, refused.value.facts["names"]) == ("wards_left", "豆豆")
    assert guardian.login is not None
    assert factories.statuses(pending) == ["pending"]
    leave(child)
    leave(guardian)
    assert (child.guardian_id, guardian.login) == (None, None)


def test_a_ward_with_a_login_of_their_own_only_loses_the_tie(app: Flask) -> None:
    guardian = factories.person()
    teen = factories.person(name="小满", born_on=date(2010, 5, 1))
    with transaction():
        db.session.get_one(Person, teen.id).guardian_id = guardian.id
    leave(guardian)
    assert db.session.get_one(Person, teen.id).guardian_id is None
    assert teen.login is not None


@pytest.mark.parametrize(
    "late",
    [
        lambda me, _other: entries.submit(WORDS, body_hash="x", by=me, now=NOW, zone=ZONE),
        lambda me, _other: accounts.rename(me, "回来了"),
        lambda me, _other: accounts.choose_appearance(me, "nickname", TODAY),
        lambda me, _other: accounts.change_login(me, "someone-new", PASSWORD),
        lambda me, _other: accounts.move(me, FAR_COMMUNITY, NOW, ZONE),
        lambda me, _other: pledges.sign(me, "pledge_walker", now=NOW, zone=ZONE),
        lambda me, other: declare_family(me, other, NOW),
        lambda me, _other: factories.grants.grant(me, "community_manager", COMMUNITY, NOW),
    ],
)
def test_whatever_was_under_way_in_that_moment_writes_nothing_any_more(
    app: Flask, late: Callable[[Person, Person], object]
) -> None:
    me, other = factories.person(), factories.person()
    leave(me)
    before = dump()
    with pytest.raises(Conflict, match="account_gone"), transaction():
        late(me, other)
    assert dump() == before


def test_the_database_itself_refuses_to_give_whoever_left_a_login(app: Flask) -> None:
    me = factories.person()
    leave(me)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Person).where(Person.id == me.id).values(login="back"))


# Crashes


def test_a_failure_inside_leaves_everything_as_it_was(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    me = canary(app)
    before = dump()

    def fail(*_args: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr("civic.mydata.service.notices.forget_of", fail)
    with pytest.raises(OSError, match="gone"):
        leave(me)
    assert dump() == before
    assert len(photo_files(app)) == 2


@pytest.mark.parametrize("survives", [0, 1])
def test_a_crash_before_the_files_are_gone_is_made_good_the_next_night(
    app: Flask, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    me = canary(app)
    real, calls = media.forget, []

    def crash(key: str) -> None:
        calls.append(key)
        if survives:
            real(key)
        raise KeyboardInterrupt

    monkeypatch.setattr(media, "forget", crash)
    with pytest.raises(KeyboardInterrupt):
        leave(me)
    monkeypatch.undo()
    assert CANARY not in dump()
    assert leaving.unfinished() == [me.id]
    with transaction():
        assert tidy("2026-11-26", now=NOW + timedelta(hours=9), zone=ZONE)["left"] == 1
    db.session.expire_all()
    assert photo_files(app) == []
    erasure = db.session.get_one(Erasure, me.id)
    assert (erasure.photo_keys, erasure.finished_at is not None) == ([], True)
    with transaction():
        assert tidy("2026-11-27", now=NOW + timedelta(hours=33), zone=ZONE)["left"] == 0
