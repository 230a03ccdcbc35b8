"""Notices and what somebody wants to be spared. A notice holds its kind, ids and figures; words are found when read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Identity, Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from civic.accounts.models import LoginSession
from civic.db import Base


class Notice(Base):
    """Something a person is told of, once: `about` names the occasion, so that a rerun tells nothing twice."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "about"),
        Index(None, "person_id", "made_at", "id"),  # an inbox, read backwards
        Index(None, "made_at"),
        # The number in the bar on top is read with every page.
        Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(32))
    about: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class QuietKind(Base):
    """A kind of notice that a person wants to be spared."""

    __tablename__ = "quiet_kind"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)


# The number in the bar on top comes with the session that every page reads anyway, and costs no query of its own.
LoginSession.unread_notices = column_property(
    select(func.count())
    .where(Notice.person_id == LoginSession.person_id, Notice.read_at.is_(None))
    .correlate(LoginSession)
    .scalar_subquery()
)
