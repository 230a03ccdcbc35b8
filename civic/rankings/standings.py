"""The order of areas: by index where they have merit, then whoever is listed without a rank."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from civic.rules.standings import MIN_RANKED_MERIT, ranks


@dataclass(frozen=True)
class AreaPlace:
    """An area's place in a ranking; `index` in hundredths, none without N."""

    code: str
    rank: int | None
    index: int | None
    merit: int


def places(areas: Iterable[tuple[str, int | None, int]]) -> list[AreaPlace]:
    """(code, index, merit) in the order of a ranking.

    Ranked is who has an index and at least 1 merit (S1), ties by code. Without a rank follow, by code, those that have
    an index but no merit, and last those without an index (X6).
    """
    found = [AreaPlace(code, None, index, merit) for code, index, merit in sorted(areas)]
    ranked = [place for place in found if place.index is not None and place.merit >= MIN_RANKED_MERIT]
    ranked.sort(key=_descending)
    order = ranks([-_descending(place) for place in ranked])
    rest = [place for place in found if place.index is None or place.merit < MIN_RANKED_MERIT]
    rest.sort(key=lambda place: place.index is None)
    return [replace(place, rank=rank) for place, rank in zip(ranked, order, strict=True)] + rest


def _descending(place: AreaPlace) -> int:
    return -(place.index or 0)
