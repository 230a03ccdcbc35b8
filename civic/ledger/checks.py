"""Every invariant of the ledger that a query can check. Each gives its broken rows in words; none means all is well."""

from collections.abc import Callable, Iterator

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from civic.activities import service as activities
from civic.db import db
from civic.ledger.models import CommunityTotal, Posting, ResidentTotal, TeamTotal
from civic.ledger.service import standing_awards
from civic.rules.periods import Marks, counted_in, parse, period_of
from civic.rules.points import DAY_TOTAL, KEPT_DAY_WORTH, KEPT_DAYS_PER_DAY, worth
from civic.rules.streaks import BONUSES

BATCH_ROWS = 10_000


def problems() -> list[str]:
    """What is broken, one line each."""
    return [line for check in CHECKS for line in check()]


def count_postings() -> int:
    """How many lines the ledger has."""
    return db.session.scalar(select(func.count()).select_from(Posting)) or 0


def counters_equal_the_ledger() -> Iterator[str]:
    """Both tables of counters hold exactly the sums of the postings' marks."""
    residents: dict[tuple[int, str, str, str], list[int]] = {}
    communities: dict[tuple[str, str], int] = {}
    marked = select(
        Posting.resident_id,
        Posting.community_code,
        Posting.week,
        Posting.month,
        func.sum(Posting.merit),
        func.sum(Posting.balance),
    ).group_by(Posting.resident_id, Posting.community_code, Posting.week, Posting.month)
    for resident, community, week, month, merit, balance in db.session.execute(marked):
        for kind, period in counted_in(Marks(week, month, parse(month).starts_on)):
            sums = residents.setdefault((resident, kind, period, community), [0, 0])
            sums[0] += merit
            sums[1] += balance
            communities[period, community] = communities.get((period, community), 0) + merit
    for row in db.session.scalars(select(ResidentTotal)).yield_per(BATCH_ROWS):
        due = residents.pop((row.resident_id, row.kind, row.period, row.community_code), [0, 0])
        if [row.merit, row.balance] != due:
            yield f"resident_total {row.resident_id} {row.period} {row.community_code}: has {row.merit}, due {due[0]}"
    yield from (f"resident_total missing for {key}" for key, due in residents.items() if any(due))
    for total in db.session.scalars(select(CommunityTotal)).yield_per(BATCH_ROWS):
        merit = communities.pop((total.period, total.community_code), 0)
        if total.merit != merit:
            yield f"community_total {total.period} {total.community_code}: has {total.merit}, due {merit}"
    yield from (f"community_total missing for {key}" for key, due in communities.items() if due)


def team_counters_equal_the_ledger() -> Iterator[str]:
    """The counters of teams hold exactly the sums of the marks of those postings that bear them."""
    teams: dict[tuple[str, int], int] = {}
    marked = (
        select(Posting.team_id, Posting.week, Posting.month, func.sum(Posting.merit))
        .where(Posting.team_id.is_not(None))
        .group_by(Posting.team_id, Posting.week, Posting.month)
    )
    for team, week, month, merit in db.session.execute(marked):
        for _kind, period in counted_in(Marks(week, month, parse(month).starts_on)):
            teams[period, team or 0] = teams.get((period, team or 0), 0) + merit
    for total in db.session.scalars(select(TeamTotal)).yield_per(BATCH_ROWS):
        merit = teams.pop((total.period, total.team_id), 0)
        if total.merit != merit:
            yield f"team_total {total.period} {total.team_id}: has {total.merit}, due {merit}"
    yield from (f"team_total missing for {key}" for key, due in teams.items() if due)


def bonuses_bear_no_team() -> Iterator[str]:
    """A bonus, and what undoes one, counts for no team (S2)."""
    bearing = select(Posting.id).where(Posting.act_week.is_not(None), Posting.team_id.is_not(None))
    yield from _lines(bearing, "bonus {} bears a team")


def reversals_restore() -> Iterator[str]:
    """A reversal is the exact opposite of what it names, for the same resident, community, team, activity and day."""
    named = aliased(Posting)
    same = and_(
        Posting.merit == -named.merit,
        Posting.balance == -named.balance,
        Posting.resident_id == named.resident_id,
        Posting.community_code == named.community_code,
        Posting.team_id.is_not_distinct_from(named.team_id),
        Posting.activity_key.is_not_distinct_from(named.activity_key),
        Posting.acted_on.is_not_distinct_from(named.acted_on),
        named.kind != "reversal",
    )
    query = select(Posting.id).join(named, named.id == Posting.reverses_id).where(~same)
    yield from _lines(query, "reversal {} does not mirror what it names")


def at_most_one_award_stands() -> Iterator[str]:
    """Of an entry's awards at most one stands unreversed."""
    query = standing_awards().with_only_columns(Posting.entry_id).group_by(Posting.entry_id).having(func.count() > 1)
    yield from _lines(query, "entry {} has more than one standing award")


