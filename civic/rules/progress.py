"""Levels by lifetime merit, stars by hours of volunteering, badges by what was done: all from approved acts.

docs/rules.md: section 7. Nothing here counts logins, time on a screen or a rank. Whoever calls this has left out what
a reversal names, so whatever rested on it is gone by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from civic.rules.periods import period_of
from civic.rules.streaks import ROUND_DAYS

MINUTES_PER_HOUR = 60
# Hours checked in on the spot, vouched for by the person or place helped, recorded by staff; never added together.
HOUR_CLASSES = ("checked_in", "attested", "recorded")
DAYS_A_WEEK = 7
MONTHS_A_SEASON = 3


@dataclass(frozen=True)
class Level:
    """A step of growth, from so much merit ever earned."""

    number: int
    key: str
    name_zh: str
    name_en: str
    from_merit: int


_GROWTH = (
    ("seed", "种子", "Seed", 0),
    ("sprout", "发芽", "Sprout", 20),
    ("two_leaves", "两片叶", "Two leaves", 60),
    ("seedling", "小苗", "Seedling", 140),
    ("twig", "新枝", "New twig", 280),
    ("young_tree", "小树", "Young tree", 480),
    ("blossom", "开花", "In blossom", 760),
    ("fruit", "挂果", "In fruit", 1140),
    ("shade", "成荫", "Giving shade", 1640),
    ("tall_tree", "大树", "Tall tree", 2300),
    ("grove", "树林", "Grove", 3200),
    ("old_ginkgo", "老银杏", "Old ginkgo", 4400),
)
LEVELS = tuple(Level(number, *step) for number, step in enumerate(_GROWTH, 1))


@dataclass(frozen=True)
class Line:
    """A posting as a level knows it: what it added or took, when, and for which entry (none for a bonus)."""

    merit: int
    at: datetime
    entry_id: int | None


@dataclass(frozen=True)
class Deed:
    """An act whose award stands, in the order of approval."""

    at: datetime
    acted_on: date
    entry_id: int
    activity: str
    category: str
    is_kept_day: bool = False
    reading_minutes: int = 0
    title: str = ""  # of the book, in one spelling
    hour_class: str = ""  # empty unless it is volunteering counted by time
    service_minutes: int = 0


@dataclass(frozen=True)
class BadgeRule:
    """What a badge asks for: so many of a kind. The other figures belong to some kinds only."""

    kind: str
    n: int
    category: str = ""
    activity: str = ""
    months: tuple[int, ...] = ()
    minutes: int = 0
    weeks: int = 0


@dataclass(frozen=True)
class Standing:
    """How far somebody is: so many of so many, and the act that completed it."""

    have: int
    need: int
    behind: Deed | None

    @property
    def is_reached(self) -> bool:
        """Whether it holds."""
        return self.behind is not None


# Levels


def level_of(merit: int) -> Level:
    """The level of so much merit; what lies below nothing is a seed too."""
    return next((level for level in reversed(LEVELS) if merit >= level.from_merit), LEVELS[0])


def level_after(level: Level) -> Level | None:
    """The next one; None at the top."""
    return LEVELS[level.number] if level.number < len(LEVELS) else None


def climbs(lines: Iterable[Line]) -> dict[str, Line]:
    """For every level held now but the first: the line that brought it, the last time it was reached."""
    merit, held = 0, list[Line]()
    for line in lines:
        merit += line.merit
        above_seed = level_of(merit).number - 1
        held = held[:above_seed] + [line] * (above_seed - len(held))
    return {level.key: line for level, line in zip(LEVELS[1:], held, strict=False)}


# Hours and stars


def minutes_by_class(deeds: Iterable[Deed]) -> dict[str, int]:
    """Minutes of volunteering in each of the three classes."""
    found = dict.fromkeys(HOUR_CLASSES, 0)
    for deed in deeds:
        if deed.hour_class:
            found[deed.hour_class] += deed.service_minutes
    return found


def stars(minutes: int, scale: Sequence[int]) -> int:
    """How many stars so many minutes of one class bring."""
    return sum(minutes >= hours * MINUTES_PER_HOUR for hours in scale)


def star_deeds(deeds: Iterable[Deed], scale: Sequence[int]) -> dict[tuple[str, int], Deed]:
    """For every star held, by class and number: the act that brought it."""
    minutes = dict.fromkeys(HOUR_CLASSES, 0)
    found = {}
    for deed in deeds:
        if deed.hour_class:
            had = stars(minutes[deed.hour_class], scale)
            minutes[deed.hour_class] += deed.service_minutes
            for number in range(had + 1, stars(minutes[deed.hour_class], scale) + 1):
                found[deed.hour_class, number] = deed
    return found


# Badges


def standing(rule: BadgeRule, deeds: Sequence[Deed]) -> Standing:
    """How far the deeds go towards a badge. A badge is completed by one act, and holds as long as so many stand."""
    rows = list(STEPS[rule.kind](rule, deeds))
    done = [row[rule.n - 1] for row in rows if len(row) >= rule.n]
    behind = min(done, key=lambda deed: (deed.at, deed.entry_id), default=None)
    return Standing(min(rule.n, max(map(len, rows), default=0)), rule.n, behind)


def _acts(rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Acts, of a category or an activity if one is named."""
    yield [
        deed
        for deed in deeds
        if not deed.is_kept_day and rule.category in ("", deed.category) and rule.activity in ("", deed.activity)
    ]


