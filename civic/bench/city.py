"""Who lives where in a synthetic city: lognormal communities, lognormal zeal, some who move. Nobody here exists."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

PROVINCE = "98"  # the official tables do not use it
RESIDENTS_PER_COMMUNITY = 200
MOST_COMMUNITIES = 2_000
COMMUNITIES_PER_SUBDISTRICT = 12
SUBDISTRICTS_PER_DISTRICT = 10
SIZE_SPREAD, ZEAL_SPREAD = 0.9, 1.3  # sigma of the logarithm
MOVES, REMOVED, NEWCOMERS, UNCONFIRMED = 0.02, 0.01, 0.2, 0.03  # shares of the residents
MIN_DAYS_HERE = 14  # before anybody moves or is removed
ID_BITS = 52


@dataclass(frozen=True)
class Stay:
    """Days in a community, the last one exclusive."""

    community: str
    from_on: date
    until_on: date | None = None
    is_confirmed: bool = True


@dataclass(frozen=True)
class Resident:
    """One resident: a random id, where they live when, and how much they do compared with others."""

    id: int
    stays: tuple[Stay, ...]
    zeal: float

    def community_on(self, day: date) -> str:
        """Where the acts of a day belong: before the first stay to the first, after the last to the last (P9)."""
        if len(self.stays) == 1:
            return self.stays[0].community
        begun = [stay for stay in self.stays if stay.from_on <= day]
        return (begun or self.stays[:1])[-1].community


@dataclass(frozen=True)
class City:
    """Codes of all areas, parents first, and the residents."""

    codes: tuple[str, ...]
    residents: tuple[Resident, ...]

    @property
    def root(self) -> str:
        """The city itself."""
        return self.codes[0]


def plan(root: str, residents: int, start: date, today: date, rng: Random) -> City:
    """A city with so many residents, who live in it from `start` until today."""
    communities = _communities(root, residents)
    sizes = list(accumulate(rng.lognormvariate(0, SIZE_SPREAD) for _ in communities))
    homes = rng.choices(communities, cum_weights=sizes, k=residents)
    ids = _ids(residents, rng)
    people = tuple(
        Resident(person_id, _stays(home, communities, start, today, rng), rng.lognormvariate(0, ZEAL_SPREAD))
        for person_id, home in zip(ids, homes, strict=True)
    )
    above = {code[:length] for code in communities for length in (4, 6, 9)}
    return City((*sorted(above, key=lambda code: (len(code), code)), *communities), people)


def _communities(root: str, residents: int) -> list[str]:
    count = min(MOST_COMMUNITIES, max(COMMUNITIES_PER_SUBDISTRICT, residents // RESIDENTS_PER_COMMUNITY))
    found = []
    for number in range(count):
        subdistrict, community = divmod(number, COMMUNITIES_PER_SUBDISTRICT)
        district, subdistrict = divmod(subdistrict, SUBDISTRICTS_PER_DISTRICT)
        found.append(f"{root}{district + 1:02}{subdistrict + 1:03}{community + 1:03}")
    return found


def _ids(count: int, rng: Random) -> list[int]:
    found: dict[int, None] = {}
    while len(found) < count:
        found[rng.getrandbits(ID_BITS) + 1] = None
    return list(found)


def _stays(home: str, communities: list[str], start: date, today: date, rng: Random) -> tuple[Stay, ...]:
    days = (today - start).days
    from_on = start + timedelta(days=rng.randrange(days)) if rng.random() < NEWCOMERS else start - timedelta(days=30)
    leaves_on = from_on + timedelta(days=rng.randint(MIN_DAYS_HERE, max(MIN_DAYS_HERE, days)))
    fate = rng.random()
    if fate < MOVES + REMOVED and leaves_on < today:
        first = Stay(home, from_on, leaves_on)
        return (first, Stay(rng.choice(communities), leaves_on)) if fate < MOVES else (first,)
    return (Stay(home, from_on, is_confirmed=rng.random() >= UNCONFIRMED),)
