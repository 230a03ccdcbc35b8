"""Many random ledgers against the naive reference: `python -m tests.rankings.soak [LEDGERS] [sqlite] [postgresql]`.

Of every ledger five periods, and whatever must be sealed before them, are sealed by the product; every text that a
SHA-256 is over, and every part of an index, must be that of the reference, and verifying must find nothing.
"""

import sys
from time import perf_counter

from tests.bench.engines import ENGINES, engine
from tests.rankings.compared import PERIODS, compare

LEDGERS = 2_000
SAY_EVERY = 100


def soak(ledgers: int, engines: tuple[str, ...] = ENGINES) -> int:
    """Compare so many ledgers on each engine; the number that differ."""
    return sum(_soak(name, ledgers) for name in engines)


def _soak(name: str, ledgers: int) -> int:
    different, started = 0, perf_counter()
    with engine(name):
        for number in range(1, ledgers + 1):
            found = compare(number - 1)
            different += bool(found)
            for line in found:
                print(line)  # noqa: T201 - a command's output
            if number % SAY_EVERY == 0 or number == ledgers:
                told = f"{name}: {number} ledgers, {len(PERIODS)} periods each, {different} different"
                print(f"{told}, {perf_counter() - started:.0f} s", flush=True)  # noqa: T201
    return different


if __name__ == "__main__":
    asked = sys.argv[1:]
    count = next((int(word) for word in asked if word.isdigit()), LEDGERS)
    sys.exit(bool(soak(count, tuple(word for word in asked if word in ENGINES) or ENGINES)))
