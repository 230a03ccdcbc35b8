"""What lies before a manager: an entry with its facts, the clock, the signals; and the areas they can choose from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from civic.accounts import service as accounts
from civic.accounts.models import Grant, Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.areas import service as areas
from civic.areas.models import CODE_LENGTHS, Area
from civic.entries import service as entries
from civic.entries.models import Entry, Photo
from civic.moderation import escalation, look_alikes, service, signals
from civic.moderation.queue import Backlog
from civic.moderation.service import Waiting
from civic.moderation.signals import Signals
from civic.rules.decisions import ANSWER_HOURS, LEVEL_OF_ROLE, reaches
from civic.rules.people import is_child
from civic.rules.points import Award, PointRule

HOUR = timedelta(hours=1)
SOON_HOURS = 12
MANY_HOURS = 100  # from here on people think in days


@dataclass(frozen=True)
class Clock:
    """How long an entry has waited of the time in which it is owed an answer."""

    waited: timedelta

    @property
    def hours(self) -> int:
        """Full hours waited."""
        return max(0, self.waited // HOUR)

    @property
    def hours_left(self) -> int:
        """Hours until the answer is due, the running one included; 0 when it is late."""
        return max(0, ANSWER_HOURS - self.hours)

    @property
    def hours_over(self) -> int:
        """Full hours since the answer was due."""
        return max(0, self.hours - ANSWER_HOURS)

    @property
    def is_late(self) -> bool:
        """Whether the answer is overdue."""
        return self.waited >= ANSWER_HOURS * HOUR

    @property
    def is_soon(self) -> bool:
        """Whether it is due within half a day."""
        return not self.is_late and self.hours_left <= SOON_HOURS

    @property
    def fraction(self) -> float:
        """How much of the time is used up."""
        return min(1.0, self.waited / (ANSWER_HOURS * HOUR))


@dataclass(frozen=True)
class Seen:
    """Another entry with the same or a look-alike photo, and that photo where whoever looks may see it."""

    entry: Entry
    own_id: int  # of the photo here
    photo: Photo | None
    differs_in: int | None  # of 64 features; None where it is the very same file
    is_same_resident: bool
    is_earlier: bool


@dataclass(frozen=True)
class Past:
    """One of the resident's other entries, with what it would have been pointed out for."""

    entry: Entry
    activity: Activity
    kinds: Signals


@dataclass(frozen=True)
class Morning:
    """What a manager finds: how much waits, how much of it is late or due today, and since when the oldest waits."""

    waiting: int
    overdue: int
    due_today: int


@dataclass(frozen=True)
class Sheet:
    """All that a manager weighs before deciding on an entry."""

    entry: Entry
    resident: Person
    logger: Person | None  # who logged it, where that is not the resident
    community: Area
    activity: Activity
    rule: PointRule
    would_earn: Award
    logged: int
    approved: int
    clock: Clock
    kinds: Signals
    seen: Seen | None
    crowd_id: int | None  # an entry from the same place and minutes, where whoever looks may see it
    past: tuple[Past, ...]
    is_escalated: bool  # the subdistrict was given it too

    @property
    def ticked(self) -> list[tuple[str, str]]:
        """The ticked lines of the activity's short form, (zh, en)."""
        return [(line.zh, line.en) for line in self.activity.form if line.key in self.entry.answers]

    @property
    def photos(self) -> list[tuple[int, Photo]]:
        """The photos with their places, counted from 1; one that another entry holds too comes first."""
        twin = self.seen.own_id if self.seen else None
        return sorted(enumerate(self.entry.photos, 1), key=lambda found: found[1].id != twin)

    @property
    def photo_time(self) -> str:
        """What the photos say about the day: agrees, differs, absent; empty without photos."""
        told = {photo.taken_time for photo in self.entry.photos}
        return next((time for time in ("differs", "agrees", "absent") if time in told), "")


def shown_name(person: Person, today: date) -> str:
    """A resident's name for those who decide; that of a child stays in its family."""
    return _("一个孩子") if is_child(person.born_on, today) else person.name


def clock(entry: Entry, now: datetime) -> Clock:
    """The clock of an entry that waits."""
    return Clock(now - entry.queued_at)


def sheet(waiting: Waiting, kinds: Signals, *, viewer: Person, now: datetime) -> Sheet:
    """An entry with everything beside it. Its photos are loaded already."""
    entry = waiting.entry
    logged, approved = service.record_of(entry.resident_id)
    return Sheet(
        entry=entry,
        resident=waiting.resident,
        logger=accounts.find_person(entry.logged_by) if entry.logged_by != entry.resident_id else None,
        community=waiting.community,
        activity=activities.get(entry.activity_key),
        rule=entries.rule_of(entry),
        would_earn=service.would_earn(entry),
        logged=logged,
        approved=approved,
        clock=clock(entry, now),
        kinds=kinds,
        seen=_seen(entry, kinds, viewer),
        crowd_id=_seen_by(viewer, kinds.get("same_place_minute")),
        past=_past(entry, viewer, now),
        is_escalated=entry.id in escalation.escalated([entry.id]),
    )


