"""Rankings once more, naively: plain loops over plain facts, written from docs/rules.md (S1 to S6, X1 to X6) alone.

`python -m tests.rankings.soak` compares thousands of random ledgers with the product, on both databases.
"""

from datetime import date, datetime, timedelta
from fractions import Fraction

from civic.rules.periods import Period, parse
from tests.rankings.ledgers import COMMUNITIES, KEPT, PARENTS, ZONE, Facts, Line

Rows = list[tuple[int | None, str, int | None]]  # rank, key, score
DEFAULT = {
    "month": ((40, 30, 15, 15), (1_500, 30_000, 400, 9_500), 60),
    "week": ((40, 30, 15, 15), (700, 7_000, 400, 9_500), 15),
}
LEVEL = {"communities": 12, "subdistricts": 9, "districts": 6}


def rankings(facts: Facts, period: Period, due: datetime) -> dict[tuple[str, str], Rows]:
    """(area, of) → rows of an ended period."""
    found: dict[tuple[str, str], Rows] = {}
    lines = _lines(facts, period, due)
    for community in {line.community for line in lines}:
        merit = _merit(lines, community)
        order = sorted((who for who in merit if merit[who] >= 1), key=lambda who: (-merit[who], who))
        found[community, "residents"] = [
            (1 + sum(other > merit[who] for other in merit.values()), str(who), merit[who]) for who in order
        ]
    found |= _teams(facts, lines)
    index = {area: sum(parts.values()) for area, parts in parts_of(facts, period, due).items()}
    for area in PARENTS:
        for of, length in LEVEL.items():
            below = [code for code in PARENTS if len(code) == length and area in _above(code)[1:]]
            below = [code for code in below if _is_listed(facts, period, code, lines, area)]
            if below:
                found[area, of] = _in_order(below, index, lines)
    return found


def _teams(facts: Facts, lines: list[Line]) -> dict[tuple[str, str], Rows]:
    """A board for each area and kind that has a team with postings, whatever they add up to."""
    merit: dict[int, int] = {}
    for line in lines:
        if line.team is not None:
            merit[line.team] = merit.get(line.team, 0) + line.merit
    boards: dict[tuple[str, str], dict[int, int]] = {}
    for team in merit:
        kind, home = facts.teams[team]
        for area in _above(home):
            boards.setdefault((area, f"teams:{kind}"), {})[team] = merit[team]
    return {
        board: [
            (1 + sum(other > have[team] for other in have.values()), str(team), have[team])
            for team in sorted((team for team in have if have[team] >= 1), key=lambda team: (-have[team], team))
        ]
        for board, have in boards.items()
    }


def _in_order(codes: list[str], index: dict[str, int], lines: list[Line]) -> Rows:
    merit = {code: sum(line.merit for line in lines if code in _above(line.community)) for code in codes}
    ranked = sorted((code for code in codes if code in index and merit[code] >= 1), key=lambda c: (-index[c], c))
    rest = sorted((code not in index, code) for code in codes if code not in ranked)
    rows: Rows = [(1 + sum(index[other] > index[code] for other in ranked), code, index[code]) for code in ranked]
    return rows + [(None, code, index.get(code)) for _last, code in rest]


def _is_listed(facts: Facts, period: Period, code: str, lines: list[Line], area: str) -> bool:
    """Open on the first day, or with postings though closed; in a city that somebody ever belonged to."""
    known = any(_above(member.community)[-1] == _above(area)[-1] for member in facts.members)
    is_open = facts.closed.get(code, date.max) > period.starts_on
    return known and (is_open or any(code in _above(line.community) for line in lines))


