"""What another point rule would have done to the ranks of communities in the last sealed month.

Every award of the activity that stands is priced anew, in the order in which they were posted: worth, halving, the
activity's own caps. What the same person earned by other activities that day is taken as it stands, so where the cap
of 30 a day cut something, an award or two may come out a little different. Bonuses and all else stay as they are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from civic.activities import service as activities
from civic.areas.models import Area, within
from civic.db import connection, db
from civic.ledger.models import Posting
from civic.rankings.index_changes import Moved, moved_between, sealed_months
from civic.rankings.indices import settings_of
from civic.rankings.models import IndexPart, Ranking
from civic.rankings.tally import per_resident
from civic.rules import points
from civic.rules.civility_index import ACTIVE_MERIT, Part
from civic.rules.periods import Period
from civic.rules.points import PointRule, Standing

MOST_AWARDS = 50_000
MOST_RESIDENTS = 200_000
COMMUNITY_DIGITS = 12


@dataclass(frozen=True)
class Preview:
    """What would have been another: the sum of the activity's merit, and the communities that would have moved."""

    period: Period
    awards: int
    merit: int
    would_be: int
    moved: tuple[Moved, ...]


def preview(city_code: str, key: str, rule: PointRule) -> Preview | None:
    """None while no month is sealed, or where the month holds more than a page should wait for."""
    months = sealed_months(city_code)
    if not months:
        return None
    period = months[0]
    as_of = _as_of(city_code, period)
    awards = _awards(city_code, key, period, as_of)
    residents = _residents(city_code, period, as_of)
    if len(awards) > MOST_AWARDS or len(residents) > MOST_RESIDENTS:
        return None
    changed = _priced_anew(awards, rule, activities.get(key).is_pledge, _others(awards, key))
    was = sum(award.merit for award in awards)
    moved = _moved(city_code, period, residents, changed)
    return Preview(period, len(awards), was, was + sum(changed.values()), tuple(moved))


def _as_of(city_code: str, period: Period) -> datetime:
    head = (Ranking.period == period.key, Ranking.area_code == city_code, Ranking.of == "communities")
    return db.session.scalars(select(Ranking.as_of).where(*head)).one()


def _awards(city_code: str, key: str, period: Period, as_of: datetime) -> Sequence[Any]:
    """The awards of an activity in a month that stood when it was sealed, in the order of the ledger."""
    reversal = aliased(Posting)
    undone = and_(reversal.reverses_id == Posting.id, reversal.posted_at < as_of)
    return (
        connection()
        .execute(
            select(Posting.community_code, Posting.resident_id, Posting.acted_on, Posting.quantity, Posting.merit)
            .outerjoin(reversal, undone)
            .where(
                Posting.month == period.key,
                within(Posting.community_code, city_code),
                Posting.kind == "award",
                Posting.activity_key == key,
                Posting.posted_at < as_of,
                reversal.id.is_(None),
            )
            .order_by(Posting.id)
            .limit(MOST_AWARDS + 1)
        )
        .all()
    )


def _residents(city_code: str, period: Period, as_of: datetime) -> Sequence[Any]:
    found = per_resident(period, as_of).subquery()
    inside = within(found.c.community_code, city_code)  # type: ignore[arg-type]
    return connection().execute(select(found).where(inside).limit(MOST_RESIDENTS + 1)).all()


def _others(awards: Sequence[Any], key: str) -> dict[tuple[int, date], int]:
    """What each of these people earned by other activities on each of these days."""
    days = {award.acted_on for award in awards}
    people = {award.resident_id for award in awards}
    if not awards:
        return {}
    rows = connection().execute(
        select(Posting.resident_id, Posting.acted_on, func.sum(Posting.merit))
        .where(
            Posting.acted_on.between(min(days), max(days)),
            Posting.activity_key != key,
            Posting.entry_id.is_not(None),
        )
        .group_by(Posting.resident_id, Posting.acted_on)
    )
    return {(who, day): int(merit) for who, day, merit in rows if who in people and day is not None}


def _priced_anew(
    awards: Sequence[Any], rule: PointRule, is_pledge: bool, others: dict[tuple[int, date], int]
) -> dict[tuple[str, int], int]:
    """By how much the merit of each resident of each community would have been another."""
    same_day: dict[tuple[int, date], int] = defaultdict(int)
    by_day: dict[tuple[int, date], int] = defaultdict(int)
    by_week: dict[tuple[int, date], int] = defaultdict(int)
    changed: dict[tuple[str, int], int] = defaultdict(int)
    for community, who, day, quantity, merit in awards:
        monday = day - timedelta(days=day.weekday())
        standing = Standing(
            same_day[who, day],
            by_day[who, day],
            by_week[who, monday],
            others.get((who, day), 0) + by_day[who, day],
            0,
        )
        counted = min(max(quantity or 1, rule.min_quantity), rule.max_quantity)
        earned = points.award(rule, counted, standing, is_pledge).points
        same_day[who, day] += 1
        by_day[who, day] += earned
        by_week[who, monday] += earned
        changed[community, who] += earned - merit
    return changed


def _moved(
    city_code: str, period: Period, residents: Sequence[Any], changed: dict[tuple[str, int], int]
) -> list[Moved]:
    """The communities whose rank the changed merits would have made another."""
    cap = settings_of(city_code, "month", period.starts_on).cap
    more: dict[str, dict[str, int]] = defaultdict(lambda: {"participation": 0, "points": 0})
    for community, who, merit, _days in residents:
        would = merit + changed.get((community, who), 0)
        more[community]["participation"] += int(would >= ACTIVE_MERIT) - int(merit >= ACTIVE_MERIT)
        more[community]["points"] += min(would, cap) - min(merit, cap)
    rows = db.session.execute(
        select(IndexPart, Area.short_name)
        .join(Area, Area.code == IndexPart.area_code)
        .where(
            IndexPart.period == period.key,
            within(IndexPart.area_code, city_code),
            func.length(IndexPart.area_code) == COMMUNITY_DIGITS,
        )
    ).all()
    counted = {row.IndexPart.area_code for row in rows}
    city = {
        key: sum(figures[key] for code, figures in more.items() if code in counted)
        for key in ("participation", "points")
    }
    was: dict[str, int] = defaultdict(int)
    would_be: dict[str, int] = defaultdict(int)
    for row in rows:
        part = row.IndexPart.part
        was[row.IndexPart.area_code] += row.IndexPart.score
        if part is not None:
            here = more[row.IndexPart.area_code].get(part.key, 0) if row.IndexPart.area_code in more else 0
            would_be[row.IndexPart.area_code] += _with(part, here, city.get(part.key, 0)).score
    names = {row.IndexPart.area_code: row.short_name for row in rows}
    return moved_between(was, would_be, names)


def _with(part: Part, here: int, city: int) -> Part:
    return Part(
        key=part.key,
        x=part.x + here,
        n=part.n,
        city_x=part.city_x + city,
        city_n=Fraction(part.city_n),
        target=part.target,
        weight=part.weight,
        judged=part.judged,
    )
