"""What happens when an answer is late: the level above is given the entry too. The community keeps it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from civic.db import connection, db
from civic.entries.models import Entry
from civic.moderation import assignments, claims, look_alikes
from civic.moderation.models import Escalation
from civic.rules.decisions import ANSWER_HOURS

ABOVE = "subdistrict"


def escalate(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Give the subdistrict whatever has waited for 48 hours; and do what was left undone after a commit."""
    return {
        "overdue": _give_above(now),
        "reviews": assignments.pass_on(now),
        "photos": look_alikes.catch_up(),
        "claims": claims.remove_old(now),
    }


def escalated(entry_ids: Iterable[int]) -> dict[int, datetime]:
    """Which of some waiting entries the subdistrict was given too, and since when: one query, none without any."""
    wanted = list(entry_ids)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Escalation.entry_id, Escalation.escalated_at)
        .join(Entry, Entry.id == Escalation.entry_id)
        .where(Escalation.entry_id.in_(wanted), Escalation.escalated_at > Entry.queued_at)
    )
    return {row.entry_id: row.escalated_at for row in rows}


def _give_above(now: datetime) -> int:
    """One statement. Whoever was returned and mended waits anew, and what was said of an earlier wait is replaced."""
    given = exists().where(
        Escalation.entry_id == Entry.id, Escalation.level == ABOVE, Escalation.escalated_at > Entry.queued_at
    )
    overdue = select(Entry.id, literal(ABOVE), literal(now, Escalation.escalated_at.type)).where(
        Entry.status == "pending", Entry.queued_at <= now - timedelta(hours=ANSWER_HOURS), ~given
    )
    insert: Any = (sqlite if connection().dialect.name == "sqlite" else postgresql).insert(Escalation)
    rows = insert.from_select(["entry_id", "level", "escalated_at"], overdue)
    again = rows.on_conflict_do_update(
        index_elements=["entry_id", "level"], set_={"escalated_at": rows.excluded.escalated_at}
    )
    return len(connection().scalars(again.returning(Escalation.entry_id)).all())
