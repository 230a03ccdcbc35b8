"""Decisions on entries: appended, never changed. The words of a reason live apart, so that they can be erased."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base


class Decision(Base):
    """What was decided on an entry, by a person or by a rule."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("verdict IN ('approve', 'return', 'reject', 'reverse', 'undo')", name="verdict"),
        CheckConstraint("(by_id IS NULL) <> (rule IS NULL)", name="person_or_rule"),
        Index(None, "entry_id", "id"),
        Index(None, "by_id", "decided_at"),
        Index(None, "decided_at"),  # the dashboards count a period's decisions
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    verdict: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rule: Mapped[str | None] = mapped_column(String(16))  # habit; later checked-in, trusted
    was: Mapped[str] = mapped_column(String(32))  # the entry's status before and after
    became: Mapped[str] = mapped_column(String(32))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    decided_at: Mapped[datetime]


class Reason(Base):
    """The words given with a decision."""

    __tablename__ = "reason"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    words: Mapped[str] = mapped_column(String(1000))
