"""The teams of the demo city: who founds them, who is in them, and which acts count for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from civic.accounts.models import Person
from civic.db import db
from civic.rules.refused import Forbidden
from civic.seed import places
from civic.seed.habits import Act
from civic.seed.people import Resident
from civic.teams import service

COUNTS = 0.6  # the chance that an act of a member counts for the team
CLUBS = (
    ("volunteers", "柳桥晨跑志愿队", places.LIUQIAO, 7),
    ("window", "柳桥便民窗口", places.LIUQIAO, 3),
    ("volunteers", "河畔护河队", places.HEPAN, 5),
    ("collective", "朝晖青年先锋岗", places.UNMANAGED, 5),
)
FAMILIES = ("望河小院", "槐荫三口之家", "南门一家人")


@dataclass
class Club:
    """One team of the plan. `id` and `since` are known once it is founded."""

    kind: str
    name: str
    captain: Resident
    members: list[Resident]
    founded_at: datetime
    id: int = 0
    since: date | None = None
    numbers: set[int] = field(default_factory=set)


class Clubs:
    """All teams. Chance is its own here, so that the rest of the city stays as it is without them."""

    def __init__(self, people: Sequence[Resident], zone: ZoneInfo) -> None:
        self.rng, self.zone = Random(len(people)), zone  # noqa: S311 - repeatable, and nothing to be guessed
        self.all = [club for club in (*self._groups(people), *self._families(people)) if club is not None]

    def found(self, club: Club, now: datetime) -> bool:
        """Found a team and let its members in, all on one day; not yet where its captain is not confirmed."""
        captain = _person(club.captain)
        is_family = club.kind == "family"
        try:
            team, along = service.found(
                kind=club.kind, name=club.name, by=captain, now=now, zone=self.zone, with_family=is_family
            )
        except Forbidden:
            return False
        inside = {captain.id, *(person.id for person in along)}
        for one in club.members:
            if one.id and one.id not in inside and not one.is_child:
                service.join(team.code, by=_person(one), now=now, zone=self.zone)
        club.id, club.since = team.id, now.astimezone(self.zone).date()
        club.numbers = {one.number for one in (club.captain, *club.members) if one.id}
        return True

    def team_of(self, act: Act) -> int | None:
        """The team an act counts for: one that its resident belonged to on that day, or none."""
        for club in self.all:
            if club.since is not None and club.since <= act.acted_on and act.resident.number in club.numbers:
                return club.id if self.rng.random() < COUNTS else None
        return None

    def _groups(self, people: Sequence[Resident]) -> list[Club | None]:
        return [self._group(people, *told) for told in CLUBS]

    def _group(self, people: Sequence[Resident], kind: str, name: str, home: str, size: int) -> Club | None:
        here = [one for one in people if one.home == home and not (one.is_newcomer or one.is_minor or one.role)]
        steady = sorted((one for one in here if one.temper != "quiet"), key=lambda one: (one.joins_at, one.number))
        others = steady[:size] if kind != "window" else steady[size : 2 * size]
        return self._club(kind, name, others) if len(others) > 1 else None

    def _families(self, people: Sequence[Resident]) -> list[Club]:
        guardians = sorted((one.guardian for one in people if one.guardian), key=lambda one: one.number)
        found = []
        for name, guardian in zip(FAMILIES, guardians, strict=False):
            kin = [one for one in people if one.family and one.family == guardian.family and one is not guardian]
            found.append(self._club("family", name, [guardian, *kin]))
        return found

    def _club(self, kind: str, name: str, people: list[Resident]) -> Club:
        captain, *members = people
        latest = max(one.joins_at for one in people)
        return Club(kind, name, captain, members, latest + timedelta(days=4))


def _person(one: Resident) -> Person:
    return db.session.get_one(Person, one.id)
