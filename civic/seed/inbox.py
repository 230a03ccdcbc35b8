"""What people of the demo city have read of their notices: all but the latest days'."""

from datetime import datetime, timedelta

from sqlalchemy import select

from civic.db import db, transaction
from civic.notices import service as notices
from civic.notices.models import Notice

UNREAD_FOR = timedelta(days=3)


def read(now: datetime) -> None:
    """Everybody has read what is older than three days."""
    with transaction():
        for person_id in db.session.scalars(select(Notice.person_id).distinct()).all():
            notices.mark_all_read(person_id, now=now, before=now - UNREAD_FOR)
