"""Writing a synthetic city straight into the tables, a few statements whatever its size.

The lines of the ledger are staged once; entries, decisions and postings are then made of them by the database. All
guards of the tables hold: keys, constraints, foreign keys.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any
from typing import cast as seen_as
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
)

from civic.accounts import passwords
from civic.accounts.models import Grant, Membership, Person
from civic.areas.models import LEVELS, Area
from civic.bench.acts import Calendar, Line, lines
from civic.bench.city import PROVINCE, City, Resident, plan
from civic.commands import Failure
from civic.db import Base, UtcDateTime, connection, db
from civic.entries import zone as city_zone
from civic.entries.models import Entry
from civic.ledger import counters
from civic.ledger import service as ledger
from civic.ledger.models import Posting, ResidentTotal
from civic.moderation.models import Decision, Reason
from civic.rankings.sealing import sealed_periods

BATCH_ROWS = 20_000
OFFICER, MANAGER = "officer", "manager"
PASSWORD = "synthetic city"  # noqa: S105 - everybody's, and printed; production refuses the whole city
REASON = "照片里不是这件事"
_NAMES = ("山", "水", "云", "石", "竹", "松", "梅", "桥", "井", "田", "灯", "舟")
_APPEAR = ("masked",) * 7 + ("nickname",) * 2 + ("hidden",)  # one of these

# Goes with the transaction; a name of its own, so that nothing stored is ever hidden by it.
STAGE = Table(
    "bench_line",
    MetaData(),
    # In SQLite the number is the place of the row, so that reading in its order sorts nothing.
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("of", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("resident_id", BigInteger, nullable=False),
    Column("community_code", String, nullable=False),
    Column("activity_key", String, nullable=False),
    Column("activity_kind", String, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("acted_on", Date, nullable=False),
    Column("merit", Integer, nullable=False),
    Column("worth", Integer),
    Column("standing", Integer),
    Column("cut_by", String),
    Column("week", String, nullable=False),
    Column("month", String, nullable=False),
    Column("counts_on", Date, nullable=False),
    Column("logged_at", UtcDateTime(), nullable=False),
    Column("posted_at", UtcDateTime(), nullable=False),
    prefixes=["TEMPORARY"],
)


# Verbs


def load(*, residents: int, postings: int, weeks: int, seed: int, now: datetime, zone: ZoneInfo) -> City:
    """Add a city whose residents were active for so many weeks, with its counters; the same seed, the same city."""
    root = _free_root()
    rng = Random(f"{root}-{seed}")  # noqa: S311 - it must be repeatable; nothing it chooses needs to be secret
    today = now.astimezone(zone).date()
    start = today - timedelta(weeks=weeks)
    city = plan(root, residents, start, today, rng)
    city_zone.hold_to(zone)
    _write_areas(city)
    _write_people(city, datetime.combine(start, time(), zone).astimezone(UTC) - timedelta(days=31), rng)
    sealed = ledger.sealed_keys() | {period.key for period in sealed_periods()}
    with _without_indexes(Entry, Decision, Posting, ResidentTotal):
        _write_ledger(city, lines(city, postings, Calendar(start, now, zone, frozenset(sealed)), rng))
        counters.recount()
    connection().execute(text("ANALYZE"))
    return city


def login(city: City, who: int | str) -> str:
    """What residents (by their number from 1), the officer and the manager of the first community sign in with."""
    return f"bench-{city.root}-{who}"


# Below


@contextmanager
def _without_indexes(*tables: type[Base]) -> Iterator[None]:
    """Drop the tables' indexes and build them afterwards, each in one go: sorted, that takes half the time."""
    indexes = [index for table in tables for index in seen_as(Table, table.__table__).indexes]
    for index in indexes:
        index.drop(connection())
    yield
    for index in indexes:
        index.create(connection())


def _free_root() -> str:
    taken = set(db.session.scalars(select(Area.code).where(Area.parent_code.is_(None))))
    free = (f"{PROVINCE}{number:02}" for number in range(1, 100))
    root = next((code for code in free if code not in taken), None)
    if root is None:
        raise Failure(f"every code from {PROVINCE}01 to {PROVINCE}99 is taken")
    return root


