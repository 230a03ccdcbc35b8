"""The index of a city, changed by two persons: one proposes, another confirms; in force from the next 1 January.

What is proposed can be weighed beforehand: what the best tenth of the communities reached, and what the figures would
have done to the last sealed month. Both read stored parts only.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from civic.accounts import grants
from civic.accounts.models import Person
from civic.areas import service as areas
from civic.areas.models import Area, within
from civic.audit import service as audit
from civic.db import db, id_of
from civic.rankings.indices import settings_of
from civic.rankings.models import IndexPart, IndexProposal, IndexSetting, Ranking
from civic.rankings.settings import set_index
from civic.rules import granting
from civic.rules import index_changes as rules
from civic.rules.civility_index import OWN_INDEX, PARTS, PER, Part, Settings, check_settings
from civic.rules.periods import Period, day_of, parse
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.standings import ranks

COMMUNITY_DIGITS = 12
MONTHS_WEIGHED = 3
ANSWERED = 20


@dataclass(frozen=True)
class Proposed:
    """A proposal with whoever made and answered it."""

    row: IndexProposal
    by: Person
    answered_by: Person | None

    @property
    def settings(self) -> Settings:
        """The figures as the rules know them."""
        return self.row.settings


@dataclass(frozen=True)
class Moved:
    """A community whose rank in the last sealed month would have been another."""

    code: str
    name: str
    rank: int
    would_be: int


# Verbs


def propose(
    city_code: str, kind: str, settings: Settings, *, by: Person, now: datetime, zone: ZoneInfo
) -> IndexProposal:
    """Propose weights, targets and cap for the next year; nothing changes until another person confirms.

    Raises Refused for figures that make no index, Forbidden for whoever does not run the city, Conflict where the year
    has its figures, or somebody proposed some already.
    """
    city = _city(city_code)
    if not may_change(by, city.code):
        raise Forbidden("index_not_yours")
    if kind not in OWN_INDEX:
        raise Refused("index_kind_unknown", "kind")
    check_settings(settings)
    areas.hold(city)  # two at once: the second finds the first one's
    from_on = rules.next_new_year(day_of(now, zone))
    if _set_already(city.code, kind, from_on):
        raise Conflict("index_already_set", "from_on", day=from_on)
    same = (IndexProposal.area_code == city.code, IndexProposal.kind == kind, _is_open(now))
    if db.session.scalar(select(IndexProposal.id).where(*same)) is not None:
        raise Conflict("index_proposed")
    made = IndexProposal(
        area_code=city.code,
        kind=kind,
        from_on=from_on,
        weights=list(settings.weights),
        targets=list(settings.targets),
        cap=settings.cap,
        proposed_by=id_of(by),
        proposed_at=now,
        expires_at=granting.expires(now),
    )
    db.session.add(made)
    db.session.flush()
    _note("index_proposed", made, by, now)
    return made


def confirm(proposal_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> IndexSetting:
    """Put into force what another person proposed. Both must still run the city.

    Raises Conflict once answered, expired or overtaken by the new year, Forbidden for the proposer.
    """
    found = _locked(proposal_id)
    if not may_change(by, found.area_code):
        raise NotFound("proposal")
    proposer = db.session.get_one(Person, found.proposed_by)
    granting.check_confirm(
        by=id_of(by),
        proposed_by=found.proposed_by,
        person=0,
        may_both=may_change(proposer, found.area_code),
        expires_at=found.expires_at,
        is_answered=found.answer is not None,
        now=now,
    )
    _answer(found, "confirmed", by, now)
    _note("index_confirmed", found, by, now)
    return set_index(found.area_code, found.kind, found.settings, from_on=found.from_on, now=now, zone=zone)


def decline(proposal_id: int, *, by: Person, now: datetime) -> None:
    """Let a proposal fall."""
    found = _locked(proposal_id)
    if not may_change(by, found.area_code):
        raise NotFound("proposal")
    if found.answer is not None:
        raise Conflict("proposal_answered")
    _answer(found, "declined", by, now)
    _note("index_declined", found, by, now)


def _answer(found: IndexProposal, answer: str, by: Person, now: datetime) -> None:
    found.answer, found.answered_by, found.answered_at = answer, id_of(by), now
    db.session.flush()


def _note(kind: str, found: IndexProposal, by: Person, now: datetime) -> None:
    figures: dict[str, Any] = {"weights": found.weights, "targets": found.targets, "cap": found.cap}
    about = f"index:{found.kind}:{found.from_on.isoformat()}"
    audit.note(kind, by=id_of(by), now=now, area_code=found.area_code, about=about, **figures)


def _locked(proposal_id: int) -> IndexProposal:
    found = db.session.scalar(select(IndexProposal).where(IndexProposal.id == proposal_id).with_for_update())
    if found is None:
        raise NotFound("proposal")
    return found


# Questions


def may_change(person: Person, city_code: str) -> bool:
    """Whether somebody runs a city: its administrators and its officers."""
    return rules.may_change([(grant.role, grant.area_code) for grant in grants.grants_of(id_of(person))], city_code)


def cities_of(person: Person) -> list[Area]:
    """The cities whose index somebody may change."""
    return [root for root in areas.roots() if may_change(person, root.code)]


def in_force(city_code: str, day: date) -> dict[str, Settings]:
    """By kind, what a city's index is judged by on a day."""
    return {kind: settings_of(city_code, kind, day) for kind in OWN_INDEX}


