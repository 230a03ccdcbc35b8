"""Certificates of kept days: asked for by whoever kept them, checked by anybody who is shown the code.

A certificate stores no name and no verdict. Both are derived when it is read: days that were reversed no longer count,
and the name is shown as its holder agreed to, a minor's masked, a child's never.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select

from civic import tokens
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.db import db, id_of
from civic.entries.models import Entry
from civic.ledger import service as ledger
from civic.pledges.models import NAMES_SHOWN, Certificate
from civic.rules.people import is_child, is_masked
from civic.rules.pledges import CERTIFICATE_DAYS
from civic.rules.refused import NotFound, Refused
from civic.rules.standings import masked

CODE_LENGTH = 12
KEPT = "approved"


@dataclass(frozen=True)
class Checked:
    """What a certificate says to whoever checks it. `name` is None where the holder is not named."""

    certificate: Certificate
    activity: Activity
    name: str | None
    is_child: bool
    holds: bool


# Verbs


def issue(person: Person, activity_key: str, days: int, name_shown: str, *, now: datetime, today: date) -> Certificate:
    """Issue a certificate for so many kept days. Asked for again, it is the same one, with the name as chosen last.

    Raises NotFound for days that have no certificate, Refused before they are kept and for a name nobody can choose.
    """
    if days not in CERTIFICATE_DAYS:
        raise NotFound("certificate")
    if name_shown not in names_offered(person, today):
        raise Refused("name_shown_unknown", "name_shown")
    ledger.hold(id_of(person))  # two taps at once issue one
    kept = kept_days(person.id, activity_key)
    if kept < days:
        raise Refused("certificate_too_early", None, days=days, kept=kept)
    found = find_own(person.id, activity_key, days)
    if found is None:
        found = Certificate(
            code=tokens.spoken_code(CODE_LENGTH),
            person_id=person.id,
            activity_key=activity_key,
            days=days,
            issued_at=now,
        )
        db.session.add(found)
    found.name_shown = name_shown
    db.session.flush()
    return found


# Questions


def forget_of(person_id: int) -> None:
    """Withdraw every certificate of somebody who leaves for good; their codes confirm nothing any more."""
    db.session.execute(delete(Certificate).where(Certificate.person_id == person_id))


def names_offered(person: Person, today: date) -> tuple[str, ...]:
    """How somebody may be named on a certificate: a minor masked or not at all, a child not at all."""
    if is_child(person.born_on, today):
        return ("none",)
    return tuple(name for name in NAMES_SHOWN if name != "nickname" or not is_masked(person.born_on, today))


def check(code: str, today: date) -> Checked:
    """What a certificate says today. Raises NotFound for a code nobody was given."""
    row = db.session.execute(
        select(Certificate, Person)
        .join(Person, Person.id == Certificate.person_id)
        .where(Certificate.code == _plain(code))
    ).first()
    if row is None:
        raise NotFound("certificate")
    certificate, person = row
    kept = kept_days(person.id, certificate.activity_key)
    return Checked(
        certificate,
        activities.get(certificate.activity_key),
        _name(person, certificate.name_shown, today),
        is_child(person.born_on, today),
        kept >= certificate.days,
    )


def get_own(person_id: int, activity_key: str, days: int) -> Certificate:
    """My certificate. Raises NotFound where I asked for none."""
    found = find_own(person_id, activity_key, days) if days in CERTIFICATE_DAYS else None
    if found is None:
        raise NotFound("certificate")
    return found


def find_own(person_id: int, activity_key: str, days: int) -> Certificate | None:
    """My certificate, if I asked for one."""
    return db.session.scalar(
        select(Certificate).where(
            Certificate.person_id == person_id, Certificate.activity_key == activity_key, Certificate.days == days
        )
    )


def issued_to(person_id: int, activity_key: str) -> dict[int, Certificate]:
    """The certificates somebody has for a pledge, by their number of days."""
    rows = db.session.scalars(
        select(Certificate).where(Certificate.person_id == person_id, Certificate.activity_key == activity_key)
    )
    return {found.days: found for found in rows}


def kept_days(person_id: int, activity_key: str) -> int:
    """The kept days of a pledge that stand today."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Entry.resident_id == person_id,
                Entry.activity_key == activity_key,
                Entry.kind == "pledge",
                Entry.status == KEPT,
            )
        )
        or 0
    )


def spaced(code: str) -> str:
    """A code as it is read aloud: ABCD-EFGH-JKMN."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


# Below


def _plain(code: str) -> str:
    """A code however it was typed; what cannot be one of ours never gets to the database."""
    plain = code.replace("-", "").replace(" ", "").upper()
    if not (tokens.may_be_ours(plain) and len(plain) == CODE_LENGTH):
        raise NotFound("certificate")
    return plain


def _name(person: Person, name_shown: str, today: date) -> str | None:
    if name_shown == "none" or is_child(person.born_on, today):
        return None
    is_whole = name_shown == "nickname" and not is_masked(person.born_on, today)
    return person.name if is_whole else masked(person.name)
