"""Compiling the figures that dashboards and wall screens read. Nothing counts in a request."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from civic.activities.models import CATEGORIES
from civic.areas.models import LEVELS
from civic.dashboards.counting import OWN, Sums, acts_of, by_community, waiting
from civic.dashboards.models import WAYS, AreaFigures, AreaNow, FiguresPeriod
from civic.db import connection, db
from civic.jobs import service as jobs
from civic.ledger.models import CommunityTotal
from civic.rankings.jobs import unclosed
from civic.rankings.tree import Tree, cities, tree_on
from civic.rules.entries import LIT
from civic.rules.periods import Period, day_of, is_closed, parse
from civic.rules.waits import AGES

NAME = "dashboards"
MINUTES = 5
LARGE_EVERY = timedelta(hours=1)  # quarters, years and cycles, which change little from one moment to the next
RUNS_KEPT = timedelta(days=1)
PERIODS_AT_ONCE = 60  # of those that ended unseen; the next run takes the rest
ORDER = ("month", "week", "quarter", "year", "cycle")  # what is a sum of months comes after them


def refresh(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Bring every open period up to date, make those that closed final, and say how each area is now."""
    todo = _todo(now, zone)
    rows = sum(compile_figures(each, now=now, zone=zone) for each in todo)
    areas = _compile_now(now, zone)
    jobs.forget_runs(NAME, now - RUNS_KEPT)
    return {"periods": len(todo), "rows": rows, "areas": areas}


def compile_figures(period: Period, *, now: datetime, zone: ZoneInfo) -> int:
    """Write the figures of a period in place of those before; says how many areas have any."""
    found = by_community(period, now, zone)
    tree = tree_on(period.starts_on, cities(), found)
    rows = [_row(period, code, sums) for code, sums in _rolled_up(tree, found).items()]
    connection().execute(delete(AreaFigures).where(AreaFigures.period == period.key))
    if rows:
        connection().execute(insert(AreaFigures), rows)
    connection().execute(delete(FiguresPeriod).where(FiguresPeriod.period == period.key))
    head = {
        "period": period.key,
        "kind": period.kind,
        "starts_on": period.starts_on,
        "as_of": now,
        "is_final": is_closed(period, now, zone),
    }
    connection().execute(insert(FiguresPeriod), [head])
    return len(rows)


def _todo(now: datetime, zone: ZoneInfo) -> list[Period]:
    """The open periods whose turn it is, and the closed ones whose last word is not written yet."""
    known = {row.period: row for row in db.session.execute(select(FiguresPeriod.__table__))}
    running = unclosed(day_of(now, zone), now, zone)
    wanted = [period for period in running if period.kind in OWN or _is_old(known.get(period.key), now)]
    keys = set(db.session.scalars(select(CommunityTotal.period).distinct())) | set(known)
    over = [parse(key) for key in keys if key not in known or not known[key].is_final]
    ended = [period for period in over if is_closed(period, now, zone)]
    latest = sorted(ended, key=lambda period: period.ends_on, reverse=True)[:PERIODS_AT_ONCE]
    return sorted({*wanted, *latest}, key=lambda period: (ORDER.index(period.kind), period.starts_on))


def _is_old(row: object, now: datetime) -> bool:
    as_of: datetime | None = getattr(row, "as_of", None)
    return as_of is None or now >= as_of + LARGE_EVERY


def _rolled_up(tree: Tree, found: dict[str, Sums]) -> dict[str, Sums]:
    """The same for every area: each community counted in itself and in all above it."""
    everywhere: dict[str, Sums] = {}
    for code in tree.communities:
        here = found.get(code, Sums())
        here.communities = 1
        here.quiet = int(here.people == 0)
        if here.people:
            here.lacking.update(key for key in CATEGORIES if here.categories[key] <= 0)
        for above in tree.paths[code]:
            everywhere.setdefault(above, Sums()).add(here)
    return everywhere


def _row(period: Period, code: str, sums: Sums) -> dict[str, object]:
    categories = {key: sums.categories[key] for key in CATEGORIES if sums.categories[key]}
    return {
        "period": period.key,
        "area_code": code,
        "level": LEVELS[len(code)],
        "merit": sums.merit,
        "people": sums.people,
        "entries": sum(categories.values()),
        "categories": categories,
        "seen": bits(key for key, entries in categories.items() if entries > 0),
        "communities": sums.communities,
        "quiet": sums.quiet,
        "lacking": {key: sums.lacking[key] for key in CATEGORIES if sums.lacking[key]},
        "waits": list(sums.waits),
        "ways": {way: sums.ways[way] for way in WAYS if sums.ways[way]},
    }


def bits(categories: Iterable[str]) -> int:
    """Categories as one number, each a bit by its place in the catalogue."""
    return sum(1 << CATEGORIES.index(key) for key in categories)


def _compile_now(now: datetime, zone: ZoneInfo) -> int:
    ages = tuple(now - timedelta(hours=hours) for hours in AGES)
    waits = waiting(now, ages)
    tree = tree_on(day_of(now, zone), cities(), waits)
    acts = acts_of(day_of(now, zone), tree.communities, LIT)
    sums: dict[str, list[int]] = {}
    for code in tree.communities:
        here = [acts.get(code, 0), *waits.get(code, (0,) * (len(AGES) + 1))]
        for above in tree.paths[code]:
            sums[above] = [one + more for one, more in zip(sums.get(above, [0] * len(here)), here, strict=True)]
    connection().execute(delete(AreaNow))
    names = ("acts", "waiting_12", "waiting_24", "waiting_48", "overdue")
    rows = [{"area_code": code, "as_of": now, **dict(zip(names, found, strict=True))} for code, found in sums.items()]
    if rows:
        connection().execute(insert(AreaNow), rows)
    return len(rows)
