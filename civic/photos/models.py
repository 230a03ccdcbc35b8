"""Who opened an original, and requests by people who are in a photo."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class OriginalLook(Base):
    """That somebody opened the original of a covered photo, and what for. Never changed; it outlives the photo."""

    __tablename__ = "original_look"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    position: Mapped[int]  # which of the entry's photos
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(200))
    looked_at: Mapped[datetime]


class PhotoRequest(Base):
    """Somebody says that they are in a photo of a community and wants to be covered."""

    __tablename__ = "photo_request"
    __table_args__ = (
        CheckConstraint("(verdict IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("verdict IN ('covered', 'declined')", name="verdict"),
        Index(
            "ix_photo_request_open",
            "community_code",
            "asked_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  # who asks
    about_on: Mapped[date]
    words: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
