"""Signed pledges, the certificates asked for, and how a community keeps them. The days they were kept are entries."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code

NAMES_SHOWN = ("masked", "nickname", "none")


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
    signed_on: Mapped[date]  # the same in the city's days, which kept days are counted in
    ended_at: Mapped[datetime | None]


class Certificate(Base):
    """A certificate somebody asked for. Whether it holds, and the name on it, are derived whenever it is read."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("person_id", "activity_key", "days"),
        CheckConstraint("name_shown IN ('masked', 'nickname', 'none')", name="name_shown"),
    )

    code: Mapped[str] = mapped_column(String(16), primary_key=True)  # whoever is shown it can check it
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    activity_key: Mapped[str] = mapped_column(String(64))
    days: Mapped[int]
    name_shown: Mapped[str] = mapped_column(String(16))
    issued_at: Mapped[datetime]


class PledgeRate(Base):
    """How a community keeps a pledge, compiled every night up to the day before."""

    __tablename__ = "pledge_rate"

    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    activity_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    people: Mapped[int]
    kept: Mapped[int]
    possible: Mapped[int]
    counted_on: Mapped[date]  # the first day that is not counted
