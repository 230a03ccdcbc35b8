"""Random steps through the services, more of them: `python -m tests.ledger.soak [RUNS] [sqlite] [postgresql]`."""

import sys
import time

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bench.engines import ENGINES, engine
from tests.ledger.test_any_order import Town

RUNS, STEPS = 100, 60


def main(words: list[str]) -> None:
    """Raises whatever step broke an invariant, with the steps that lead there."""
    runs = next((int(word) for word in words if word.isdigit()), RUNS)
    for name in tuple(word for word in words if word in ENGINES) or ENGINES:
        began = time.monotonic()
        with engine(name):
            run_state_machine_as_test(
                Town,
                settings=settings(
                    max_examples=runs,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        sys.stdout.write(f"{name}: {runs} runs of up to {STEPS} steps, 0 broken; {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
