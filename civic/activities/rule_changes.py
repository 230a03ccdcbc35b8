"""A point rule changed by two persons: proposed by one, confirmed by another, in force from the first of a month."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from civic.accounts import grants
from civic.accounts.models import Person
from civic.activities import checks, city_rules, service
from civic.activities.city_rules import CityRule, RuleProposal, rule_of
from civic.activities.models import Activity
from civic.areas import service as areas
from civic.audit import service as audit
from civic.db import after_commit, db, id_of
from civic.rules import granting, index_changes, points
from civic.rules.periods import day_of
from civic.rules.points import PointRule
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

ANSWERED = 20
FIGURES = ("base", "per_unit_hundredths", "min_quantity", "max_quantity", "per_day", "per_week", "once_per", "from_on")
MONTHS_AHEAD = 3


@dataclass(frozen=True)
class Wanted:
    """The figures that somebody wants changed; everything else stays as the latest version has it."""

    base: int
    per_unit_hundredths: int
    max_quantity: int
    per_day: int | None
    per_week: int | None
    from_on: date


@dataclass(frozen=True)
class Proposed:
    """A proposal with its activity and whoever made and answered it."""

    row: RuleProposal
    activity: Activity
    by: Person
    answered_by: Person | None

    @property
    def rule(self) -> PointRule:
        """What it would put into force."""
        return rule_of(self.row, service.latest_rule(self.activity.key).version + 1, self.row.proposed_at.date())


# Verbs


def propose(key: str, wanted: Wanted, *, by: Person, now: datetime, zone: ZoneInfo) -> RuleProposal:
    """Propose a rule for an activity that is open.

    Raises Forbidden for whoever runs no city, Refused for figures nobody may put into force, Conflict where one waits
    already or the month has a version.
    """
    activity = service.get_open(key)
    if not may_change(by):
        raise Forbidden("rule_not_yours")
    rule = drafted(key, wanted, day_of(now, zone))
    _hold()  # two at once: the second finds the first one's
    _check_free(key, wanted.from_on)
    same = (RuleProposal.activity_key == key, _is_open(now))
    if db.session.scalar(select(RuleProposal.id).where(*same)) is not None:
        raise Conflict("rule_proposed")
    made = RuleProposal(
        **_figures(activity.key, rule),
        proposed_by=id_of(by),
        proposed_at=now,
        expires_at=granting.expires(now),
    )
    db.session.add(made)
    db.session.flush()
    _note("rule_proposed", made, by, now)
    return made


def confirm(proposal_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> CityRule:
    """Publish what another person proposed; it is in force from its month on.

    Raises Conflict once answered, expired or less than seven days before its month, Forbidden for the proposer.
    """
    found = _locked(proposal_id, by)
    proposer = db.session.get_one(Person, found.proposed_by)
    granting.check_confirm(
        by=id_of(by),
        proposed_by=found.proposed_by,
        person=0,
        may_both=may_change(proposer),
        expires_at=found.expires_at,
        is_answered=found.answer is not None,
        now=now,
    )
    _hold()
    _check_free(found.activity_key, found.from_on)
    today = day_of(now, zone)
    rule = rule_of(found, _next_version(found.activity_key), today)
    points.check_rule(rule)
    found.answer, found.answered_by, found.answered_at = "confirmed", id_of(by), now
    row = CityRule(**_figures(found.activity_key, rule), version=rule.version, published_on=today)
    db.session.add(row)
    db.session.flush()
    _note("rule_confirmed", found, by, now)
    after_commit(city_rules.read_again)
    return row


def decline(proposal_id: int, *, by: Person, now: datetime) -> None:
    """Let a proposal fall."""
    found = _locked(proposal_id, by)
    if found.answer is not None:
        raise Conflict("proposal_answered")
    found.answer, found.answered_by, found.answered_at = "declined", id_of(by), now
    db.session.flush()
    _note("rule_declined", found, by, now)


def _locked(proposal_id: int, by: Person) -> RuleProposal:
    found = db.session.scalar(select(RuleProposal).where(RuleProposal.id == proposal_id).with_for_update())
    if found is None or not may_change(by):
        raise NotFound("proposal")
    return found


def _hold() -> None:
    """Changes of rules arrive one after another."""
    roots = areas.roots()
    if roots:
        areas.hold(roots[0])


def _check_free(key: str, from_on: date) -> None:
    """Later versions must begin later: a month that has a version, or lies before one, is taken."""
    latest = select(CityRule.from_on).where(CityRule.activity_key == key).order_by(CityRule.from_on.desc()).limit(1)
    newest = db.session.scalar(latest)
    if from_on <= max(newest or date.min, service.latest_rule(key).from_on):
        raise Conflict("rule_already_set", "from_on")


def _next_version(key: str) -> int:
    """One more than any version there is, also where this process has not read the latest yet."""
    newest = db.session.scalar(select(func.max(CityRule.version)).where(CityRule.activity_key == key)) or 0
    return max(newest, service.latest_rule(key).version) + 1


def _figures(key: str, rule: PointRule) -> dict[str, object]:
    names = (
        "base",
        "per_unit_hundredths",
        "min_quantity",
        "max_quantity",
        "per_day",
        "per_week",
        "once_per",
        "from_on",
    )
    return {"activity_key": key, **{name: getattr(rule, name) for name in names}}


def _note(kind: str, found: RuleProposal, by: Person, now: datetime) -> None:
    facts: dict[str, Any] = {name: getattr(found, name) for name in FIGURES[:-1]}
    facts["from_on"] = found.from_on.isoformat()
    audit.note(kind, by=id_of(by), now=now, about=f"rule:{found.activity_key}"[:64], **facts)


# Questions


def may_change(person: Person) -> bool:
    """Whether somebody runs a city."""
    held = [(grant.role, grant.area_code) for grant in grants.grants_of(id_of(person))]
    return any(index_changes.may_change(held, root.code) for root in areas.roots())


def drafted(key: str, wanted: Wanted, today: date) -> PointRule:
    """The rule that figures would make, as the next version. Raises Refused where it may not be put into force."""
    latest = service.latest_rule(key)
    rule = replace(
        latest,
        version=latest.version + 1,
        base=wanted.base,
        per_unit_hundredths=wanted.per_unit_hundredths,
        max_quantity=wanted.max_quantity,
        per_day=wanted.per_day,
        per_week=wanted.per_week,
        from_on=wanted.from_on,
        published_on=today,
    )
    points.check_rule(rule)
    if checks.faults_of_rule(service.get(key), rule):
        raise Refused("rule_unproved", "base", day=checks.LOW_PER_DAY, week=checks.LOW_PER_WEEK)
    return rule


def months(today: date) -> list[date]:
    """The firsts of the months that can still be chosen: at least seven days ahead."""
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    found = [first]
    while len(found) <= MONTHS_AHEAD:
        found.append((found[-1] + timedelta(days=32)).replace(day=1))
    ready = today + timedelta(days=points.PUBLISHED_BEFORE_DAYS)
    return [month for month in found if month >= ready][:MONTHS_AHEAD]


def waiting(now: datetime) -> list[Proposed]:
    """What waits for a second person, oldest first."""
    return _proposed(_is_open(now))


def answered(now: datetime) -> list[Proposed]:
    """The last proposals that were confirmed, declined or never answered, the latest first."""
    return _proposed(~_is_open(now))[::-1][:ANSWERED]


def _is_open(now: datetime) -> ColumnElement[bool]:
    return RuleProposal.answer.is_(None) & (RuleProposal.expires_at > now)


def _proposed(*conditions: ColumnElement[bool]) -> list[Proposed]:
    rows = db.session.scalars(select(RuleProposal).where(*conditions).order_by(RuleProposal.id)).all()
    ids = {each for row in rows for each in (row.proposed_by, row.answered_by) if each is not None}
    found = db.session.scalars(select(Person).where(Person.id.in_(ids))) if ids else ()
    people = {person.id: person for person in found}
    return [
        Proposed(row, service.get(row.activity_key), people[row.proposed_by], people.get(row.answered_by or 0))
        for row in rows
    ]
