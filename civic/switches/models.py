"""Turns of switches. Rows are added; the latest of a name counts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base


class SwitchTurn(Base):
    """Somebody turned a switch on or off, and said why."""

    __tablename__ = "switch_turn"
    __table_args__ = (Index(None, "name", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    is_on: Mapped[bool]
    why: Mapped[str] = mapped_column(String(200))
    turned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turned_at: Mapped[datetime]
