"""What a shelf knows beside entries: books finished, the titles a community reads, and those it recommends."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class FinishedBook(Base):
    """A book that its reader says is read to the end."""

    __tablename__ = "finished_book"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    title: Mapped[str] = mapped_column(String(120), primary_key=True)  # in the one spelling of rules.books
    finished_at: Mapped[datetime]


class SharedTitle(Base):
    """A title that at least five people of a community have read lately, compiled every night."""

    __tablename__ = "shared_title"

    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # most readers first
    title: Mapped[str] = mapped_column(String(120))
    readers: Mapped[int]
    counted_on: Mapped[date]


class RecommendedBook(Base):
    """A title that a manager put on the community's list."""

    __tablename__ = "recommended_book"
    __table_args__ = (UniqueConstraint("community_code", "one_title"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    title: Mapped[str] = mapped_column(String(60))
    one_title: Mapped[str] = mapped_column(String(60))
    author: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(80))
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
