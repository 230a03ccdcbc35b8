"""Signed pledges. The days they were kept are entries."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base


class Pledge(Base):
    """A promise a resident signed; ended when they take it back."""

    __tablename__ = "pledge"
    __table_args__ = (
        Index(
            "uq_pledge_standing",
            "person_id",
            "activity_key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    activity_key: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
