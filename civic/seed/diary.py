"""What happens in the demo city between its first day and now: planned as a whole before anything is written."""

from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from civic.activities import service as activities
from civic.seed import places, words
from civic.seed.habits import BY_KEY, PLEDGES, Act, Habits
from civic.seed.people import CHANCES, PER, Resident

WAITING_IN_LIUQIAO = 17  # of a city of 300
TRIES = 400
JUST_NOW = timedelta(minutes=30)
_FATES = ("approve",) * 183 + ("return",) * 6 + ("reject",) * 6 + ("withdraw",) * 3 + ("reverse",) * 2


class Promise(NamedTuple):
    """A pledge that somebody signs."""

    resident: Resident
    activity_key: str
    signs_at: datetime


class Diary:
    """The acts and pledges of everybody."""

    def __init__(self, people: list[Resident], start: datetime, now: datetime, zone: ZoneInfo, rng: Random) -> None:
        self.people, self.now, self.zone, self.rng = people, now, zone, rng
        self.habits = Habits(now, zone, rng)
        self.today = now.astimezone(zone).date()
        self.days = [self.today - timedelta(days=back) for back in range((now - start).days, -1, -1)]
        self.by_name = {one.name: one for one in people}
        self.acts: list[Act] = []
        self.promises: list[Promise] = []
        for one in people:
            self._daily_life(one)
        self._slow_places()
        self._stories()
        self._liuqiao_today()
        for act in self.acts:
            if not act.is_told:
                self._give_fate(act)
        for one in people:
            self._pledge(one)

    def _daily_life(self, one: Resident) -> None:
        if one.is_newcomer:
            at = self.now - timedelta(minutes=25)
            first = self.habits.act(one, BY_KEY["litter_pickup"], at.astimezone(self.zone).date(), at)
            self.acts += [first] if first else []
            return
        for day in self.days:
            chance = CHANCES[one.temper] * (1.3 if day.weekday() > 4 else 0.9)
            if self.habits.at(day, 24) <= one.joins_at or self.rng.random() >= chance:
                continue
            for _ in range(self.rng.choice((1, 1, 1, 1, 1, 2))):
                self._note(one, self.habits.choose(one).key, day)
            if self.rng.random() < 0.05:
                # The same thing once more on the same day, which earns half.
                self._note(one, "exercise", day)
                self._note(one, "exercise", day)
        if one.rank is None and not one.is_told:
            self._first_act(one)

    def _first_act(self, one: Resident) -> None:
        """Whoever joins tries it once, which is how they come to be confirmed."""
        since = max(one.joins_at, self.habits.at(self.days[0], 0)) + timedelta(hours=self.rng.uniform(5, 40))
        at = self.habits.at(since.astimezone(self.zone).date(), self.rng.uniform(9, 20))
        act = self.habits.act(one, self.habits.choose(one), at.date(), max(at, since))
        if act is not None:
            self.acts.append(act)

    def _note(self, one: Resident, key: str, day: date) -> None:
        act = self.habits.act(one, BY_KEY[key], day)
        if act is not None:
            self.acts.append(act)

    def _slow_places(self) -> None:
        """Two communities whose manager has been away: some of what waits there has passed 48 hours."""
        for code, overdue in zip(places.LAGGING, (2, 4), strict=True):
            here = [one for one in self.people if one.home == code and one.role is None and not one.is_newcomer]
            for place in range(overdue if here else 0):
                one = here[place % len(here)]
                at = self.now - timedelta(hours=51 + 7 * place)
                act = self.habits.act(one, BY_KEY["stairwell_clean"], at.astimezone(self.zone).date(), at)
                if act is not None:
                    act.is_told = True
                    self.acts.append(act)

    def _liuqiao_today(self) -> None:
        """What waits in 柳桥: as much as a manager finds after two days away; one entry was approved just now."""
        wanted = max(6, WAITING_IN_LIUQIAO * len(self.people) // PER)
        here = [one for one in self.people if one.home == places.LIUQIAO and one.role is None and not one.is_newcomer]
        wanted -= sum(act.resident.is_newcomer and act.resident.home == places.LIUQIAO for act in self.acts)
        for _ in range(TRIES):
            if len(self._recent(here)) > wanted + 1:
                break
            one = self.rng.choice(here)
            self._note(one, self.habits.choose(one).key, self.today - timedelta(days=self.rng.choice((0, 1, 1))))
        recent = self._recent(here)
        just_now = next(act for act in recent[1:] if not act.resident.family and act.resident.login != "resident")
        just_now.is_told, just_now.decides_at = True, self.now - timedelta(minutes=2)
        recent.remove(just_now)
        waiting = [recent[place * len(recent) // wanted] for place in range(wanted)]
        for act in waiting:
            act.is_told = True
        self._photos_seen_before(waiting)
        # There is no time left to decide on the others that came just now: they never came.
        gone = {id(act) for act in recent if not act.is_told and self.now - act.submits_at < JUST_NOW}
        self.acts = [act for act in self.acts if id(act) not in gone]

    def _recent(self, people: list[Resident]) -> list[Act]:
        """What these people logged in the last two days, and nothing is decided about, oldest first."""
        numbers = {one.number for one in people}
        since, until = self.now - timedelta(hours=46), self.now - timedelta(minutes=4)
        recent = [
            act
            for act in self.acts
            if act.resident.number in numbers and not act.is_told and since < act.submits_at < until
        ]
        return sorted(recent, key=lambda act: act.submits_at)

    def _photos_seen_before(self, waiting: list[Act]) -> None:
        """Two of those that wait bear a photo that somebody else has used."""
        asking = [act for act in waiting if activities.get(act.activity_key).asks_photo and not act.picture]
        for act in asking[:2]:
            earlier = next(
                (a.picture for a in self.acts if a.picture and a.activity_key == act.activity_key and a is not act),
                None,
            )
            act.picture = earlier or self.habits.picture(act.activity_key, act.submits_at - timedelta(days=9))

    def _stories(self) -> None:
        """One of each thing that can become of an entry, in 柳桥, whatever chance brings elsewhere."""
        yesterday, long_ago = self.today - timedelta(days=1), self.today - timedelta(days=5)
        told: list[tuple[str, str, date, dict[str, object]]] = [
            ("秀兰", "cigarette_ends", yesterday, {"fate": "return", "reason": words.RETURNED[0], "quantity": 4}),
            ("云上", "stairwell_clean", yesterday, {"fate": "withdraw"}),
            ("老秦", "litter_pickup", long_ago, {"fate": "reject", "reason": words.REJECTED[0]}),
            ("竹青", "help_neighbour", long_ago, {"fate": "reverse", "reason": words.REVERSED[0]}),
            ("晨跑的李", "cigarette_ends", long_ago, {"fate": "mend", "reason": words.RETURNED[1]}),
        ]
        told += [("桂花", "exercise", long_ago, {"quantity": 2})] * 3
        told += [("南门老周", "litter_pickup", long_ago, {"quantity": 6})] * 2
        for name, key, day, facts in told:
            one = self.by_name[name]
            at = min(self.habits.at(day, 16), self.now - timedelta(hours=4))
            act = self.habits.act(one, BY_KEY[key], at.astimezone(self.zone).date(), at)
            if act is None:
                continue
            for fact, value in facts.items():
                setattr(act, fact, value)
            act.is_told, act.decides_at = True, at + timedelta(hours=3)
            self.acts.append(act)

    def _give_fate(self, act: Act) -> None:
        age = self.now - act.submits_at
        slow = act.resident.home in places.LAGGING and age < timedelta(hours=47)
        likely = 0.7 if slow else 0.3 if age < timedelta(hours=40) and act.resident.home != places.LIUQIAO else 0
        if act.resident.is_newcomer or self.rng.random() < likely or age < JUST_NOW:
            return
        # Whoever opens the demo is 秀兰: hers go well, but for the one that her story says.
        act.fate = "approve" if act.resident.login == "resident" else self.rng.choice(_FATES)
        if act.fate == "return":
            act.fate = self.rng.choice(("return", "mend", "mend", "mend"))
        reasons = {
            "return": words.RETURNED,
            "mend": words.RETURNED,
            "reject": words.REJECTED,
            "reverse": words.REVERSED,
        }
        act.reason = self.rng.choice(reasons.get(act.fate, ("",)))
        act.decides_at = self._decided(act)

    def _decided(self, act: Act) -> datetime:
        """Between one and forty hours later, at an hour when people work."""
        hours = 0.3 if act.fate == "withdraw" else self.rng.triangular(1, 40, 8)
        at = (act.submits_at + timedelta(hours=hours)).astimezone(self.zone)
        if at.hour < 8:
            at = self.habits.at(at.date(), self.rng.uniform(8, 10))
        elif at.hour >= 22:
            at = self.habits.at(at.date() + timedelta(days=1), self.rng.uniform(8, 10))
        # Whatever is decided is decided by now.
        soonest = act.submits_at + (self.now - act.submits_at) * self.rng.uniform(0.2, 0.9)
        return min(at, soonest) if at >= self.now - timedelta(minutes=5) else at

    def _pledge(self, one: Resident) -> None:
        """A fifth of the people sign a pledge or two and keep it on some days, filled in by the day after."""
        if one.is_newcomer or one.is_child:
            return
        if one.login == "resident":
            signed = {"pledge_walker": 0.68}
        elif one.temper == "quiet" or self.rng.random() < 0.8:
            return
        else:
            keys = ["pledge_chores"] if one.is_minor else self.rng.sample(PLEDGES, self.rng.choice((1, 1, 2)))
            signed = {key: self.rng.uniform(0.25, 0.65) for key in keys}
        for key, faith in signed.items():
            since = max(one.joins_at, self.habits.at(self.days[0], 0)) + timedelta(days=self.rng.randint(2, 12))
            if one.login == "resident":
                since = max(since, self.now - timedelta(days=29))
            if since < self.now:
                self.promises.append(Promise(one, key, since))
                self._keep(one, key, since, faith)

    def _keep(self, one: Resident, key: str, since: datetime, faith: float) -> None:
        for day in self.days:
            # The next morning for one day in five; today is for the visitor to fill in.
            late = self.rng.random() < 0.2
            at = self.habits.at(day, self.rng.uniform(31, 34) if late else self.rng.uniform(19, 22.5))
            if since < at < self.now and day > since.astimezone(self.zone).date() and self.rng.random() < faith:
                self.acts.append(Act(one, key, day, at, 1, is_told=True))
