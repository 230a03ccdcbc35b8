"""Measures a city's dashboard: `python scripts/bench_dashboard.py [RESIDENTS POSTINGS]` (1,000,000 and 10,000,000).

On SQLite in a temporary folder (TMPDIR chooses where), a synthetic city of that size with its month and week compiled.
The officer's dashboard is asked for through the test client; beside it, in turn, a bare Flask page that reads as many
rows by their keys and prints them. Prints queries, medians in milliseconds and the ratio of the two; the aim is 100 to
30, in one run.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask import Flask, render_template_string  # noqa: E402 - found once the line above has run
from sqlalchemy import select  # noqa: E402

from civic.areas.models import Area  # noqa: E402
from civic.bench.load import PASSWORD, load, login  # noqa: E402
from civic.dashboards.compiling import refresh  # noqa: E402
from civic.db import db, transaction  # noqa: E402
from civic.rankings.compiling import compile_period  # noqa: E402
from civic.rules.periods import day_of, period_of  # noqa: E402
from tests.bench.engines import engine  # noqa: E402
from tests.conftest import PageClient  # noqa: E402
from tests.pages import sign_in  # noqa: E402
from tests.queries import count_queries  # noqa: E402

ZONE = ZoneInfo("Asia/Shanghai")
TURNS = 15
AIM = 100 / 30
BARE = "{% for row in rows %}<p>{{ row.code }} {{ row.name }}</p>{% endfor %}"


def main(residents: int, postings: int) -> None:
    """Fill, compile, ask, say."""
    with engine("sqlite") as app:
        now = datetime.now(UTC)
        began = time.monotonic()
        with transaction():
            city = load(residents=residents, postings=postings, weeks=52, seed=1, now=now, zone=ZONE)
        _say(f"loaded in {time.monotonic() - began:.0f} s")
        for kind in ("month", "week"):
            with transaction():
                compile_period(period_of(kind, day_of(now, ZONE)), now=now, members_as_of=now, zone=ZONE)
        began = time.monotonic()
        with transaction():
            refresh("", now=now, zone=ZONE)
        _say(f"dashboards compiled in {time.monotonic() - began:.0f} s")
        app.test_client_class = PageClient
        client = app.test_client()
        sign_in(client, login(city, "officer"), PASSWORD)
        page = f"/dashboard/{city.root}"
        with count_queries() as queries:
            assert client.get(page).status_code == 200  # noqa: S101
        bare = _bare(queries.total)
        ours, floor = [], []
        for _turn in range(TURNS):
            ours.append(_took(lambda: client.get(page)))
            floor.append(_took(bare))
        mine, plain = statistics.median(ours), statistics.median(floor)
        _say(f"dashboard of {residents:,} residents and {postings:,} postings: {queries.total} queries, {mine:.1f} ms")
        _say(f"bare page with as many reads: {plain:.1f} ms; ratio {mine / plain:.2f} (aim {AIM:.2f})")


def _bare(reads: int) -> Callable[[], object]:
    """A page that reads so many rows by key through the same engine and prints their names."""
    page = Flask("bare")
    codes = list(db.session.scalars(select(Area.code).limit(reads)))
    database = db.engine

    @page.get("/")
    def index() -> str:
        with database.connect() as connection:
            rows = [
                connection.execute(select(Area.code, Area.name).where(Area.code == codes[turn % len(codes)])).one()
                for turn in range(reads)
            ]
        return render_template_string(BARE, rows=rows)

    client = page.test_client()
    return lambda: client.get("/")


def _took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*([int(word) for word in sys.argv[1:]] or [1_000_000, 10_000_000]))
