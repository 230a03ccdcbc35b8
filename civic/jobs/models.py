"""The rows that scheduled jobs leave."""

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base


class JobRun(Base):
    """A run that happened. Written in the transaction of its effect, the row stands exactly if the effect does."""

    __tablename__ = "job_run"
    __table_args__ = (Index(None, "job", "due_at"),)

    job: Mapped[str] = mapped_column(String(32), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)
    due_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    counts: Mapped[dict[str, int]] = mapped_column(JSON)


class JobFailure(Base):
    """What went wrong last with a run, and how often; it stays when a later try succeeds."""

    __tablename__ = "job_failure"

    job: Mapped[str] = mapped_column(String(32), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)
    due_at: Mapped[datetime]
    failed_at: Mapped[datetime]
    tries: Mapped[int]
    error: Mapped[str] = mapped_column(String(500))
