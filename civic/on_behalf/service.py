"""Sheets of slips, entries typed from them, and "not me".

A manager types what a slip says, with a photo of it; somebody elsewhere decides (I17). Whoever holds the slip can say
at any time that it was not them: then it is looked at again, and the officers above are told.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from civic import media, tokens
from civic.accounts import grants
from civic.accounts import service as accounts
from civic.accounts.models import Grant, Membership, Person
from civic.accounts.terms import in_force
from civic.areas.models import CODE_LENGTHS
from civic.db import connection, db, id_of
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.entries.service import Logged
from civic.media import Shrunk
from civic.moderation import assignments, reviews
from civic.notices import service as notices
from civic.on_behalf.models import Slip
from civic.rules import on_behalf as rules
from civic.rules.periods import day_of, period_of, start_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.reviews import AUDIT

LISTED = 100
_KEYS = uuid.UUID("5f0f9d2e-1d5b-4a0e-9b43-6f1c0f6b7c11")  # under which a slip's code makes the key of its entry


@dataclass(frozen=True)
class Typed:
    """One line of what a manager types from slips."""

    code: str
    person_id: int
    activity_key: str
    acted_on: date
    quantity: int
    note: str = ""


# Verbs


def add_helped(community_code: str, name: str, *, by: Person, now: datetime, zone: ZoneInfo) -> Person:
    """Add somebody without a phone as a member, who agreed on paper. Raises Forbidden outside one's community."""
    _check_manages(by, community_code)
    if len(helped(community_code)) >= rules.MOST_HELPED:
        raise Refused("on_behalf_people_full", "name", max=rules.MOST_HELPED)
    return accounts.add_person(login=None, name=name, community_code=community_code, now=now, zone=zone)


def make_sheet(community_code: str, *, by: Person, now: datetime) -> list[Slip]:
    """A sheet of new slips. Raises Forbidden outside one's community."""
    _check_manages(by, community_code)
    slips = [
        Slip(
            code=tokens.spoken_code(rules.CODE_LENGTH),
            community_code=community_code,
            made_by_id=id_of(by),
            made_at=now,
        )
        for _ in range(rules.SLIPS_ON_A_SHEET)
    ]
    db.session.add_all(slips)
    db.session.flush()
    return slips


def type_in(typed: Typed, paper: Shrunk, *, by: Person, now: datetime, zone: ZoneInfo) -> Entry:
    """Log what a slip says, with the photo of it; somebody elsewhere decides on it.

    Raises Refused for an unknown code or one of another community, for somebody who can log alone, for the 31st of the
    month and for whatever an entry is refused for; Conflict where the slip was used before.
    """
    slip = db.session.get(Slip, rules.clean_code(typed.code), with_for_update=True)
    if slip is None or grants.over(grants.grants_of(by.id), slip.community_code) is None:
        raise Refused("slip_unknown", "code")
    if slip.entry_id is not None:
        raise Conflict("slip_used", "code")
    _check_person(typed.person_id, slip.community_code, day_of(now, zone))
    db.session.refresh(by, with_for_update=True)  # of two at once the second counts the first
    rules.check_month(typed_in_month(by, now, zone))
    logged = Logged(
        activity_key=typed.activity_key,
        acted_on=typed.acted_on,
        quantity=typed.quantity,
        client_key=str(uuid.uuid5(_KEYS, slip.code)),
        note=typed.note,
        resident_id=typed.person_id,
        is_on_behalf=True,
    )
    body = entries.body_hash(logged, [])
    kept = media.store(paper)
    entry = entries.submit(logged, body_hash=body, photos=[kept], by=by, now=now, zone=zone).entry
    if entry.kind == "pledge":
        raise Refused("on_behalf_no_pledge", "activity")
    slip.entry_id, slip.typed_by_id, slip.used_at = entry.id, id_of(by), now
    db.session.flush()
    reviews.send_elsewhere(entry, "on_behalf", by_id=id_of(by), now=now)
    return entry