def to_come(city_code: str, day: date) -> list[IndexSetting]:
    """What is confirmed for a day to come."""
    later = select(IndexSetting).where(IndexSetting.area_code == city_code, IndexSetting.from_on > day)
    return list(db.session.scalars(later.order_by(IndexSetting.from_on, IndexSetting.kind)))


def waiting(city_code: str, now: datetime) -> list[Proposed]:
    """What waits for a second person."""
    return _proposed(IndexProposal.area_code == city_code, _is_open(now))


def answered(city_code: str, now: datetime) -> list[Proposed]:
    """The last proposals that were confirmed, declined or never answered, the latest first."""
    return _proposed(IndexProposal.area_code == city_code, ~_is_open(now))[::-1][:ANSWERED]


def suggested(city_code: str, now: datetime, zone: ZoneInfo) -> Settings | None:
    """Targets from what the best tenth of the communities reached in the last sealed months; from 1 November on.

    Weights and cap stay as they are. None earlier in the year, or while nothing is sealed.
    """
    today = day_of(now, zone)
    months = sealed_months(city_code)[:MONTHS_WEIGHED]
    if not rules.is_season(today) or not months:
        return None
    reached: dict[str, list[Fraction]] = defaultdict(list)
    here = (within(IndexPart.area_code, city_code), func.length(IndexPart.area_code) == COMMUNITY_DIGITS)
    for row in db.session.scalars(select(IndexPart).where(IndexPart.period.in_([one.key for one in months]), *here)):
        if row.part is not None and row.part.n:
            reached[row.key].append(row.part.x / row.part.n)
    now_in_force = settings_of(city_code, "month", today)
    targets = [rules.target_from(reached[key], target) for key, target in zip(PARTS, now_in_force.targets, strict=True)]
    return Settings(now_in_force.weights, (targets[0], targets[1], targets[2], targets[3]), now_in_force.cap)


def effect(city_code: str, settings: Settings) -> tuple[Period, list[Moved]] | None:
    """What figures for months would have done to the ranks of communities in the last sealed month.

    The cap of one person's merit cannot be weighed this way, since parts hold its sum only.
    """
    months = sealed_months(city_code)
    if not months:
        return None
    here = (within(IndexPart.area_code, city_code), func.length(IndexPart.area_code) == COMMUNITY_DIGITS)
    rows = db.session.execute(
        select(IndexPart, Area.short_name)
        .join(Area, Area.code == IndexPart.area_code)
        .where(IndexPart.period == months[0].key, *here)
    ).all()
    names = {row.IndexPart.area_code: row.short_name for row in rows}
    was: dict[str, int] = defaultdict(int)
    would: dict[str, int] = defaultdict(int)
    weights, targets = dict(zip(PARTS, settings.weights, strict=True)), dict(zip(PARTS, settings.targets, strict=True))
    judged = sum(weights[key] for key in {row.IndexPart.key for row in rows})
    for row in rows:
        stored = row.IndexPart
        was[stored.area_code] += stored.score
        if stored.part is not None and weights[stored.key]:
            would[stored.area_code] += _again(stored.part, weights[stored.key], targets[stored.key], judged)
    return months[0], moved_between(was, would, names)


def _again(part: Part, weight: int, target: int, judged: int) -> int:
    return Part(
        key=part.key,
        x=part.x,
        n=part.n,
        city_x=part.city_x,
        city_n=part.city_n,
        target=Fraction(target, PER),
        weight=weight,
        judged=judged,
    ).score


def moved_between(was: Mapping[str, int], would: Mapping[str, int], names: Mapping[str, str]) -> list[Moved]:
    """The communities whose rank by one index is another than by the other, those that move furthest first."""
    before, after = _ranked(dict(was)), _ranked({code: would.get(code, 0) for code in was})
    moved = [Moved(code, names[code], before[code], after[code]) for code in was if before[code] != after[code]]
    return sorted(moved, key=lambda one: (-abs(one.rank - one.would_be), one.would_be, one.code))


def _ranked(indices: dict[str, int]) -> dict[str, int]:
    order = sorted(indices, key=lambda code: (-indices[code], code))
    return dict(zip(order, ranks([indices[code] for code in order]), strict=True))


def sealed_months(city_code: str) -> list[Period]:
    """The sealed months of a city, the latest first."""
    sealed = (Ranking.area_code == city_code, Ranking.kind == "month", Ranking.of == "communities")
    return [
        parse(key) for key in db.session.scalars(select(Ranking.period).where(*sealed).order_by(Ranking.period.desc()))
    ]


def _set_already(city_code: str, kind: str, from_on: date) -> bool:
    same = (IndexSetting.area_code == city_code, IndexSetting.kind == kind, IndexSetting.from_on == from_on)
    return db.session.scalar(select(IndexSetting.id).where(*same)) is not None


def _city(code: str) -> Area:
    area = areas.get_area(code)
    if area.parent_code is not None:
        raise Refused("index_not_for_a_city", "area")
    return area


def _is_open(now: datetime) -> ColumnElement[bool]:
    return IndexProposal.answer.is_(None) & (IndexProposal.expires_at > now)


def _proposed(*conditions: ColumnElement[bool]) -> list[Proposed]:
    rows = db.session.scalars(select(IndexProposal).where(*conditions).order_by(IndexProposal.id)).all()
    ids = {each for row in rows for each in (row.proposed_by, row.answered_by) if each is not None}
    people = (
        {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    )
    return [Proposed(row, people[row.proposed_by], people.get(row.answered_by or 0)) for row in rows]
