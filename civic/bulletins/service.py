"""Drafting, editing and publishing bulletins, and reading those that are published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select, update

from civic.accounts import grants
from civic.accounts.models import Grant, Person
from civic.accounts.terms import in_force
from civic.areas import service as areas
from civic.areas.models import Area, within
from civic.audit import service as audit
from civic.bulletins.facts import facts
from civic.bulletins.models import Bulletin
from civic.dashboards.compiling import compile_figures
from civic.dashboards.models import FiguresPeriod
from civic.db import connection, db, id_of, inserting
from civic.rankings.compiling import is_sealed
from civic.rankings.models import Ranking
from civic.rules import bulletins as rules
from civic.rules.periods import Period, parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

NAME = "bulletins"
PAGE = 30


@dataclass(frozen=True)
class Shown:
    """A bulletin with its area."""

    row: Bulletin
    area: Area

    @property
    def period(self) -> Period:
        """Its period."""
        return parse(self.row.period)

    @property
    def is_published(self) -> bool:
        """Whether everybody may read it."""
        return self.row.published_at is not None

    @property
    def blocks(self) -> list[rules.Block]:
        """The words before the figures, in their parts."""
        return rules.blocks(self.row.words)

    @property
    def names(self) -> dict[str, str]:
        """The name of each community as it was then."""
        return {row[2]: row[3] for row in self.row.facts["boards"]["communities"]}


# Verbs


def draft_all(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:
    """Draft the bulletins of a closed period, for each city and each district that was ranked; none twice."""
    closed = parse(period)
    if not is_sealed(closed):
        return {"drafts": 0}
    for each in (closed.previous(), closed):
        head = db.session.get(FiguresPeriod, each.key)
        if head is None or not head.is_final:
            compile_figures(each, now=now, zone=zone)
    return {"drafts": sum(_draft(area, closed, now) for area in _ranked(closed))}


def _ranked(period: Period) -> Sequence[Area]:
    """The roots and districts that have a sealed ranking of communities, by code."""
    sealed = select(Ranking.area_code).where(Ranking.period == period.key, Ranking.of == "communities")
    speaks = or_(Area.parent_code.is_(None), Area.level == "district")
    return db.session.scalars(select(Area).where(Area.code.in_(sealed), speaks).order_by(Area.code)).all()


def _draft(area: Area, period: Period, now: datetime) -> bool:
    last = _find(period.previous(), area.code)
    found = facts(area, period, last.facts if last else None)
    if found is None or _find(period, area.code) is not None:
        return False
    row = {"period": period.key, "area_code": area.code, "facts": found, "words": "", "version": 0, "drafted_at": now}
    insert = inserting(Bulletin, connection().dialect.name).values(row)
    connection().execute(insert.on_conflict_do_nothing(index_elements=["period", "area_code"]))
    return True


def edit(period: Period, code: str, words: str, version: int, *, by: Person, now: datetime) -> Bulletin:
    """Put words before the figures of a draft.

    Raises NotFound outside one's grants, Forbidden for whoever only runs the city, Refused for the words, Conflict
    where it is published already, or where somebody else edited it since `version`.
    """
    found = get_draft(period, code, by)
    if not rules.may_write(_held(by), code):
        raise Forbidden("bulletin_not_yours")
    kept = rules.clean(words)
    newer = {"words": kept, "version": version + 1, "edited_by_id": id_of(by), "edited_at": now}
    _change(found, version, newer)
    return found


def publish(period: Period, code: str, version: int, *, by: Person, now: datetime) -> Bulletin:
    """Publish a draft that another person went over last, for good.

    Raises NotFound outside one's grants, Forbidden for whoever may not be the second person, Conflict where nobody went
    over it, where it changed since `version`, or is published already.
    """
    found = get_draft(period, code, by)
    _check_publish(found, by)
    _change(found, version, {"published_by_id": id_of(by), "published_at": now})
    audit.note("bulletin_published", by=id_of(by), now=now, area_code=code, about=f"bulletin:{found.id}")
    return found


def _check_publish(found: Bulletin, by: Person) -> None:
    editor, code = found.edited_by_id, found.area_code
    other = editor is not None and _has_other_officer(code, editor)
    rules.check_publish(_held(by), code, by=id_of(by), edited_by=editor, has_other_officer=other)


def _change(found: Bulletin, version: int, facts: dict[str, Any]) -> None:
    """One guarded UPDATE, so that of several at once exactly one wins."""
    unchanged = (Bulletin.id == found.id, Bulletin.version == version, Bulletin.published_at.is_(None))
    changed = db.session.scalar(update(Bulletin).where(*unchanged).values(facts).returning(Bulletin.id))
    db.session.refresh(found)
    if changed is None:
        raise Conflict("bulletin_changed" if found.published_at is None else "bulletin_published")


def _has_other_officer(code: str, editor: int) -> bool:
    """Whether anybody but the editor could be the second person as an officer."""
    rows = db.session.execute(select(Grant.role, Grant.area_code).where(Grant.person_id != editor, in_force()))
    return any(rules.may_write([(role, area)], code) for role, area in rows)


# Questions


def get(period: Period, code: str, by: Person | None) -> Shown:
    """A published bulletin, or a draft that somebody may see. Raises NotFound for anything else."""
    found = _find(period, code)
    if found is None or (found.published_at is None and (by is None or not may_see(by, code))):
        raise NotFound("bulletin")
    return Shown(found, areas.get_area(code))


def get_draft(period: Period, code: str, by: Person) -> Bulletin:
    """A draft, or a bulletin since published, of an area somebody writes for or runs. Raises NotFound otherwise."""
    found = _find(period, code)
    if found is None or not may_see(by, code):
        raise NotFound("bulletin")
    return found


def may_see(by: Person, code: str) -> bool:
    """Whether somebody sees an area's drafts: its officers, and whoever runs the city."""
    held = _held(by)
    return rules.may_write(held, code) or rules.runs(held, code)


