"""The points ledger and the counters kept beside it.

`posting` is append-only: both databases refuse UPDATE and DELETE (migrations). The counters can be rebuilt from it.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class Posting(Base):
    """One line of the ledger. Ids only: whoever is forgotten leaves their lines, not their name."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("kind IN ('award', 'bonus', 'reversal')", name="kind"),
        CheckConstraint(
            "kind <> 'award' OR (entry_id IS NOT NULL AND decision_id IS NOT NULL)", name="award_has_entry"
        ),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal_names"),
        CheckConstraint("kind <> 'award' OR merit >= 0", name="award_not_negative"),
        Index(None, "resident_id", "acted_on"),
        Index(None, "resident_id", "month", "counts_on"),
        Index(None, "month", "community_code"),
        Index(None, "week", "community_code"),
        # What counts for teams, which is little of all: read whole when a period is compiled.
        Index(
            "ix_posting_month_team",
            "month",
            "team_id",
            sqlite_where=text("team_id IS NOT NULL"),
            postgresql_where=text("team_id IS NOT NULL"),
        ),
        Index(
            "ix_posting_week_team",
            "week",
            "team_id",
            sqlite_where=text("team_id IS NOT NULL"),
            postgresql_where=text("team_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))  # that of its entry; a bonus bears none (S2)
    kind: Mapped[str] = mapped_column(String(32))
    merit: Mapped[int]
    balance: Mapped[int]
    activity_key: Mapped[str | None] = mapped_column(String(64))
    rule_version: Mapped[int | None]
    quantity: Mapped[int | None]
    acted_on: Mapped[date | None]  # the act day; none for a bonus
    act_week: Mapped[str | None] = mapped_column(String(8))  # the week a bonus is for
    counts_on: Mapped[date]
    week: Mapped[str] = mapped_column(String(8))  # marks, fixed when written (fine-print T2, P5)
    month: Mapped[str] = mapped_column(String(7))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), unique=True)
    # How an award came to its figure: what the rule gave, how many stood before it that day, which cap cut it.
    worth: Mapped[int | None]
    standing: Mapped[int | None]
    cut_by: Mapped[str | None] = mapped_column(String(16))
    posted_at: Mapped[datetime]


class ResidentTotal(Base):
    """A resident's sums in a community and period, by the postings' marks."""

    __tablename__ = "resident_total"
    __table_args__ = (Index(None, "community_code", "period", "merit"),)  # a leaderboard, read backwards

    resident_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)  # week, month, quarter, year, cycle
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    merit: Mapped[int]
    balance: Mapped[int]


class CommunityTotal(Base):
    """The merit marked for a period in a community."""

    __tablename__ = "community_total"

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    merit: Mapped[int]


class TeamTotal(Base):
    """The merit marked for a period that counts for a team."""

    __tablename__ = "team_total"

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True, autoincrement=False)
    merit: Mapped[int]


class SealedPeriod(Base):
    """A period that was sealed: from then on it takes no posting any more, whatever the clock says."""

    __tablename__ = "sealed_period"

    key: Mapped[str] = mapped_column(String(10), primary_key=True)
    sealed_at: Mapped[datetime]
