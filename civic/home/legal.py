"""What the city itself adds to the privacy page, in versions that are never changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Identity, String, select
from sqlalchemy.orm import Mapped, mapped_column

from civic.audit import service as audit
from civic.db import Base, db
from civic.rules.bulletins import Block, blocks
from civic.rules.refused import NotFound, Refused
from civic.rules.words import paragraphs

MAX_WORDS = 5000


class LegalVersion(Base):
    """A version of the city's own words, in both languages; the latest counts."""

    __tablename__ = "legal_version"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    zh: Mapped[str] = mapped_column(String(MAX_WORDS))
    en: Mapped[str] = mapped_column(String(MAX_WORDS))
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]


@dataclass(frozen=True)
class Shown:
    """A version as it is read, and the others."""

    row: LegalVersion
    versions: list[tuple[int, datetime]]  # id and day, the latest first

    def blocks(self, language: str) -> list[Block]:
        """Its words in their parts; in Chinese where there is no English."""
        return blocks((self.row.en if language == "en" else self.row.zh) or self.row.zh)


def publish(zh: str, en: str, *, by: int, now: datetime) -> LegalVersion:
    """Publish a version; it stands at once. Raises Refused for words that are missing, too many or unreadable."""
    words = paragraphs(zh, "zh", MAX_WORDS), paragraphs(en, "en", MAX_WORDS)
    for field, text in zip(("zh", "en"), words, strict=True):
        if not text:
            raise Refused("announcement_empty", field)
    row = LegalVersion(zh=words[0], en=words[1], published_by_id=by, published_at=now)
    db.session.add(row)
    db.session.flush()
    audit.note("legal_published", by=by, now=now, about=f"legal:{row.id}")
    return row


def find(version: int | None) -> Shown | None:
    """A version, the latest unless another is asked for; None where there is none yet. Raises NotFound."""
    versions = [
        (row.id, row.published_at)
        for row in db.session.execute(
            select(LegalVersion.id, LegalVersion.published_at).order_by(LegalVersion.id.desc())
        )
    ]
    if not versions and version is None:
        return None
    row = db.session.get(LegalVersion, versions[0][0] if version is None else version)
    if row is None:
        raise NotFound("page")
    return Shown(row, versions)
