"""Compiled figures: one row for each area and period, and one for each area as it is now.

They can be made anew from the ledger, the decisions and the queue at any time; pages read them and nothing else.
"""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code

# Approved by rule; of these looked at again in secret, and taken back then; logged on behalf from a paper slip.
WAYS = ("by_rule", "audited", "audit_changed", "on_behalf")


class FiguresPeriod(Base):
    """A period whose figures are compiled, and as of when; after its closing they are compiled once more and stay."""

    __tablename__ = "figures_period"

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))  # week, month, quarter, year, cycle
    starts_on: Mapped[date]
    as_of: Mapped[datetime]
    is_final: Mapped[bool]


class AreaFigures(Base):
    """What an area did in a period. An area in which nothing happened and nobody lives by the tree has no row."""

    __tablename__ = "area_figures"
    __table_args__ = (Index(None, "area_code", "period"),)

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    level: Mapped[str] = mapped_column(String(16))
    merit: Mapped[int]
    people: Mapped[int]  # with merit; who moved counts in both places
    entries: Mapped[int]  # approved and not reversed
    categories: Mapped[dict[str, int]] = mapped_column(JSON)  # entries of each category that has any
    seen: Mapped[int]  # the same categories as bits, in the order of the catalogue, so that gaps can be asked for
    communities: Mapped[int]  # open ones
    quiet: Mapped[int]  # of these, where nobody took part
    lacking: Mapped[dict[str, int]] = mapped_column(JSON)  # communities that took part, but with none of a category
    waits: Mapped[list[int]] = mapped_column(JSON)  # decisions by people, by the steps of rules/waits
    ways: Mapped[dict[str, int]] = mapped_column(JSON)  # entries that came or were approved in each of WAYS, if any


class AreaNow(Base):
    """An area as it is at this moment: acts of today, and what waits for a decision, by how long it has waited."""

    __tablename__ = "area_now"

    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    as_of: Mapped[datetime]
    acts: Mapped[int]
    waiting_12: Mapped[int]  # less than 12 hours
    waiting_24: Mapped[int]
    waiting_48: Mapped[int]
    overdue: Mapped[int]  # 48 hours and more

    @property
    def waiting(self) -> int:
        """Everything that waits."""
        return self.waiting_12 + self.waiting_24 + self.waiting_48 + self.overdue
