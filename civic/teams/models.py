"""Teams and the days on which people belong to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from civic.db import Base, Code


class Team(Base):
    """A group that scores together within its kind. Its home community never changes; a closed one keeps its places."""

    __tablename__ = "team"
    __table_args__ = (
        CheckConstraint("kind IN ('collective', 'family', 'class', 'workplace', 'window', 'volunteers')", name="kind"),
        Index(
            "uq_team_name",
            "community_code",
            "name_key",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index(None, "kind", "community_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # tokens.random_id()
    kind: Mapped[str] = mapped_column(String(10))
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    name: Mapped[str] = mapped_column(String(40))
    name_key: Mapped[str] = mapped_column(String(400))  # unique in the community as long as the team stands
    captain_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)  # whoever is told it can join
    takes_members: Mapped[bool]
    founded_at: Mapped[datetime]
    closed_on: Mapped[date | None]  # the first day on which nobody belongs to it


class TeamMembership(Base):
    """The days on which a person belongs to a team: from the day they joined, until the day after they left."""

    __tablename__ = "team_membership"
    __table_args__ = (
        Index(None, "person_id", "from_on"),
        Index(None, "team_id", "until_on"),
        Index(
            "uq_team_membership_standing",
            "team_id",
            "person_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        CheckConstraint("until_on IS NULL OR until_on > from_on", name="span"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]  # the first day it no longer holds