def morning(waits: Iterable[Backlog]) -> Morning:
    """What waits in some communities together."""
    found = list(waits)
    return Morning(
        sum(one.waiting for one in found), sum(one.overdue for one in found), sum(one.due_today for one in found)
    )


def _past(entry: Entry, viewer: Person, now: datetime) -> tuple[Past, ...]:
    """The resident's latest other entries in the same community, the newest first."""
    found = service.latest_of(entry.resident_id, entry.community_code, but=entry.id)
    kinds = signals.of_past(found, viewer, now)
    return tuple(Past(one, activities.get(one.activity_key), kinds[one.id]) for one in found)


def _seen(entry: Entry, kinds: Signals, viewer: Person) -> Seen | None:
    """The same file first; a look-alike where there is none."""
    if kinds.get("same_photo"):
        other = entries.find_entry(kinds["same_photo"] or 0)
        own = {photo.source_sha256: photo.id for photo in entry.photos}
        twin = next((photo for photo in other.photos if photo.source_sha256 in own), None) if other else None
        return _beside(entry, other, twin, own[twin.source_sha256], None, viewer) if other and twin else None
    if kinds.get("look_alike_photo"):
        found = look_alikes.of_entries([entry.id]).get(entry.id)
        own_id, twin_id, other_id, differs_in = found or (0, 0, 0, 0)
        other = entries.find_entry(other_id)
        twin = next((photo for photo in other.photos if photo.id == twin_id), None) if other else None
        return _beside(entry, other, twin, own_id, differs_in, viewer) if other and twin else None
    return None


def _seen_by(viewer: Person, entry_id: int | None) -> int | None:
    """An entry's id, if it lies within the viewer's reach."""
    other = entries.find_entry(entry_id) if entry_id else None
    return other.id if other and service.find_refusal(other, viewer) is None else None


def _beside(entry: Entry, other: Entry, twin: Photo, own_id: int, differs_in: int | None, viewer: Person) -> Seen:
    return Seen(
        entry=other,
        own_id=own_id,
        photo=twin if service.find_refusal(other, viewer) is None else None,
        differs_in=differs_in,
        is_same_resident=other.resident_id == entry.resident_id,
        is_earlier=other.id < entry.id,
    )


# Areas


@dataclass(frozen=True)
class Place:
    """An area one can narrow the queue to, with how many entries wait there."""

    code: str
    name: str
    waiting: int


@dataclass(frozen=True)
class Places:
    """Where the queue is read: the names of the area or areas, how many wait, and what else can be chosen."""

    names: tuple[str, ...]
    waiting: int
    everywhere: int
    choices: tuple[Place, ...]


def places(grants: Iterable[Grant], waiting: dict[str, int], chosen: str | None) -> Places:
    """The areas for somebody's queue: from their own down to the chosen one, and what lies directly below.

    Two queries however wide the grants are: the names on the way, and the areas below.
    """
    own = _widest(grant.area_code for grant in grants if grant.role in LEVEL_OF_ROLE)
    paths = areas.paths([*own, *([chosen] if chosen else [])])
    on_the_way = [area for area in paths.get(chosen or "", []) if _reached(own, area.code)]
    listed = [*_own_areas(own, paths), *on_the_way, *_below(own, on_the_way)]
    by_code = {area.code: area for area in listed}
    choices = [
        Place(area.code, area.short_name, count(waiting, area.code))
        for area in by_code.values()
        if [area.code] != own and (area.code == chosen or count(waiting, area.code))
    ]
    names = [paths[chosen][-1]] if chosen else _own_areas(own, paths)
    return Places(
        names=tuple(area.short_name for area in names),
        waiting=count(waiting, chosen or ""),
        everywhere=count(waiting, ""),
        choices=tuple(choices),
    )


def count(waiting: dict[str, int], code: str) -> int:
    """How many entries wait in an area, from the numbers of its communities."""
    return sum(number for community, number in waiting.items() if reaches(code, community))


def _widest(codes: Iterable[str]) -> list[str]:
    wanted = sorted(set(codes))
    return [code for code in wanted if not any(other != code and reaches(other, code) for other in wanted)]


def _reached(own: list[str], code: str) -> bool:
    return any(reaches(wide, code) for wide in own)


def _own_areas(own: list[str], paths: dict[str, list[Area]]) -> list[Area]:
    return [paths[code][-1] for code in own if code in paths]


def _below(own: list[str], on_the_way: list[Area]) -> list[Area]:
    """What lies below the chosen area; beside it, where nothing lies below; below one's own, where none is chosen."""
    wider = [area.code for area in on_the_way if area.level != "community"]
    code = wider[-1] if wider else own[0] if len(own) == 1 else None
    return areas.children(code) if code and len(code) < CODE_LENGTHS["community"] else []
