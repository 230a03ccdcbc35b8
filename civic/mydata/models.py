"""Who left for good, and what of theirs is still to be taken off the disk."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base


class Erasure(Base):
    """Somebody's leaving. Written with it; finished once the files are gone too, after a crash by the nightly job."""

    __tablename__ = "erasure"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    begun_at: Mapped[datetime]
    photo_keys: Mapped[list[str]] = mapped_column(JSON)  # still to be forgotten; their rows are gone already
    finished_at: Mapped[datetime | None]
