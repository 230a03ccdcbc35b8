"""`python -m tests.bench [SIZE …]`: the tables of docs/performance.md. A size is so many residents: 10k, 100k, 1M."""

import sys
from time import perf_counter

from civic import clock
from civic.bench.load import load
from civic.db import transaction
from civic.rules.periods import period_of
from tests.bench import compiling, serving
from tests.bench.clocks import HEAD
from tests.bench.engines import ENGINES, engine
from tests.factories import ZONE

POSTINGS_EACH = 10  # of a resident in a year
WEEKS = 52
UNITS = {"k": 1_000, "M": 1_000_000}


def main(sizes: list[str]) -> None:
    """Measure every size on both engines."""
    print(HEAD)  # noqa: T201 - a command's output
    for size in sizes or ["10k"]:
        for name in ENGINES:
            for row in _measure(name, size):
                print(row, flush=True)  # noqa: T201


def _measure(name: str, size: str) -> list[str]:
    residents = int(size[:-1]) * UNITS[size[-1]]
    with engine(name):
        now, started = clock.now(), perf_counter()
        with transaction():
            city = load(
                residents=residents, postings=residents * POSTINGS_EACH, weeks=WEEKS, seed=1, now=now, zone=ZONE
            )
        told = f"({name}, {size}: loaded in {perf_counter() - started:.0f} s)"
        print(told, file=sys.stderr, flush=True)  # noqa: T201
        month = period_of("month", clock.today(ZONE)).previous()
        what = f"{name}, {size}"
        return [
            *compiling.measure(f"{what}: compile a month", month, now, ZONE),
            *serving.measure(what, city, month, now, ZONE),
        ]


if __name__ == "__main__":
    main(sys.argv[1:])
