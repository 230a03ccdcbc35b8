"""When jobs are due: each schedule names the periods whose turn comes between two instants.

docs/rules.md section 8. A run is known by the key of its period, so it is the same run however late it happens.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

from civic.rules.periods import closed_between, day_of


@dataclass(frozen=True, order=True)
class Due:
    """One turn: its instant, and the key of the period it is for."""

    at: datetime
    period: str


class Schedule(Protocol):
    """What says when a job is due; its text is shown to administrators."""

    overtakes: ClassVar[bool]  # whether a later turn makes the earlier ones needless

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> list[Due]:
        """The turns later than the one instant and not later than the other, oldest first."""

    def next(self, after: datetime, zone: ZoneInfo) -> Due:
        """The first turn later than the instant."""


@dataclass(frozen=True)
class Closing:
    """So many minutes after each closing of a period of these kinds; a run is for the period that closed."""

    overtakes: ClassVar[bool] = False
    kinds: tuple[str, ...]
    minutes: int

    def __str__(self) -> str:
        return f"{self.minutes} min after each {', '.join(self.kinds)} closes"

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> list[Due]:
        wait = timedelta(minutes=self.minutes)
        closed = closed_between(after - wait, until - wait, zone, self.kinds)
        return [Due(period.closes_at(zone) + wait, period.key) for period in closed]

    def next(self, after: datetime, zone: ZoneInfo) -> Due:
        return _first_found(self, after, zone, ahead=timedelta(days=14))


@dataclass(frozen=True)
class Nightly:
    """Every day at a time by the city's clocks; a run is for that day."""

    overtakes: ClassVar[bool] = False
    hour: int
    minute: int

    def __str__(self) -> str:
        return f"every day {self.hour:02}:{self.minute:02}"

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> list[Due]:
        day, last = day_of(after, zone), day_of(until, zone)
        days = [day + timedelta(days=number) for number in range((last - day).days + 1)]
        return [due for due in (self._on(day, zone) for day in days) if after < due.at <= until]

    def next(self, after: datetime, zone: ZoneInfo) -> Due:
        return _first_found(self, after, zone, ahead=timedelta(days=2))

    def _on(self, day: date, zone: ZoneInfo) -> Due:
        at = datetime.combine(day, time(self.hour, self.minute), zone)  # where the clocks skip it: as much later
        return Due(at.astimezone(UTC), day.isoformat())


@dataclass(frozen=True)
class LatestNight(Nightly):
    """Every day at a time, but after a pause only once: what one night does, the night before need not do as well."""

    overtakes: ClassVar[bool] = True

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> list[Due]:
        return super().between(after, until, zone)[-1:]

    def next(self, after: datetime, zone: ZoneInfo) -> Due:
        return Nightly(self.hour, self.minute).next(after, zone)


@dataclass(frozen=True)
class Every:
    """Every so many minutes of the city's day; a run is for its moment, 2026-11-25T10:05.

    Such a run only brings figures up to date, so a newer moment overtakes an older one: between two instants at most
    the latest is due, however long the pause was.
    """

    overtakes: ClassVar[bool] = True
    minutes: int

    def __str__(self) -> str:
        return f"every {self.minutes} min"

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> list[Due]:
        local = until.astimezone(zone)
        since_midnight = timedelta(hours=local.hour, minutes=local.minute)
        over = timedelta(seconds=local.second, microseconds=local.microsecond)
        moment = until - over - since_midnight % timedelta(minutes=self.minutes)
        return [self._at(moment, zone)] if after < moment <= until else []

    def next(self, after: datetime, zone: ZoneInfo) -> Due:
        return self.between(after, after + timedelta(minutes=self.minutes), zone)[-1]

    @staticmethod
    def _at(moment: datetime, zone: ZoneInfo) -> Due:
        # The hour that clocks put back repeat is told apart by its offset, which the key has no room for: a moment of
        # that hour is done once.
        return Due(moment.astimezone(UTC), f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}")


def _first_found(schedule: Schedule, after: datetime, zone: ZoneInfo, ahead: timedelta) -> Due:
    """The first turn after an instant, looking ahead further and further."""
    while True:
        found = schedule.between(after, after + ahead, zone)
        if found:
            return found[0]
        ahead *= 4
