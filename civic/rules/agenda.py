"""When jobs are due: each schedule names the periods whose turn comes between two instants.

docs/rules.md section 8. A run is known by the key of its period, so it is the same run however late it happens.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from civic.rules.periods import closed_between, day_of


@dataclass(frozen=True, order=True)
class Due:
    """One turn: its instant, and the key of the period it is for."""

    at: datetime
    period: str


class Schedule(Protocol):
    """What says when a job is due; its text is shown to administrators."""

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> list[Due]:
        """The turns later than the one instant and not later than the other, oldest first."""

    def next(self, after: datetime, zone: ZoneInfo) -> Due:
        """The first turn later than the instant."""


@dataclass(frozen=True)
class Closing:
    """So many minutes after each closing of a period of these kinds; a run is for the period that closed."""

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
class Hourly:
    """Every hour, so many minutes past it; a run is for that hour of the city's day.

    Each looks at what stands then, so hours missed longer ago than LOOKS_BACK are not caught up with: the later ones
    have seen what they would have.
    """

    minute: int

    LOOKS_BACK = timedelta(days=1)
    HOUR = timedelta(hours=1)

    def __str__(self) -> str:
        return f"every hour at {self.minute:02}"

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> list[Due]:  # noqa: ARG002 - every schedule's form
        first = max(after, until - self.LOOKS_BACK).astimezone(UTC)
        at = first.replace(minute=self.minute, second=0, microsecond=0)
        found = []
        while at <= until:
            if at > first:
                # Named in UTC: where the city's clocks go back, an hour comes twice.
                found.append(Due(at, f"{at:%Y-%m-%dT%HZ}"))
            at += self.HOUR
        return found

    def next(self, after: datetime, zone: ZoneInfo) -> Due:
        return _first_found(self, after, zone, ahead=timedelta(hours=2))


def _first_found(schedule: Schedule, after: datetime, zone: ZoneInfo, ahead: timedelta) -> Due:
    """The first turn after an instant, looking ahead further and further."""
    while True:
        found = schedule.between(after, after + ahead, zone)
        if found:
            return found[0]
        ahead *= 4
