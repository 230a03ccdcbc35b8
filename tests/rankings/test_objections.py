"""Objections: while a ranking stands for them, answered once, in public, by somebody above, on both databases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic import clock
from civic.accounts.models import Person
from civic.areas import service as areas
from civic.db import db, transaction
from civic.ledger.models import Posting
from civic.mydata import service as mydata
from civic.notices import service as notices
from civic.rankings import objections
from civic.rankings.compiling import compile_period
from civic.rankings.models import Objection
from civic.rankings.objections import Answer
from civic.rules.periods import parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from tests import factories
from tests.factories import COMMUNITY, ZONE
from tests.pages import sign_in, submit
from tests.races.crowd import at_once, refusals

WEEK = parse("2026-W47")
OPEN = WEEK.ended_at(ZONE) + timedelta(hours=30)
WORDS = "我们社区周六的大扫除有二十个人，名次却降了三位。"
SAID = Answer("stands", "有人问周六的大扫除算没算进来。", "逐笔核对过，二十个人的都在，名次是别处升了。")


def object_(by: Person, area: str = "990102", of: str = "communities") -> Objection:
    with transaction():
        return objections.make(areas.get_area(area), WEEK, of, "", WORDS, by=by, now=OPEN, zone=ZONE)


def answer(found: Objection, by: Person, said: Answer = SAID) -> Objection:
    with transaction():
        return objections.answer(found.id, said, by=by, now=OPEN + timedelta(hours=1))


def officer() -> Person:
    return factories.staff("district_officer", "990102")


def test_an_objection_waits_for_an_officer_above_and_its_answer_stands_in_public(app: Flask) -> None:
    resident, above = factories.person(), officer()
    found = object_(resident)
    (waiting,) = objections.waiting(above, OPEN)
    assert (waiting.row.id, waiting.person.id, waiting.is_overdue) == (found.id, resident.id, False)
    assert objections.waiting(above, WEEK.closes_at(ZONE))[0].is_overdue
    answer(found, above)
    assert objections.waiting(above, OPEN) == []
    (beside,) = objections.beside(areas.get_area("990102"), WEEK, "communities", "")
    assert (beside.verdict, beside.summary, beside.answer) == (SAID.verdict, SAID.summary, SAID.words)
    (told,) = [notice for notice in notices.inbox(resident.id) if notice.kind == "objection_answered"]
    assert told.facts["verdict"] == "stands"


def test_it_is_open_from_the_end_of_the_period_until_it_closes(app: Flask) -> None:
    resident = factories.person()
    area = areas.get_area("990102")
    for now, code in (
        (WEEK.ended_at(ZONE) - timedelta(seconds=1), "objection_too_early"),
        (WEEK.closes_at(ZONE), "objection_too_late"),
    ):
        with pytest.raises(Conflict, match=code), transaction():
            objections.make(area, WEEK, "communities", "", WORDS, by=resident, now=now, zone=ZONE)
    with transaction():
        objections.make(area, WEEK, "communities", "", WORDS, by=resident, now=WEEK.ended_at(ZONE), zone=ZONE)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", "words_too_few"),
        ("不对", "words_too_few"),
        ("不" * 1001, "words_too_long"),
        ("不\u202e对" * 9, "text_unreadable"),
    ],
)
def test_words_that_say_nothing_or_too_much_are_refused(app: Flask, words: str, code: str) -> None:
    resident, area = factories.person(), areas.get_area("990102")
    with pytest.raises(Refused, match=code), transaction():
        objections.make(area, WEEK, "communities", "", words, by=resident, now=OPEN, zone=ZONE)
    assert db.session.query(Objection).count() == 0


def test_one_waits_at_a_time_for_each_person_and_ranking(app: Flask) -> None:
    resident, above = factories.person(), officer()
    first = object_(resident)
    with pytest.raises(Conflict, match="objection_waits"):
        object_(resident)
    object_(resident, of="subdistricts")
    object_(factories.person())
    answer(first, above)
    object_(resident)


def test_nobody_answers_their_own_nor_outside_their_reach_nor_a_community_s_manager(app: Flask) -> None:
    manager, own = factories.staff(), officer()
    elsewhere = factories.staff("district_officer", "990105")
    found = object_(factories.person(), area=COMMUNITY, of="residents")
    for who in (manager, elsewhere, factories.staff("administrator", "9901"), factories.person()):
        assert objections.waiting(who, OPEN) == []
        assert objections.number_waiting(who) == 0
        with pytest.raises(NotFound):
            answer(found, who)
    mine = object_(own)
    assert [one.row.id for one in objections.waiting(own, OPEN)] == [found.id]
    with pytest.raises(Forbidden, match="own_objection"):
        answer(mine, own)


def test_an_answer_names_only_a_posting_that_exists_there_and_mends_something(app: Flask) -> None:
    above = officer()
    posting = factories.approved_entry(factories.person(), factories.staff())
    number = db.session.query(Posting.id).filter_by(entry_id=posting.id).scalar()
    found = object_(factories.person())
    for wrong in (
        Answer("mended", SAID.summary, SAID.words, 99999),
        Answer("stands", SAID.summary, SAID.words, number),
        Answer("perhaps", SAID.summary, SAID.words),
        Answer("stands", "短", SAID.words),
    ):
        with pytest.raises(Refused):
            answer(found, above, wrong)
    assert answer(found, above, Answer("mended", SAID.summary, SAID.words, number)).posting_id == number


def test_of_two_who_answer_at_once_one_does(app: Flask) -> None:
    officers = [officer().id for _ in range(2)]
    number = object_(factories.person()).id

    def attempt(who: int) -> Callable[[], str | None]:
        return lambda: answer(db.session.get_one(Objection, number), db.session.get_one(Person, who)).verdict

    answers = at_once(app, [attempt(who) for who in officers])
    assert refusals(answers) == ["objection_answered"]


def test_of_one_person_s_eight_objections_at_once_one_waits(app: Flask) -> None:
    who = factories.person().id
    answers = at_once(app, [lambda: object_(db.session.get_one(Person, who)).id] * 8)
    assert refusals(answers) == ["objection_waits"] * 7


def test_whoever_leaves_takes_their_words_along_and_the_answer_stays(app: Flask) -> None:
    resident = factories.person()
    found = object_(resident)
    answer(found, officer())
    with transaction():
        mydata.erase(resident, now=OPEN + timedelta(hours=2), zone=ZONE)
    db.session.expire_all()
    kept = db.session.get_one(Objection, found.id)
    assert (kept.words, kept.summary) == ("", SAID.summary)


# Pages


@pytest.fixture
def standing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A week's ranking that stands for objections now."""
    monkeypatch.setattr(clock, "now", lambda: OPEN)
    factories.person("resident")
    factories.approved_entry(
        factories.person(), factories.staff(), acted_on=WEEK.starts_on, now=WEEK.begins_at(ZONE) + timedelta(hours=9)
    )
    with transaction():
        compile_period(WEEK, now=OPEN, members_as_of=OPEN, zone=ZONE)
    return client


