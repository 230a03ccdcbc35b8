"""The figures of two sides beside each other, and what deserves a look; the words for both."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from civic.activities.models import CATEGORIES
from civic.dashboards.models import WAYS
from civic.dashboards.service import AreaLine, Side

PER_THOUSAND = 1000
MOST_FALLEN = 2
MOST_OVERDUE = 3

LABELS = {
    "index": _l("文明指数"),
    "participation": _l("参与的人占比"),
    "points": _l("每千人文明分"),
    "steadiness": _l("稳步的人占比"),
    "people": _l("有入账的人"),
    "merit": _l("文明分"),
    "entries": _l("通过的记录"),
    "decided": _l("人工核对的记录"),
    "half_within": _l("一半在几小时内核对"),
    "most_within": _l("九成在几小时内核对"),
    "by_rule": _l("按规则通过的记录"),
    "audited": _l("其中抽查过的"),
    "audit_changed": _l("抽查后收回的"),
    "on_behalf": _l("代录的记录"),
}


@dataclass(frozen=True)
class Compared:
    """One figure here and there. Its form says how it is written: score, share, number or hours."""

    key: str
    form: str
    here: float | None
    there: float | None

    @property
    def change(self) -> float | None:
        """Here less there."""
        return None if self.here is None or self.there is None else self.here - self.there


@dataclass(frozen=True)
class Matter:
    """Something that deserves a look: overdue entries, an area that fell, areas without people counted."""

    kind: str
    name: str
    code: str
    number: int
    line: AreaLine | None = None


def compared(here: Side, there: Side) -> list[Compared]:
    """Every figure of the whole."""
    rates = (("participation", "share", 1), ("points", "number", PER_THOUSAND), ("steadiness", "share", 1))
    return [
        Compared("index", "score", here.index.index, there.index.index),
        *(Compared(key, form, _times(here.rate(key), by), _times(there.rate(key), by)) for key, form, by in rates),
        *(Compared(key, "number", here.count(key), there.count(key)) for key in ("people", "merit", "entries")),
        Compared("decided", "number", here.decided, there.decided),
        Compared("half_within", "hours", here.half_within, there.half_within),
        Compared("most_within", "hours", here.most_within, there.most_within),
        *(Compared(way, "number", here.of_way(way), there.of_way(way)) for way in WAYS),
    ]


def by_category(here: Side, there: Side) -> list[Compared]:
    """The entries of each category, in the order of the catalogue."""
    return [Compared(key, "number", here.of_category(key), there.of_category(key)) for key in CATEGORIES]


def _times(rate: float | None, by: int) -> float | None:
    return None if rate is None else rate * by


def matters(lines: Sequence[AreaLine]) -> list[Matter]:
    """What deserves a look among the areas below: the overdue first, then who fell furthest, then who has no index."""
    late = sorted((line for line in lines if line.now and line.now.overdue), key=_overdue, reverse=True)
    fallen = sorted((line for line in lines if (line.change or 0) < 0), key=lambda line: line.change or 0)
    without = [line for line in lines if line.listed.index is None]
    found = [_matter("overdue", line, _overdue(line)) for line in late[:MOST_OVERDUE]]
    found += [_matter("fell", line, -(line.change or 0)) for line in fallen[:MOST_FALLEN]]
    if without:
        found.append(_matter("without", without[0], len(without)))
    return found


def _overdue(line: AreaLine) -> int:
    return line.now.overdue if line.now else 0


def _matter(kind: str, line: AreaLine, number: int) -> Matter:
    return Matter(kind, line.listed.name, line.listed.key, number, line)
