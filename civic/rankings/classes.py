"""Other ways to read a ranking of areas: within a size class, and by who improved most. From compiled rows only."""

from dataclasses import dataclass, replace
from datetime import date

from civic.areas.models import Area
from civic.rankings.published import Listed, find_ranking, indices, parts_of, weekly
from civic.rules import bulletins, sizes
from civic.rules.civility_index import OWN_INDEX
from civic.rules.periods import Period
from civic.rules.standings import ranks

MOST_ROWS = 5_000
SHOWN = 5


@dataclass(frozen=True)
class Sized:
    """A place within its size class: `listed` with its rank there, and the rank among all."""

    listed: Listed
    overall: int | None


@dataclass(frozen=True)
class Improved:
    """An area whose index rose, and by how much in hundredths."""

    code: str
    name: str
    rise: int


def of_size(area: Area, of: str, period: Period, size: int, *, day: date) -> list[Sized]:
    """The areas of a ranking whose N lies in a class, ranked among themselves; those without a rank follow."""
    rows = find_ranking(area, of, period, day=day, me=None, rows=MOST_ROWS).rows
    classes = _classes([row.key for row in rows], period)
    mine = [row for row in rows if classes.get(row.key) == size]
    ranked = [row for row in mine if row.rank is not None]
    places = ranks([row.index or 0 for row in ranked])
    found = [Sized(replace(row, rank=rank), row.rank) for row, rank in zip(ranked, places, strict=True)]
    return found + [Sized(row, None) for row in mine if row.rank is None]


def _classes(codes: list[str], period: Period) -> dict[str, int]:
    """The size class of each area: a longer period goes by its last month, since it counts no people of its own."""
    counted = period if period.kind in OWN_INDEX else period.months()[-1]
    found = {}
    for code, parts in parts_of(codes, counted).items():
        n = next((part.part.n for part in parts if part.part is not None and part.key == "participation"), None)
        if n is not None:
            found[code] = sizes.class_of(n)
    return found


def improved(area: Area, of: str, period: Period, most: int = SHOWN) -> list[Improved]:
    """Whose index rose most since the period before, among those with one in both (S6): four queries."""
    found = indices(area, of, period)
    earlier, names = period.previous(), {code: name for code, name, _index in found}
    before = weekly(list(names), [earlier])
    rises = [(code, index - before[code, earlier.key]) for code, _name, index in found if (code, earlier.key) in before]
    return [Improved(code, names[code], rise) for code, rise in bulletins.most_improved(rises, most)]
