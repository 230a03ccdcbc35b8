"""Small random ledgers: people who move, late approvals, reversals, ties, zeros, kept days, carry-over."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from civic.accounts.models import Membership, Person
from civic.areas.models import LEVELS, Area, Population
from civic.db import db
from civic.entries.models import Entry
from civic.ledger.models import Posting
from civic.moderation.models import Decision
from civic.rankings.models import IndexSetting
from civic.rules.civility_index import PARTS
from civic.rules.periods import Marks, marks, reversal_marks
from civic.teams.models import Team

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 9, 28), date(2026, 12, 12)
# Two cities: one with a subdistrict that hangs from the city itself, one a county.
PARENTS = {
    "9901": None,
    "990102": "9901",
    "990105": "9901",
    "990100003": "9901",
    "990102001": "990102",
    "990102002": "990102",
    "990105001": "990105",
    "990100003001": "990100003",
    "990102001001": "990102001",
    "990102001002": "990102001",
    "990102002001": "990102002",
    "990105001001": "990105001",
    "880101": None,
    "880101001": "880101",
    "880101001001": "880101001",
    "880101001002": "880101001",
}
COMMUNITIES = [code for code in PARENTS if len(code) == 12]
TEAM_KINDS = ("family", "volunteers")
ACTS, KEPT = ("litter_pickup", "reading_minutes"), "pledge_give_way"


@dataclass(frozen=True)
class Line:
    """A posting."""

    id: int
    resident: int
    community: str
    kind: str
    merit: int
    activity: str | None
    acted_on: date | None
    week: str
    month: str
    counts_on: date
    posted_at: datetime
    reverses: int | None = None
    team: int | None = None


@dataclass(frozen=True)
class Member:
    """Days in a community; confirmed or not."""

    resident: int
    community: str
    from_on: date
    until_on: date | None
    confirmed_at: datetime | None


@dataclass
class Facts:
    """Everything that a ranking follows from."""

    lines: list[Line] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    populations: list[tuple[str, date, int]] = field(default_factory=list)
    closed: dict[str, date] = field(default_factory=dict)
    settings: dict[tuple[str, str], tuple[tuple[int, ...], tuple[int, ...], int]] = field(default_factory=dict)
    teams: dict[int, tuple[str, str]] = field(default_factory=dict)  # its kind and home community


def random_facts(seed: int) -> Facts:
    """A ledger that is the same for the same seed."""
    chance, facts = random.Random(seed), Facts()
    residents = chance.sample(range(1, 10**9), chance.randint(2, 9))
    for resident in residents:
        _live(chance, facts, resident)
    if chance.random() < 0.4:
        for community in chance.sample(COMMUNITIES, chance.randint(1, 4)):
            for from_on in chance.sample([date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 5)], 2):
                facts.populations.append((community, from_on, chance.choice([0, 1, 7, 300])))
    if chance.random() < 0.3:
        facts.closed[chance.choice(COMMUNITIES)] = chance.choice([date(2026, 8, 1), date(2026, 11, 11)])
    if chance.random() < 0.3:
        weights = chance.choice([(40, 30, 15, 15), (25, 25, 25, 25), (50, 30, 20, 0)])
        targets = (chance.choice([1, 700, 20_000]), chance.choice([300, 30_000]), 400, 9_500)
        facts.settings["9901", chance.choice(["week", "month"])] = (weights, targets, chance.choice([3, 15, 60]))
    _log(chance, facts, residents)
    _count_for_teams(random.Random(-seed), facts)
    return facts


def _count_for_teams(chance: random.Random, facts: Facts) -> None:
    """Let some awards count for teams, and what undoes them too; a bonus counts for none."""
    for team in chance.sample(range(1, 10**9), chance.randint(0, 7)):
        facts.teams[team] = chance.choice(TEAM_KINDS), chance.choice(COMMUNITIES)
    picked: dict[int, int | None] = {}
    for place, line in enumerate(facts.lines):
        may = line.kind == "award" and facts.teams and chance.random() < 0.5
        picked[line.id] = chance.choice(list(facts.teams)) if may else picked.get(line.reverses or 0)
        facts.lines[place] = replace(line, team=picked[line.id])


def _live(chance: random.Random, facts: Facts, resident: int) -> None:
    from_on = chance.choice([date(2025, 3, 1), date(2026, 9, 1), FIRST + timedelta(days=chance.randint(0, 60))])
    for _stay in range(chance.choice([1, 1, 1, 2, 3])):
        until_on = from_on + timedelta(days=chance.randint(1, 60)) if chance.random() < 0.5 else None
        confirmed = datetime.combine(from_on + timedelta(days=chance.randint(0, 20)), time(3), UTC)
        community = chance.choice(COMMUNITIES)
        facts.members.append(
            Member(resident, community, from_on, until_on, confirmed if chance.random() < 0.85 else None)
        )
        if until_on is None:
            break
        # Some move at once, some are removed and come back later, or never.
        from_on = until_on + timedelta(days=chance.choice([0, 0, 10, 40]))


def _log(chance: random.Random, facts: Facts, residents: list[int]) -> None:
    days = (LAST - FIRST).days
    at = [
        (datetime.combine(FIRST + timedelta(days=chance.randint(0, days)), time(chance.randint(0, 23)), UTC), None)
        for _ in range(chance.randint(0, 60))
    ]
    at += _busy_weeks(chance, residents)
    for number, (posted_at, busy) in enumerate(sorted(at, key=lambda found: found[0]), start=1):
        awards = [line for line in facts.lines if line.kind != "reversal"]
        reversed_ids = {line.reverses for line in facts.lines}
        standing = [line for line in awards if line.id not in reversed_ids]
        if standing and chance.random() < 0.2:
            facts.lines.append(_reversal(number, chance.choice(standing[-5:]), posted_at))
        else:
            facts.lines.append(_award(chance, facts, number, busy or chance.choice(residents), posted_at))


def _busy_weeks(chance: random.Random, residents: list[int]) -> list[tuple[datetime, int | None]]:
    """Somebody out on many days of one week, who comes near the mark of three active days."""
    found: list[tuple[datetime, int | None]] = []
    for monday in (date(2026, 10, 26), date(2026, 11, 23)):
        for who in chance.sample(residents, min(2, len(residents))):
            for day in chance.sample(range(7), chance.randint(2, 5)):
                found.append((datetime.combine(monday + timedelta(days=day), time(chance.randint(0, 15)), UTC), who))
    return found


def _award(chance: random.Random, facts: Facts, number: int, resident: int, posted_at: datetime) -> Line:
    today = posted_at.astimezone(ZONE).date()
    acted_on = today - timedelta(days=chance.choice([0, 0, 0, 1, 2, 5, 7, 12]))
    homes = [member.community for member in facts.members if member.resident == resident]
    kind = chance.choice(["award", "award", "award", "award", "award", "kept", "bonus"])
    merit = {"award": chance.choice([0, 1, 2, 3, 3, 5, 30]), "kept": 1, "bonus": chance.choice([5, 8, -3])}[kind]
    if kind == "bonus":
        acted_on = today
    marked = marks(acted_on, posted_at, ZONE)
    return Line(
        id=number,
        resident=resident,
        community=homes[0] if chance.random() < 0.7 else chance.choice(homes),
        kind="bonus" if kind == "bonus" else "award",
        merit=merit,
        activity={"award": chance.choice(ACTS), "kept": KEPT}.get(kind),
        acted_on=None if kind == "bonus" else acted_on,
        week=marked.week,
        month=marked.month,
        counts_on=marked.counts_on,
        posted_at=posted_at,
    )


def _reversal(number: int, named: Line, posted_at: datetime) -> Line:
    marked = reversal_marks(Marks(named.week, named.month, named.counts_on), posted_at, ZONE)
    return Line(
        number,
        named.resident,
        named.community,
        "reversal",
        -named.merit,
        named.activity,
        named.acted_on,
        marked.week,
        marked.month,
        marked.counts_on,
        posted_at,
        named.id,
    )


def store(facts: Facts) -> None:
    """Put the facts straight into the tables; the caller rolls back."""
    run = db.session.connection().execute
    run(insert(Area), [_area(code, facts.closed.get(code)) for code in PARENTS])
    at = datetime(2025, 1, 1, tzinfo=UTC)
    residents = sorted({member.resident for member in facts.members})
    run(
        insert(Person),
        [
            {
                "id": who,
                "name": "秀兰",
                "appear": "masked",
                "family_code": str(who),
                "joined_at": at,
                "consented_at": at,
            }
            for who in residents
        ],
    )
    _rows(
        Membership,
        [
            {
                "person_id": member.resident,
                "community_code": member.community,
                "from_on": member.from_on,
                "until_on": member.until_on,
                "confirmed_at": member.confirmed_at,
            }
            for member in facts.members
        ],
    )
    _rows(Team, [_team(key, *told, residents[0], at) for key, told in facts.teams.items()])
    _rows(
        Population,
        [{"area_code": code, "from_on": from_on, "people": people} for code, from_on, people in facts.populations],
    )
    _rows(IndexSetting, [_setting(*key, *value, at) for key, value in facts.settings.items()])
    _store_lines(facts.lines)


def _area(code: str, closed_on: date | None) -> dict[str, object]:
    names = dict.fromkeys(("name", "short_name", "pinyin", "initials"), "x")
    return {"code": code, "parent_code": PARENTS[code], "level": LEVELS[len(code)], "closed_on": closed_on, **names}


def _team(key: int, kind: str, home: str, captain: int, at: datetime) -> dict[str, object]:
    names = {"name": str(key), "name_key": str(key), "code": str(key)}
    who = {"captain_id": captain, "takes_members": True, "founded_at": at}
    return {"id": key, "kind": kind, "community_code": home, **names, **who}


def _setting(
    city: str, kind: str, weights: tuple[int, ...], targets: tuple[int, ...], cap: int, at: datetime
) -> dict[str, object]:
    row: dict[str, object] = {"area_code": city, "kind": kind, "from_on": date(2026, 1, 1), "cap": cap, "set_at": at}
    row |= {f"{part}_weight": weight for part, weight in zip(PARTS, weights, strict=True)}
    return row | {f"{part}_target": target for part, target in zip(PARTS, targets, strict=True)}


def _store_lines(lines: list[Line]) -> None:
    awards = [line for line in lines if line.kind == "award"]
    _rows(Entry, [_entry(line) for line in awards])
    _rows(
        Decision,
        [
            {
                "id": line.id,
                "entry_id": line.id,
                "verdict": "approve",
                "rule": "habit",
                "was": "pending",
                "became": "approved",
                "decided_at": line.posted_at,
            }
            for line in awards
        ],
    )
    _rows(Posting, [_posting(line) for line in lines])


def _entry(line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "resident_id": line.resident,
        "logged_by": line.resident,
        "community_code": line.community,
        "activity_key": line.activity,
        "kind": "act",
        "rule_version": 1,
        "acted_on": line.acted_on,
        "quantity": 1,
        "client_key": str(line.id),
        "body_hash": "x",
        "submitted_at": line.posted_at,
        "queued_at": line.posted_at,
        "status": "approved",
    }


def _posting(line: Line) -> dict[str, object]:
    is_award = line.kind == "award"
    return {
        "id": line.id,
        "resident_id": line.resident,
        "community_code": line.community,
        "team_id": line.team,
        "kind": line.kind,
        "merit": line.merit,
        "balance": line.merit,
        "activity_key": line.activity,
        "acted_on": line.acted_on,
        "week": line.week,
        "month": line.month,
        "counts_on": line.counts_on,
        "posted_at": line.posted_at,
        "reverses_id": line.reverses,
        "entry_id": line.id if is_award else None,
        "decision_id": line.id if is_award else None,
    }


def _rows(model: type, rows: list[dict[str, object]]) -> None:
    if rows:
        db.session.connection().execute(insert(model), rows)
