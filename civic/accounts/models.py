"""People, what they may do, where they belong, and how they are signed in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from civic.areas.names import in_letters
from civic.db import Base, Code

APPEARANCES = ("nickname", "masked", "hidden")
LEFT = "已离开"  # the name of whoever left for good
ROLES = ("community_manager", "subdistrict_officer", "district_officer", "city_officer", "administrator")


class Person(Base):
    """Somebody with a place in the product. The only table that names people, so that they can be forgotten.

    A child under 14 has a guardian and no password, so it cannot sign in; its login, if any, is a handle for commands.
    Whoever leaves for good leaves a row with an id and nothing that tells who they were; the ledger refers to it.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("appear IN ('nickname', 'masked', 'hidden')", name="appear"),
        CheckConstraint("password_hash IS NULL OR login IS NOT NULL", name="password_needs_login"),
        CheckConstraint(
            "erased_at IS NULL OR (login IS NULL AND password_hash IS NULL AND born_on IS NULL"
            " AND guardian_id IS NULL AND appear = 'hidden')",
            name="erased",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # tokens.random_id()
    login: Mapped[str | None] = mapped_column(String(64), unique=True)  # casefolded
    password_hash: Mapped[str | None]
    name: Mapped[str] = mapped_column(String(40))  # nickname
    letters: Mapped[str | None] = mapped_column(String(200))  # the name as it is typed; follows it, see below
    born_on: Mapped[date | None]
    guardian_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    appear: Mapped[str] = mapped_column(String(32), default="masked")
    family_code: Mapped[str] = mapped_column(String(16), unique=True)  # whoever is told it can declare kinship
    joined_at: Mapped[datetime]
    consented_at: Mapped[datetime]  # for a child: the guardian's consent
    erased_at: Mapped[datetime | None]

    @validates("name")
    def _spell(self, _key: str, name: str) -> str:
        """Whoever changes a name, or forgets it, changes the letters it is looked for by."""
        self.letters = in_letters(name)
        return name


class Membership(Base):
    """The days on which a person belongs to a community; confirmed with their first approved entry."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(None, "person_id", "from_on"),
        Index(None, "community_code", "from_on"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="span"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    community_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    from_on: Mapped[date]  # counts from the day it was asked for
    until_on: Mapped[date | None]  # the first day it no longer holds
    confirmed_at: Mapped[datetime | None]


class Removal(Base):
    """A manager took somebody out of a community, and why. It tells the membership that ended from one moved away."""

    __tablename__ = "removal"
    __table_args__ = (
        Index(
            "uq_removal_standing",
            "membership_id",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    reason: Mapped[str] = mapped_column(String(200))
    removed_at: Mapped[datetime]
    removed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_back_at: Mapped[datetime | None]


class Grant(Base):
    """A role over an area and everything below it; for good, or for a span of days that begins and ends by itself."""

    __tablename__ = "grant"
    __table_args__ = (
        Index(
            "uq_grant_standing",
            "person_id",
            "role",
            "area_code",
            unique=True,
            sqlite_where=text("revoked_at IS NULL AND ends_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL AND ends_at IS NULL"),
        ),
        Index(None, "area_code", "role"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    granted_at: Mapped[datetime]
    begins_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]  # the first instant it no longer holds
    revoked_at: Mapped[datetime | None]


class StandIn(Base):
    """A manager hands a community over while on leave: proposed by the manager, accepted by an officer above.

    Rows are never deleted: they say who let whom decide, from when until when.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'accepted', 'declined', 'ended')", name="status"),
        CheckConstraint("until_on >= from_on", name="span"),
        CheckConstraint("manager_id <> person_id", name="two_people"),
        CheckConstraint(
            "grant_id IS NULL OR (decided_by_id IS NOT NULL AND decided_by_id <> manager_id "
            "AND decided_by_id <> person_id)",
            name="second_person",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)  # who stands in
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]  # the last day
    status: Mapped[str] = mapped_column(String(16))
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]  # before its last day, by one of the three
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grant.id"), unique=True)


class GrantProposal(Base):
    """A role that one person proposed on the web and another confirms or declines; the row stays as the record."""

    __tablename__ = "grant_proposal"
    __table_args__ = (
        CheckConstraint("answer IN ('confirmed', 'declined')", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="answered"),
        CheckConstraint("answered_by <> person_id", name="not_to_oneself"),
        CheckConstraint("answer <> 'confirmed' OR answered_by <> proposed_by", name="two_persons"),
        Index(None, "area_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(32))
    area_code: Mapped[str] = mapped_column(Code, ForeignKey("area.code"))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(16))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class GrantRevocation(Base):
    """Who took a grant back on the web; when stands with the grant."""

    __tablename__ = "grant_revocation"

    grant_id: Mapped[int] = mapped_column(ForeignKey("grant.id"), primary_key=True, autoincrement=False)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class FamilyTie(Base):
    """Two people who declared that they are family, the smaller id first. Neither may judge the other."""

    __tablename__ = "family_tie"
    __table_args__ = (CheckConstraint("person_id < relative_id", name="order"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    relative_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    declared_at: Mapped[datetime]


class GuardianConsent(Base):
    """What a guardian agreed to for a child, or took back: who, when, by which words. Rows are added, never changed."""

    __tablename__ = "guardian_consent"
    __table_args__ = (CheckConstraint("kind IN ('given', 'taken_over', 'withdrawn')", name="kind"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(String(16))  # the version of the text that stood above the button
    at: Mapped[datetime]


class SecondGuardian(Base):
    """Whom a guardian named to look after a child in their place, should their own account end."""

    __tablename__ = "second_guardian"

    child_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    named_at: Mapped[datetime]


class ClaimCode(Base):
    """With it a ward who has turned 14 takes their account over; only its fingerprint is kept."""

    __tablename__ = "claim_code"

    child_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]


class LoginSession(Base):
    """A device that is signed in. Deleting the row signs it out at its next request."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    device: Mapped[str] = mapped_column(String(80))  # a short reading of the browser, for the person's own list
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # brought up to date once an hour
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined")


class ApiToken(Base):
    """A bearer token for the API, made by command; only its fingerprint is kept."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined")
