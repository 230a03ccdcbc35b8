"""What a community's page says that is not counted: where its office is found."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class Contact(Base):
    """How a community's office is reached: public words, no person's."""

    __tablename__ = "contact"

    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), primary_key=True)
    words: Mapped[str] = mapped_column(String(120))
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
