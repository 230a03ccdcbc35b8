"""The figures of a bulletin, from sealed rankings and final figures only: the same whenever they are made.

They are kept with the bulletin as plain JSON, names included, so that it reads the same for ever. Scores are in
hundredths, shares are fractions, waits are hours.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from civic.areas.models import Area
from civic.dashboards import service as dashboards
from civic.dashboards.figures import compared
from civic.dashboards.service import MOST_ROWS, AreaLine, Below, half_within
from civic.rankings.service import area_boards_of
from civic.rules import bulletins as rules
from civic.rules.civility_index import furthest, missing, with_one_more
from civic.rules.periods import Period, period_of
from civic.rules.waits import NINE_TENTHS, within

Facts = dict[str, Any]
COMMUNITIES = "communities"


def facts(area: Area, period: Period, last: Facts | None) -> Facts | None:
    """What there is to say; None where nothing was sealed. `last` are the facts of the area's bulletin before."""
    here, there = dashboards.sides([(area, period), (area, period.previous())])
    found = dashboards.below(area, COMMUNITIES, period, rows=MOST_ROWS)
    if found.published.sha256 is None:
        return None
    ranked = [line for line in found.lines if line.listed.rank]
    most = rules.named(len(ranked))
    changes = [(line.listed.key, line.change or 0) for line in found.lines]
    improved = dict(rules.most_improved(changes, most))
    up, down = rules.movers(
        (line.listed.key, line.listed.previous_rank, line.listed.rank)
        for line in ranked
        if line.listed.rank and line.listed.previous_rank
    )
    # Where all stand level nobody stands behind.
    behind = [line for line in ranked if line.listed.rank and line.listed.rank > most]
    weakest = behind[max(0, len(behind) - most) :][::-1]
    return {
        "sha256": found.published.sha256,
        "figures": [[one.key, one.form, one.here, one.there] for one in compared(here, there)],
        "rank": here.index.rank,
        "boards": {of: _board(dashboards.below(area, of, period, rows=MOST_ROWS)) for of in _boards(area)}
        | {COMMUNITIES: _board(found)},
        "best": [line.listed.key for line in ranked[:most]],
        "improved": [[code, rise] for code, rise in improved.items()],
        "up": up,
        "down": down,
        "to_improve": [_what_helps(line) for line in weakest],
        "slow": _slow(found.lines),
        "last": _became(last, found.lines),
        "weeks": [
            [each.week.key, each.share, each.year_before]
            for each in dashboards.participation(area, _last_week_within(period))
        ],
    }


def _boards(area: Area) -> list[str]:
    """The boards besides the communities' that a bulletin shows: of a city its districts."""
    return [of for of in area_boards_of(area) if of == "districts"]


def _board(found: Below) -> list[list[Any]]:
    """Rank, rank before, code, name, index, its change, points and people of each place."""
    return [
        [
            line.listed.rank,
            line.listed.previous_rank,
            line.listed.key,
            line.listed.name,
            line.listed.index,
            line.change,
            line.listed.merit,
            line.figures.people if line.figures else 0,
        ]
        for line in found.lines
    ]


def _what_helps(line: AreaLine) -> Facts:
    """The part furthest from its target with how much of what it counts is missing, and what one more person brings."""
    parts = [part for stored in line.listed.parts if (part := stored.part) is not None]
    short = furthest(parts)
    one_more = with_one_more(parts) - sum(part.score for part in parts) if parts else None
    return {
        "code": line.listed.key,
        "part": short.key if short else None,
        "missing": missing(short) if short else None,
        "one_more": one_more,
    }


def _slow(lines: Sequence[AreaLine]) -> list[list[Any]]:
    """Where nine in ten were not decided within two days: code, hours for half, hours for nine in ten, decisions."""
    found = []
    for line in lines:
        waits = line.figures.waits if line.figures else []
        most = within(waits, NINE_TENTHS) if sum(waits) else 0
        if most is None or most > rules.SLOW_HOURS:
            found.append([line.listed.key, half_within(line.figures), most, sum(waits)])
    return sorted(found, key=_slowest_first)[: rules.NAMED]


def _slowest_first(row: list[Any]) -> tuple[bool, int, str]:
    """Longer than a week, for which there is no number, comes before everything else."""
    code, _half, most, _decided = row
    return most is not None, -(most or 0), code


def _became(last: Facts | None, lines: Sequence[AreaLine]) -> list[list[Any]]:
    """What became of the list before: code, name, rank and index then, rank and index now."""
    if not last:
        return []
    then = {row[2]: row for row in last["boards"][COMMUNITIES]}
    now = {line.listed.key: line.listed for line in lines}
    found = []
    for one in last["to_improve"]:
        old, new = then[one["code"]], now.get(one["code"])
        found.append([old[2], old[3], old[0], old[4], new.rank if new else None, new.index if new else None])
    return found


def _last_week_within(period: Period) -> Period:
    """The last week that ended with the period or before: it is sealed when the period closes."""
    week = period_of("week", period.ends_on - timedelta(days=1))
    return week if week.ends_on <= period.ends_on else week.previous()