def _write_areas(city: City) -> None:
    endings = {4: "市", 6: "区", 9: "街道", 12: "社区"}
    rows = []
    for number, code in enumerate(city.codes):
        name = _NAMES[number % 12] + _NAMES[number // 12 % 12] + endings[len(code)]
        parent = next((code[:length] for length in (9, 6, 4) if length < len(code)), None)
        names = {"name": name, "short_name": name, "pinyin": code, "initials": code}
        rows.append({"code": code, "parent_code": parent, "level": LEVELS[len(code)], **names})
    connection().execute(insert(Area), rows)


def _write_people(city: City, joined_at: datetime, rng: Random) -> None:
    """The residents, and two people with roles who live in the last community."""
    shared = {"password_hash": passwords.hashed(PASSWORD), "joined_at": joined_at, "consented_at": joined_at}
    staff = [_person(city, rng.getrandbits(52) + 1, who, rng) | shared for who in (OFFICER, MANAGER)]
    residents = [_person(city, one.id, number, rng) | shared for number, one in enumerate(city.residents, start=1)]
    stays = [stay for one in city.residents for stay in _memberships(one)]
    home = {"community_code": city.codes[-1], "from_on": joined_at.date(), "until_on": None, "confirmed_at": joined_at}
    stays += [{"person_id": person["id"], **home} for person in staff]
    first = next(code for code in city.codes if LEVELS[len(code)] == "community")
    roles = (("city_officer", city.root), ("community_manager", first))
    grants = [
        {"person_id": person["id"], "role": role, "area_code": area, "granted_at": joined_at}
        for person, (role, area) in zip(staff, roles, strict=True)
    ]
    for table, rows in ((Person, staff + residents), (Membership, stays), (Grant, grants)):
        connection().execute(insert(table), rows)


def _person(city: City, person_id: int, who: int | str, rng: Random) -> dict[str, Any]:
    return {
        "id": person_id,
        "login": login(city, who),
        "name": rng.choice(_NAMES) + rng.choice(_NAMES),
        "appear": rng.choice(_APPEAR),
        "family_code": f"B{person_id:X}",
    }


def _memberships(one: Resident) -> Iterator[dict[str, Any]]:
    for stay in one.stays:
        confirmed_at = datetime.combine(stay.from_on, time(4), UTC)
        yield {
            "person_id": one.id,
            "community_code": stay.community,
            "from_on": stay.from_on,
            "until_on": stay.until_on,
            "confirmed_at": confirmed_at if stay.is_confirmed else None,
        }


def _write_ledger(city: City, found: Iterable[Line]) -> None:
    STAGE.create(connection())
    _stage(found)
    officer = connection().scalar(select(Person.id).where(Person.login == login(city, OFFICER))) or 0
    entry, decision, posting = (_last_id(table) for table in (Entry, Decision, Posting))
    _insert(Entry, _entries(entry), kind="award")
    _insert(Decision, _decisions(entry, decision, officer))
    _insert(Reason, _reasons(decision), kind="reversal")
    _insert(Posting, _postings(entry, decision, posting))
    STAGE.drop(connection())


def _stage(found: Iterable[Line]) -> None:
    rows = iter(found)
    if connection().dialect.name == "postgresql":
        # One stream; a statement for each row would take many times longer.
        driver = connection().connection.driver_connection
        if driver is None:
            raise RuntimeError("the connection is closed")
        with driver.cursor() as cursor, cursor.copy("COPY bench_line FROM STDIN") as copy:
            for line in rows:
                copy.write_row(line)
        connection().execute(text("ANALYZE bench_line"))
        return
    statement = f"INSERT INTO bench_line VALUES ({', '.join('?' * len(Line._fields))})"  # noqa: S608 - question marks
    while batch := [_plain(line) for line in islice(rows, BATCH_ROWS)]:
        connection().exec_driver_sql(statement, batch)


def _plain(line: Line) -> tuple[Any, ...]:
    """A line as SQLite keeps it. Going through the types of its columns would take three times as long."""
    instants = (_instant(at) for at in line[17:])
    return (*line[:9], _day(line.acted_on), *line[10:16], _day(line.counts_on), *instants)


@cache
def _day(day: date) -> str:
    return day.isoformat()


@cache
def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


def _last_id(table: type[Entry] | type[Decision] | type[Posting]) -> int:
    return connection().scalar(select(func.max(table.id))) or 0


Columns = dict[str, ColumnElement[Any]]


def _insert(table: type[Base], columns: Columns, kind: str | None = None) -> None:
    """Rows made of the staged lines, all or those of one kind; what the database numbers itself goes on after them."""
    rows: Select[Any] = select(*columns.values()).order_by(STAGE.c.number)
    rows = rows.where(STAGE.c.kind == kind) if kind else rows
    connection().execute(insert(table).from_select(list(columns), rows))
    if "id" in columns and connection().dialect.name == "postgresql":
        name = table.__tablename__
        connection().execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))  # noqa: S608 - a table's own name


def _entries(entry: int) -> Columns:
    line = STAGE.c
    undone = select(line.of).where(line.kind == "reversal").correlate(None)
    return {
        "id": line.number + entry,
        "resident_id": line.resident_id,
        "logged_by": line.resident_id,
        "community_code": line.community_code,
        "activity_key": line.activity_key,
        "kind": line.activity_kind,
        "rule_version": line.rule_version,
        "acted_on": line.acted_on,
        "quantity": line.quantity,
        "status": case((line.number.in_(undone), "reversed"), else_="approved"),
        "client_key": literal("bench-").concat(cast(line.number, String)),
        "body_hash": literal(""),
        "submitted_at": line.logged_at,
        "queued_at": line.logged_at,
        "decided_at": line.posted_at,
    }


def _decisions(entry: int, decision: int, officer: int) -> Columns:
    line = STAGE.c
    is_kept_day, is_award = line.activity_kind == "pledge", line.kind == "award"
    return {
        "id": line.number + decision,
        "entry_id": line.of + entry,
        "verdict": case((is_award, "approve"), else_="reverse"),
        "by_id": case((is_kept_day, null()), else_=literal(officer, BigInteger)),
        "rule": case((is_kept_day, "habit")),
        "was": case((is_award, "pending"), else_="approved"),
        "became": case((is_award, "approved"), else_="reversed"),
        "decided_at": line.posted_at,
    }


def _reasons(decision: int) -> Columns:
    return {"decision_id": STAGE.c.number + decision, "words": literal(REASON)}


def _postings(entry: int, decision: int, posting: int) -> Columns:
    line = STAGE.c
    copied = ("resident_id", "community_code", "kind", "merit", "activity_key", "rule_version", "quantity", "acted_on")
    priced = ("counts_on", "week", "month", "worth", "standing", "cut_by", "posted_at")
    return {
        "id": line.number + posting,
        **{name: line[name] for name in (*copied, *priced)},
        "balance": line.merit,
        "entry_id": line.of + entry,
        "decision_id": line.number + decision,
        "reverses_id": case((line.kind == "reversal", line.of + posting)),
    }
