"""What deserves a second look in the demo city: one waiting entry for each signal, in 柳桥, besides what chance brings.

Everything goes the way residents' own entries go. The tests of the demo city count on nothing here.
"""

import io
from datetime import datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from PIL import Image, ImageOps

from civic import media
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import transaction
from civic.entries import places as where
from civic.entries import service as entries
from civic.entries.service import Logged
from civic.moderation import look_alikes, signals
from civic.moderation.escalation import escalate
from civic.rules.places import Cell, Place
from civic.rules.signals import BURST_ACTS
from civic.seed import pictures, places
from civic.seed.people import Resident

LITTER, READING = "litter_pickup", "reading_minutes"
NUMBER = 990_001  # of photos that no diary draws
WAITED = timedelta(hours=20)
RIVERSIDE = Cell(44_000, 89_000)  # in a desert: the city is invented


def show(people: list[Resident], now: datetime, zone: ZoneInfo, rng: Random) -> None:
    """Let a few residents send in what a manager will look at twice, and give the subdistrict what is late."""
    told = {one.name: one for one in people if one.role is None and not one.is_child and one.id}
    with transaction():
        looks = _Sender(now, zone, rng)
        looks.alike(_person(told, "老秦"), _person(told, "云上"))
        looks.burst(_person(told, "北窗", "豆豆妈"))
        looks.crowd([one for one in map(accounts.find_person, _living_in(places.LIUQIAO, people)[-3:]) if one])
        looks.from_elsewhere(_person(told, "云上"))
        looks.often(accounts.get_by_login("manager"))
        look_alikes.catch_up()
        escalate("", now=now, zone=zone)


def _person(told: dict[str, Resident], *names: str) -> Person | None:
    one = next((told[name] for name in names if name in told), None)
    return accounts.find_person(one.id) if one and one.id else None


def _living_in(community: str, people: list[Resident]) -> list[int]:
    """The ids of those at home there who log for themselves, in the order in which they joined."""
    return [one.id for one in people if one.home == community and not one.moves_to and not one.is_child and one.id]


class _Sender:
    """Sends entries in, some hours ago."""

    def __init__(self, now: datetime, zone: ZoneInfo, rng: Random) -> None:
        self.at, self.zone, self.rng = now - WAITED, zone, rng

    def alike(self, first: Person | None, second: Person | None) -> None:
        """Two people with one photo, the second one's mirrored and saved anew."""
        if first is None or second is None:
            return
        taken = self.at - timedelta(minutes=30)
        raw = pictures.photo(LITTER, taken.astimezone(self.zone), Random(NUMBER))  # noqa: S311 - a drawing
        mirrored = io.BytesIO()
        ImageOps.mirror(Image.open(io.BytesIO(raw)).convert("RGB")).save(mirrored, "JPEG", quality=70)
        self._send(first, LITTER, 2, self.at, raw)
        self._send(second, LITTER, 3, self.at + timedelta(hours=1), mirrored.getvalue())

    def burst(self, one: Person | None) -> None:
        """Many acts of one day within minutes."""
        if one is None:
            return
        for place in range(BURST_ACTS):
            self._send(one, READING, 15, self.at + timedelta(minutes=90 + 4 * place))

    def crowd(self, people: list[Person]) -> None:
        """Several who log at one place in the same minutes."""
        for who in people:
            self._send(who, LITTER, 1, self.at + timedelta(hours=3), place=RIVERSIDE)

    def from_elsewhere(self, one: Person | None) -> None:
        """A photo that was taken in another town than where it was logged."""
        if one is None:
            return
        at = self.at + timedelta(hours=4)
        raw = pictures.photo(LITTER, at.astimezone(self.zone), Random(NUMBER + 1), (45, 90))  # noqa: S311 - a drawing
        self._send(one, LITTER, 1, at, raw, place=RIVERSIDE)

    def often(self, manager: Person) -> None:
        """Something by the resident whom the manager approved most."""
        most = signals.approvals(manager, self.at).most_common(1)
        who = accounts.find_person(most[0][0]) if most else None
        if who:
            self._send(who, READING, 30, self.at + timedelta(hours=5))

    def _send(
        self, who: Person, key: str, quantity: int, at: datetime, raw: bytes | None = None, place: Cell | None = None
    ) -> None:
        day = at.astimezone(self.zone).date()
        photos = [media.store(media.shrink(raw, acted_on=day, zone=self.zone, given=place))] if raw else []
        logged = Logged(
            key,
            day,
            quantity,
            str(UUID(int=self.rng.getrandbits(128), version=4)),
            note="河边的步道" if key == LITTER else "",
            title="" if key == LITTER else "城南旧事",
        )
        body = entries.body_hash(logged, [raw] if raw else [])
        entry = entries.submit(logged, body_hash=body, photos=photos, by=who, now=at, zone=self.zone).entry
        where.note(entry.id, Place(place, at) if place else None, at)
