"""Steady beats sudden: the bonus for a steady week, and the streak of weeks.

docs/rules.md: section 4 (steadiness bonus, streak), fine print P7, P8. An active day is a day with a standing award
other than a kept day's; whoever calls this has counted them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from civic.rules.periods import Period, day_of, oldest_open, period_of

ROUND_DAYS = 3  # with so many active days a week is round: it brings a bonus, and the streak goes on
BONUSES = ((5, 8), (3, 5))  # (active days, points), the larger first; not added up
WEEKS_JUDGED = 6  # each Thursday looks so many weeks back
JUDGED_AFTER = timedelta(minutes=10)  # after a week's closing
KEPT_WEEKS_PER_REST = 8
MOST_RESTS = 2
TREE, BENCH, GRASS = "tree", "bench", "grass"  # a kept week, a rest week used, a missed week


@dataclass(frozen=True)
class Streak:
    """Where a resident stands: weeks kept in a row, rest weeks in stock, and a sign for every week judged so far."""

    weeks: int = 0
    rests: int = 0
    signs: tuple[str, ...] = ()


def bonus_due(active_days: int) -> int:
    """What a week with so many active days brings."""
    return next((points for days, points in BONUSES if active_days >= days), 0)


def weeks_to_judge(due: datetime, zone: ZoneInfo) -> tuple[Period, ...]:
    """The six weeks whose Sunday lies before the day of this instant, oldest first (P7)."""
    found = [period_of("week", day_of(due, zone)).previous()]
    while len(found) < WEEKS_JUDGED:
        found.append(found[-1].previous())
    return tuple(reversed(found))


def last_judged(at: datetime, zone: ZoneInfo) -> Period:
    """The latest week that has been judged at an instant."""
    return oldest_open("week", at - JUDGED_AFTER, zone).previous()


def judged_at(week: Period, zone: ZoneInfo) -> datetime:
    """The Thursday's instant at which a week is judged for the first time."""
    return week.closes_at(zone) + JUDGED_AFTER


def streak(active_days: Iterable[date], last: Period) -> Streak:
    """The streak at the end of the week `last`, from all active days ever, beginning with the first kept week (P8)."""
    days_of = Counter(period_of("week", day).starts_on for day in set(active_days))
    kept = {monday for monday, days in days_of.items() if days >= ROUND_DAYS and monday <= last.starts_on}
    if not kept:
        return Streak()
    weeks = rests = since_rest = 0
    signs = []
    first = min(kept)
    for number in range((last.starts_on - first).days // 7 + 1):
        if first + timedelta(weeks=number) in kept:
            weeks, since_rest = weeks + 1, since_rest + 1
            signs.append(TREE)
            if since_rest == KEPT_WEEKS_PER_REST:
                rests, since_rest = min(MOST_RESTS, rests + 1), 0
        elif rests:
            rests -= 1
            signs.append(BENCH)
        else:
            weeks = since_rest = 0
            signs.append(GRASS)
    return Streak(weeks, rests, tuple(signs))
