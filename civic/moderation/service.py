"""Decisions on entries. Of several at once exactly one wins; each leaves a row that nobody can change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Select, Table, and_, bindparam, delete, exists, func, insert, select

from civic.accounts import service as accounts
from civic.accounts.models import Grant, Membership, Person
from civic.accounts.terms import in_force
from civic.audit import service as audit
from civic.db import connection, db, id_of
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.moderation import claims
from civic.moderation.look_alikes import look_for as look_for_alikes
from civic.moderation.models import Claim, Decision, Reason
from civic.moderation.queue import QUEUE_ROWS, Waiting, backlog, pick, queue, queue_length, reach, waiting_by_community
from civic.notices import service as notices
from civic.rules import decisions as rules
from civic.rules import points
from civic.rules.periods import day_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

# The queue stands in a file of its own; other rooms know this one only.
__all__ = [
    "QUEUE_ROWS",
    "Step",
    "Waiting",
    "approve",
    "backlog",
    "check_may_decide",
    "check_place_is_free",
    "check_within_reach",
    "decide",
    "find_refusal",
    "find_reverse_refusal",
    "find_undoable",
    "forget_reasons_of",
    "history",
    "last_reasons",
    "latest_of",
    "look_for_alikes",
    "pick",
    "queue",
    "queue_length",
    "reach",
    "record",
    "record_of",
    "resident_of",
    "settle_by_rule",
    "take_back",
    "undoable_step",
    "waiting_by_community",
    "words_of",
    "would_earn",
]

UNDOABLE = ("approve", "return", "reject")
REVIEWED = ("held", "appealed")  # these are decided on elsewhere, see reviews.py
TELLS = {
    "approve": "entry_approved",
    "return": "entry_returned",
    "reject": "entry_rejected",
    "reverse": "entry_reversed",
}


@dataclass(frozen=True)
class Step:
    """One decision in an entry's history. `by` is None for a rule's."""

    decision: Decision
    by: Person | None
    words: str


@dataclass(frozen=True)
class _Case:
    """An entry before somebody who may decide on it: at which rank, and whether its resident is yet to be confirmed."""

    entry: Entry
    rank: int
    is_newcomer: bool
    held_by: int | None = None
    held_until: datetime | None = None

    def check_free(self, person_id: int, now: datetime) -> None:
        """Raises Conflict while somebody else holds the entry."""
        if self.held_by not in (None, person_id) and self.held_until is not None and self.held_until > now:
            holder = accounts.find_person(self.held_by or 0)
            raise Conflict("held_by_other", by=holder.name if holder else "", until=self.held_until)


# Verbs


def decide(entry_id: int, verdict: str, words: str | None, *, by: Person, now: datetime, zone: ZoneInfo) -> Entry:
    """Approve, return, reject, reverse or undo, as a person.

    Raises NotFound outside the person's grants, Forbidden for their own, their family's or a peer's entry, Refused for
    a missing reason, Conflict where something else was decided first, or another has the entry before them.
    """
    case = _case(entry_id, id_of(by))
    entry = case.entry
    if entry.status in REVIEWED:
        raise Forbidden("decided_elsewhere")
    try:
        becomes = rules.becomes(verdict, entry.status)
        if verdict in UNDOABLE:
            case.check_free(id_of(by), now)
        reason = rules.check_reason(verdict, words)
        if verdict == "undo":
            _undo(entry, becomes, by=by, now=now, zone=zone)
        elif verdict == "reverse":
            _reverse(case, reason, by=by, now=now, zone=zone)
        elif verdict == "approve":
            approve(entry, by=by, now=now, zone=zone, is_newcomer=case.is_newcomer, reason=reason)
        else:
            decision_id = record(entry, verdict, becomes, now, by=by, reason=reason)
            _tell(entry, verdict, decision_id, None, now)
        if case.held_by is not None:
            claims.release(entry_id)
    except Conflict as conflict:
        raise (_by_whom(entry) if conflict.code == "already_decided" else None) or conflict from None
    return entry


def approve(
    entry: Entry,
    *,
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    is_newcomer: bool,
    restores: Posting | None = None,
    reason: str = "",
) -> None:
    """Approve an entry as a person who was found to be the one to do it, and post its award.

    `restores` is an award that was reversed and comes back as it was (P6). A newcomer is confirmed by it.
    """
    decision_id = record(entry, "approve", "approved", now, by=by, reason=reason)
    if restores is not None:
        merit = ledger.restore(restores, decision_id=decision_id, now=now, zone=zone)
    else:
        merit = ledger.award(entries.act_of(entry), decision_id=decision_id, now=now, zone=zone).points
    if is_newcomer:
        _confirm(entry, decision_id, now)
    _tell(entry, "approve", decision_id, merit, now)


def take_back(entry: Entry, award: Posting, reason: str, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Reverse an approved entry's award as a person who was found to be the one to do it; its resident is told why."""
    decision_id = record(entry, "reverse", "reversed", now, by=by, reason=reason)
    ledger.reverse(award, decision_id=decision_id, now=now, zone=zone)
    _tell(entry, "reverse", decision_id, -award.merit, now)


