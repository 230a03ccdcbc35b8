"""The civility index of every area of a period, from the tally and the denominators, or from the period's months."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from civic.db import db
from civic.rankings.denominators import Span, person_days
from civic.rankings.models import IndexPart, IndexSetting, ProvisionalPart
from civic.rankings.tally import CommunityFigures
from civic.rankings.tree import Tree
from civic.rules.civility_index import DEFAULTS, OWN_INDEX, PARTS, PER, Figure, Part, Settings, judge, mean
from civic.rules.periods import Period


@dataclass(frozen=True)
class Indices:
    """Each area's parts, as rows of the table of parts; an area without an index is missing."""

    parts: dict[str, list[dict[str, Any]]]

    def of(self, code: str) -> int | None:
        """An area's index in hundredths."""
        parts = self.parts.get(code)
        return sum(part["score"] for part in parts) if parts else None


def settings_of(city: str, kind: str, day: date) -> Settings:
    """Weights, targets and cap in force in a city on a day."""
    row = db.session.scalar(
        select(IndexSetting)
        .where(IndexSetting.area_code == city, IndexSetting.kind == kind, IndexSetting.from_on <= day)
        .order_by(IndexSetting.from_on.desc())
        .limit(1)
    )
    return row.settings if row else DEFAULTS[kind]


def settings_by_city(cities: Iterable[str], period: Period) -> dict[str, Settings]:
    """What each city's index of a week or month is judged by; that of other periods needs nothing."""
    if period.kind not in OWN_INDEX:
        return {}
    return {city: settings_of(city, period.kind, period.starts_on) for city in cities}


def judged(
    period: Period,
    span: Span,
    tree: Tree,
    figures: Mapping[int, Mapping[str, CommunityFigures]],
    settings: Mapping[str, Settings],
) -> Indices:
    """The index of a week or month. `figures` are those by each cap, since a city may have its own."""
    n_days = person_days(span, tree.communities, tree.city_of)
    sums: dict[str, list[int]] = {}  # whole numbers until each area is judged: three sums of x, and person-days
    for code, days in n_days.items():
        here = figures[settings[tree.city_of[code]].cap].get(code, CommunityFigures())
        for above in tree.paths[code]:
            old = sums.get(above, [0, 0, 0, 0])
            new = (here.active, here.capped_merit, here.steady, days)
            sums[above] = [one + more for one, more in zip(old, new, strict=True)]
    raw = {code: _raw(found, span.days) for code, found in sums.items()}
    parts = {}
    for code, found in sorted(raw.items()):
        city = tree.paths[code][0]
        judged_parts = judge(found, raw[city], settings[city])
        n_days = {"n_days": sums[code][3], "city_n_days": sums[city][3], "days": span.days}
        parts[code] = [_row(period, code, part) | n_days for part in judged_parts]
    return Indices(parts)


def _raw(sums: list[int], days: int) -> dict[str, Figure]:
    # Problems put right have no cases yet; their weight goes to the others.
    n = Fraction(sums[3], days)
    return {key: Figure(x, n) for key, x in zip(PARTS[:3], sums[:3], strict=True)}


def _row(period: Period, code: str, part: Part) -> dict[str, Any]:
    return {
        "period": period.key,
        "area_code": code,
        "key": part.key,
        "x": part.x,
        "city_x": part.city_x,
        "target": int(part.target * PER),
        "weight": part.weight,
        "judged": part.judged,
        "months": None,
        "score": part.score,
    }


def averaged(period: Period, tree: Tree, only_sealed: bool) -> Indices:
    """The index of a quarter, year or cycle: part by part the mean of its months, sealed or also so far (X1)."""
    keys = [month.key for month in period.months()]
    found = _month_parts(IndexPart, keys)
    if not only_sealed:
        sealed = {key for _code, key in found}
        found |= _month_parts(ProvisionalPart, [key for key in keys if key not in sealed])
    by_area: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (code, _month), rows in sorted(found.items()):
        if code in tree.paths:
            by_area[code].append({row.key: row for row in rows})
    return Indices({code: _mean(period, code, months) for code, months in by_area.items()})


MonthParts = dict[tuple[str, str], list[IndexPart | ProvisionalPart]]


def _month_parts(table: type[IndexPart] | type[ProvisionalPart], months: list[str]) -> MonthParts:
    found: MonthParts = defaultdict(list)
    # Read anew: a transaction that compiles one period after the other has replaced rows it read before.
    stored = select(table).where(table.period.in_(months)).execution_options(populate_existing=True)
    rows: Iterable[IndexPart | ProvisionalPart] = db.session.scalars(stored)
    for row in rows:
        found[row.area_code, row.period].append(row)
    return dict(found)


def _mean(period: Period, code: str, months: list[dict[str, Any]]) -> list[dict[str, Any]]:
    scores = mean([{key: row.score for key, row in month.items()} for month in months])
    last = months[-1]
    return [
        {
            "period": period.key,
            "area_code": code,
            "key": key,
            "score": score,
            "weight": _weight(key, months),
            "judged": max(row.judged for row in last.values()),
            "months": len(months),
            **dict.fromkeys(("x", "n_days", "city_x", "city_n_days", "days", "target")),
        }
        for key, score in scores.items()
    ]


def _weight(key: str, months: list[dict[str, Any]]) -> int:
    """The weight of a part in the last month that judged it."""
    return int(next(month[key].weight for month in reversed(months) if key in month))
