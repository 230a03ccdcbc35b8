"""Who lives in the demo city: a plan of people, made before anything is written."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from civic.rules.decisions import LEVEL_OF_ROLE, LEVELS
from civic.seed import names, places

PASSWORD = "demo-2026-city"  # noqa: S105 - printed for everybody who starts the demo
FEWEST = 40
PER = 300  # shares in places.py are of so many residents
# How often somebody does something worth logging, as the chance of a day; and how many people are like that.
CHANCES = {"keen": 0.7, "steady": 0.5, "regular": 0.15, "rare": 0.045, "quiet": 0.0}
_TEMPERS = ("steady",) * 13 + ("regular",) * 35 + ("rare",) * 37 + ("quiet",) * 15
_APPEARANCES = ("nickname",) * 4 + ("masked",) * 5 + ("hidden",)
_CHILDREN = (("豆豆妈", "豆豆"), ("小米爸", "小米"), ("果果奶奶", "果果"), ("团团妈", "团团"), ("圆圆爸", "圆圆"))


@dataclass
class Resident:
    """One person of the plan. `id` is known once they have joined."""

    number: int
    name: str
    login: str
    home: str
    joins_at: datetime
    temper: str
    appear: str = "masked"
    born_on: date | None = None
    guardian: "Resident | None" = None
    family: int | None = None
    role: str | None = None
    area: str | None = None
    moves_at: datetime | None = None
    moves_to: str | None = None
    is_newcomer: bool = False
    is_told: bool = False  # has a story, and keeps the name the story knows
    id: int = 0
    used_once: set[str] = field(default_factory=set)  # activities that can be logged once in a while only

    @property
    def is_child(self) -> bool:
        """Whether a guardian logs for them."""
        return self.guardian is not None

    @property
    def is_minor(self) -> bool:
        """Whether they are under 18."""
        return self.born_on is not None

    @property
    def rank(self) -> int | None:
        """How high they may decide; None if they decide on nothing."""
        return LEVELS.index(LEVEL_OF_ROLE[self.role]) if self.role in LEVEL_OF_ROLE else None


@dataclass(frozen=True)
class Account:
    """A sign-in that the demo tells everybody."""

    login: str
    zh: str
    en: str


ACCOUNTS = (
    Account("resident", "居民 秀兰，柳桥社区", "resident"),
    Account("parent", "家长 豆豆妈，替豆豆记", "parent who logs for a child"),
    Account("teen", "16 岁居民 小满", "resident of 16"),
    Account("manager", "社区管理员 何静，柳桥社区", "community manager"),
    Account("subdistrict", "街道干部 方禾，柳桥街道", "subdistrict officer"),
    Account("district", "区干部 周立言，望河区", "district officer"),
    Account("city", "市干部 林砚，晴川市", "city officer"),
    Account("admin", "系统管理员 苏木", "city administrator"),
)


def plan(total: int, start: datetime, now: datetime, zone: ZoneInfo, rng: Random) -> list[Resident]:
    """Everybody, `total` people, those who run the city first, children after their guardians."""
    return _Planner(total, start, now, zone, rng).everybody()


class _Planner:
    def __init__(self, total: int, start: datetime, now: datetime, zone: ZoneInfo, rng: Random) -> None:
        self.total, self.start, self.now, self.rng = total, start, now, rng
        self.today = now.astimezone(zone).date()
        self.people: list[Resident] = []
        self.numbers = count(1)
        self.names = iter(names.nicknames(rng, total))

    def everybody(self) -> list[Resident]:
        free = _homes(self.total)
        self._liuqiao(free)
        self._officers(free)
        for home in sorted(code for code, left in free.items() for _ in range(left)):
            self._add(home, next(self.names))
        self._managers()
        self._children()
        self._teens()
        self._newcomers()
        return sorted(self.people, key=lambda one: (one.joins_at, one.is_child, one.number))

    def _add(self, home: str, name: str, **facts: object) -> Resident:
        number = next(self.numbers)
        one = Resident(
            number=number,
            name=name,
            login=f"neighbour{number:03}",
            home=home,
            joins_at=self._joins_at(),
            temper=self.rng.choice(_TEMPERS),
            appear=self.rng.choice(_APPEARANCES),
        )
        for fact, value in facts.items():
            setattr(one, fact, value)
        self.people.append(one)
        return one

    def _joins_at(self) -> datetime:
        """Most came in the fortnight before the first week, the others later, fewer and fewer."""
        early = self.start - timedelta(minutes=self.rng.randint(60, 14 * 24 * 60))
        late = self.start + (self.now - timedelta(days=5) - self.start) * self.rng.triangular(0, 1, 0)
        return early if self.rng.random() < 0.6 else _by_day(late)

    def _liuqiao(self, free: dict[str, int]) -> None:
        """The people of 柳桥 that the demo tells about."""
        long_ago = self.start - timedelta(days=13, hours=2)
        told: list[tuple[str, dict[str, object]]] = [
            ("秀兰", {"login": "resident", "temper": "keen", "appear": "nickname"}),
            ("何静", {"login": "manager", "temper": "rare", "role": "community_manager", "family": 1}),
            ("老秦", {"temper": "regular", "appear": "nickname", "family": 1}),
            ("豆豆妈", {"login": "parent", "temper": "regular", "appear": "nickname"}),
            ("小满", {"login": "teen", "temper": "regular", "appear": "masked", "born_on": self._born(16)}),
            ("桂花", {"temper": "keen", "appear": "nickname", "family": 2}),
            ("南门老周", {"temper": "keen", "appear": "nickname", "family": 2}),
            ("北窗", {"temper": "steady", "appear": "nickname"}),
            ("竹青", {"temper": "steady", "appear": "nickname"}),
            ("晨跑的李", {"temper": "keen", "appear": "nickname"}),
            ("云上", {"temper": "regular", "appear": "masked"}),
        ]
        for name, facts in told:
            known: dict[str, object] = {"joins_at": long_ago, "is_told": True}
            self._add(places.LIUQIAO, name, **(known | facts))
        self.people[1].area = places.LIUQIAO
        mover = self.people[7]
        mover.moves_at, mover.moves_to = _by_day(self.start + (self.now - self.start) * 0.5), places.HEPAN
        free[places.LIUQIAO] -= len(told)

    def _officers(self, free: dict[str, int]) -> None:
        """The accounts above a community, then more of them in a city that is large enough."""
        posts = [
            ("subdistrict", "方禾", "subdistrict_officer", places.STREET),
            ("district", "周立言", "district_officer", places.BOROUGH),
            ("city", "林砚", "city_officer", places.CITY),
            ("admin", "苏木", "administrator", places.CITY),
        ]
        if self.total >= PER // 2:
            others = [street for street in places.streets() if street != places.STREET]
            posts += [("", "", "subdistrict_officer", street) for street in (*others[:4], others[7])]
            posts += [("", "", "district_officer", district) for district in places.districts()[1:]]
        for login, name, role, area in posts:
            home = next(code for code, left in free.items() if left and (code.startswith(area) or role == "city"))
            free[home] -= 1
            # Nobody stands above the one city officer, so nobody could decide on what they did.
            temper = "quiet" if area == places.CITY else "rare"
            one = self._add(home, name or next(self.names), role=role, area=area, temper=temper)
            one.joins_at, one.login = self.start - timedelta(days=14), login or one.login

    def _managers(self) -> None:
        """The largest communities have a manager of their own; 朝晖 is large and has none: its street decides."""
        at_home: dict[str, list[Resident]] = defaultdict(list)
        for one in self.people:
            at_home[one.home].append(one)
        lively = sorted(at_home, key=lambda code: (-len(at_home[code]), code))
        for code in lively[: max(3, self.total // 15)]:
            if code in (places.LIUQIAO, places.UNMANAGED):
                continue
            manager = next((one for one in at_home[code] if one.role is None), None)
            if manager:
                manager.role, manager.area, manager.temper = "community_manager", code, "rare"
                manager.joins_at = self.start - timedelta(days=13)

    def _children(self) -> None:
        """Five children under 14 stand in the places of five adults, each with a guardian next door."""
        guardians = [one for one in self.people if one.login == "parent"]
        free = [one for one in self.people if one.role is None and not one.is_told]
        for family, (guardian_name, child_name) in enumerate(_CHILDREN, 11):
            guardian = guardians.pop() if guardians else free.pop(self.rng.randrange(len(free)))
            neighbours = [one for one in free if one.home == guardian.home]
            if not neighbours:
                continue
            child = neighbours[-1]
            free.remove(child)
            guardian.name, guardian.temper, guardian.family = guardian_name, "regular", family
            child.name, child.temper, child.family, child.guardian = child_name, "rare", family, guardian
            child.born_on, child.appear = self._born(6 + family - 11), "masked"
            child.joins_at = max(child.joins_at, guardian.joins_at + timedelta(minutes=20))

    def _teens(self) -> None:
        """A few of 15 to 17, besides 小满."""
        free = self._ordinary()
        for age in (15, 15, 16, 17):
            teen = free.pop(self.rng.randrange(len(free)))
            teen.born_on, teen.appear = self._born(age), "masked"

    def _newcomers(self) -> None:
        """The last to come: nothing of theirs has been approved yet, so they are not confirmed."""
        near = [one for one in self._ordinary() if one.home == places.LIUQIAO]
        far = [one for one in self._ordinary() if one.home != places.LIUQIAO]
        for place in range(max(3, self.total // 50)):
            free = far if place % 2 or not near else near
            one = free.pop(self.rng.randrange(len(free)))
            one.joins_at, one.is_newcomer = self.now - timedelta(hours=9 + 7 * place), True

    def _ordinary(self) -> list[Resident]:
        guardians = {one.guardian.number for one in self.people if one.guardian}
        return [
            one
            for one in self.people
            if one.role is None and not (one.is_told or one.is_minor or one.number in guardians)
        ]

    def _born(self, age: int) -> date:
        return self.today.replace(day=1) - timedelta(days=age * 366 + self.rng.randint(20, 250))


def _by_day(instant: datetime) -> datetime:
    """The same instant, but not in the small hours: the demo city is eight hours ahead of UTC."""
    return instant.replace(hour=1 + instant.hour % 12)


def _homes(total: int) -> dict[str, int]:
    """How many people live in each community: the shares, rounded so that they add up."""
    exact = {place.code: place.share * total / PER for place in places.communities()}
    homes = {code: int(people) for code, people in exact.items()}
    homes[places.LIUQIAO] = max(homes[places.LIUQIAO], 14)
    by_rest = sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))
    missing = total - sum(homes.values())
    for code in (by_rest * 2)[: max(0, missing)]:
        homes[code] += exact[code] > 0
    for code in reversed(by_rest):
        if sum(homes.values()) <= total:
            break
        if code != places.LIUQIAO and homes[code]:
            homes[code] -= 1
    homes[places.LIUQIAO] += total - sum(homes.values())
    return homes