def disown(code: str, *, now: datetime) -> None:
    """Say "not me": the entry is looked at again elsewhere, and the officers above are told. Twice is once.

    A machine takes no points away: what was approved stays until a person has looked. Raises NotFound for a code that
    logged nothing.
    """
    slip, entry = find_slip(code)
    changed = connection().execute(
        update(Slip).where(Slip.code == slip.code, Slip.disowned_at.is_(None)).values(disowned_at=now)
    )
    if changed.rowcount != 1:
        return
    reviews.note_disowned(entry.id, now)
    if entry.status == "approved" and assignments.since(entry.id) is None:
        assignments.give(entry, AUDIT, now)
    facts = {"entry": entry.id, "community": entry.community_code}
    for officer_id in _officers_over(entry.community_code):
        notices.notify(officer_id, "slip_disowned", about=f"slip:{entry.id}", facts=facts, now=now)


# Questions


def helped(community_code: str) -> list[Person]:
    """The members of a community without a login of their own or a guardian, by name."""
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.community_code == community_code,
            Membership.until_on.is_(None),
            Person.login.is_(None),
            Person.guardian_id.is_(None),
            Person.erased_at.is_(None),
        )
        .order_by(Person.name, Person.id)
    )
    return list(db.session.scalars(query))


def sheet_of(community_code: str) -> list[Slip]:
    """The slips of a community's latest sheet."""
    latest = select(func.max(Slip.made_at)).where(Slip.community_code == community_code).scalar_subquery()
    query = select(Slip).where(Slip.community_code == community_code, Slip.made_at == latest)
    return list(db.session.scalars(query.order_by(Slip.code)))


def typed_lately(community_code: str) -> list[tuple[Slip, Entry]]:
    """The latest entries of a community that were typed from slips, the newest first."""
    rows = db.session.execute(
        select(Slip, Entry)
        .join(Entry, Entry.id == Slip.entry_id)
        .where(Slip.community_code == community_code)
        .order_by(Entry.id.desc())
        .limit(LISTED)
    )
    return [(row.Slip, row.Entry) for row in rows]


def typed_in_month(by: Person, now: datetime, zone: ZoneInfo) -> int:
    """How many entries a manager typed in this calendar month."""
    begins = start_of(period_of("month", day_of(now, zone)).starts_on, zone)
    query = select(func.count()).where(Slip.typed_by_id == by.id, Slip.used_at >= begins)
    return db.session.scalar(query) or 0


def find_slip(code: str) -> tuple[Slip, Entry]:
    """The slip of this code and what it logged. Raises NotFound for one that logged nothing."""
    slip = db.session.get(Slip, rules.clean_code(code)) if tokens.may_be_ours(code) else None
    entry = entries.find_entry(slip.entry_id) if slip and slip.entry_id else None
    if slip is None or entry is None:
        raise NotFound("slip")
    return slip, entry


def which(entry_ids: Sequence[int]) -> set[int]:
    """Which of some entries were logged on behalf."""
    found = select(Slip.entry_id).where(Slip.entry_id.in_(entry_ids))
    return {entry_id for entry_id in db.session.scalars(found) if entry_id} if entry_ids else set()


# Below


def _check_manages(by: Person, community_code: str) -> None:
    if len(community_code) != CODE_LENGTHS["community"] or grants.over(grants.grants_of(by.id), community_code) is None:
        raise Forbidden("not_your_area")


def _check_person(person_id: int, community_code: str, today: date) -> None:
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None or accounts.community_of(person_id, today) != community_code:
        raise Refused("on_behalf_not_for", "person")
    rules.check_helped(person.login, person.guardian_id, person.born_on, today)


def _officers_over(community_code: str) -> Iterable[int]:
    """The officers of the nearest level above a community that has any."""
    for role, level in (
        ("subdistrict_officer", "subdistrict"),
        ("district_officer", "district"),
        ("city_officer", "city"),
    ):
        area = community_code[: CODE_LENGTHS[level]]
        found = select(Grant.person_id).where(Grant.role == role, Grant.area_code == area, in_force()).distinct()
        people = list(db.session.scalars(found))
        if people:
            return people
    return ()
