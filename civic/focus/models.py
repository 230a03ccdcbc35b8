"""What a community put forward for a week."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class Focus(Base):
    """One activity that a community put forward for a week. It brings no extra points."""

    __tablename__ = "focus"
    __table_args__ = (
        UniqueConstraint("community_code", "week", "activity_key"),
        CheckConstraint("place BETWEEN 1 AND 3", name="place"),
    )

    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    week: Mapped[str] = mapped_column(String(8), primary_key=True)  # 2026-W48
    place: Mapped[int] = mapped_column(primary_key=True)
    activity_key: Mapped[str] = mapped_column(String(64))
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