def settle_by_rule(entry: Entry, *, now: datetime, zone: ZoneInfo) -> bool:
    """Let a rule decide on a new entry, where one may: kept days of confirmed members (habit). Says whether it did."""
    place = (entry.resident_id, entry.community_code)
    if entry.kind != "pledge" or entry.status != "pending" or place not in accounts.confirmed_members([place]):
        return False
    decision_id = record(entry, "approve", "approved", now, rule="habit")
    ledger.award(entries.act_of(entry), decision_id=decision_id, now=now, zone=zone)
    return True


def forget_reasons_of(resident_id: int) -> None:
    """Remove the words given with decisions on the entries of somebody who leaves for good; the decisions stay."""
    theirs = select(Decision.id).join(Entry, Entry.id == Decision.entry_id).where(Entry.resident_id == resident_id)
    db.session.execute(delete(Reason).where(Reason.decision_id.in_(theirs)))


# Questions


def check_may_decide(entry: Entry, person: Person) -> int:
    """The rank at which a person may decide on an entry. Raises NotFound or Forbidden where they may not."""
    return _case(entry.id, id_of(person)).rank


def find_refusal(entry: Entry, person: Person) -> Refused | None:
    """Why a person may not decide on an entry; None where they may."""
    try:
        _case(entry.id, id_of(person))
    except Refused as refused:
        return refused
    return None


def check_within_reach(entry: Entry, person: Person) -> None:
    """Raises NotFound for an entry outside the person's grants; their own and their family's may be looked at."""
    refusal = find_refusal(entry, person)
    if isinstance(refusal, NotFound):
        raise refusal


def would_earn(entry: Entry) -> points.Award:
    """What an entry would earn if it were approved now."""
    stands = ledger.standing(entry.resident_id, entry.activity_key, entry.acted_on)
    return points.award(entries.rule_of(entry), entry.quantity, stands, entry.kind == "pledge")


def resident_of(entry: Entry) -> Person:
    """Whose entry it is."""
    return db.session.get_one(Person, entry.resident_id)


def history(entry_id: int) -> list[Step]:
    """Every decision on an entry, oldest first."""
    rows = db.session.execute(_steps().where(Decision.entry_id == entry_id).order_by(Decision.id))
    return [Step(decision, by, words or "") for decision, by, words in rows]


def last_reasons(entry_ids: Iterable[int]) -> dict[int, str]:
    """The words of the last decision on each entry, where it had any."""
    last = select(func.max(Decision.id)).where(Decision.entry_id.in_(list(entry_ids))).group_by(Decision.entry_id)
    rows = db.session.execute(
        select(Decision.entry_id, Reason.words)
        .join(Reason, Reason.decision_id == Decision.id)
        .where(Decision.id.in_(last))
    )
    return {row.entry_id: row.words for row in rows}


def find_undoable(person: Person, now: datetime) -> tuple[Step, Entry] | None:
    """This person's last decision, while it can be taken back."""
    row = db.session.execute(
        _steps()
        .add_columns(Entry)
        .join(Entry, Entry.id == Decision.entry_id)
        .where(Decision.by_id == person.id, Decision.decided_at >= now - timedelta(minutes=rules.UNDO_MINUTES))
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(1)
    ).first()
    if row is None or not _is_undoable(row.Decision, row.Entry):
        return None
    return Step(row.Decision, row.Person, row.words or ""), row.Entry


def undoable_step(entry: Entry, steps: Sequence[Step], person: Person, now: datetime) -> Step | None:
    """The last of an entry's decisions, where it is this person's own and can still be taken back."""
    last = steps[-1] if steps else None
    if last is None or not _is_undoable(last.decision, entry):
        return None
    is_own = last.decision.by_id == id_of(person)
    return last if is_own and rules.may_undo(last.decision.decided_at, now) else None


