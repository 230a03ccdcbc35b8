"""What must hold for decisions. Each check gives its broken rows in words; none means all is well."""

from collections.abc import Callable, Iterator

from sqlalchemy import Select, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from civic.accounts.models import FamilyTie, Grant, Person
from civic.db import db
from civic.entries.models import Entry
from civic.ledger.models import Posting
from civic.moderation.models import Assignment, Decision, Reason
from civic.rules.decisions import LEVEL_OF_ROLE, REASONED, UNDO_MINUTES

RULES = ("habit", "checked-in", "trusted")
# A resident may withdraw what waits or was returned, and mend what was returned: statuses that no decision gives.
RESIDENTS_OWN = (
    ("returned", "pending"),
    ("returned", "withdrawn"),
    ("pending", "withdrawn"),
    ("rejected", "appealed"),
    ("reversed", "appealed"),
)


def problems() -> list[str]:
    """What is broken, one line each."""
    return [line for check in CHECKS for line in check()]


def nobody_decided_on_their_own() -> Iterator[str]:
    """Who decided is neither the resident, nor who logged it, nor family declared before (I14)."""
    one, other = aliased(Person), aliased(Person)
    ones, others = (one.id, one.guardian_id), (other.id, other.guardian_id)
    tied = exists().where(
        FamilyTie.declared_at < Decision.decided_at,
        or_(
            and_(FamilyTie.person_id.in_(ones), FamilyTie.relative_id.in_(others)),
            and_(FamilyTie.person_id.in_(others), FamilyTie.relative_id.in_(ones)),
        ),
    )
    query = (
        select(Decision.id)
        .join(Entry, Entry.id == Decision.entry_id)
        .join(one, one.id == Decision.by_id)
        .join(other, other.id.in_((Entry.resident_id, Entry.logged_by)))
        .where(or_(one.id == other.id, other.id == one.guardian_id, other.guardian_id.in_(ones), tied))
        .distinct()
    )
    yield from _lines(query, "decision {} is by the resident or by family")


def deciders_held_a_grant() -> Iterator[str]:
    """Who decided held a grant that reached the entry's community at that instant (I15)."""
    reaching = exists().where(
        Grant.person_id == Decision.by_id,
        Grant.role.in_(LEVEL_OF_ROLE),
        Grant.granted_at <= Decision.decided_at,
        or_(Grant.revoked_at.is_(None), Grant.revoked_at >= Decision.decided_at),
        or_(Grant.begins_at.is_(None), Grant.begins_at <= Decision.decided_at),
        or_(Grant.ends_at.is_(None), Grant.ends_at > Decision.decided_at),
        func.substr(Entry.community_code, 1, func.length(Grant.area_code)) == Grant.area_code,
    )
    assigned = exists().where(
        Assignment.entry_id == Decision.entry_id,
        Assignment.person_id == Decision.by_id,
        Assignment.given_at <= Decision.decided_at,
        or_(Assignment.ended_at.is_(None), Assignment.ended_at >= Decision.decided_at),
    )
    query = select(Decision.id).join(Entry, Entry.id == Decision.entry_id)
    query = query.where(Decision.by_id.is_not(None), ~reaching, ~assigned)
    yield from _lines(query, "decision {} is by somebody without a grant there at that time, or the review")


def reviews_are_decided_by_others() -> Iterator[str]:
    """What was held or appealed was decided on by whoever was given the review, who had no hand in it before."""
    given = exists().where(
        Assignment.entry_id == Decision.entry_id,
        Assignment.person_id == Decision.by_id,
        Assignment.given_at <= Decision.decided_at,
        Assignment.ended_at >= Decision.decided_at,
    )
    before = aliased(Decision)
    again = exists().where(
        before.entry_id == Decision.entry_id, before.by_id == Decision.by_id, before.id < Decision.id
    )
    query = select(Decision.id).where(Decision.was.in_(("held", "appealed")), or_(~given, again))
    yield from _lines(
        query, "decision {} on a held or appealed entry is not by its reviewer, or by a hand in it before"
    )


