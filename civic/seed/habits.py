"""What the people of the demo city do: which acts, how much, at what hour, with which words."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from civic.activities import service as activities
from civic.seed.people import Resident
from civic.seed.words import NOTES, TITLES

PHOTO_CHANCE = 0.26  # of the activities that ask for one; one entry in twelve of all


class Habit(NamedTuple):
    """An activity, how common it is, the quantities people log, and when it is done."""

    key: str
    weight: int
    quantities: tuple[int, ...]
    hours: tuple[int, int]


HABITS = (
    Habit("litter_pickup", 20, (1, 1, 2, 2, 2, 3, 4, 6), (6, 18)),
    Habit("reading_minutes", 18, (20, 30, 30, 40, 45, 60), (12, 22)),
    Habit("exercise", 15, (1, 1, 2), (6, 20)),
    Habit("help_neighbour", 10, (1, 1, 2, 3), (9, 20)),
    Habit("cigarette_ends", 8, (1, 2, 2, 3, 4, 6), (7, 18)),
    Habit("stairwell_clean", 7, (1, 2, 2, 4), (8, 18)),
    Habit("bicycles_tidied", 5, (1, 2, 4), (7, 18)),
    Habit("crossing_guide", 5, (1, 2, 2), (7, 18)),
    Habit("elder_visit", 4, (1, 2, 2), (9, 17)),
    Habit("reading_with_child", 4, (15, 20, 30), (18, 21)),
    Habit("paired_help", 3, (2, 2, 4), (9, 17)),
    Habit("adverts_removed", 3, (1, 2), (9, 17)),
    Habit("river_walk", 3, (1, 2), (7, 17)),
    Habit("culture_evening", 3, (2, 3, 4), (19, 21)),
    Habit("patrol", 3, (1, 2), (19, 21)),
    Habit("tree_care", 2, (1, 2), (7, 17)),
    Habit("persuasion_shift", 2, (2, 4), (9, 19)),
    Habit("classics_recitation", 2, (1,), (7, 20)),
    Habit("book_note", 2, (1,), (20, 22)),
    Habit("legal_science_reading", 2, (20, 30), (12, 21)),
    Habit("fire_check", 2, (1,), (18, 21)),
    Habit("inspection_walk", 2, (1, 2, 3), (9, 17)),
    Habit("service_window_praise", 2, (1,), (10, 17)),
    Habit("law_study", 2, (2, 3), (14, 20)),
    Habit("traffic_law_reading", 1, (20,), (12, 21)),
    Habit("book_gift", 1, (1,), (10, 17)),
    Habit("disabled_help", 1, (2, 4), (9, 17)),
    Habit("counter_shift", 1, (4, 6), (9, 15)),
    Habit("family_motto", 1, (1,), (19, 21)),
    Habit("courteous_traveller", 1, (1,), (18, 21)),
    Habit("moral_lecture", 1, (2, 3), (14, 20)),
    Habit("village_service", 1, (4, 6), (9, 15)),
    Habit("team_cleanup", 2, (2, 3), (9, 16)),
    Habit("simple_ceremony", 1, (1,), (18, 20)),
)
YOUNG = (
    Habit("reading_minutes", 6, (20, 30, 40), (16, 21)),
    Habit("classics_recitation", 3, (1,), (7, 20)),
    Habit("youth_practice", 4, (1, 2, 3), (9, 17)),
    Habit("litter_pickup", 4, (1, 2), (9, 17)),
    Habit("exercise", 4, (1, 2), (16, 19)),
    Habit("book_gift", 1, (1,), (10, 17)),
)
BY_KEY = {habit.key: habit for habit in (*HABITS, *YOUNG)}
AT_ANY_HOUR = frozenset({"reading_minutes", "exercise", "litter_pickup"})
ONCE_IN_A_WHILE = frozenset({"fire_check", "family_motto", "simple_ceremony"})
PLEDGES = (
    "pledge_waste_sorting",
    "pledge_walker",
    "pledge_give_way",
    "pledge_rider",
    "empty_plate",
    "green_travel",
    "pledge_convention",
    "queueing_day",
    "pledge_parking",
    "pledge_civil_internet",
    "pledge_nothing_thrown",
    "pledge_no_drink_driving",
)


class Picture(NamedTuple):
    """A photo somebody takes: the scene follows from the activity, its details from the number."""

    activity_key: str
    taken_at: datetime
    number: int


@dataclass
class Act:
    """One act as it will be logged, and what becomes of it. Without `decides_at` it is left waiting."""

    resident: Resident
    activity_key: str
    acted_on: date
    submits_at: datetime
    quantity: int
    note: str = ""
    title: str = ""
    answers: tuple[str, ...] = ()
    picture: Picture | None = None
    fate: str = "approve"
    decides_at: datetime | None = None
    reason: str = ""
    is_told: bool = False  # part of a story: nothing random happens to it

    @property
    def is_kept_day(self) -> bool:
        """Whether it is the day of a pledge."""
        return activities.get(self.activity_key).is_pledge


class Habits:
    """Makes acts up. Everything in it follows from one generator, so that a city can be made again."""

    def __init__(self, now: datetime, zone: ZoneInfo, rng: Random) -> None:
        self.now, self.zone, self.rng = now, zone, rng
        self.pictures = 0

    def choose(self, resident: Resident) -> Habit:
        """Something this person might do; what can be logged once in a while is chosen once."""
        habits = YOUNG if resident.is_minor else HABITS
        while True:
            habit = self.rng.choices(habits, [habit.weight for habit in habits])[0]
            if habit.key not in resident.used_once:
                break
        if habit.key in ONCE_IN_A_WHILE:
            resident.used_once.add(habit.key)
        return habit

    def act(self, resident: Resident, habit: Habit, day: date, submits_at: datetime | None = None) -> Act | None:
        """An act of a day, logged soon after or some days later; None where that would still be to come."""
        if submits_at is None and not self._is_time(habit, day):
            return None
        done_at = self._done_at(habit, day)
        if submits_at is None:
            submits_at = self._arrives(done_at)
        if not resident.joins_at < submits_at <= self.now or day > submits_at.astimezone(self.zone).date():
            return None
        act = Act(resident, habit.key, day, submits_at, self.rng.choice(habit.quantities))
        act.note = self.rng.choice(NOTES.get(habit.key, ("",)))
        act.title = self.rng.choice(TITLES.get(habit.key, ("",)))
        act.answers = self._ticked(habit.key)
        if activities.get(habit.key).asks_photo and self.rng.random() < PHOTO_CHANCE:
            act.picture = self.picture(habit.key, min(done_at, submits_at - timedelta(minutes=1)))
        return act

    def picture(self, activity_key: str, taken_at: datetime) -> Picture:
        """A new photo."""
        self.pictures += 1
        return Picture(activity_key, taken_at.astimezone(self.zone).replace(microsecond=0), self.pictures)

    def at(self, day: date, hour: float) -> datetime:
        """An hour of a day of the city."""
        return datetime.combine(day, time(), self.zone) + timedelta(hours=hour)

    def _is_time(self, habit: Habit, day: date) -> bool:
        """Whether its hour has come; some things are done at any hour, so that the city never sleeps altogether."""
        return habit.key in AT_ANY_HOUR or self.at(day, habit.hours[0]) < self.now

    def _done_at(self, habit: Habit, day: date) -> datetime:
        first, last = map(float, habit.hours)
        so_far = (self.now - self.at(day, 0)) / timedelta(hours=1)
        if so_far < last:
            first, last = min(first, so_far * 0.6), so_far
        return self.at(day, self.rng.uniform(first, last))

    def _arrives(self, done_at: datetime) -> datetime:
        soon = done_at + timedelta(minutes=self.rng.randint(2, 50))
        chance = self.rng.random()
        if chance < 0.82 or done_at.astimezone(self.zone).date() == self.now.astimezone(self.zone).date():
            # Late in the evening it is written down before midnight; just now means just now.
            return min(soon, max(done_at, self.now - timedelta(minutes=self.rng.randint(1, 9))))
        late = timedelta(days=1 if chance < 0.95 else self.rng.randint(2, 6))
        return self.at(done_at.astimezone(self.zone).date() + late, self.rng.uniform(8, 21))

    def _ticked(self, key: str) -> tuple[str, ...]:
        activity = activities.get(key)
        lines = [line.key for line in activity.form]
        fewest = max(activity.form_min, len(lines) - 2)
        return tuple(sorted(self.rng.sample(lines, self.rng.randint(fewest, len(lines))))) if lines else ()