def find_reverse_refusal(entry: Entry, person: Person, *, now: datetime, zone: ZoneInfo) -> Refused | None:
    """Why a person may not take back an approved entry's award; None where they may."""
    try:
        rules.becomes("reverse", entry.status)
        _reversible_award(_case(entry.id, id_of(person)), now, zone)
    except Refused as refused:
        return refused
    return None


def words_of(decision_ids: Iterable[int]) -> dict[int, str]:
    """The words given with each of these decisions, where there were any."""
    rows = db.session.execute(
        select(Reason.decision_id, Reason.words).where(Reason.decision_id.in_(list(decision_ids)))
    )
    return {row.decision_id: row.words for row in rows}


def record_of(resident_id: int) -> tuple[int, int]:
    """How many entries a resident has sent in, and how many of them are approved."""
    row = db.session.execute(
        select(func.count(), func.count().filter(Entry.status == "approved")).where(Entry.resident_id == resident_id)
    ).one()
    return int(row[0]), int(row[1])


def latest_of(resident_id: int, community_code: str, *, but: int, limit: int = 10) -> list[Entry]:
    """A resident's latest entries in a community, the newest first, besides one of them."""
    query = entries.with_photos().where(
        Entry.resident_id == resident_id, Entry.community_code == community_code, Entry.id != but
    )
    return list(db.session.scalars(query.order_by(Entry.acted_on.desc(), Entry.id.desc()).limit(limit)))


# Below


def _case(entry_id: int, person_id: int) -> _Case:
    """All that bears on whether this person may decide on this entry, in one query. Raises as `may_decide` does."""
    if not 0 < entry_id <= entries.MAX_ID:
        raise NotFound("entry")
    rows = db.session.execute(_CASE, {"entry_id": entry_id, "person_id": person_id}).all()
    if not rows:
        raise NotFound("entry")
    entry, is_newcomer, of_resident, of_logger = rows[0][:4]
    grants = [(row.person_id, row.role, row.area_code) for row in rows if row.role]
    judge = rules.Judge(person_id, tuple((role, code) for holder, role, code in grants if holder == person_id))
    author = [(role, code) for holder, role, code in grants if holder == entry.resident_id]
    kin = {entry.resident_id: of_resident, entry.logged_by: of_logger}
    rules.may_decide(
        judge,
        resident_id=entry.resident_id,
        logged_by=entry.logged_by,
        community_code=entry.community_code,
        kin=frozenset(person for person, is_kin in kin.items() if is_kin),
        author_rank=rules.rank_over(author, entry.community_code),
    )
    rank = cast(int, rules.rank_over(judge.grants, entry.community_code))
    return _Case(entry, rank, is_newcomer, rows[0].held_by, rows[0].held_until)


def record(
    entry: Entry,
    verdict: str,
    becomes: str,
    now: datetime,
    *,
    by: Person | None = None,
    rule: str | None = None,
    undoes_id: int | None = None,
    reason: str = "",
) -> int:
    """Change the status and write the decision beside it, in one place. Gives the decision's id."""
    was = entry.status
    entries.change_status(entry, becomes, decided_at=None if becomes == "pending" else now)
    decision = {
        "entry_id": entry.id,
        "verdict": verdict,
        "by_id": id_of(by) if by else None,
        "rule": rule,
        "was": was,
        "became": becomes,
        "undoes_id": undoes_id,
        "decided_at": now,
    }
    decision_id = cast(int, connection().scalar(_DECIDE, decision))
    if reason:
        db.session.add(Reason(decision_id=decision_id, words=reason))
        db.session.flush()
    return decision_id


