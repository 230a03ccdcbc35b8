"""What people wait for: a leaderboard signed in, and an approval, each beside the same work written by hand."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from civic.accounts.models import Person
from civic.areas.service import get_area
from civic.bench.city import City
from civic.bench.load import MANAGER, login
from civic.db import connection, db, transaction
from civic.entries.models import Entry
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.ledger.models import ResidentTotal
from civic.moderation import service as moderation
from civic.rankings import service as rankings
from civic.rules.periods import Period, counted_in, marks
from tests.bench.clocks import Times, line, side_by_side
from tests.bench.engines import Plain

BOARDS, APPROVALS, TURNS = 40, 20, 5
ACTIVITY = "litter_pickup"


def measure(what: str, city: City, period: Period, now: datetime, zone: ZoneInfo) -> list[str]:
    """The lines of the table for one engine and size."""
    community = next(code for code in city.codes if len(code) == 12)
    who = _busiest(community, period)
    return [
        _boards(f"{what}: read a leaderboard (me, my neighbours)", community, who, period, now, zone),
        _approvals(f"{what}: approve an entry", city, community, now, zone),
    ]


def _busiest(community: str, period: Period) -> int:
    board = select(ResidentTotal.resident_id).where(
        ResidentTotal.community_code == community, ResidentTotal.period == period.key
    )
    found = db.session.scalars(board.order_by(ResidentTotal.merit.desc()).limit(20)).all()
    db.session.rollback()
    return found[len(found) // 2]


def _boards(what: str, community: str, who: int, period: Period, now: datetime, zone: ZoneInfo) -> str:
    area, day = get_area(community), now.astimezone(zone).date()

    def product() -> None:
        for _read in range(BOARDS):
            assert rankings.residents_board(area, period, day=day, me=who, offset=None).mine

    def floor() -> None:
        driver = Plain()
        for _read in range(BOARDS):
            assert _board_by_hand(driver, community, who, period.key)

    return _each(what, side_by_side(product, floor, TURNS), BOARDS)


def _board_by_hand(driver: Any, community: str, who: int, period: str) -> list[Any]:
    """Ranked in all, my place, eleven around me with their names, the next better rank."""
    on = f"t.community_code = '{community}' AND t.period = '{period}' AND t.merit >= 1"
    mine = driver.execute(f"SELECT merit FROM resident_total t WHERE {on} AND resident_id = {who}").fetchone()[0]
    before_me = f"merit > {mine} OR (merit = {mine} AND resident_id < {who})"
    ranked, ahead, better = driver.execute(
        f"SELECT count(*), sum(CASE WHEN {before_me} THEN 1 ELSE 0 END), "
        f"sum(CASE WHEN merit > {mine} THEN 1 ELSE 0 END) FROM resident_total t WHERE {on}"
    ).fetchone()
    rows = driver.execute(
        "SELECT t.resident_id, t.merit, p.name, p.appear, p.born_on FROM resident_total t "
        f"JOIN person p ON p.id = t.resident_id WHERE {on} ORDER BY t.merit DESC, t.resident_id "
        f"LIMIT {6 + min(5, ahead)} OFFSET {max(0, ahead - 5)}"
    ).fetchall()
    following = driver.execute(f"SELECT min(merit) FROM resident_total t WHERE {on} AND merit > {mine}").fetchone()
    return [ranked, better, following, *rows]


def _approvals(what: str, city: City, community: str, now: datetime, zone: ZoneInfo) -> str:
    manager = _person(city, MANAGER)
    waiting = iter(_waiting(city, community, now, zone))
    steps = count(1)

    def product() -> None:
        for entry_id in [next(waiting) for _ in range(APPROVALS)]:
            with transaction():
                moderation.decide(
                    entry_id, "approve", "", by=manager, now=now + timedelta(seconds=next(steps)), zone=zone
                )

    def floor() -> None:
        for entry_id in [next(waiting) for _ in range(APPROVALS)]:
            with transaction():
                _approve_by_hand(Plain(), entry_id, manager.id, now + timedelta(seconds=next(steps)), zone)

    return _each(what, side_by_side(product, floor, TURNS), APPROVALS)


def _person(city: City, who: int | str) -> Person:
    return db.session.scalars(select(Person).where(Person.login == login(city, who))).one()


def _waiting(city: City, community: str, now: datetime, zone: ZoneInfo) -> list[int]:
    """Entries of the residents of a community, a day each."""
    here = [one for one in city.residents if one.community_on(now.date()) == community]
    people = [db.session.get_one(Person, one.id) for one in here]
    found = []
    for number in range(2 * APPROVALS * (TURNS + 1)):
        logged = Logged(
            activity_key=ACTIVITY,
            acted_on=now.astimezone(zone).date() - timedelta(days=number // len(people) % 6),
            quantity=2,
            client_key=f"00000000-0000-4000-8000-{number:012}",
            note="北岸码头到石桥一段",
            resident_id=None,
        )
        found.append(receive(logged, by=people[number % len(people)], now=now, zone=zone).entry.id)
    return found


def _approve_by_hand(driver: Any, entry_id: int, manager: int, now: datetime, zone: ZoneInfo) -> None:
    """Claim, decision, posting, ten counters, in the order of the service; the caller commits."""
    is_postgresql = connection().dialect.name == "postgresql"
    at = f"'{now:%Y-%m-%d %H:%M:%S.%f}" + ("+00'" if is_postgresql else "'")
    entry = db.session.get_one(Entry, entry_id)  # what the page has read anyway
    marked = marks(entry.acted_on, now, zone)
    claim = f"UPDATE entry SET status = 'approved', decided_at = {at} WHERE id = {entry_id} AND status = 'pending'"
    assert driver.execute(claim).rowcount == 1
    decision = driver.execute(
        "INSERT INTO decision (entry_id, verdict, by_id, was, became, decided_at) VALUES "
        f"({entry_id}, 'approve', {manager}, 'pending', 'approved', {at}) RETURNING id"
    ).fetchone()[0]
    stands = driver.execute(
        "SELECT p.activity_key, p.acted_on, count(*), sum(p.merit) FROM posting p "
        "LEFT JOIN posting r ON r.reverses_id = p.id WHERE p.kind = 'award' AND r.id IS NULL "
        f"AND p.resident_id = {entry.resident_id} AND p.acted_on BETWEEN '{entry.acted_on - timedelta(days=6)}' "
        f"AND '{entry.acted_on}' GROUP BY p.activity_key, p.acted_on"
    ).fetchall()
    merit = 4 if not any(row[0] == entry.activity_key and str(row[1]) == str(entry.acted_on) for row in stands) else 2
    driver.execute(
        "INSERT INTO posting (resident_id, community_code, kind, merit, balance, activity_key, rule_version, quantity, "
        "acted_on, counts_on, week, month, entry_id, decision_id, worth, standing, posted_at) VALUES "
        f"({entry.resident_id}, '{entry.community_code}', 'award', {merit}, {merit}, '{entry.activity_key}', 1, 2, "
        f"'{entry.acted_on}', '{marked.counts_on}', '{marked.week}', '{marked.month}', {entry_id}, {decision}, "
        f"4, 0, {at})"
    )
    for kind, key in counted_in(marked):
        driver.execute(
            "INSERT INTO resident_total (resident_id, kind, period, community_code, merit, balance) VALUES "
            f"({entry.resident_id}, '{kind}', '{key}', '{entry.community_code}', {merit}, {merit}) ON CONFLICT "
            "(resident_id, kind, period, community_code) DO UPDATE SET merit = resident_total.merit + excluded.merit, "
            "balance = resident_total.balance + excluded.balance"
        )
        driver.execute(
            "INSERT INTO community_total (period, community_code, merit) VALUES "
            f"('{key}', '{entry.community_code}', {merit}) ON CONFLICT (period, community_code) DO UPDATE SET "
            "merit = community_total.merit + excluded.merit"
        )


def _each(what: str, both: tuple[Times, Times], times: int) -> str:
    """The same line for one of so many."""
    ours, floor = (Times([seconds / times for seconds in one.seconds]) for one in both)
    return line(what, ours, floor)
