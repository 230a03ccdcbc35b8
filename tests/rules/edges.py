"""Random instants around the edges of periods against plain reckoning: `python -m tests.rules.edges [INSTANTS]`.

Run in servers of three time zones, which must all give the same. The reckoning knows nothing of time zones but what
China's clocks did: eight hours ahead, nine in six summers; weeks are counted from a Monday that is known.
"""

import hashlib
import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter, strftime
from zoneinfo import ZoneInfo

from civic.rules import periods
from civic.rules.people import is_child
from civic.rules.periods import KINDS, parse, period_of

CITY = ZoneInfo("Asia/Shanghai")
ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
INSTANTS = 100_000
# From 02:00 of the first day to 02:00 of the last, by the clock of the hour before.
SUMMERS = (
    (date(1986, 5, 4), date(1986, 9, 14)),
    (date(1987, 4, 12), date(1987, 9, 13)),
    (date(1988, 4, 17), date(1988, 9, 11)),
    (date(1989, 4, 16), date(1989, 9, 17)),
    (date(1990, 4, 15), date(1990, 9, 16)),
    (date(1991, 4, 14), date(1991, 9, 15)),
)
A_MONDAY = date(2026, 11, 23)
NUDGES = (-2_000_000, -1_000_000, -1, 0, 1, 999_999, 2_000_000)  # microseconds
FIRST, LAST = date(1986, 1, 1), date(2100, 12, 31)


