"""The days of a week on which a resident logged something: what the ring shows once an entry is saved."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from civic.db import db
from civic.entries.models import Entry
from civic.rules.entries import STANDING
from civic.rules.periods import Period, period_of
from civic.rules.streaks import BONUSES, ROUND_DAYS


@dataclass(frozen=True)
class Moment:
    """What an entry did for its week."""

    week: Period
    days: int
    is_new_day: bool  # nothing else stands for its day

    @property
    def rounds(self) -> bool:
        """Whether this entry closed the ring."""
        return self.is_new_day and self.days == ROUND_DAYS

    @property
    def bonus(self) -> int:
        """The week's bonus that this entry has brought within reach; the bonuses are not added up."""
        return dict(BONUSES).get(self.days, 0) if self.is_new_day else 0

    @property
    def to_go(self) -> int:
        """Active days still missing for a round week."""
        return max(0, ROUND_DAYS - self.days)


def moment(entry: Entry) -> Moment:
    """The week of an entry's day, with the entry in it. Kept days of pledges make no active day."""
    week = period_of("week", entry.acted_on)
    rows = db.session.execute(
        select(Entry.acted_on, func.count())
        .where(
            Entry.resident_id == entry.resident_id,
            Entry.acted_on >= week.starts_on,
            Entry.acted_on < week.ends_on,
            Entry.kind != "pledge",
            Entry.status.in_(STANDING),
        )
        .group_by(Entry.acted_on)
    )
    found: dict[date, int] = {row[0]: row[1] for row in rows}
    return Moment(week, len(found), found.get(entry.acted_on) == 1)
