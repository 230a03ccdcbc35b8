"""Guardians: what they agreed to for a child, who comes after them, and how a ward of 14 takes the account over."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select

from civic import tokens
from civic.accounts import passwords
from civic.accounts.families import relatives
from civic.accounts.models import ClaimCode, GuardianConsent, Person, SecondGuardian
from civic.db import db
from civic.rules.names import clean_login
from civic.rules.people import is_child, is_masked
from civic.rules.periods import day_of
from civic.rules.refused import Forbidden, NotFound, Refused

CONSENT_WORDS = "2026-11"  # the version of what stands above the button; a new one with every change of it
CLAIM_DAYS = 14
GIVEN, TAKEN_OVER, WITHDRAWN = "given", "taken_over", "withdrawn"


# Verbs


def record(child: Person, by_id: int, kind: str, now: datetime) -> None:
    """Write down that somebody agreed for a child, took it over, or took the consent back."""
    db.session.add(GuardianConsent(child_id=child.id, by_id=by_id, kind=kind, words=CONSENT_WORDS, at=now))
    db.session.flush()


def name_second(child_id: int, relative_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Say which adult relative looks after a child once one's own account ends; nobody with the id 0."""
    child, today = get_ward(child_id, by), day_of(now, zone)
    named = db.session.get(SecondGuardian, child.id)
    if relative_id == 0:
        if named is not None:
            db.session.delete(named)
        db.session.flush()
        return
    if relative_id not in {person.id for person in may_follow(by, today)}:
        raise Refused("second_guardian_unfit", "person")
    if named is None:
        db.session.add(SecondGuardian(child_id=child.id, person_id=relative_id, named_at=now))
    else:
        named.person_id, named.named_at = relative_id, now
    db.session.flush()


def pass_on(child: Person, now: datetime, zone: ZoneInfo) -> Person | None:
    """Let the second guardian take a child over, the change recorded; None where nobody was named who still can."""
    named = db.session.get(SecondGuardian, child.id)
    heir = db.session.get(Person, named.person_id) if named else None
    if named is None or heir is None or not _is_grown_up(heir, day_of(now, zone)):
        return None
    child.guardian_id = heir.id
    db.session.delete(named)
    record(child, heir.id, TAKEN_OVER, now)
    return heir


def make_claim_code(child_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> str:
    """A code with which a ward of 14 or more gets a login of their own; an older one opens nothing any more."""
    ward = get_ward(child_id, by)
    if is_child(ward.born_on, day_of(now, zone)):
        raise Forbidden("ward_too_young")
    code, until = tokens.spoken_code(), now + timedelta(days=CLAIM_DAYS)
    standing = db.session.get(ClaimCode, ward.id)
    if standing is None:
        db.session.add(ClaimCode(child_id=ward.id, code_hash=tokens.fingerprint(code), expires_at=until))
    else:
        standing.code_hash, standing.expires_at = tokens.fingerprint(code), until
    db.session.flush()
    return code


def claim(code: str, *, login: str, password: str, now: datetime, zone: ZoneInfo) -> Person:
    """Give a ward who has turned 14 a login of their own: from then on nobody logs for them, nor sees their page.

    Raises Refused for a code that is nobody's or too old, and for what is wrong with a field.
    """
    wanted = "".join(code.split()).replace("-", "").upper()
    found = db.session.scalar(
        select(ClaimCode).where(ClaimCode.code_hash == tokens.fingerprint(wanted)).with_for_update()
    )
    ward = db.session.get(Person, found.child_id) if found and found.expires_at > now else None
    if found is None or ward is None or is_child(ward.born_on, day_of(now, zone)):
        raise Refused("claim_code_unknown", "code")
    clean = clean_login(login)
    if db.session.scalar(select(Person.id).where(Person.login == clean, Person.id != ward.id)) is not None:
        raise Refused("login_taken", "login")
    passwords.check(password, clean)
    ward.login, ward.password_hash, ward.consented_at = clean, passwords.hashed(password), now
    db.session.delete(found)
    db.session.flush()
    return ward


def forget_of(person_id: int) -> None:
    """Take back every code and every word about who would look after whom that an account holds."""
    named = or_(SecondGuardian.person_id == person_id, SecondGuardian.child_id == person_id)
    db.session.execute(delete(SecondGuardian).where(named))
    db.session.execute(delete(ClaimCode).where(ClaimCode.child_id == person_id))


# Questions


def get_ward(child_id: int, guardian: Person) -> Person:
    """A ward without a login of their own. Raises NotFound for anybody else's, and once they have one."""
    child = db.session.get(Person, child_id)
    if child is None or child.guardian_id != guardian.id or child.password_hash is not None:
        raise NotFound("page")
    return child


def wards(guardian_id: int) -> list[Person]:
    """Everybody a person guards who has no login of their own, the eldest first: children, and who just turned 14."""
    mine = (Person.guardian_id == guardian_id, Person.password_hash.is_(None))
    return list(db.session.scalars(select(Person).where(*mine).order_by(Person.born_on, Person.id)))


def second_of(child_id: int) -> Person | None:
    """Who was named to come after the guardian."""
    named = db.session.get(SecondGuardian, child_id)
    return db.session.get(Person, named.person_id) if named else None


def may_follow(guardian: Person, today: date) -> list[Person]:
    """The declared relatives who could look after a child: adults who can sign in."""
    return [person for person in relatives(guardian.id) if _is_grown_up(person, today)]


def consents_of(child_id: int) -> list[GuardianConsent]:
    """What was agreed to for a child and taken back, oldest first."""
    mine = select(GuardianConsent).where(GuardianConsent.child_id == child_id).order_by(GuardianConsent.id)
    return list(db.session.scalars(mine))


def _is_grown_up(person: Person, today: date) -> bool:
    is_minor = is_child(person.born_on, today) or is_masked(person.born_on, today)
    return person.password_hash is not None and not is_minor
