"""What was reached and noticed. Whether it still holds is derived from the ledger whenever it is read."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base


class Milestone(Base):
    """A level, star or badge a resident reached, written once, the first time somebody looked after it was reached."""

    __tablename__ = "milestone"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)  # badge.first_step, level.sprout, star.attested.1
    reached_at: Mapped[datetime]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), index=True)  # the act behind it
