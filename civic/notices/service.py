"""Telling people what concerns them. Written in the transaction of what happened: both are true, or neither.

A notice goes to whoever can read it: a child's to its guardian. What is told holds ids and figures only.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    CursorResult,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from civic.accounts import heard
from civic.accounts.models import LoginSession, Person
from civic.db import connection, db, id_of
from civic.notices.models import Notice, QuietKind
from civic.rules.notices import KEPT_DAYS, check_quiet
from civic.rules.refused import NotFound

PAGE_NOTICES = 40
_COLUMNS = ["person_id", "kind", "about", "facts", "made_at"]

# Verbs


def notify(person_id: int, kind: str, *, about: str, facts: dict[str, Any], now: datetime) -> None:
    """Tell a person something, or a child's guardian, in one statement; never twice, nor what they are spared."""
    told = {"who": person_id, "kind": kind, "about": about, "facts": facts, "now": now}
    connection().execute(_TELL[connection().dialect.name == "sqlite"], told)


def notify_all(kind: str, rows: Select[*tuple[Any, ...]], *, now: datetime) -> int:
    """Tell everybody whom a query names, with its columns person_id, about and facts; one statement for a whole city.

    `facts_of` builds the facts. Says how many notices were written.
    """
    found = rows.subquery()
    told = _telling(
        found.c.person_id, kind=literal(kind), about=found.c.about, facts=found.c.facts, now=literal(now, _INSTANT)
    )
    outcome = connection().execute(_writing(told, connection().dialect.name == "sqlite"))
    return max(0, cast("CursorResult[Any]", outcome).rowcount)


def facts_of(**columns: Any) -> ColumnElement[Any]:
    """Facts made of columns, for `notify_all`, as the database at hand builds them."""
    build = func.json_object if connection().dialect.name == "sqlite" else func.json_build_object
    return build(*(part for name, column in columns.items() for part in (literal(name), column)), type_=JSON())


def take_back(person_id: int, about: str) -> None:
    """Forget what a person, or their guardian, was told about something that was undone."""
    guardian = select(Person.guardian_id).where(Person.id == person_id, Person.guardian_id.is_not(None))
    readers = Notice.person_id.in_(select(literal(person_id)).union_all(guardian))
    connection().execute(delete(Notice).where(readers, Notice.about == about))


def mark_read(notice_id: int, *, by: Person, now: datetime) -> Notice:
    """Note that one of my notices was read. Raises NotFound for anybody else's."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.person_id != id_of(by):
        raise NotFound("notice")
    notice.read_at = notice.read_at or now
    db.session.flush()
    return notice


def mark_all_read(person_id: int, *, now: datetime, before: datetime | None = None) -> int:
    """Note that all my notices were read, or those made before an instant; says how many."""
    mine = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    return _changed((mine.where(Notice.made_at < before) if before else mine).values(read_at=now))


def choose_quiet(person_id: int, kinds: Iterable[str]) -> None:
    """Choose the kinds to be spared from now on, in place of those chosen before. Raises Refused for a grave one."""
    wanted = check_quiet(kinds)
    db.session.execute(delete(QuietKind).where(QuietKind.person_id == person_id, QuietKind.kind.not_in(wanted)))
    for kind in wanted - quiet_kinds(person_id):
        db.session.add(QuietKind(person_id=person_id, kind=kind))
    db.session.flush()


def put_away(now: datetime) -> int:
    """Remove what was told half a year ago; says how many notices."""
    return _changed(delete(Notice).where(Notice.made_at < now - timedelta(days=KEPT_DAYS)))


def forget_of(person_id: int) -> None:
    """Remove everything a person was told and chose not to be told: they leave for good."""
    db.session.execute(delete(Notice).where(Notice.person_id == person_id))
    db.session.execute(delete(QuietKind).where(QuietKind.person_id == person_id))


# Questions


def unread_in(session: LoginSession) -> int:
    """How many notices wait to be read by whoever is signed in here."""
    found: int = session.unread_notices  # type: ignore[attr-defined]
    return found


def inbox(person_id: int, *, before_id: int | None = None, limit: int = PAGE_NOTICES) -> list[Notice]:
    """A person's notices, newest first; a job that ran late tells as of the instant at which it was due."""
    mine = select(Notice).where(Notice.person_id == person_id)
    if before_id is not None:
        then = select(Notice.made_at).where(Notice.id == before_id, Notice.person_id == person_id).scalar_subquery()
        mine = mine.where(tuple_(Notice.made_at, Notice.id) < tuple_(then, literal(before_id)))
    return list(db.session.scalars(mine.order_by(Notice.made_at.desc(), Notice.id.desc()).limit(limit)))


def quiet_kinds(person_id: int) -> frozenset[str]:
    """The kinds somebody is spared."""
    return frozenset(db.session.scalars(select(QuietKind.kind).where(QuietKind.person_id == person_id)))


# Below

_INSTANT = Notice.made_at.type


def _telling(who: Any, *, kind: Any, about: Any, facts: Any, now: Any) -> Select[*tuple[Any, ...]]:
    """The rows to write: to whom it goes, unless they are gone or want to be spared."""
    speechless = and_(Person.password_hash.is_(None), Person.guardian_id.is_not(None))
    reader = case((speechless, Person.guardian_id), else_=Person.id)
    spared = select(QuietKind.kind).where(QuietKind.person_id == reader, QuietKind.kind == kind).exists()
    return select(reader, kind, about, facts, now).where(Person.id == who, Person.erased_at.is_(None), ~spared)


def _writing(rows: Select[*tuple[Any, ...]], is_sqlite: bool) -> Any:
    adding = sqlite.insert if is_sqlite else postgresql.insert
    return adding(cast(Table, Notice.__table__)).from_select(_COLUMNS, rows).on_conflict_do_nothing()


# Asked at every decision, so written once for each kind of database.
_ONE = _telling(
    bindparam("who", type_=Notice.person_id.type),
    kind=bindparam("kind", type_=Notice.kind.type),
    about=bindparam("about", type_=Notice.about.type),
    facts=bindparam("facts", type_=JSON()),
    now=bindparam("now", type_=_INSTANT),
)
_TELL = {is_sqlite: _writing(_ONE, is_sqlite) for is_sqlite in (True, False)}


def _changed(statement: Any) -> int:
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount


heard.listen(notify)
