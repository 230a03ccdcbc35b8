"""Rankings: sealed ones, which the database itself never lets change, and provisional ones, which are replaced.

The two kinds live in tables of their own, so that the guard on what is sealed asks no questions. A row belongs to the
ranking of the same id; no foreign key says so, as checking one for each of a hundred thousand rows would take longer
than making them, and both are written by one verb in one transaction.
"""

from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code
from civic.rules.civility_index import PER, Part, Settings

# Keys of subjects compare byte by byte on both databases.
Key = String(20).with_variant(postgresql.VARCHAR(20, collation="C"), "postgresql")


class Header:
    """What a ranking says of itself: the columns that both kinds share."""

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    period: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(8))  # week, month, quarter, year, cycle
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    of: Mapped[str] = mapped_column(String(16))  # residents, communities, subdistricts, districts
    rulebook: Mapped[str] = mapped_column(String(7))
    as_of: Mapped[datetime]  # only postings before this instant are counted
    members_as_of: Mapped[datetime]  # and only memberships confirmed before this one
    ranked: Mapped[int]
    merit_ranked: Mapped[int]
    merit_unranked: Mapped[int]  # together the ledger's sum (S1)


class Place:
    """One subject of a ranking, in order."""

    ranking_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Key)  # an area's code or a resident's random id
    rank: Mapped[int | None]  # none: listed, but not ranked
    score: Mapped[int | None]  # a resident's merit, or an area's index in hundredths
    merit: Mapped[int]
    previous_rank: Mapped[int | None]


class Share:
    """One part of an area's civility index, with the raw figures it follows from; n is n_days / days."""

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    x: Mapped[int | None]  # a quarter's, year's or cycle's part is the mean of its months and has none of its own
    n_days: Mapped[int | None]
    city_x: Mapped[int | None]
    city_n_days: Mapped[int | None]
    days: Mapped[int | None]
    target: Mapped[int | None]  # in ten-thousandths of the rate
    weight: Mapped[int]
    judged: Mapped[int]  # the sum of the weights judged
    months: Mapped[int | None]  # how many months with an index the mean is over
    score: Mapped[int]  # in hundredths

    @property
    def part(self) -> Part | None:
        """The same as the rules know it; None for a mean of months."""
        if self.x is None or self.n_days is None or self.city_x is None or self.city_n_days is None:
            return None
        days = self.days or 1
        return Part(
            key=self.key,
            x=self.x,
            n=Fraction(self.n_days, days),
            city_x=self.city_x,
            city_n=Fraction(self.city_n_days, days),
            target=Fraction(self.target or 0, PER),
            weight=self.weight,
            judged=self.judged,
        )


class Ranking(Header, Base):
    """A sealed ranking: one version for ever. The database refuses to change or delete it."""

    __tablename__ = "ranking"
    __table_args__ = (UniqueConstraint("period", "area_code", "of"), Index(None, "area_code", "kind", "period"))

    sha256: Mapped[str] = mapped_column(String(64))


class RankingRow(Place, Base):
    """A row of a sealed ranking."""

    __tablename__ = "ranking_row"
    __table_args__ = (Index(None, "ranking_id", "key", unique=True),)


class IndexPart(Share, Base):
    """A part of an area's index in a sealed period."""

    __tablename__ = "index_part"
    __table_args__ = (Index(None, "area_code", "period"),)


class ProvisionalRanking(Header, Base):
    """A ranking so far. The one it replaces stays for readers who are in the middle of it, until the next is made."""

    __tablename__ = "provisional_ranking"
    __table_args__ = (
        Index(
            "uq_provisional_ranking_current",
            "period",
            "area_code",
            "of",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index(None, "area_code", "kind", "period"),
    )

    replaced_at: Mapped[datetime | None]


class ProvisionalRow(Place, Base):
    """A row of a provisional ranking."""

    __tablename__ = "provisional_row"
    __table_args__ = (Index(None, "ranking_id", "key", unique=True),)


class ProvisionalPart(Share, Base):
    """A part of an area's index so far."""

    __tablename__ = "provisional_part"
    __table_args__ = (Index(None, "area_code", "period"),)


class Objection(Base):
    """Somebody's objection to a provisional ranking, and its public answer. An answer is given once."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (verdict IS NULL)", name="answered"),
        CheckConstraint("verdict IN ('mended', 'stands')", name="verdict"),
        Index(None, "period", "area_code"),
        # One at a time for each person and ranking.
        Index(
            "uq_objection_open",
            "person_id",
            "period",
            "area_code",
            "of",
            "kind",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    period: Mapped[str] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    of: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))  # of teams, else empty
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(String(1000))  # read by officers alone
    made_at: Mapped[datetime]
    answer_by: Mapped[datetime]  # when the period closes
    verdict: Mapped[str | None] = mapped_column(String(8))
    summary: Mapped[str] = mapped_column(String(1000), default="")  # what it was about, in the officer's public words
    answer: Mapped[str] = mapped_column(String(1000), default="")
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))  # that puts things right
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class IndexSetting(Base):
    """Weights, targets and cap of a city from a day on. Rows are added, never overwritten."""

    __tablename__ = "index_setting"
    __table_args__ = (UniqueConstraint("area_code", "kind", "from_on"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    kind: Mapped[str] = mapped_column(String(8))  # week or month
    from_on: Mapped[date]
    participation_weight: Mapped[int]
    points_weight: Mapped[int]
    steadiness_weight: Mapped[int]
    put_right_weight: Mapped[int]
    participation_target: Mapped[int]  # in ten-thousandths of the rate
    points_target: Mapped[int]
    steadiness_target: Mapped[int]
    put_right_target: Mapped[int]
    cap: Mapped[int]  # of one person's merit in the points part
    set_at: Mapped[datetime]

    @property
    def settings(self) -> Settings:
        """The same as the rules know it."""
        return Settings(
            (self.participation_weight, self.points_weight, self.steadiness_weight, self.put_right_weight),
            (self.participation_target, self.points_target, self.steadiness_target, self.put_right_target),
            self.cap,
        )


class IndexProposal(Base):
    """Weights, targets and cap that somebody proposes for a city from a 1 January on; another person answers."""

    __tablename__ = "index_proposal"
    __table_args__ = (CheckConstraint("answer IN ('confirmed', 'declined')", name="answer"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), index=True)
    kind: Mapped[str] = mapped_column(String(8))  # week or month
    from_on: Mapped[date]
    weights: Mapped[list[int]] = mapped_column(JSON)
    targets: Mapped[list[int]] = mapped_column(JSON)  # in ten-thousandths of the rate
    cap: Mapped[int]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(16))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    @property
    def settings(self) -> Settings:
        """The same as the rules know it."""
        first, second, third, fourth = self.weights
        one, two, three, four = self.targets
        return Settings((first, second, third, fourth), (one, two, three, four), self.cap)


class Correction(Base):
    """A dated public note beside sealed rankings: a posting in an open period that puts a sealed one right."""

    __tablename__ = "correction"
    __table_args__ = (Index(None, "period", "community_code"),)

    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)  # the sealed one
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    noted_at: Mapped[datetime]