def _days(rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Active days, in certain months of one and the same year if months are named."""
    by_year: dict[int, list[Deed]] = defaultdict(list)
    for deed in _active_days(deeds):
        if not rule.months or deed.acted_on.month in rule.months:
            by_year[deed.acted_on.year if rule.months else 0].append(deed)
    yield from by_year.values()


def _kept_days(_rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Kept days of one and the same pledge."""
    by_pledge: dict[str, list[Deed]] = defaultdict(list)
    for deed in deeds:
        if deed.is_kept_day:
            by_pledge[deed.activity].append(deed)
    yield from by_pledge.values()


def _weeks(_rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Round weeks, one after another or not."""
    days: Counter[date] = Counter()
    row = []
    for deed in _active_days(deeds):
        monday = period_of("week", deed.acted_on).starts_on
        days[monday] += 1
        if days[monday] == ROUND_DAYS:
            row.append(deed)
    yield row


def _categories(_rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Different categories; a kept day counts for its own."""
    yield _firsts(deeds, lambda deed: deed.category)


def _months(_rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Different months of any year."""
    yield _firsts(_active_days(deeds), lambda deed: (deed.acted_on.year, deed.acted_on.month))


def _seasons(_rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Spring from March, summer from June, autumn from September, winter from December."""
    yield _firsts(_active_days(deeds), lambda deed: deed.acted_on.month % 12 // MONTHS_A_SEASON)


def _books(rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Books, each read for so many minutes at least."""
    read: Counter[str] = Counter()
    row = []
    for deed in deeds:
        if deed.title and read[deed.title] < rule.minutes <= read[deed.title] + deed.reading_minutes:
            row.append(deed)
        read[deed.title] += deed.reading_minutes
    yield row


def _reading_hours(_rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Full hours of reading, all books together."""
    minutes, row = 0, list[Deed]()
    for deed in deeds:
        minutes += deed.reading_minutes
        row += [deed] * (minutes // MINUTES_PER_HOUR - len(row))
    yield row


def _returns(rule: BadgeRule, deeds: Sequence[Deed]) -> Iterator[list[Deed]]:
    """Days on which somebody acted again after so many weeks without an act."""
    days = sorted(_active_days(deeds), key=lambda deed: deed.acted_on)
    pause = timedelta(days=rule.weeks * DAYS_A_WEEK)
    yield [later for before, later in pairwise(days) if later.acted_on - before.acted_on > pause]


# Each kind of rule answers rows of acts, every one a step further; the longest row counts.
STEPS: dict[str, Callable[[BadgeRule, Sequence[Deed]], Iterator[list[Deed]]]] = {
    "acts": _acts,
    "days": _days,
    "kept_days": _kept_days,
    "weeks": _weeks,
    "categories": _categories,
    "months": _months,
    "seasons": _seasons,
    "books": _books,
    "reading_hours": _reading_hours,
    "returns": _returns,
}


def _active_days(deeds: Sequence[Deed]) -> list[Deed]:
    """The first act of every active day; kept days of pledges make none."""
    return _firsts([deed for deed in deeds if not deed.is_kept_day], lambda deed: deed.acted_on)


def _firsts(deeds: Iterable[Deed], what: Callable[[Deed], object]) -> list[Deed]:
    """The first deed of each kind."""
    found: dict[object, Deed] = {}
    for deed in deeds:
        found.setdefault(what(deed), deed)
    return list(found.values())
