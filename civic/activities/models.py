"""What the catalogue is made of: plain, frozen values read from files; no table holds them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from civic.rules.points import PointRule
from civic.rules.refused import NotFound, Refused

CATEGORIES = (
    "environment",
    "traffic",
    "reading",
    "volunteering",
    "manners",
    "family",
    "youth",
    "fitness",
    "law",
    "cogovernance",
)
KINDS = ("act", "pledge", "reading", "event", "report", "honour")
OPENS = ("now", "later")
EVIDENCE = ("photo", "note", "form", "attested", "guardian", "adopted")
ICONS = (
    "litter",
    "cigarette",
    "crossing",
    "reading",
    "manners",
    "volunteering",
    "family",
    "youth",
    "fitness",
    "law",
    "snap",
    "sorting",
    "tree",
    "river",
    "bicycle",
    "bus",
    "helmet",
    "car",
    "stairwell",
    "advert",
)


class FormLine(NamedTuple):
    """One line to tick on an activity's short form: a tick means "I looked at this"."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True)
class Activity:
    """A thing a resident can log. Its price is a `PointRule`, kept apart because prices have versions."""

    key: str
    category: str
    kind: str
    opens: str
    icon: str
    source: str
    name_zh: str
    name_en: str
    hint_zh: str
    hint_en: str
    noun_zh: str = ""  # what is counted, unless it is time alone: 袋
    noun_en: str = ""
    noun_en_plural: str = ""
    minutes: int = 0  # how long one unit takes, where time is counted
    evidence: tuple[str, ...] = ()
    note_min: int = 0
    form: tuple[FormLine, ...] = ()
    form_min: int = 0
    promise_zh: str = ""
    promise_en: str = ""
    needs_title: bool = False  # forms ask for the book's title; an entry without it is taken all the same
    hours_hundredths: int = 0  # hours of volunteering per unit, times 100

    @property
    def is_open(self) -> bool:
        """Whether it can be logged now; what opens later is neither offered nor listed."""
        return self.opens == "now"

    @property
    def is_pledge(self) -> bool:
        """Whether it is a signed promise whose kept days are logged."""
        return self.kind == "pledge"

    @property
    def takes_note_or_photo(self) -> bool:
        """Whether either of the two will do."""
        return {"note", "photo"} <= set(self.evidence)

    @property
    def needs_note(self) -> bool:
        """Whether a note of at least `note_min` characters belongs to every entry."""
        return "note" in self.evidence and not self.takes_note_or_photo

    @property
    def asks_photo(self) -> bool:
        """Whether a photo is asked for. It is never forced: without one, a person decides."""
        return "photo" in self.evidence

    @property
    def unit_zh(self) -> str:
        """What one unit is: 袋或 10 分钟, 棵, 30 分钟, 分钟."""
        return self.unit_in("zh")

    @property
    def unit_en(self) -> str:
        """What one unit is: bag or 10 minutes, tree, 30 minutes, minute."""
        return self.unit_in("en")

    def name_in(self, language: str) -> str:
        """Its name in "zh" or "en"."""
        return self.name_en if language == "en" else self.name_zh

    def hint_in(self, language: str) -> str:
        """What counts, in one or two plain sentences."""
        return self.hint_en if language == "en" else self.hint_zh

    def promise_in(self, language: str) -> str:
        """The words a resident signs; empty unless it is a pledge."""
        return self.promise_en if language == "en" else self.promise_zh

    def unit_in(self, language: str) -> str:
        """What one unit is, in words."""
        if language == "en":
            return _either((self.noun_en, _minutes(self.minutes, "minute", "minutes", False)), " or ")
        return _either((self.noun_zh, _minutes(self.minutes, "分钟", "分钟", False)), "或 ")

    def amount(self, quantity: int, language: str) -> str:
        """A quantity as a person would say it: 60 分钟 rather than two times 30 minutes."""
        minutes = self.minutes * quantity
        if language == "en":
            noun = self.noun_en if quantity == 1 else self.noun_en_plural
            counted = f"{quantity} {noun}" if noun else ""
            return _either((counted, _minutes(minutes, "minute", "minutes", True)), " or ")
        counted = f"{quantity} {self.noun_zh}" if self.noun_zh else ""
        return _either((counted, _minutes(minutes, "分钟", "分钟", True)), "或 ")


def _minutes(minutes: int, word: str, plural: str, is_counted: bool) -> str:
    """Minutes in words; a single one bears its figure only where something is counted (分钟, but 1 分钟)."""
    if not minutes:
        return ""
    if minutes == 1 and not is_counted:
        return word
    return f"{minutes} {word if minutes == 1 else plural}"


def _either(parts: tuple[str, str], joint: str) -> str:
    return joint.join(part for part in parts if part)


@dataclass(frozen=True)
class Category:
    """A shelf of the catalogue."""

    key: str
    name_zh: str
    name_en: str

    def name_in(self, language: str) -> str:
        """Its name in "zh" or "en"."""
        return self.name_en if language == "en" else self.name_zh


@dataclass(frozen=True)
class Shelf:
    """A category with the activities of it that somebody looks at."""

    category: Category
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class Catalogue:
    """All activities and all versions of their rules, in the order of the files."""

    categories: Mapping[str, Category]
    activities: Mapping[str, Activity]
    rules: Mapping[str, tuple[PointRule, ...]]  # versions 1, 2, 3 …, each starting later than the one before

    def __iter__(self) -> Iterator[Activity]:
        return iter(self.activities.values())

    def open(self) -> tuple[Activity, ...]:
        """The activities that can be logged now."""
        return tuple(activity for activity in self if activity.is_open)

    def get(self, key: str) -> Activity:
        """The activity of that key, also one that opens later. Raises NotFound."""
        try:
            return self.activities[key]
        except KeyError:
            raise NotFound("activity", "activity") from None

    def shelves(self, activities: tuple[Activity, ...]) -> tuple[Shelf, ...]:
        """These activities by category, in the catalogue's order, without empty categories."""
        wanted = {activity.key for activity in activities}
        found = (
            Shelf(category, tuple(a for a in self if a.category == category.key and a.key in wanted))
            for category in self.categories.values()
        )
        return tuple(shelf for shelf in found if shelf.activities)

    def rule_on(self, key: str, day: date) -> PointRule:
        """The rule in force on a day. Raises Refused where the activity was not yet priced that day."""
        self.get(key)
        rule = self.find_rule_on(key, day)
        if rule is None:
            raise Refused("activity_not_yet_open", "acted_on", first=self.rules[key][0].from_on)
        return rule

    def find_rule_on(self, key: str, day: date) -> PointRule | None:
        """The rule in force on a day, or None before the first version."""
        standing = [rule for rule in self.rules[key] if rule.from_on <= day]
        return standing[-1] if standing else None

    def rule_version(self, key: str, version: int) -> PointRule:
        """A rule by its version. Raises NotFound."""
        versions = self.rules[self.get(key).key]
        if not 1 <= version <= len(versions):
            raise NotFound("rule_version", "rule_version")
        return versions[version - 1]
