"""What the scheduler calls: provisional rankings every night, sealing after every closing.

The true time is read here once, beside the due instant: a rehearsal must not count what is not known yet.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from civic import clock
from civic.rankings.compiling import compile_period, is_sealed
from civic.rankings.sealing import note_corrections, seal
from civic.rules.periods import KINDS, Period, is_closed, parse, period_of

# After a long pause the nights that newer ones have overtaken make nothing; a week's worth is still made one by one.
OVERTAKEN_AFTER = timedelta(days=7)


def compile_all(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:
    """Compile every period that is running or over but not closed yet, and note what puts sealed ones right."""
    boards = rows = 0
    is_overtaken = now + OVERTAKEN_AFTER < clock.now()
    for found in unclosed(date.fromisoformat(period), now, zone):
        if not is_overtaken and not is_sealed(found):
            made = compile_period(found, now=now, members_as_of=min(now, clock.now()), zone=zone)
            boards, rows = boards + made.boards, rows + made.rows
    return {"boards": boards, "rows": rows, "corrections": note_corrections(now)}


def seal_one(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:
    """Seal the period that closed, unless somebody did so by hand."""
    closed = parse(period)
    sealed = [] if is_sealed(closed) else seal(closed, now=now, clock_now=clock.now(), zone=zone)
    return {"boards": sum(one.rankings for one in sealed), "rows": sum(one.rows for one in sealed)}


def unclosed(day: date, now: datetime, zone: ZoneInfo) -> list[Period]:
    """The periods of a day, and before them those that are over and still take postings, months before quarters."""
    found: list[Period] = []
    for kind in (*KINDS[1:], "week"):
        here = [period_of(kind, day)]
        while not is_closed(here[0].previous(), now, zone):
            here.insert(0, here[0].previous())
        found += here
    return found
