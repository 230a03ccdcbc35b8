"""Entries (one act logged by a resident) and their photos."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Identity, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civic.db import Base, Code


class Entry(Base):
    """One act logged. What was true on the day of the act is kept: community, rule version, day."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("resident_id", "client_key"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint(
            "status IN ('pending', 'held', 'approved', 'rejected', 'returned', 'withdrawn', 'reversed', 'appealed')",
            name="status",
        ),
        # The second entry of the same pledge for one day is refused (fine-print P4).
        Index(
            "uq_entry_kept_day",
            "resident_id",
            "activity_key",
            "acted_on",
            unique=True,
            sqlite_where=text("kind = 'pledge' AND status IN ('pending', 'approved')"),
            postgresql_where=text("kind = 'pledge' AND status IN ('pending', 'approved')"),
        ),
        # A queue is read oldest first within an area.
        Index(
            "ix_entry_queue",
            "community_code",
            "queued_at",
            "id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        # Over a wide area it is read by time alone, so that it stops after a page whatever waits in the city.
        Index(
            "ix_entry_waiting",
            "queued_at",
            "id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        # What is looked at elsewhere is few, and found each hour.
        Index(
            "ix_entry_reviewed",
            "status",
            "id",
            sqlite_where=text("status IN ('held', 'appealed')"),
            postgresql_where=text("status IN ('held', 'appealed')"),
        ),
        Index(None, "resident_id", "acted_on"),
        Index(None, "community_code", "acted_on"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    logged_by: Mapped[int] = mapped_column(ForeignKey("person.id"))  # the resident, or a child's guardian
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))  # which of the resident's it counts for
    activity_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))  # act, pledge, reading
    rule_version: Mapped[int]
    acted_on: Mapped[date]
    quantity: Mapped[int]
    title: Mapped[str] = mapped_column(String(120), default="")  # of the book or classic
    note: Mapped[str] = mapped_column(String(1000), default="")
    answers: Mapped[list[str]] = mapped_column(JSON, default=list)  # ticked lines of the activity's short form
    status: Mapped[str] = mapped_column(String(32), default="pending")
    client_key: Mapped[str] = mapped_column(String(36))  # made by the client; a retry never counts twice
    body_hash: Mapped[str] = mapped_column(String(64))  # of what first arrived under the key
    submitted_at: Mapped[datetime]
    queued_at: Mapped[datetime]  # when it last began to wait
    decided_at: Mapped[datetime | None]

    photos: Mapped[list["Photo"]] = relationship(order_by="Photo.position", lazy="raise")


class Photo(Base):
    """A photo of an entry, as kept by `civic.media`: upright, without metadata, private."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(64), unique=True)  # its name in the store and its address
    sha256: Mapped[str] = mapped_column(String(64))  # of the stored file
    source_sha256: Mapped[str] = mapped_column(String(64), index=True)  # of the file as it arrived
    width: Mapped[int]
    height: Mapped[int]
    taken_time: Mapped[str] = mapped_column(String(8))  # agrees, differs, absent: against the act day
    taken_place: Mapped[str] = mapped_column(String(8), default="absent")  # the same, against the place given


class PhotoOriginal(Base):
    """A photo as it was before parts of it were covered. Kept apart, opened with a purpose, removed after a while."""

    __tablename__ = "photo_original"

    photo_id: Mapped[int] = mapped_column(
        ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    covered_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    covered_at: Mapped[datetime] = mapped_column(index=True)


class PhotoPrint(Base):
    """64 features of a photo that look-alikes share, and the same cut into bands to find them by."""

    __tablename__ = "photo_print"
    __table_args__ = (
        Index(None, "band0", "features", "photo_id"),
        Index(None, "band1", "features", "photo_id"),
        Index(None, "band2", "features", "photo_id"),
        Index(None, "band3", "features", "photo_id"),
        Index(
            "ix_photo_print_waiting",
            "photo_id",
            sqlite_where=text("turns IS NOT NULL"),
            postgresql_where=text("turns IS NOT NULL"),
        ),
    )

    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True)
    features: Mapped[int]  # signed, as databases keep 64 bits
    band0: Mapped[int] = mapped_column(Integer)
    band1: Mapped[int] = mapped_column(Integer)
    band2: Mapped[int] = mapped_column(Integer)
    band3: Mapped[int] = mapped_column(Integer)
    # The prints of its eight positions in hexadecimal, until its look-alikes were looked for.
    turns: Mapped[str | None] = mapped_column(String(128))


class EntryPlace(Base):
    """That an entry was logged somewhere at some time, as a fingerprint without which nobody finds the place."""

    __tablename__ = "entry_place"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(32), index=True)
    noted_at: Mapped[datetime] = mapped_column(index=True)


class CityZone(Base):
    """The time zone the city began with; one row, written with the first entry."""

    __tablename__ = "city_zone"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64))
