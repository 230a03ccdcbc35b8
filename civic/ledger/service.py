"""The only place that writes postings.

A posting is never changed; a mistake is undone by a reversing posting that names it. Counters for the boards and the
statement are kept beside the ledger, in the same transaction, and can be rebuilt from it (`checks`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import accumulate
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, insert, literal, select
from sqlalchemy.orm import aliased

from civic.accounts.memberships import community_for
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.db import connection, db, upsert, upsert_from
from civic.ledger.models import CommunityTotal, Posting, ResidentTotal, SealedPeriod, TeamTotal
from civic.rules import points
from civic.rules.periods import Marks, Period, counted_in, day_of, is_closed, marks, period_of, reversal_marks
from civic.rules.refused import Conflict


@dataclass(frozen=True)
class Act:
    """What an award is for: an entry, as the ledger needs to know it."""

    entry_id: int
    resident_id: int
    community_code: str
    activity_key: str
    rule_version: int
    acted_on: date
    quantity: int
    is_kept_day: bool
    team_id: int | None = None


class Amount(NamedTuple):
    """The two sums every posting moves: merit makes rankings, balance is what can be redeemed."""

    merit: int = 0
    balance: int = 0

    def plus(self, posting: Posting) -> "Amount":
        """The amount after a posting."""
        return Amount(self.merit + posting.merit, self.balance + posting.balance)


class Posted(NamedTuple):
    """How many lines were written at once, their merit together, and the id before the first of them."""

    lines: int
    merit: int
    after_id: int


@dataclass(frozen=True)
class Statement:
    """A resident's lines of a period, with what they had before and after."""

    period: Period
    opening: Amount
    lines: tuple[Posting, ...]

    @property
    def after_each(self) -> tuple[Amount, ...]:
        """What the resident had after each line."""
        return tuple(accumulate(self.lines, Amount.plus, initial=self.opening))[1:]

    @property
    def change(self) -> Amount:
        """What the period's lines add up to."""
        return reduce(Amount.plus, self.lines, Amount())

    @property
    def closing(self) -> Amount:
        """Opening and lines together."""
        return reduce(Amount.plus, self.lines, self.opening)


# Verbs


def hold(resident_id: int) -> None:
    """Let whatever changes a resident's entries and postings happen one after another until the transaction ends (P2).

    SQLite has one writer anyway. FOR NO KEY UPDATE, since each row that refers to the person already holds a key share.
    """
    if connection().dialect.name != "sqlite":
        connection().execute(_HOLD, {"resident_id": resident_id})


def award(act: Act, *, decision_id: int, now: datetime, zone: ZoneInfo) -> points.Award:
    """Post what an approved entry earns at this moment, a zero too, with the cap as its reason (domain section 4)."""
    hold(act.resident_id)
    rule = activities.rule_version(act.activity_key, act.rule_version)
    stands = standing(act.resident_id, act.activity_key, act.acted_on)
    earned = points.award(rule, act.quantity, stands, act.is_kept_day)
    _post(
        marks(act.acted_on, now, zone, sealed_keys()),
        resident_id=act.resident_id,
        community_code=act.community_code,
        team_id=act.team_id,
        kind="award",
        merit=earned.points,
        activity_key=act.activity_key,
        rule_version=act.rule_version,
        quantity=act.quantity,
        acted_on=act.acted_on,
        entry_id=act.entry_id,
        decision_id=decision_id,
        worth=earned.worth,
        standing=earned.standing,
        cut_by=earned.cut_by,
        posted_at=now,
    )
    return earned


def reverse(named: Posting, *, decision_id: int | None = None, now: datetime, zone: ZoneInfo) -> None:
    """Undo a posting by its opposite: same resident, community, team, activity and day (fine print P5).

    Raises Conflict where it was reversed already. A reversal is never reversed.
    """
    if named.kind == "reversal":
        raise ValueError("a reversal is never reversed")
    hold(named.resident_id)
    if db.session.scalar(select(Posting.id).where(Posting.reverses_id == named.id)) is not None:
        raise Conflict("already_reversed")
    _post(
        reversal_marks(Marks(named.week, named.month, named.counts_on), now, zone, sealed_keys()),
        resident_id=named.resident_id,
        community_code=named.community_code,
        team_id=named.team_id,
        kind="reversal",
        merit=-named.merit,
        activity_key=named.activity_key,
        rule_version=named.rule_version,
        quantity=named.quantity,
        acted_on=named.acted_on,
        act_week=named.act_week,
        entry_id=named.entry_id,
        decision_id=decision_id,
        reverses_id=named.id,
        posted_at=now,
    )


