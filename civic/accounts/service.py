"""People: how they come in, what they choose for themselves, and who they are.

Other rooms enter accounts here; memberships and families are told apart only by file.
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from civic import tokens
from civic.accounts import guardians, memberships, passwords, sessions
from civic.accounts.families import are_family, declare_family, family_of, tie_by_code
from civic.accounts.grants import grants_of
from civic.accounts.leaving import check_present, hold_present, leave_for_good
from civic.accounts.memberships import (
    community_of,
    confirm_membership,
    confirmed_members,
    membership_on,
    move,
    take_back_confirmation,
)
from civic.accounts.models import APPEARANCES, Person
from civic.db import db
from civic.rules.names import clean_login, clean_name
from civic.rules.people import is_child, is_masked
from civic.rules.refused import Forbidden, NotFound, Refused

# The verbs and questions of the neighbouring files; other rooms know this one only.
__all__ = [
    "add_child",
    "add_person",
    "are_family",
    "authenticate",
    "change_login",
    "check_present",
    "children_of",
    "choose_appearance",
    "community_of",
    "confirm_membership",
    "confirmed_members",
    "declare_family",
    "family_of",
    "find_by_login",
    "find_person",
    "get_by_login",
    "grants_of",
    "hold_present",
    "join",
    "leave_for_good",
    "membership_on",
    "move",
    "names_of",
    "rename",
    "set_password",
    "strengthen",
    "take_back_confirmation",
    "tie_by_code",
]

MAX_WARDS = 6
MAX_AGE = 130


def join(
    *,
    login: str,
    password: str,
    name: str,
    community_code: str,
    now: datetime,
    zone: ZoneInfo,
    born_on: date | None = None,
) -> Person:
    """Let somebody in who asks for it and consents; their membership waits for their first approved entry.

    Raises Refused for what is wrong with a field, and for a child, whom only a guardian can add.
    """
    today = now.astimezone(zone).date()
    _check_birth(born_on, today)
    if is_child(born_on, today):
        raise Refused("guardian_needed", "born_on")
    memberships.open_community(community_code)
    person = _new_person(name, now, born_on=born_on)
    _give_login(person, clean_login(login), password)
    _store(person)
    memberships.begin(person, community_code, today)
    return person


def add_person(
    *,
    login: str | None,
    name: str,
    community_code: str,
    now: datetime,
    zone: ZoneInfo,
    password: str | None = None,
    born_on: date | None = None,
    guardian: Person | None = None,
    appear: str = "masked",
) -> Person:
    """Add a confirmed member on the word of somebody who runs the city; adding one records the consent.

    A child needs a guardian and gets no password: its login is only a handle for commands.
    """
    today = now.astimezone(zone).date()
    _check_birth(born_on, today)
    memberships.open_community(community_code)
    _check_guardian(guardian, born_on, today)
    _check_appearance(appear, born_on, today)
    person = _new_person(name, now, born_on=born_on, guardian=guardian, appear=appear)
    if is_child(born_on, today):
        person.login = clean_login(login) if login else None
    elif login is not None:
        _give_login(person, clean_login(login), password or "")
    _store(person)
    if guardian is not None:
        guardians.record(person, guardian.id, guardians.GIVEN, now)
    memberships.begin(person, community_code, today, confirmed_at=now)
    return person


def add_child(*, guardian: Person, name: str, born_on: date, now: datetime, zone: ZoneInfo) -> Person:
    """Let a guardian add a child under 14 to their own community, consenting for it.

    It has no login; the guardian logs for it, and its first approved entry confirms it.
    """
    today = now.astimezone(zone).date()
    _check_birth(born_on, today)
    if not is_child(born_on, today):
        raise Refused("child_can_join", "born_on")
    _check_guardian(guardian, born_on, today)
    hold_present(guardian)
    child = _new_person(name, now, born_on=born_on, guardian=guardian)
    same = db.session.scalar(
        select(Person).where(Person.guardian_id == guardian.id, Person.name == child.name, Person.born_on == born_on)
    )
    if same is not None:  # the form was sent twice
        return same
    wards = db.session.scalar(select(func.count()).where(Person.guardian_id == guardian.id)) or 0
    if wards >= MAX_WARDS:
        raise Refused("wards_full", "name", max=MAX_WARDS)
    _store(child)
    guardians.record(child, guardian.id, guardians.GIVEN, now)
    memberships.begin(child, community_of(guardian.id, today), today)
    return child


def authenticate(login: str, password: str) -> Person | None:
    """The person with this login and password. An unknown login takes as long as a wrong password."""
    person = find_by_login(login)
    is_right = passwords.matches(person.password_hash if person else None, password)
    return person if is_right else None


def strengthen(person: Person, password: str) -> None:
    """Hash a password anew that was just found right, if it was hashed at another cost than today's."""
    if person.password_hash is not None and passwords.is_outdated(person.password_hash):
        person.password_hash = passwords.hashed(password)
        db.session.flush()


