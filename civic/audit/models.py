"""Lines of the audit list. The database itself refuses to change or delete them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class AuditLine(Base):
    """A privileged act, written in the transaction of the act itself: both are true, or neither."""

    __tablename__ = "audit_line"
    __table_args__ = (Index(None, "kind", "id"), Index(None, "person_id", "id"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str | None] = mapped_column(Code, ForeignKey("area.code"))
    about: Mapped[str] = mapped_column(String(64))  # which grant, proposal, bulletin …
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # ids and figures, before and after; no names