def restore(named: Posting, *, decision_id: int, now: datetime, zone: ZoneInfo) -> int:
    """Post a reversed award anew: the same amount whatever the caps, marked from its act day (P6). Gives its merit."""
    hold(named.resident_id)
    _post(
        marks(cast(date, named.acted_on), now, zone, sealed_keys()),
        resident_id=named.resident_id,
        community_code=named.community_code,
        team_id=named.team_id,
        kind="award",
        merit=named.merit,
        activity_key=named.activity_key,
        rule_version=named.rule_version,
        quantity=named.quantity,
        acted_on=named.acted_on,
        entry_id=named.entry_id,
        decision_id=decision_id,
        worth=named.worth,
        standing=named.standing,
        cut_by=named.cut_by,
        posted_at=now,
    )
    return named.merit


def post_bonuses(amounts: Select[*tuple[Any, ...]], *, now: datetime, zone: ZoneInfo) -> Posted:
    """Post a bonus for each row (resident_id, act_week, points) of a query, all marked from this instant's day.

    They belong to the community the resident belongs to on that day, and to no entry. Whatever their number, it takes
    a few statements: on some Thursday a whole city is paid.
    """
    found, day = amounts.subquery(), day_of(now, zone)
    marked = marks(day, now, zone, sealed_keys())
    line: dict[str, Any] = {
        "resident_id": found.c.resident_id,
        "community_code": community_for(found.c.resident_id, day),
        "kind": literal("bonus"),
        "merit": found.c.points,
        "balance": found.c.points,
        "act_week": found.c.act_week,
        "counts_on": literal(day),
        "week": literal(marked.week),
        "month": literal(marked.month),
        "posted_at": literal(now, Posting.posted_at.type),
    }
    last = db.session.scalar(select(func.max(Posting.id))) or 0
    rows = select(*line.values()).order_by(found.c.resident_id, found.c.act_week)
    connection().execute(insert(Posting).from_select(list(line), rows))
    mine = (Posting.id > last, Posting.kind == "bonus", Posting.posted_at == now)
    _count(marked, mine)
    lines, merit = db.session.execute(select(func.count(), func.sum(Posting.merit)).where(*mine)).one()
    return Posted(lines, int(merit or 0), last)


def close(period: Period, now: datetime, zone: ZoneInfo) -> None:
    """Let a sealed period take no posting from now on, also while the clock says that its closing is still to come.

    That may be so in a rehearsal, and when a clock that ran ahead is put back. Neither do those before it take any, or
    an act of its days would be marked for a time before it.
    """
    closed = sealed_keys()
    while period.key not in closed:
        db.session.add(SealedPeriod(key=period.key, sealed_at=now))
        period = period.previous()
        if is_closed(period, now, zone, closed):
            break
    db.session.flush()


# Questions


def standing(resident_id: int, activity_key: str, acted_on: date) -> points.Standing:
    """What stands for a resident and act day at this moment, in one query over the week's postings (P2, P3)."""
    week = period_of("week", acted_on)
    sunday = week.ends_on - timedelta(days=1)
    facts = {"resident_id": resident_id, "monday": week.starts_on, "sunday": sunday}
    found = connection().execute(_STANDING, facts).all()
    same = [row for row in found if row.activity_key == activity_key]
    today = [row for row in found if row.acted_on == acted_on]
    return points.Standing(
        same_day=sum(row.awards for row in same if row.acted_on == acted_on),
        day_points=sum(int(row.merit) for row in same if row.acted_on == acted_on),
        week_points=sum(int(row.merit) for row in same),
        self_reported=sum(int(row.merit) for row in today),
        kept_days=sum(int(row.merit) for row in today if activities.get(row.activity_key or "").is_pledge),
    )


def sealed_keys() -> frozenset[str]:
    """The periods that are sealed, which take no posting any more whatever the clock says."""
    return frozenset(connection().scalars(_SEALED))


def find_standing_award(entry_id: int) -> Posting | None:
    """The award of an entry that no reversal names."""
    return db.session.scalar(standing_awards().where(Posting.entry_id == entry_id))


def get_standing_award(entry_id: int) -> Posting:
    """The same, where there must be one. Raises Conflict where it was reversed meanwhile."""
    award = find_standing_award(entry_id)
    if award is None:
        raise Conflict("already_reversed")
    return award


def merit_of(entry_ids: Iterable[int]) -> dict[int, int]:
    """The sum of merit posted for each entry that has postings: 0 after a reversal or by a cap."""
    rows = db.session.execute(
        select(Posting.entry_id, func.sum(Posting.merit))
        .where(Posting.entry_id.in_(list(entry_ids)))
        .group_by(Posting.entry_id)
    )
    return {entry_id: int(merit) for entry_id, merit in rows if entry_id is not None}