PAGE = "/rankings/2026-W47/990102"


def test_a_resident_objects_and_reads_the_answer_beside_the_ranking(standing: FlaskClient) -> None:
    above = officer()
    login = above.login or ""
    assert "提出异议" in standing.get(PAGE).text
    sign_in(standing, "resident")
    form = f"{PAGE}/objections?of=communities"
    short = submit(standing, form, {"words": "不对"})
    assert short.status_code == 422
    assert "不对</textarea>" in short.text
    assert submit(standing, form, {"words": WORDS}).status_code == 303
    again = submit(standing, form, {"words": WORDS})
    assert again.status_code == 409
    assert WORDS in again.text, "nothing typed is lost"
    beside = standing.get(f"{PAGE}?of=communities").text
    assert "还有 1 条在等答复" in beside
    assert WORDS not in beside
    standing.delete_cookie("civic")
    sign_in(standing, login)
    assert "排名的异议，1 条等答复" in standing.get("/dashboard/990102").text
    number = db.session.query(Objection.id).scalar()
    assert WORDS.split("，")[0] in standing.get("/objections").text
    assert WORDS in standing.get(f"/objections/{number}").text
    typed = {"summary": SAID.summary, "verdict": "", "answer": SAID.words}
    unsaid = submit(standing, f"/objections/{number}", typed, form="/answer")
    assert (unsaid.status_code, SAID.words in unsaid.text) == (422, True)
    odd = submit(
        standing,
        f"/objections/{number}",
        typed | {"verdict": "mended", "posting_id": "x"},
        form=f"/objections/{number}/answer",
    )
    assert odd.status_code == 422
    sent = submit(standing, f"/objections/{number}", typed | {"verdict": "stands"}, form="/answer")
    assert sent.location == f"{PAGE}?of=communities#objections"
    standing.delete_cookie("civic")
    public = standing.get(f"{PAGE}?of=communities").text
    assert SAID.summary in public
    assert SAID.words in public
    assert "秀兰" not in public


def test_there_is_nothing_to_object_to_before_it_ended_nor_where_nothing_was_compiled(standing: FlaskClient) -> None:
    sign_in(standing, "resident")
    assert standing.get("/rankings/2026-W48/990102/objections").status_code == 404
    assert standing.get("/rankings/2026-W99/990102/objections").status_code == 404
    assert standing.get("/rankings/2026-W47/9999/objections").status_code == 404
    assert standing.get(f"/rankings/2026-W47/{factories.FAR_COMMUNITY}/objections?of=residents").status_code == 403
    with transaction():
        compile_period(parse("2026-W48"), now=OPEN, members_as_of=OPEN, zone=ZONE)
    assert standing.get("/rankings/2026-W48/990102/objections").status_code == 409