def set_password(person: Person, password: str, now: datetime, zone: ZoneInfo, keep: str | None = None) -> None:
    """Choose a new password and sign every device out, but for the session with the secret `keep`.

    Raises Forbidden for a child, and for somebody who was added without a login.
    """
    hold_present(person)
    if person.login is None or is_child(person.born_on, now.astimezone(zone).date()):
        raise Forbidden("no_login", "login")
    _give_login(person, person.login, password)
    sessions.close_all(person, but=keep)
    db.session.flush()


def change_login(person: Person, login: str, password: str) -> None:
    """Sign in by another login from now on, with the same password; what is signed in stays so.

    The caller has just found the password right. Raises Refused for a login that is taken or is the password itself.
    """
    hold_present(person)
    wanted = clean_login(login)
    other = find_by_login(wanted)
    if other is not None and other.id != person.id:
        raise Refused("login_taken", "login")
    passwords.check_unlike(password, wanted)
    person.login = wanted
    _flush_login()


def rename(person: Person, name: str) -> None:
    """Choose another nickname."""
    hold_present(person)
    person.name = clean_name(name)
    db.session.flush()


def choose_appearance(person: Person, appear: str, day: date) -> None:
    """Choose how one stands on the boards: by nickname, masked, or not at all. Minors are always masked."""
    hold_present(person)
    _check_appearance(appear, person.born_on, day)
    person.appear = appear
    db.session.flush()


def find_by_login(login: str) -> Person | None:
    """The person with a login, however it was typed."""
    try:
        wanted = clean_login(login)
    except Refused:  # nobody can have it
        return None
    return db.session.scalar(select(Person).where(Person.login == wanted))


def get_by_login(login: str) -> Person:
    """The person with a login. Raises NotFound."""
    person = find_by_login(login)
    if person is None:
        raise NotFound("person", "login", login=login)
    return person


def find_person(person_id: int) -> Person | None:
    """The person with an id."""
    return db.session.get(Person, person_id)


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """What people are called; whoever left for good is not among them."""
    rows = db.session.execute(
        select(Person.id, Person.name).where(Person.id.in_(list(person_ids)), Person.erased_at.is_(None))
    )
    return {row.id: row.name for row in rows}


def children_of(person_id: int, day: date) -> list[Person]:
    """The children a person guards and logs for: those under 14 on a day, the eldest first."""
    wards = db.session.scalars(
        select(Person).where(Person.guardian_id == person_id).order_by(Person.born_on, Person.id)
    )
    return [ward for ward in wards if is_child(ward.born_on, day)]


def _new_person(
    name: str, now: datetime, *, born_on: date | None, guardian: Person | None = None, appear: str = "masked"
) -> Person:
    return Person(
        id=tokens.random_id(),
        name=clean_name(name),
        born_on=born_on,
        guardian_id=guardian.id if guardian else None,
        appear=appear,
        family_code=tokens.spoken_code(),
        joined_at=now,
        consented_at=now,
    )


def _give_login(person: Person, login: str, password: str) -> None:
    passwords.check(password, login)
    person.login = login
    person.password_hash = passwords.hashed(password)


def _store(person: Person) -> None:
    if person.login is not None and find_by_login(person.login) is not None:
        raise Refused("login_taken", "login")
    db.session.add(person)
    _flush_login()


def _flush_login() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        # Somebody else took the login between the look and this line.
        if "login" not in str(error.orig):
            raise
        raise Refused("login_taken", "login") from error


def _check_birth(born_on: date | None, today: date) -> None:
    if born_on is not None and not (today.year - MAX_AGE <= born_on.year and born_on <= today):
        raise Refused("birth_impossible", "born_on")


def _is_minor(born_on: date | None, today: date) -> bool:
    return is_child(born_on, today) or is_masked(born_on, today)


def _check_guardian(guardian: Person | None, born_on: date | None, today: date) -> None:
    if guardian is None:
        if is_child(born_on, today):
            raise Refused("guardian_needed", "born_on")
        return
    if not _is_minor(born_on, today):
        raise Refused("guardian_of_adult", "born_on")
    if guardian.password_hash is None or _is_minor(guardian.born_on, today):
        raise Refused("guardian_not_adult", "guardian")


def _check_appearance(appear: str, born_on: date | None, today: date) -> None:
    if appear not in APPEARANCES:
        raise Refused("appearance_unknown", "appear", choices=", ".join(APPEARANCES))
    if appear != "masked" and _is_minor(born_on, today):
        raise Refused("appearance_of_minor", "appear")
