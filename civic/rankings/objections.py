"""Objections to provisional rankings: anybody signed in may object, an officer above answers, in public.

What somebody wrote is read by the officers alone. Beside the ranking stand the officer's summary, the answer and its
day, for as long as the ranking itself; who objected is shown to nobody but the officers.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from civic.accounts import grants
from civic.accounts.models import Person
from civic.areas.models import Area, within
from civic.audit import service as audit
from civic.db import db, id_of
from civic.ledger.models import Posting
from civic.notices import service as notices
from civic.rankings.models import Objection
from civic.rules import objections as rules
from civic.rules.decisions import reaches
from civic.rules.periods import Period
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

LISTED = 50


@dataclass(frozen=True)
class Answer:
    """What an officer says in public: what the objection was about, the answer, and the posting that mends it."""

    verdict: str
    summary: str
    words: str
    posting_id: int | None = None


@dataclass(frozen=True)
class Waiting:
    """An objection that waits for its answer."""

    row: Objection
    area: Area
    person: Person
    is_overdue: bool


# Verbs


def make(
    area: Area, period: Period, of: str, kind: str, words: str, *, by: Person, now: datetime, zone: ZoneInfo
) -> Objection:
    """Object to a ranking. Raises Conflict outside its time or where one of mine waits already, Refused for the words.

    Whether the ranking exists, and may be seen, is for the caller to ask.
    """
    rules.check_open(period.ended_at(zone), period.closes_at(zone), now)
    made = Objection(
        period=period.key,
        area_code=area.code,
        of=of,
        kind=kind,
        person_id=id_of(by),
        words=rules.clean(words, "words"),
        made_at=now,
        answer_by=period.closes_at(zone),
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as twice:
        raise Conflict("objection_waits") from twice
    return made


def answer(objection_id: int, said: Answer, *, by: Person, now: datetime) -> Objection:
    """Answer an objection, for good; whoever objected is told.

    Raises NotFound outside one's grants, Forbidden for one's own, Refused for words, verdict or posting, Conflict where
    it was answered meanwhile.
    """
    found = get(objection_id, by)
    if found.person_id == id_of(by):
        raise Forbidden("own_objection")
    facts = {
        "verdict": rules.check_verdict(said.verdict),
        "summary": rules.clean(said.summary, "summary"),
        "answer": rules.clean(said.words, "answer"),
        "posting_id": _mending(said, found.area_code),
        "answered_by_id": id_of(by),
        "answered_at": now,
    }
    waits = (Objection.id == objection_id, Objection.answered_at.is_(None))
    if db.session.scalar(update(Objection).where(*waits).values(facts).returning(Objection.id)) is None:
        raise Conflict("objection_answered")
    db.session.refresh(found)
    about, verdict = f"objection:{found.id}", found.verdict
    audit.note("objection_answered", by=id_of(by), now=now, area_code=found.area_code, about=about, verdict=verdict)
    board = {"of": found.of} | ({"kind": found.kind} if found.kind else {})
    told = {"period": found.period, "community": found.area_code, "board": board, "verdict": found.verdict}
    notices.notify(found.person_id, "objection_answered", about=f"objection:{found.id}", facts=told, now=now)
    return found


def _mending(said: Answer, area_code: str) -> int | None:
    """The posting that puts things right, which must lie in the area. Raises Refused where there is none such."""
    if said.posting_id is None:
        return None
    posting = db.session.get(Posting, said.posting_id)
    if said.verdict != "mended" or posting is None or not reaches(area_code, posting.community_code):
        raise Refused("objection_posting", "posting_id")
    return posting.id


def forget_of(person_id: int) -> None:
    """Forget what somebody who leaves for good wrote; the public answers stand."""
    db.session.execute(update(Objection).where(Objection.person_id == person_id).values(words=""))


# Questions


def get(objection_id: int, by: Person) -> Objection:
    """An objection that somebody may answer, or has answered. Raises NotFound for anybody else."""
    found = db.session.get(Objection, objection_id)
    if found is None or not rules.may_answer(_held(by), found.area_code):
        raise NotFound("objection")
    return found


def beside(area: Area, period: Period, of: str, kind: str) -> list[Objection]:
    """The objections to a ranking, the oldest first; of those that wait only the number is for the public."""
    mine = (Objection.period == period.key, Objection.area_code == area.code)
    here = (Objection.of == of, Objection.kind == kind)
    return list(db.session.scalars(select(Objection).where(*mine, *here).order_by(Objection.id)))


def waiting(by: Person, now: datetime) -> list[Waiting]:
    """What waits for an answer of somebody's, those due first at the top; never their own."""
    reach = _reach(by)
    if reach is None:
        return []
    rows = db.session.execute(
        select(Objection, Area, Person)
        .join(Area, Area.code == Objection.area_code)
        .join(Person, Person.id == Objection.person_id)
        .where(Objection.answered_at.is_(None), Objection.person_id != id_of(by), reach)
        .order_by(Objection.answer_by, Objection.id)
        .limit(LISTED)
    )
    return [Waiting(row.Objection, row.Area, row.Person, row.Objection.answer_by <= now) for row in rows]


def number_waiting(by: Person) -> int:
    """How many wait for an answer of somebody's."""
    reach = _reach(by)
    if reach is None:
        return 0
    waits = (Objection.answered_at.is_(None), Objection.person_id != id_of(by), reach)
    return db.session.scalar(select(func.count()).select_from(Objection).where(*waits)) or 0


def answered(by: Person) -> list[tuple[Objection, Area]]:
    """The last ones answered within somebody's reach, the latest first."""
    reach = _reach(by)
    if reach is None:
        return []
    done = select(Objection, Area).join(Area, Area.code == Objection.area_code)
    done = done.where(Objection.answered_at.is_not(None), reach).order_by(Objection.answered_at.desc())
    return [(row.Objection, row.Area) for row in db.session.execute(done.limit(LISTED))]


def _reach(by: Person) -> ColumnElement[bool] | None:
    codes = [code for role, code in _held(by) if rules.may_answer([(role, code)], code)]
    return or_(*(within(Objection.area_code, code) for code in codes)) if codes else None


def _held(by: Person) -> list[tuple[str, str]]:
    return [(grant.role, grant.area_code) for grant in grants.grants_of(id_of(by))]