def awards_hang_on_an_approval() -> Iterator[str]:
    """Each award hangs on an approval of its own entry, by a person or by a known rule (I2, I3)."""
    wrong = or_(
        Decision.verdict != "approve",
        Decision.became != "approved",
        Decision.entry_id != Posting.entry_id,
        and_(Decision.rule.is_not(None), Decision.rule.not_in(RULES)),
    )
    query = select(Posting.id).join(Decision, Decision.id == Posting.decision_id)
    yield from _lines(query.where(Posting.kind == "award", wrong), "award {} does not hang on an approval of its entry")
    other = or_(Decision.verdict.not_in(("reverse", "undo")), Decision.entry_id != Posting.entry_id)
    yield from _lines(query.where(Posting.kind == "reversal", other), "reversal {} does not hang on its decision")


def reasons_are_given() -> Iterator[str]:
    """Whoever was turned down was told why (I18); the words of those who left for good went with them."""
    has_left = exists().where(
        Entry.id == Decision.entry_id, Person.id == Entry.resident_id, Person.erased_at.is_not(None)
    )
    query = select(Decision.id).where(
        Decision.verdict.in_(REASONED),
        Decision.by_id.is_not(None),
        ~exists().where(Reason.decision_id == Decision.id),
        ~has_left,
    )
    yield from _lines(query, "decision {} gives no reason")


def undone_in_time_by_their_own() -> Iterator[str]:
    """What was undone was the same person's decision on the same entry, some minutes before."""
    undone = aliased(Decision)
    own = and_(
        undone.by_id == Decision.by_id,
        undone.entry_id == Decision.entry_id,
        undone.became == Decision.was,
        undone.decided_at <= Decision.decided_at,
    )
    query = select(Decision.id, Decision.decided_at, undone.decided_at, own).join(
        undone, undone.id == Decision.undoes_id, isouter=True
    )
    for decision_id, at, before, is_own in db.session.execute(query.where(Decision.verdict == "undo")):
        if not is_own or (at - before).total_seconds() > UNDO_MINUTES * 60:
            yield f"decision {decision_id} does not undo a decision of the same person in time"


def entries_stand_where_their_decisions_left_them() -> Iterator[str]:
    """An entry's status is what its last decision made it, but for what residents do themselves."""
    last = select(Decision.entry_id, func.max(Decision.id).label("id")).group_by(Decision.entry_id).subquery()
    residents_own = or_(
        false(),
        *(and_(Decision.became == was, Entry.status == became) for was, became in RESIDENTS_OWN),
        # Held: it waited, or was mended, before.
        and_(Decision.became.in_(("pending", "returned")), Entry.status == "held"),
    )
    query = (
        select(Entry.id)
        .join(last, last.c.entry_id == Entry.id)
        .join(Decision, Decision.id == last.c.id)
        .where(Decision.became != Entry.status, not_(residents_own))
    )
    yield from _lines(query, "entry {} does not stand where its last decision left it")
    undecided = select(Entry.id).where(
        Entry.status.not_in(("pending", "held", "withdrawn")), ~exists().where(Decision.entry_id == Entry.id)
    )
    yield from _lines(undecided, "entry {} has a decided status but no decision")


def decisions_follow_one_another() -> Iterator[str]:
    """Each decision began where the one before it ended, but for what was mended in between."""
    before = func.lag(Decision.became).over(partition_by=Decision.entry_id, order_by=Decision.id).label("before")
    chain = select(Decision.id, Decision.was, before).subquery()
    expected = case(
        (chain.c.before.is_(None), "pending"), (chain.c.before == "returned", chain.c.was), else_=chain.c.before
    )
    held = and_(chain.c.was == "held", expected.in_(("pending", "held")))
    appealed = and_(chain.c.was == "appealed", expected.in_(("rejected", "reversed")))
    query = select(chain.c.id).where(chain.c.was != expected, ~held, ~appealed)
    yield from _lines(query, "decision {} does not begin where the one before it ended")


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    nobody_decided_on_their_own,
    deciders_held_a_grant,
    reviews_are_decided_by_others,
    awards_hang_on_an_approval,
    reasons_are_given,
    undone_in_time_by_their_own,
    entries_stand_where_their_decisions_left_them,
    decisions_follow_one_another,
)


def _lines(query: Select[int], words: str) -> Iterator[str]:
    for key in db.session.scalars(query):
        yield words.format(key)
