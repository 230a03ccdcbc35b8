"""Times, and what is said of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

TURNS = 5


@dataclass
class Times:
    """The seconds that some turns took."""

    seconds: list[float] = field(default_factory=list)

    def take(self, work: Callable[[], object]) -> None:
        started = perf_counter()
        work()
        self.seconds.append(perf_counter() - started)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def worst(self) -> float:
        return max(self.seconds)


def side_by_side(product: Callable[[], object], floor: Callable[[], object], turns: int = TURNS) -> tuple[Times, Times]:
    """Turn and turn about, so that whatever else the machine does meets both; one turn each to warm up."""
    product(), floor()
    ours, floors = Times(), Times()
    for _turn in range(turns):
        ours.take(product)
        floors.take(floor)
    return ours, floors


def line(what: str, ours: Times, floor: Times) -> str:
    """A row of the table in docs/performance.md."""
    ratio, worst = ours.median / floor.median, ours.worst / ours.median
    return (
        f"| {what} | {_told(ours.median)} | {_told(ours.worst)} | {_told(floor.median)} | {_told(floor.worst)} "
        f"| {ratio:.2f} | {worst:.2f} |"
    )


HEAD = (
    "| work | product, median | worst | floor, median | worst | product / floor | worst / median |\n"
    "|---|---|---|---|---|---|---|"
)


def _told(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.2f} ms"
