"""People with active days, and the Thursdays on which their weeks are judged."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from civic.accounts.models import Person
from civic.db import db
from civic.entries.models import Entry
from civic.jobs import runner
from civic.jobs.runner import Job, Outcome
from civic.ledger.models import Posting
from civic.rules.agenda import Closing
from civic.rules.periods import start_of
from civic.streaks.service import pay_bonuses
from tests.factories import ZONE, decide, log

MONDAY = date(2026, 11, 2)  # of 2026-W45
BONUS = Job("weekly-bonus", Closing(("week",), minutes=10), pay_bonuses)
SINCE = datetime(2026, 11, 6, tzinfo=UTC)  # after the Thursday of that week


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """An instant by the city's clock."""
    return start_of(day, ZONE) + timedelta(hours=hour, minutes=minute)


def thursday(week: int = 0) -> datetime:
    """The instant at which the week that begins with MONDAY, or a later one, is judged first."""
    return at(MONDAY + timedelta(weeks=week + 1, days=3), 0, 10)


def acted(
    who: Person, by: Person, day: date, decided_at: datetime | None = None, activity: str = "litter_pickup"
) -> Entry:
    """An act of a day at noon, approved in the evening unless said otherwise."""
    entry = log(who, activity, acted_on=day, now=at(day, 12), note="北岸码头到石桥一段")
    if entry.status == "approved":  # by the rule for those whose word has held
        return entry
    return decide(entry, "approve", by, now=decided_at or at(day, 20))


def active_week(who: Person, by: Person, days: int, week: int = 0) -> list[Entry]:
    """So many active days in a week, from its Monday on."""
    return [acted(who, by, MONDAY + timedelta(weeks=week, days=day)) for day in range(days)]


def run_bonus(until: datetime, job: Job = BONUS) -> list[Outcome]:
    """Everything of the job due by an instant; nothing may fail."""
    outcomes = list(runner.run_due([job], since=SINCE, until=until, zone=ZONE))
    for outcome in outcomes:
        if outcome.cause:
            raise outcome.cause
    return outcomes


def bonuses() -> list[tuple[int, str | None, int, datetime]]:
    """Every bonus: whose, for which week, how much, when."""
    lines = db.session.scalars(select(Posting).where(Posting.kind == "bonus").order_by(Posting.id))
    return [(line.resident_id, line.act_week, line.merit, line.posted_at) for line in lines]