def _reverse(case: _Case, reason: str, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Take an award back: managers while its month is open, officers later (P10). What officers take back is listed."""
    entry, award = case.entry, _reversible_award(case, now, zone)
    take_back(entry, award, reason, by=by, now=now, zone=zone)
    if case.rank > rules.MANAGER_RANK:
        about = f"entry:{entry.id}"
        audit.note(
            "entry_reversed", by=id_of(by), now=now, area_code=entry.community_code, about=about, month=award.month
        )


def _confirm(entry: Entry, decision_id: int, now: datetime) -> None:
    """The first approval says that its resident belongs here, and they are told so."""
    accounts.confirm_membership(entry.resident_id, entry.community_code, now)
    facts = {"community": entry.community_code, "resident": entry.resident_id}
    about = _occasion(decision_id)
    notices.notify(entry.resident_id, "membership_confirmed", about=about, facts=facts, now=now)


def _tell(entry: Entry, verdict: str, decision_id: int, merit: int | None, now: datetime) -> None:
    """Tell the resident what a person decided. What a rule decides they see at once, and need not be told."""
    facts = {
        "entry": entry.id,
        "decision": decision_id,
        "activity": entry.activity_key,
        "acted_on": entry.acted_on.isoformat(),
        "resident": entry.resident_id,
        "merit": merit,
    }
    notices.notify(entry.resident_id, TELLS[verdict], about=_occasion(decision_id), facts=facts, now=now)


def _occasion(decision_id: int) -> str:
    return f"decision:{decision_id}"


def _reversible_award(case: _Case, now: datetime, zone: ZoneInfo) -> Posting:
    award = ledger.get_standing_award(case.entry.id)
    rules.check_reverse(case.rank, award.month, now, zone, day_of(award.posted_at, zone), ledger.sealed_keys())
    return award


def _undo(entry: Entry, becomes: str, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Take back one's own last decision on an entry, with the award and the membership that came with it."""
    last = db.session.scalar(
        select(Decision).where(Decision.entry_id == entry.id).order_by(Decision.id.desc()).limit(1)
    )
    if last is None or not _is_undoable(last, entry):
        raise Conflict("already_decided", status=entry.status)
    rules.check_undo(id_of(by), last.by_id, last.decided_at, now)
    if last.verdict == "reject":
        check_place_is_free(entry)
    decision_id = record(entry, "undo", becomes, now, by=by, undoes_id=last.id)
    notices.take_back(entry.resident_id, _occasion(last.id))
    if last.verdict == "approve":
        ledger.reverse(ledger.get_standing_award(entry.id), decision_id=decision_id, now=now, zone=zone)
        _take_back_confirmation(entry, last.decided_at)


def _is_undoable(decision: Decision, entry: Entry) -> bool:
    """Whether a decision is of a kind that is taken back, and still stands; what a review decided is final."""
    return decision.verdict in UNDOABLE and decision.was not in REVIEWED and decision.became == entry.status


def _take_back_confirmation(entry: Entry, decided_at: datetime) -> None:
    """Who was confirmed by nothing but the undone approval waits to be confirmed again."""
    others = select(Entry.id).where(
        Entry.resident_id == entry.resident_id,
        Entry.community_code == entry.community_code,
        Entry.status == "approved",
    )
    if db.session.scalar(others.limit(1)) is None:
        accounts.take_back_confirmation(entry.resident_id, entry.community_code, decided_at)


def check_place_is_free(entry: Entry) -> None:
    """Raises Conflict where the resident has logged the same day, month … anew: the old entry cannot count as well."""
    ledger.hold(entry.resident_id)
    once_per = entries.rule_of(entry).once_per
    try:
        entries.check_other_days(entry.resident_id, entry.activity_key, once_per, entry.acted_on, but=entry.id)
    except Refused:
        raise Conflict("logged_again") from None


def _by_whom(entry: Entry) -> Conflict | None:
    """The conflict in words that say who was quicker; None where the resident was, by withdrawing."""
    last = db.session.execute(
        _steps().where(Decision.entry_id == entry.id).order_by(Decision.id.desc()).limit(1)
    ).first()
    if last is None or last.Decision.became != entry.status:
        return None
    facts = {"status": entry.status, "at": last.Decision.decided_at}
    if last.Person is None:
        return Conflict("already_decided_by_rule", **facts)
    return Conflict("already_decided_by", by=last.Person.name, **facts)


def _steps() -> Select[Decision, Person, str]:
    return (
        select(Decision, Person, Reason.words)
        .outerjoin(Person, Person.id == Decision.by_id)
        .outerjoin(Reason, Reason.decision_id == Decision.id)
    )


# Asked at every decision, so written once.
_JUDGE: BindParameter[int] = bindparam("person_id")
_CASE = (
    select(
        Entry,
        exists()
        .where(
            Membership.person_id == Entry.resident_id,
            Membership.community_code == Entry.community_code,
            Membership.confirmed_at.is_(None),
        )
        .label("is_newcomer"),
        accounts.are_family(_JUDGE, Entry.resident_id).label("of_resident"),
        accounts.are_family(_JUDGE, Entry.logged_by).label("of_logger"),
        Grant.person_id,
        Grant.role,
        Grant.area_code,
        Claim.person_id.label("held_by"),
        Claim.until.label("held_until"),
    )
    .outerjoin(Claim, Claim.entry_id == Entry.id)
    .outerjoin(Grant, and_(Grant.person_id.in_((_JUDGE, Entry.resident_id)), in_force()))
    .where(Entry.id == bindparam("entry_id"))
)
_DECIDE = insert(cast(Table, Decision.__table__)).returning(Decision.__table__.c.id)
