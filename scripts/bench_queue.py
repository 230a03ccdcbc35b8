"""Measures a page of the queue however much waits: `python scripts/bench_queue.py [WAITING …]` (100 and 100,000).

On each engine, a synthetic city of 2,000 residents in which so many entries wait; the page of one community's manager
and that of the city's officer are asked for nine times each through the test client. Prints queries and the median in
milliseconds.
"""

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert, select, text  # noqa: E402 - found once the line above has run

from civic.accounts.models import Membership  # noqa: E402
from civic.bench.load import PASSWORD, load, login  # noqa: E402
from civic.db import connection, db, transaction  # noqa: E402
from civic.entries.models import Entry  # noqa: E402
from tests.bench.engines import ENGINES, engine  # noqa: E402
from tests.conftest import PageClient  # noqa: E402
from tests.pages import sign_in  # noqa: E402
from tests.queries import count_queries  # noqa: E402

ZONE = ZoneInfo("Asia/Shanghai")
TURNS = 9


def main(sizes: list[int]) -> None:
    """Fill, ask, say."""
    print("| engine | waiting | whose page | queries | median |\n|---|---|---|---|---|")  # noqa: T201
    for name in ENGINES:
        for waiting in sizes:
            with engine(name) as app:
                now = datetime.now(UTC)
                with transaction():
                    city = load(residents=2_000, postings=2_000, weeks=8, seed=1, now=now, zone=ZONE)
                    _wait(waiting, now)
                for who in ("manager", "officer"):
                    app.test_client_class = PageClient
                    client = app.test_client()
                    sign_in(client, login(city, who), PASSWORD)
                    print(f"| {name} | {waiting:,} | {who} | {_told(client)} |", flush=True)  # noqa: T201


def _wait(count: int, now: datetime) -> None:
    """So many entries that wait, of all residents alike."""
    people = connection().execute(select(Membership.person_id, Membership.community_code).limit(2_000)).all()
    rows = []
    for number in range(count):
        person, community = people[number % len(people)]
        at = now - timedelta(minutes=number % 2_000)
        rows.append(
            {
                "resident_id": person,
                "logged_by": person,
                "community_code": community,
                "activity_key": "litter_pickup",
                "kind": "act",
                "rule_version": 1,
                "acted_on": at.date(),
                "quantity": 1,
                "title": "",
                "note": "",
                "answers": [],
                "status": "pending",
                "client_key": str(uuid4()),
                "body_hash": "",
                "submitted_at": at,
                "queued_at": at,
            }
        )
    connection().execute(insert(Entry), rows)
    connection().execute(text("ANALYZE"))


def _told(client: object) -> str:
    took = []
    for _turn in range(TURNS):
        with count_queries() as queries:
            began = time.perf_counter()
            answer = client.get("/moderation")  # type: ignore[attr-defined]
            took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.status  # noqa: S101
        db.session.rollback()
    return f"{queries.total} | {statistics.median(took):.0f} ms"


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [100, 100_000])
