"""Letting the rule `trusted` decide: after an entry is stored and its photos were compared with all others."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import exists, func, select

from civic.accounts.models import Grant, Membership
from civic.accounts.terms import in_force
from civic.config import Config
from civic.db import db, transaction
from civic.entries import service as entries
from civic.entries.models import Entry, Photo, PhotoPrint
from civic.jobs import service as jobs
from civic.ledger import service as ledger
from civic.moderation import assignments, service, signals
from civic.moderation.models import Assignment, Decision
from civic.rules import points
from civic.rules import trust as rules
from civic.rules.decisions import SIMPLE_WORTH
from civic.rules.refused import Conflict
from civic.rules.reviews import AUDIT

NAME = "trust"
MINUTES = 10
CAUGHT_UP = timedelta(hours=2)
RUNS_KEPT = timedelta(days=1)
AT_ONCE = 500


# Verbs


def settle(entry_id: int, *, now: datetime, zone: ZoneInfo) -> bool:
    """Approve an entry by the rule, where it may, inside a transaction; says whether it did.

    Its award hangs on that decision alone. One in ten goes to somebody elsewhere, who is not told that it is approved.
    """
    entry = entries.find_entry(entry_id)
    if entry is None or not _may_be_trusted(entry, now):
        return False
    try:
        decision_id = service.record(entry, "approve", "approved", now, rule="trusted")
    except Conflict:  # a person was quicker
        return False
    ledger.award(entries.act_of(entry), decision_id=decision_id, now=now, zone=zone)
    config: Config = current_app.config["CIVIC"]
    if rules.is_audited(config.secret_key, entry_id):
        assignments.give(entry, AUDIT, now)
    return True


def settle_after_arrival(entry_id: int, *, now: datetime, zone: ZoneInfo) -> None:
    """The same in a transaction of its own, for whoever has just taken an entry in."""
    with transaction():
        settle(entry_id, now=now, zone=zone)


def catch_up(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Look again at what arrived lately and was not ready then, since its photos were still to be compared."""
    arrived = select(Entry.id).where(Entry.status == "pending", Entry.queued_at > now - CAUGHT_UP)
    found = db.session.scalars(arrived.order_by(Entry.queued_at, Entry.id).limit(AT_ONCE)).all()
    jobs.forget_runs(NAME, now - RUNS_KEPT)
    return {"approved": sum(settle(entry_id, now=now, zone=zone) for entry_id in found)}


# Questions


def saved(community_code: str, since: date) -> tuple[int, int, int]:
    """How many entries of a community for days from one on the rule approved, were audited, and changed by that."""
    here = (Entry.community_code == community_code, Entry.acted_on >= since)
    approved = select(func.count()).select_from(Decision).join(Entry, Entry.id == Decision.entry_id)
    by_rule = db.session.scalar(approved.where(Decision.rule == "trusted", *here)) or 0
    audits = (
        select(func.count(), func.count().filter(Assignment.outcome == "changed"))
        .join(Entry, Entry.id == Assignment.entry_id)
        .where(Assignment.purpose == AUDIT, Assignment.outcome.is_not(None), *here)
    )
    audited, changed = db.session.execute(audits).one()
    return by_rule, audited, changed


# Below


def _may_be_trusted(entry: Entry, now: datetime) -> bool:
    if entry.status != "pending" or entry.kind == "pledge":
        return False
    if points.worth(entries.rule_of(entry), entry.quantity) > SIMPLE_WORTH:
        return False
    return _has_held(entry, now) and _is_compared(entry.id) and not signals.on_arrival(entry, now)


def _has_held(entry: Entry, now: datetime) -> bool:
    """Whether its resident is a member since long enough, whose entries persons approved and nobody took back."""
    mine = select(Entry.id).where(Entry.resident_id == entry.resident_id)
    lately = (Decision.entry_id.in_(mine), Decision.decided_at >= rules.since(now))
    approvals = (
        select(func.count())
        .where(*lately, Decision.verdict == "approve", Decision.by_id.is_not(None))
        .where(exists().where(Entry.id == Decision.entry_id, Entry.status == "approved"))
    )
    reversals = select(func.count()).where(*lately, Decision.verdict == "reverse")
    is_member = exists().where(
        Membership.person_id == entry.resident_id,
        Membership.community_code == entry.community_code,
        Membership.confirmed_at <= rules.member_by(now),
        Membership.until_on.is_(None),
    )
    holds_office = exists().where(Grant.person_id == entry.resident_id, in_force())
    was_decided = exists().where(Decision.entry_id == entry.id)
    row = db.session.execute(
        select(approvals.scalar_subquery(), reversals.scalar_subquery(), is_member, holds_office, was_decided)
    ).one()
    return rules.is_trusted(row[0], row[1]) and bool(row[2]) and not row[3] and not row[4]


def _is_compared(entry_id: int) -> bool:
    """Whether all photos of an entry were compared with those of all others."""
    waiting = (
        select(PhotoPrint.photo_id)
        .join(Photo, Photo.id == PhotoPrint.photo_id)
        .where(Photo.entry_id == entry_id, PhotoPrint.turns.is_not(None))
    )
    return db.session.scalar(waiting.limit(1)) is None
