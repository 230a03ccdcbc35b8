"""Announcements of areas."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class Announcement(Base):
    """Public words of an area for itself and everything below it, from a day until a day; withdrawn, never deleted.

    `role` and `role_area_code` are by what right it was written: shown in place of a person.
    """

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="span"),
        Index(None, "area_code", "until_on"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    title: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date]
    until_on: Mapped[date]  # the last day
    is_pinned: Mapped[bool]
    role: Mapped[str] = mapped_column(String(32))
    role_area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))  # who wrote it last
    written_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