def postings_of(entry_id: int) -> list[Posting]:
    """Every posting for an entry, oldest first."""
    return list(db.session.scalars(select(Posting).where(Posting.entry_id == entry_id).order_by(Posting.id)))


def totals(resident_id: int) -> Amount:
    """All a resident ever earned."""
    return _sum_of_totals(ResidentTotal.resident_id == resident_id, ResidentTotal.kind == "cycle")


def statement(resident_id: int, period: Period) -> Statement:
    """A resident's lines of a period, by the day they count on, with opening and closing.

    A week lists by the mark `week`, every other period by the mark `month` (fine print T2).
    """
    marked = Posting.week == period.key if period.kind == "week" else _in_months(period)
    lines = db.session.scalars(
        select(Posting).where(Posting.resident_id == resident_id, marked).order_by(Posting.counts_on, Posting.id)
    )
    opening = _sum_of_totals(
        ResidentTotal.resident_id == resident_id,
        ResidentTotal.kind == period.kind,
        ResidentTotal.period < period.key,
    )
    return Statement(period, opening, tuple(lines))


def all_lines(resident_id: int) -> tuple[Posting, ...]:
    """Every line a resident ever had, by the day it counts on."""
    mine = select(Posting).where(Posting.resident_id == resident_id)
    return tuple(db.session.scalars(mine.order_by(Posting.counts_on, Posting.id)))


# Below


def _post(
    marked: Marks, *, resident_id: int, community_code: str, team_id: int | None, merit: int, **line: Any
) -> None:
    """Write a line, and add it to the counters of every period it is marked for. Merit and balance move alike."""
    whose = {"resident_id": resident_id, "community_code": community_code}
    amount = {"merit": merit, "balance": merit}
    on = {"week": marked.week, "month": marked.month, "counts_on": marked.counts_on}
    row = {**on, **whose, "team_id": team_id, **amount, **line}
    connection().execute(_INSERT, row)
    if merit == 0:
        return
    periods = counted_in(marked)
    upsert(
        ResidentTotal,
        [{**whose, **amount, "kind": kind, "period": period} for kind, period in periods],
        add=("merit", "balance"),
    )
    upsert(
        CommunityTotal,
        [{"community_code": community_code, "merit": merit, "period": period} for _kind, period in periods],
        add=("merit",),
    )
    if team_id is not None:
        rows = [{"team_id": team_id, "merit": merit, "period": period} for _kind, period in periods]
        upsert(TeamTotal, rows, add=("merit",))


def _count(marked: Marks, lines: tuple[ColumnElement[bool], ...]) -> None:
    """Add lines that share their marks to the counters of every period they are marked for."""
    community, merit = Posting.community_code, func.sum(Posting.merit).label("merit")
    balance = func.sum(Posting.balance).label("balance")
    for kind, key in sorted(counted_in(marked)):
        period = literal(key).label("period")
        per_resident = select(
            Posting.resident_id, literal(kind).label("kind"), period, community, merit, balance
        ).group_by(Posting.resident_id, community)
        upsert_from(ResidentTotal, per_resident.where(*lines), add=("merit", "balance"))
    for key in sorted(key for _kind, key in counted_in(marked)):
        per_community = select(literal(key).label("period"), community, merit).group_by(community)
        upsert_from(CommunityTotal, per_community.where(*lines), add=("merit",))


def standing_awards() -> Select[Posting]:
    """Awards that no reversal names."""
    reversal = aliased(Posting)
    return (
        select(Posting)
        .outerjoin(reversal, reversal.reverses_id == Posting.id)
        .where(Posting.kind == "award", reversal.id.is_(None))
    )


def _in_months(period: Period) -> ColumnElement[bool]:
    """Postings whose month lies in the period; keys of months sort as the calendar does."""
    months = period.months()
    return Posting.month.between(months[0].key, months[-1].key)


def _sum_of_totals(*where: ColumnElement[bool]) -> Amount:
    row = db.session.execute(select(func.sum(ResidentTotal.merit), func.sum(ResidentTotal.balance)).where(*where)).one()
    return Amount(int(row[0] or 0), int(row[1] or 0))


# Asked at every approval, so written once.
_HOLD = select(Person.id).where(Person.id == bindparam("resident_id")).with_for_update(key_share=True)
_INSERT = insert(cast(Table, Posting.__table__))
_SEALED = select(SealedPeriod.key)
_STANDING = (
    standing_awards()
    .with_only_columns(
        Posting.activity_key, Posting.acted_on, func.count().label("awards"), func.sum(Posting.merit).label("merit")
    )
    .where(
        Posting.resident_id == bindparam("resident_id"),
        Posting.acted_on.between(bindparam("monday"), bindparam("sunday")),
    )
    .group_by(Posting.activity_key, Posting.acted_on)
)
