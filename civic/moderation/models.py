"""Decisions on entries: appended, never changed. The words of a reason live apart, so that they can be erased."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


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


class Claim(Base):
    """Who has an entry before them, and until when nobody else decides on it."""

    __tablename__ = "claim"
    __table_args__ = (Index(None, "person_id", "until"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    until: Mapped[datetime]
    is_open: Mapped[bool]  # by opening its page, and given up with the next one opened


class ReadyReason(Base):
    """Words a community keeps ready for turning entries down, in their order."""

    __tablename__ = "ready_reason"
    __table_args__ = (UniqueConstraint("community_code", "position"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    position: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(String(200))


class LookAlike(Base):
    """Two photos of different entries that look alike: the later, the earlier, and in how many features they differ."""

    __tablename__ = "look_alike"

    photo_id: Mapped[int] = mapped_column(
        ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    distance: Mapped[int] = mapped_column(Integer)


class Escalation(Base):
    """An entry that the level above was given too, because its answer is overdue. It counts for that wait only."""

    __tablename__ = "escalation"
    __table_args__ = (CheckConstraint("level IN ('subdistrict', 'district', 'city')", name="level"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True, autoincrement=False)
    level: Mapped[str] = mapped_column(String(16), primary_key=True)
    escalated_at: Mapped[datetime]


class Hold(Base):
    """That an entry is to be looked at elsewhere, and why: said by a manager, or by whoever has a slip's code."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("why IN ('photo', 'repeat', 'quantity', 'kin', 'on_behalf', 'disowned')", name="why"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(String(16))
    held_at: Mapped[datetime]


class Appeal(Base):
    """What a resident says against a rejection or a reversal; once for an entry."""

    __tablename__ = "appeal"
    __table_args__ = (CheckConstraint("against IN ('rejected', 'reversed')", name="against"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True, autoincrement=False)
    against: Mapped[str] = mapped_column(String(16))  # the entry's status before
    words: Mapped[str] = mapped_column(String(1000))
    appealed_at: Mapped[datetime]


class Assignment(Base):
    """A review given to one person from elsewhere, who sees the entry without the resident's name."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("purpose IN ('hold', 'appeal', 'audit')", name="purpose"),
        CheckConstraint("outcome IN ('agreed', 'changed')", name="outcome"),
        # An entry lies before one reviewer at a time.
        Index(
            "uq_assignment_open",
            "entry_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_assignment_mine",
            "person_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    tier: Mapped[int] = mapped_column(Integer)  # how far up it was given, see civic.rules.reviews
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))  # of what was decided: as it was, or otherwise
