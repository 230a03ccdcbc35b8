"""Bulletins. A draft changes; once published, the database itself refuses to change or delete it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class Bulletin(Base):
    """An area's bulletin of a period: figures as they were drafted, and words that people put before them."""

    __tablename__ = "bulletin"
    __table_args__ = (UniqueConstraint("period", "area_code"), Index(None, "published_at"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    period: Mapped[str] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # as civic.bulletins.facts makes them
    words: Mapped[str] = mapped_column(String(5000))
    version: Mapped[int]  # counts the edits: whoever edits an older one is told
    drafted_at: Mapped[datetime]
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
