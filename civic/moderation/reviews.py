"""Holds and appeals: an entry is looked at a second time, elsewhere, by somebody who does not learn whose it is."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from civic.accounts import families
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import db, id_of
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.moderation import assignments, claims, service
from civic.moderation.models import Appeal, Assignment, Hold
from civic.notices import service as notices
from civic.rules import decisions, points
from civic.rules import reviews as rules
from civic.rules.refused import Conflict, Forbidden, NotFound


@dataclass(frozen=True)
class Review:
    """What a reviewer sees: the entry, why it was held or what was said against the decision, and that decision."""

    entry: Entry
    assignment: Assignment
    would_earn: int
    hold: Hold | None
    appeal: Appeal | None
    told: str  # the reason of the decision that is appealed


# Verbs


def hold(entry_id: int, why: str, *, by: Person, now: datetime) -> Entry:
    """Have a waiting entry looked at elsewhere instead of deciding on it. Nothing is taken away by it.

    Raises NotFound and Forbidden as a decision does, Refused for an unknown class of reason, Conflict where it was
    decided on or another holds it.
    """
    reason = rules.check_hold(why)
    entry = entries.find_entry(entry_id)
    if entry is None:
        raise NotFound("entry")
    service.check_may_decide(entry, by)
    if entry.status != "pending":
        raise Conflict("already_decided", status=entry.status)
    if assigned := claims.holders([entry_id], by, now):
        holder, until = assigned[entry_id]
        raise Conflict("held_by_other", by=holder, until=until)
    held = send_elsewhere(entry, reason, by_id=id_of(by), now=now)
    claims.release(entry_id)
    facts = {**_facts(entry), "why": reason}
    notices.notify(entry.resident_id, "entry_held", about=f"hold:{held.id}", facts=facts, now=now)
    return entry


def send_elsewhere(entry: Entry, why: str, *, by_id: int, now: datetime) -> Hold:
    """Hold a waiting entry and give it to somebody elsewhere; whoever does so was found to be the one to do it."""
    entries.change_status(entry, "held")
    held = Hold(entry_id=entry.id, by_id=by_id, why=why, held_at=now)
    db.session.add(held)
    db.session.flush()
    assignments.give(entry, rules.HOLD, now)
    return held


def note_disowned(entry_id: int, now: datetime) -> None:
    """Write down for whoever reviews an entry that somebody with the code of its slip said: not me."""
    db.session.add(Hold(entry_id=entry_id, by_id=None, why="disowned", held_at=now))
    db.session.flush()


def appeal(entry_id: int, words: str, *, by: Person, now: datetime) -> Entry:
    """Ask for another look at one's own rejected or reversed entry, once, within 15 days of the decision.

    Raises NotFound for anybody else's, Conflict where there is nothing to appeal, it is too late or was done before,
    Refused for the words.
    """
    entry = entries.get_own(entry_id, by)
    if db.session.get(Appeal, entry_id) is not None:
        raise Conflict("appealed_before")
    kept = rules.check_appeal(entry.status, entry.decided_at, words, now)
    against, decided_at = entry.status, entry.decided_at
    entries.change_status(entry, "appealed", decided_at)
    db.session.add(Appeal(entry_id=entry_id, against=against, words=kept, appealed_at=now))
    db.session.flush()
    assignments.give(entry, rules.APPEAL, now)
    return entry


def decide(entry_id: int, verdict: str, words: str | None, *, by: Person, now: datetime, zone: ZoneInfo) -> Entry:
    """Decide on the review that lies before this person: approve, or reject with a reason. It is final.

    What an appeal against a reversal restores is a new award of the same amount whatever the caps; after a rejection it
    is priced like any other at this moment (P6). Raises NotFound for whoever was not given it.
    """
    assignment = assignments.find_open(entry_id, by, for_update=True)
    entry = entries.find_entry(entry_id)
    if assignment is None or entry is None:
        raise NotFound("entry")
    if {entry.resident_id, entry.logged_by} & families.family_of(id_of(by)):
        raise Forbidden("family_entry")
    appealed = db.session.get(Appeal, entry_id) if assignment.purpose == rules.APPEAL else None
    becomes = rules.becomes(assignment.purpose, verdict, appealed.against if appealed else "")
    reason = decisions.check_reason(verdict, words)
    if assignment.purpose == rules.AUDIT:
        _audit(entry, verdict, reason, by=by, now=now, zone=zone)
    elif verdict == "approve":
        _approve(entry, appealed, by=by, now=now, zone=zone)
    else:
        decision_id = service.record(entry, "reject", becomes, now, by=by, reason=reason)
        kind = "appeal_declined" if appealed else "entry_rejected"
        facts = {**_facts(entry), "decision": decision_id}
        notices.notify(entry.resident_id, kind, about=f"decision:{decision_id}", facts=facts, now=now)
    agreed = (verdict == "approve") == (assignment.purpose == rules.AUDIT)
    assignments.end(assignment, now, "agreed" if agreed else "changed")
    return entry


def forget_words_of(resident_id: int) -> None:
    """Remove what somebody who leaves for good said in their appeals."""
    theirs = select(Entry.id).where(Entry.resident_id == resident_id)
    db.session.execute(update(Appeal).where(Appeal.entry_id.in_(theirs)).values(words=""))


# Questions


def find(entry_id: int, by: Person) -> Review:
    """The review that lies before this person. Raises NotFound for whoever was not given it."""
    assignment = assignments.find_open(entry_id, by)
    entry = entries.find_entry(entry_id)
    if assignment is None or entry is None:
        raise NotFound("entry")
    appealed = db.session.get(Appeal, entry_id) if assignment.purpose == rules.APPEAL else None
    return Review(
        entry=entry,
        assignment=assignment,
        would_earn=_would_earn(entry, appealed),
        hold=last_hold(entry_id) if assignment.purpose != rules.APPEAL else None,
        appeal=appealed,
        told=service.last_reasons([entry_id]).get(entry_id, "") if appealed else "",
    )


def last_hold(entry_id: int) -> Hold | None:
    """The latest hold of an entry."""
    return db.session.scalar(select(Hold).where(Hold.entry_id == entry_id).order_by(Hold.id.desc()).limit(1))


def find_appeal(entry_id: int) -> Appeal | None:
    """What the resident said against the decision, if they did."""
    return db.session.get(Appeal, entry_id)


# Below


def _approve(entry: Entry, appealed: Appeal | None, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    restores = _reversed_award(entry) if appealed and appealed.against == "reversed" else None
    if appealed:
        service.check_place_is_free(entry)
    place = (entry.resident_id, entry.community_code)
    is_newcomer = place not in accounts.confirmed_members([place])
    service.approve(entry, by=by, now=now, zone=zone, is_newcomer=is_newcomer, restores=restores)


def _audit(entry: Entry, verdict: str, reason: str, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Leave what the rule approved as it is, or take it back with a reason."""
    if entry.status != "approved":
        raise Conflict("already_decided", status=entry.status)
    if verdict != "approve":
        service.take_back(entry, ledger.get_standing_award(entry.id), reason, by=by, now=now, zone=zone)


def _reversed_award(entry: Entry) -> Posting | None:
    """The award that the last reversal of an entry named."""
    posted = ledger.postings_of(entry.id)
    named = next((line.reverses_id for line in reversed(posted) if line.kind == "reversal"), None)
    return next((line for line in posted if line.id == named), None)


def _would_earn(entry: Entry, appealed: Appeal | None) -> int:
    if entry.status == "approved":  # an audit, whose reviewer is not told that it was approved
        return ledger.get_standing_award(entry.id).merit
    if appealed and appealed.against == "reversed":
        restores = _reversed_award(entry)
        return restores.merit if restores else 0
    earned: points.Award = service.would_earn(entry)
    return earned.points


def _facts(entry: Entry) -> dict[str, object]:
    return {
        "entry": entry.id,
        "activity": entry.activity_key,
        "acted_on": entry.acted_on.isoformat(),
        "resident": entry.resident_id,
        "merit": None,
    }
