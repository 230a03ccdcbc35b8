"""Measures the search for look-alike photos: `python scripts/bench_look_alikes.py [ROWS] [DATABASE_URL]`.

Fills a database of its own with prints drawn by chance, one in fifty of them a near copy of another, and looks for what
some of them resemble in all eight positions. Prints the median and the slowest search in milliseconds, and how many of
the planted copies were found.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flask_migrate import upgrade  # noqa: E402 - found once the line above has run
from sqlalchemy import insert, text  # noqa: E402

from civic import create_app  # noqa: E402
from civic.config import Config  # noqa: E402
from civic.db import connection, db, transaction  # noqa: E402
from civic.entries.models import PhotoPrint  # noqa: E402
from civic.moderation import look_alikes  # noqa: E402
from civic.rules.signals import bands  # noqa: E402

ROWS = 1_000_000
AT_ONCE = 50_000
SEARCHES = 60
PLANTED_EVERY = 50


def main(rows: int = ROWS, url: str = "") -> None:
    """Fill, search, say."""
    with tempfile.TemporaryDirectory(prefix="ct") as folder:
        app = create_app(
            Config(
                env="test",
                database_url=url or f"sqlite:///{folder}/prints.db",
                secret_key="a secret for measuring only, long enough 1",  # noqa: S106
                media_url=f"file://{folder}/media",
            )
        )
        with app.app_context():
            upgrade()
            planted = _fill(rows)
            _measure(rows, planted)
            db.session.remove()
            db.engine.dispose()


def _fill(rows: int) -> list[tuple[int, int]]:
    """Prints by chance; gives (print, id) of originals that have a near copy."""
    chance, planted = Random(1), []  # noqa: S311 - measuring, no secret
    previous = 0
    with transaction():
        if connection().dialect.name == "sqlite":
            connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for start in range(0, rows, AT_ONCE):
        facts = []
        for number in range(start + 1, min(start + AT_ONCE, rows) + 1):
            print_ = chance.getrandbits(64)
            if number % PLANTED_EVERY == 0:
                print_ = previous
                for bit in chance.sample(range(64), 6):
                    print_ ^= 1 << bit
                planted.append((previous, number))
            previous = print_
            signed = print_ - 2**64 if print_ >> 63 else print_
            names = {f"band{place}": band for place, band in enumerate(bands(print_))}
            facts.append({"photo_id": number, "features": signed, "turns": None, **names})
        _write(facts)
    with transaction():
        connection().execute(text("ANALYZE photo_print"))
    return planted


def _write(facts: list[dict[str, object]]) -> None:
    """The prints alone: their photos, with entries and people, would measure nothing of the search."""
    with db.engine.connect() as wire:
        if wire.dialect.name == "sqlite":
            wire.exec_driver_sql("ROLLBACK")
            wire.exec_driver_sql("PRAGMA foreign_keys=OFF")
            wire.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            wire.exec_driver_sql("SET session_replication_role = replica")
        wire.execute(insert(PhotoPrint), facts)
        wire.commit()


def _measure(rows: int, planted: list[tuple[int, int]]) -> None:
    chance, times, work, found = Random(2), [], [], 0  # noqa: S311
    for print_, copy_id in chance.sample(planted, min(SEARCHES, len(planted))):
        # The other seven positions are other pictures to the search, so they are drawn by chance too.
        prints = [*(chance.getrandbits(64) for _ in range(7)), print_]
        began, worked = time.perf_counter(), time.process_time()
        near = look_alikes.alike(prints)
        times.append((time.perf_counter() - began) * 1000)
        work.append((time.process_time() - worked) * 1000)
        found += copy_id in {photo_id for photo_id, _far in near}
    took = f"median {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms"
    worked_for = f"own processor time, median: {statistics.median(work):.1f} ms"
    sys.stdout.write(
        f"{db.engine.dialect.name}: {rows:,} prints, {len(times)} searches, {took} ({worked_for}), "
        f"{found} of {len(times)} planted copies found\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS, sys.argv[2] if len(sys.argv) > 2 else "")