def awards_follow_their_rule() -> Iterator[str]:
    """Every award is what its rule version, quantity and standing give, less what a named cap cut (I6)."""
    told = (
        Posting.activity_key,
        Posting.rule_version,
        Posting.quantity,
        Posting.worth,
        Posting.standing,
        Posting.cut_by,
        Posting.merit,
    )
    alike = select(func.min(Posting.id).label("first"), *told).where(Posting.kind == "award").group_by(*told)
    for row in db.session.execute(alike):
        activity = activities.get(row.activity_key)
        rule = activities.rule_version(row.activity_key, row.rule_version)
        full = KEPT_DAY_WORTH if activity.is_pledge else worth(rule, row.quantity)
        due = full if activity.is_pledge else (full, full // 2, 0)[min(row.standing, 2)]
        is_cut = row.cut_by is not None
        if row.worth != full or not 0 <= row.merit <= due or (row.merit < due) != is_cut:
            yield f"posting {row.first}: {row.merit} merit of a worth of {row.worth}; by its rule {due} of {full}"


def merit_and_balance_move_alike() -> Iterator[str]:
    """Award, bonus and reversal move both amounts alike."""
    unlike = select(Posting.id).where(Posting.merit != Posting.balance)
    yield from _lines(unlike, "posting {}: merit and balance of an award, bonus or reversal must be alike")


def days_stay_under_their_caps() -> Iterator[str]:
    """What stands for one act day never exceeds 30, of kept days never 2, but for what an appeal restored (P6)."""
    earlier = aliased(Posting)
    restored = exists().where(
        earlier.entry_id == Posting.entry_id,
        earlier.kind == "award",
        earlier.id < Posting.id,
        earlier.merit == Posting.merit,
    )
    by_day = standing_awards().where(~restored).group_by(Posting.resident_id, Posting.acted_on)
    per_day = by_day.with_only_columns(Posting.resident_id, Posting.acted_on, func.sum(Posting.merit))
    for resident, day, merit in db.session.execute(per_day.having(func.sum(Posting.merit) > DAY_TOTAL)):
        yield f"resident {resident} has {merit} on {day}, more than {DAY_TOTAL}"
    pledges = [found.key for found in activities.open_activities() if found.is_pledge]
    kept = per_day.where(Posting.activity_key.in_(pledges)).having(func.sum(Posting.merit) > KEPT_DAYS_PER_DAY)
    for resident, day, merit in db.session.execute(kept):
        yield f"resident {resident} has {merit} for kept days on {day}, more than {KEPT_DAYS_PER_DAY}"


def marks_lie_on_the_calendar() -> Iterator[str]:
    """No posting is marked for a period before its act day, and counts on its act day or the first of its month."""
    query = select(Posting).where(Posting.acted_on.is_not(None))
    for posting in db.session.scalars(query).yield_per(BATCH_ROWS):
        day = posting.acted_on
        if day is None:
            continue
        month = parse(posting.month)
        early = posting.week < period_of("week", day).key or posting.month < period_of("month", day).key
        if early or posting.counts_on not in (day, month.starts_on) or posting.counts_on not in month:
            marked = f"{posting.week}, {posting.month}, counts on {posting.counts_on}"
            yield f"posting {posting.id} of {day}: marked {marked}"


def bonuses_name_their_week() -> Iterator[str]:
    """A bonus is for a week and for no entry."""
    query = select(Posting.id).where(
        Posting.kind == "bonus", or_(Posting.act_week.is_(None), Posting.entry_id.is_not(None))
    )
    yield from _lines(query, "bonus {} names no week, or an entry")


def bonuses_add_up() -> Iterator[str]:
    """All bonuses of a resident for one week together are what a week can bring: nothing, five or eight (P7)."""
    whole = {0, *(points for _days, points in BONUSES)}
    paid = (
        select(Posting.resident_id, Posting.act_week, func.sum(Posting.merit))
        .where(Posting.kind == "bonus")
        .group_by(Posting.resident_id, Posting.act_week)
        .having(func.sum(Posting.merit).not_in(whole))
    )
    for resident, week, merit in db.session.execute(paid):
        yield f"resident {resident} has {merit} of bonuses for {week}"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    counters_equal_the_ledger,
    team_counters_equal_the_ledger,
    bonuses_bear_no_team,
    reversals_restore,
    at_most_one_award_stands,
    awards_follow_their_rule,
    merit_and_balance_move_alike,
    days_stay_under_their_caps,
    marks_lie_on_the_calendar,
    bonuses_name_their_week,
    bonuses_add_up,
)


def _lines(query: Select[int] | Select[int | None], words: str) -> Iterator[str]:
    for key in db.session.scalars(query):
        yield words.format(key)
