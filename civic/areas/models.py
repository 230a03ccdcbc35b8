"""The official tree of areas: city, district, subdistrict, community."""

from datetime import date

from sqlalchemy import JSON, ColumnElement, ForeignKey, Identity, Index, String, and_
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from civic.db import Base, Code

# The level of an area is the length of its code (domain.md section 2).
LEVELS = {4: "city", 6: "district", 9: "subdistrict", 12: "community"}
CODE_LENGTHS = {level: length for length, level in LEVELS.items()}

# Compared byte by byte on both databases: what begins with some letters is a range of the index.
Letters = String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


class Area(Base):
    """A node of the tree. The code identifies; names repeat. A vanished area is closed, never deleted."""

    __tablename__ = "area"
    __table_args__ = (
        Index(None, "parent_code", "code"),
        Index(None, "level", "code"),
        Index(None, "pinyin"),
        Index(None, "initials"),
    )

    code: Mapped[str] = mapped_column(Code, primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(Code, ForeignKey("area.code"))
    level: Mapped[str]
    name: Mapped[str]  # as in the official table
    short_name: Mapped[str]  # as people say it: 东营社区, not 东营社区居民委员会
    pinyin: Mapped[str] = mapped_column(Letters)  # of the short name, no tones, no spaces, ü as v: dongyingshequ
    initials: Mapped[str] = mapped_column(Letters)  # dysq
    closed_on: Mapped[date | None]


class Population(Base):
    """The people living in a community from a day on. Rows are added, never overwritten; the latest counts."""

    __tablename__ = "population"
    __table_args__ = (Index(None, "area_code", "from_on"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    from_on: Mapped[date]
    people: Mapped[int]


class AreaOutline(Base):
    """Where an area lies: its rings in degrees east and north, as simple as a map on a page needs them."""

    __tablename__ = "area_outline"

    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    rings: Mapped[list[list[list[float]]]] = mapped_column(JSON)


def within(column: InstrumentedAttribute[str], code: str) -> ColumnElement[bool]:
    """Whether a column of area codes lies in an area or below it: a range of the index, as codes nest by prefix.

    ':' is the character after '9'.
    """
    return and_(column >= code, column < code + ":")
