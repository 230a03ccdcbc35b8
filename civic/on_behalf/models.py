"""Paper slips, each with a code that logs one entry and says "not me" afterwards."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class Slip(Base):
    """A slip of a printed sheet; once an entry was typed from it, it belongs to that entry for ever."""

    __tablename__ = "slip"
    __table_args__ = (Index(None, "typed_by_id", "used_at"), Index(None, "community_code", "made_at"))

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), unique=True)
    typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime | None]
    disowned_at: Mapped[datetime | None]