def instants(count: int, seed: int = 47) -> list[datetime]:
    """A quarter anywhere, a quarter in the years of summer time, around 29 February, around a week 53."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        period = period_of(chance.choice(KINDS), _day(chance, number % 4))
        edge = chance.choice((period.begins_at, period.ended_at, period.closes_at))(CITY)
        found.append(edge + timedelta(microseconds=chance.choice(NUDGES)))
    return found


def _day(chance: random.Random, case: int) -> date:
    if case == 1:
        return date(1986, 1, 1) + timedelta(days=chance.randrange(6 * 365))
    if case == 2:
        return date(chance.randrange(1988, 2097, 4), 2, 29) + timedelta(days=chance.randint(-2, 2))
    year = chance.randrange(FIRST.year, LAST.year)
    if case == 3:
        while date(year, 12, 28).isocalendar().week != 53:
            year = chance.randrange(FIRST.year, LAST.year)
        return date.fromisocalendar(year, 53, chance.randint(1, 7)) + timedelta(days=chance.choice((-7, 0, 7)))
    return FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))


def differences(count: int) -> tuple[list[str], str]:
    """Whatever the rules answer otherwise than plain reckoning does, and a fingerprint of all answers."""
    chance, seen, found = random.Random(48), hashlib.sha256(), []
    for at in instants(count):
        acted_days_ago = chance.randint(0, 9)
        ours, plain = _by_the_rules(at, acted_days_ago), _by_reckoning(at, acted_days_ago)
        seen.update(repr(ours).encode())
        if ours != plain:
            found.append(f"{at.isoformat()}: {ours}, by plain reckoning {plain}")
    return found, seen.hexdigest()


def _by_the_rules(at: datetime, acted_days_ago: int) -> list[object]:
    today = periods.day_of(at, CITY)
    acted_on = today - timedelta(days=acted_days_ago)
    marked = periods.marks(acted_on, at, CITY)
    here = [period_of(kind, today) for kind in KINDS]
    return [
        today,
        [(period.key, period.starts_on, period.ends_on) for period in here],
        [parse(period.key) == period and today in period for period in here],
        [periods.is_closed(period.previous(), at, CITY) for period in here],
        (marked.week, marked.month, marked.counts_on),
        [is_child(_fourteen_years_before(today), today - timedelta(days=days)) for days in (0, 1)],
    ]


def _by_reckoning(at: datetime, acted_days_ago: int) -> list[object]:
    local = _local(at)
    today = local.date()
    acted_on = today - timedelta(days=acted_days_ago)
    week, month = _mark("week", acted_on, local), _mark("month", acted_on, local)
    stays = month[1] <= acted_on < month[2]
    return [
        today,
        [_span(kind, today) for kind in KINDS],
        [True for _kind in KINDS],
        [_is_closed(kind, _span(kind, _span(kind, today)[1] - timedelta(days=1)), local) for kind in KINDS],
        (week[0], month[0], acted_on if stays else month[1]),
        # Rights change at 00:00 of the birthday; for 29 February that is 1 March where there is none.
        [False, (today.month, today.day) != (2, 29)],
    ]


def _fourteen_years_before(day: date) -> date:
    """The birth date of whoever becomes 14 on this day; of two on 1 March, 29 February."""
    year = day.year - 14
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if (day.month, day.day) == (2, 29):
        return date(year, 2, 28)  # 14 since yesterday
    return date(year, 2, 29) if (day.month, day.day) == (3, 1) and is_leap else day.replace(year=year)


def _local(at: datetime) -> datetime:
    utc = at.astimezone(UTC).replace(tzinfo=None)
    for first, last in SUMMERS:
        begins = datetime.combine(first, time(2)) - timedelta(hours=8)
        ends = datetime.combine(last, time(2)) - timedelta(hours=9)
        if begins <= utc < ends:
            return utc + timedelta(hours=9)
    return utc + timedelta(hours=8)


Span = tuple[str, date, date]  # key, first day, first day after it


def _span(kind: str, day: date) -> Span:
    if kind == "week":
        monday = A_MONDAY + timedelta(days=(day - A_MONDAY).days // 7 * 7)
        thursday = monday + timedelta(days=3)
        number = (thursday - date(thursday.year, 1, 1)).days // 7 + 1
        return f"{thursday.year}-W{number:02}", monday, monday + timedelta(days=7)
    first_year, years = (day.year - (day.year - 2024) % 3, 3) if kind == "cycle" else (day.year, 1)
    if kind in ("year", "cycle"):
        key = f"{first_year}--{first_year + 2}" if kind == "cycle" else f"{first_year}"
        return key, date(first_year, 1, 1), date(first_year + years, 1, 1)
    length = 3 if kind == "quarter" else 1
    place = (day.month - 1) // length
    key = f"{day.year}-Q{place + 1}" if kind == "quarter" else f"{day.year}-{day.month:02}"
    after = (place + 1) * length
    return key, date(day.year, place * length + 1, 1), date(day.year + after // 12, after % 12 + 1, 1)


def _is_closed(kind: str, span: Span, local: datetime) -> bool:
    wait = 3 if kind == "week" else 7
    return local >= datetime.combine(span[2] + timedelta(days=wait), time())


def _mark(kind: str, acted_on: date, local: datetime) -> Span:
    """The period of the act day, or the first one after it that is not closed."""
    found = _span(kind, acted_on)
    while _is_closed(kind, found, local):
        found = _span(kind, found[2])
    return found


def _everywhere(count: int) -> int:
    """One process in each zone; the same instants, and the same answers, or exit code 1."""
    prints = set()
    for zone in ZONES:
        started = perf_counter()
        run = subprocess.run(
            [sys.executable, "-m", "tests.rules.edges", str(count), "here"],
            env=os.environ | {"TZ": zone},
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"TZ={zone}: {run.stdout.strip()}, {perf_counter() - started:.0f} s{run.stderr}", flush=True)  # noqa: T201
        prints.add(run.stdout.split()[-1] if run.returncode == 0 else zone)
    print("all alike" if len(prints) == 1 else "NOT ALIKE")  # noqa: T201
    return int(len(prints) != 1)


def _here(count: int) -> int:
    found, fingerprint = differences(count)
    for line in found[:20]:
        print(line, file=sys.stderr)  # noqa: T201
    told = f"{strftime('%Z')}, {count} instants, {len(found)} different, answers {fingerprint[:16]}"
    print(told)  # noqa: T201
    return int(bool(found))


if __name__ == "__main__":
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else INSTANTS
    sys.exit(_here(how_many) if "here" in sys.argv else _everywhere(how_many))
