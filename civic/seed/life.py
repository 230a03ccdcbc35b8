"""Eight weeks in the demo city, lived through the services in the order of time, with the clock held at each moment."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from civic import clock, media
from civic.accounts import grants
from civic.accounts import service as accounts
from civic.accounts.families import declare_family
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries import service as entries
from civic.entries.service import Logged
from civic.moderation import service as moderation
from civic.pledges import service as pledges
from civic.seed import words
from civic.seed.album import Album
from civic.seed.clubs import Club, Clubs
from civic.seed.diary import Diary, Promise
from civic.seed.habits import Act
from civic.seed.people import PASSWORD, Resident

Happening = Callable[[], None]


class Life:
    """Lets everything planned happen. What follows from something, its decision say, is planned as it goes."""

    def __init__(
        self, people: list[Resident], diary: Diary, album: Album, now: datetime, zone: ZoneInfo, rng: Random
    ) -> None:
        self.people, self.album, self.until, self.zone, self.rng = people, album, now, zone, rng
        self.staff = sorted((one for one in people if one.rank is not None), key=lambda one: (one.rank, one.number))
        self.coming: list[tuple[datetime, int, Happening]] = []
        self.order = count()
        self.clubs = Clubs(people, zone)
        for club in self.clubs.all:
            self._plan(club.founded_at, partial(self._found, club))
        for one in people:
            self._plan(one.joins_at, partial(self._join, one))
            if one.moves_at:
                self._plan(one.moves_at, partial(self._move, one))
        for promise in diary.promises:
            self._plan(promise.signs_at, partial(self._sign, promise))
        for act in diary.acts:
            self._plan(act.submits_at, partial(self._submit, act))

    def happen(self) -> None:
        """Until now, a day at a time: one transaction each."""
        while self.coming and self.coming[0][0] <= self.until:
            day = self._day(self.coming[0][0])
            with transaction():
                while self.coming and self.coming[0][0] <= self.until and self._day(self.coming[0][0]) == day:
                    at, _, happening = heapq.heappop(self.coming)
                    with clock.held(at):
                        happening()

    def _plan(self, at: datetime, happening: Happening) -> None:
        heapq.heappush(self.coming, (at, next(self.order), happening))

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _join(self, one: Resident) -> None:
        now = clock.now()
        if one.guardian is not None and one.born_on is not None:
            guardian = self._person(one.guardian)
            one.id = accounts.add_child(
                guardian=guardian, name=one.name, born_on=one.born_on, now=now, zone=self.zone
            ).id
            return
        come_in = accounts.join if one.role is None else accounts.add_person
        person = come_in(
            login=one.login,
            password=PASSWORD,
            name=one.name,
            community_code=one.home,
            born_on=one.born_on,
            now=now,
            zone=self.zone,
        )
        if one.role is not None:
            grants.grant(person, one.role, str(one.area), now)
        if one.appear != "masked":
            accounts.choose_appearance(person, one.appear, clock.today(self.zone))
        one.id = person.id
        self._tie(one, now)

    def _tie(self, one: Resident, now: datetime) -> None:
        """Those of a family who are there already are declared; guardians are family without it."""
        for other in self.people:
            if one.family and other.family == one.family and other.id and other is not one and not other.is_child:
                declare_family(self._person(one), self._person(other), now)

    def _move(self, one: Resident) -> None:
        accounts.move(self._person(one), str(one.moves_to), clock.now(), self.zone)

    def _found(self, club: Club) -> None:
        """A captain who is not confirmed yet tries again later."""
        if not self.clubs.found(club, clock.now()):
            self._plan(clock.now() + timedelta(days=2), partial(self._found, club))

    def _sign(self, promise: Promise) -> None:
        pledges.sign(self._person(promise.resident), promise.activity_key, now=clock.now(), zone=self.zone)

    def _submit(self, act: Act) -> None:
        """What the form does too, but with the day's other happenings in one transaction."""
        now = clock.now()
        author = act.resident.guardian or act.resident
        logged = Logged(
            activity_key=act.activity_key,
            acted_on=act.acted_on,
            quantity=act.quantity,
            client_key=str(UUID(int=self.rng.getrandbits(128), version=4)),
            note=act.note,
            title=act.title,
            answers=act.answers,
            resident_id=act.resident.id,
            team_id=self.clubs.team_of(act),
        )
        photos = [media.store(photo) for photo in self.album.of(act)]
        entry = entries.submit(
            logged,
            body_hash=entries.body_hash(logged, [photo.source_sha256.encode() for photo in photos]),
            photos=photos,
            by=self._person(author),
            now=now,
            zone=self.zone,
        ).entry
        is_settled = moderation.settle_by_rule(entry, now=now, zone=self.zone)
        entry_id, community = entry.id, entry.community_code
        if act.is_kept_day and not is_settled:
            # Whoever is not confirmed yet waits for a person.
            act.decides_at = now + timedelta(hours=self.rng.randint(9, 14))
        if act.decides_at is not None:
            self._plan(act.decides_at, partial(self._conclude, act, entry_id, community))

    def _conclude(self, act: Act, entry_id: int, community: str) -> None:
        if act.fate == "withdraw":
            entries.withdraw(entry_id, by=self._person(act.resident.guardian or act.resident))
            return
        verdict = {"return": "return", "mend": "return", "reject": "reject"}.get(act.fate, "approve")
        self._decide(act, entry_id, community, verdict)
        if act.fate == "mend":
            later = timedelta(hours=self.rng.uniform(3, 20))
            self._plan(clock.now() + later, partial(self._mend, act, entry_id, community))
        elif act.fate == "reverse":
            later = timedelta(hours=self.rng.uniform(20, 70))
            self._plan(clock.now() + later, partial(self._decide, act, entry_id, community, "reverse", 1))

    def _mend(self, act: Act, entry_id: int, community: str) -> None:
        entries.mend(
            entry_id,
            quantity=max(1, act.quantity - 1) if act.title == "" else act.quantity,
            note=f"{act.note}\n{self.rng.choice(words.MENDED)}".strip(),
            title=act.title,
            answers=act.answers,
            by=self._person(act.resident.guardian or act.resident),
            now=clock.now(),
        )
        later = timedelta(hours=self.rng.uniform(1, 20))
        self._plan(clock.now() + later, partial(self._decide, act, entry_id, community, "approve"))

    def _decide(self, act: Act, entry_id: int, community: str, verdict: str, lowest_rank: int = 0) -> None:
        judge = self._judge(act.resident, community, lowest_rank)
        reason = "" if verdict == "approve" else act.reason
        moderation.decide(entry_id, verdict, reason, by=self._person(judge), now=clock.now(), zone=self.zone)

    def _judge(self, author: Resident, community: str, lowest_rank: int) -> Resident:
        """The nearest one who may decide: above the author where the author is staff, and not of their family."""
        above = author.rank if author.rank is not None and community.startswith(str(author.area)) else -1
        for one in self.staff:
            near = one.rank is not None and one.rank >= max(lowest_rank, above + 1)
            kin = one is author or (one.family is not None and one.family == author.family)
            if near and not kin and community.startswith(str(one.area)):
                return one
        raise LookupError(f"nobody decides in {community}")

    def _person(self, one: Resident) -> Person:
        person = db.session.get(Person, one.id)
        if person is None:
            raise LookupError(f"{one.name} has not joined yet")
        return person