def may_write(by: Person, code: str) -> bool:
    """Whether somebody writes an area's bulletins."""
    return rules.may_write(_held(by), code)


def why_not_publish(found: Bulletin, by: Person) -> Refused | None:
    """What keeps somebody from being the second person now; None if nothing does."""
    try:
        _check_publish(found, by)
    except Refused as refused:
        return refused
    return None


def drafts(by: Person) -> list[Shown]:
    """The drafts of the areas somebody writes for or runs, the latest first."""
    codes = [code for role, code in _held(by) if rules.may_write([(role, code)], code) or role == "administrator"]
    if not codes:
        return []
    return _shown(Bulletin.published_at.is_(None), or_(*(within(Bulletin.area_code, code) for code in codes)))


def published(area_code: str | None = None, limit: int = PAGE, before: datetime | None = None) -> list[Shown]:
    """The published bulletins of all areas, or of one, the latest first."""
    where: list[ColumnElement[bool]] = [Bulletin.published_at.is_not(None)]
    if area_code:
        where.append(Bulletin.area_code == area_code)
    if before:
        where.append(Bulletin.published_at < before)
    return _shown(*where, limit=limit)


def _shown(*where: ColumnElement[bool], limit: int = PAGE) -> list[Shown]:
    rows = db.session.execute(
        select(Bulletin, Area)
        .join(Area, Area.code == Bulletin.area_code)
        .where(*where)
        .order_by(Bulletin.published_at.desc(), Bulletin.drafted_at.desc(), Bulletin.area_code)
        .limit(limit)
    )
    return [Shown(row.Bulletin, row.Area) for row in rows]


def _find(period: Period, code: str) -> Bulletin | None:
    return db.session.scalar(select(Bulletin).where(Bulletin.period == period.key, Bulletin.area_code == code))


def _held(by: Person) -> list[tuple[str, str]]:
    return [(grant.role, grant.area_code) for grant in grants.grants_of(id_of(by))]