def parts_of(facts: Facts, period: Period, due: datetime) -> dict[str, dict[str, int]]:
    """Area → its parts in hundredths."""
    if period.kind not in DEFAULT:
        months = [parts_of(facts, month, due) for month in period.months() if month.starts_on >= date(2026, 9, 1)]
        return {area: _mean([month[area] for month in months if area in month]) for area in set().union(*months)}
    raw: dict[str, dict[str, tuple[Fraction, Fraction]]] = {}
    lines = _lines(facts, period, due)
    people = {code: _denominator(facts, period, code, lines) for code in COMMUNITIES}
    for code, n in people.items():
        if n <= 0:
            continue
        cap = _settings(facts, period, code)[2]
        merit = _merit(lines, code)
        days = {who: len(_active_days(lines, code, who)) for who in merit}
        sums = {
            "participation": sum(points >= 3 for points in merit.values()),
            "points": sum(min(points, cap) for points in merit.values()),
            "steadiness": sum(7 * count >= 3 * period.days for count in days.values()),
        }
        for area in _above(code):
            old = raw.setdefault(area, dict.fromkeys(sums, (Fraction(0), Fraction(0))))
            raw[area] = {key: (old[key][0] + sums[key], old[key][1] + n) for key in sums}
    return {area: _scores(raw[area], raw[_above(area)[-1]], _settings(facts, period, area)) for area in raw}


def _scores(
    here: dict[str, tuple[Fraction, Fraction]],
    city: dict[str, tuple[Fraction, Fraction]],
    settings: tuple[tuple[int, ...], tuple[int, ...], int],
) -> dict[str, int]:
    weights, targets, _cap = settings
    scores = {}
    for key, weight, target in zip(here, weights, targets, strict=False):  # the fourth has no cases
        rate = (here[key][0] + 100 * city[key][0] / city[key][1]) / (here[key][1] + 100)
        share = max(Fraction(0), min(Fraction(1), rate / Fraction(target, 10_000)))
        scores[key] = int(Fraction(weight * 100, sum(weights[:3])) * share * 100 + Fraction(1, 2))
    return scores


def _mean(months: list[dict[str, int]]) -> dict[str, int]:
    return {key: int(Fraction(sum(m[key] for m in months), len(months)) + Fraction(1, 2)) for key in months[0]}


def _denominator(facts: Facts, period: Period, code: str, lines: list[Line]) -> Fraction:
    city = _above(code)[-1]
    in_force = {}
    for area, from_on, count in sorted(facts.populations, key=lambda row: row[1]):
        is_open = facts.closed.get(area, date.max) > period.starts_on
        if from_on <= period.starts_on and is_open and _above(area)[-1] == city:
            in_force[area] = count
    if not _is_listed(facts, period, code, lines, code) or (in_force and code not in in_force):
        return Fraction(0)
    days = [period.starts_on + timedelta(days=n) for n in range(period.days)]
    members = [sum(_counts(facts, member, day, period) for member in facts.members if member.community == code)
               for day in days]  # fmt: skip
    return max(Fraction(in_force.get(code, 0)), Fraction(members[0]), Fraction(sum(members), len(days)))


def _counts(facts: Facts, member: object, day: date, period: Period) -> bool:
    confirmed = member.confirmed_at is not None and member.confirmed_at < period.closes_at(ZONE)  # type: ignore[attr-defined]
    if not confirmed or day < member.from_on:  # type: ignore[attr-defined]
        return False
    until = member.until_on  # type: ignore[attr-defined]
    if until is None or day < until:
        return True
    joined = [other.from_on for other in facts.members
              if other is not member and other.resident == member.resident and other.from_on >= until]  # type: ignore[attr-defined]  # fmt: skip
    return day < min([until.replace(year=until.year + 1), *joined])


def _active_days(lines: list[Line], code: str, who: int) -> set[date | None]:
    undone = {line.reverses for line in lines}
    return {line.acted_on for line in lines if (line.kind, line.community, line.resident) == ("award", code, who)
            and line.activity != KEPT and line.id not in undone}  # fmt: skip


def _merit(lines: list[Line], community: str) -> dict[int, int]:
    merit: dict[int, int] = {}
    for line in lines:
        if line.community == community:
            merit[line.resident] = merit.get(line.resident, 0) + line.merit
    return merit


def _lines(facts: Facts, period: Period, due: datetime) -> list[Line]:
    if period.kind == "week":
        return [line for line in facts.lines if line.week == period.key and line.posted_at < due]
    return [line for line in facts.lines if parse(line.month).starts_on in period and line.posted_at < due]


def _settings(facts: Facts, period: Period, area: str) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    return facts.settings.get((_above(area)[-1], period.kind), DEFAULT[period.kind])


def _above(code: str) -> list[str]:
    """The area itself and all above it, the root last."""
    line = [code]
    while (parent := PARENTS[line[-1]]) is not None:
        line.append(parent)
    return line
