"""Covering parts of photos, opening what is underneath, and requests to be covered.

A photo is private from the start; still it may show somebody who did not ask for it. What is covered is painted over in
the files that everybody is served, under a new address; the original is kept apart for 180 days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select, update

from civic import media
from civic.accounts import grants
from civic.accounts.models import Person
from civic.areas import service as areas
from civic.areas.models import Area
from civic.audit import service as audit
from civic.db import after_commit, db, id_of
from civic.entries.models import Entry, Photo, PhotoOriginal
from civic.media import Shrunk
from civic.moderation import service as moderation
from civic.notices import service as notices
from civic.photos.models import OriginalLook, PhotoRequest
from civic.rules import photos as rules
from civic.rules.decisions import MANAGER_RANK, rank_over
from civic.rules.periods import day_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

LISTED = 50


@dataclass(frozen=True)
class Asked:
    """A request as whoever answers it sees it: without the name of who asked."""

    row: PhotoRequest
    area: Area
    is_overdue: bool


# Verbs


def paint(photo: Photo, cells: Iterable[str]) -> Shrunk:
    """The photo with these squares covered, made before any transaction, since it takes a while. Raises Refused."""
    return media.cover(photo.key, rules.boxes(rules.check_cells(cells)))


def cover(photo_id: int, painted: Shrunk, was: str, *, by: Person, now: datetime) -> Photo:
    """Serve the painted photo from now on; what it was made of is kept apart if it is the first, else forgotten.

    Raises Conflict where somebody else covered it meanwhile: nothing of theirs is uncovered.
    """
    photo = db.session.get(Photo, photo_id, with_for_update=True)
    if photo is None or photo.key != was:
        raise Conflict("photo_changed")
    kept = media.store(painted)
    if db.session.get(PhotoOriginal, photo_id) is None:
        original = PhotoOriginal(photo_id=photo_id, key=was, sha256=photo.sha256, covered_by=id_of(by), covered_at=now)
        db.session.add(original)
    else:
        after_commit(lambda: media.forget(was))
    photo.key, photo.sha256, photo.width, photo.height = kept.key, kept.sha256, kept.width, kept.height
    db.session.flush()
    return photo


def open_original(photo: Photo, entry: Entry, purpose: str, *, by: Person, now: datetime) -> str:
    """Write down who opens the original and what for; gives its key.

    Raises NotFound where there is none any more or outside the person's grants, Forbidden for managers, Refused without
    a purpose.
    """
    rank = moderation.check_may_decide(entry, by)
    words = rules.check_original(rank, purpose)
    original = db.session.get(PhotoOriginal, photo.id)
    if original is None:
        raise NotFound("photo")
    look = OriginalLook(entry_id=entry.id, position=photo.position, person_id=id_of(by), purpose=words, looked_at=now)
    db.session.add(look)
    db.session.flush()
    audit.note("original_opened", by=id_of(by), now=now, area_code=entry.community_code, about=f"look:{look.id}")
    return original.key


def remove_originals(now: datetime) -> int:
    """Forget what was covered long ago; says how many originals."""
    old = PhotoOriginal.covered_at < now - timedelta(days=rules.ORIGINAL_DAYS)
    keys = list(db.session.scalars(select(PhotoOriginal.key).where(old)))
    db.session.execute(delete(PhotoOriginal).where(old))
    for key in keys:
        after_commit(lambda key=key: media.forget(key))  # type: ignore[misc]
    return len(keys)


def ask(community_code: str, about_on: date, words: str, *, by: Person, now: datetime, zone: ZoneInfo) -> PhotoRequest:
    """Ask a community to cover oneself in its photos of a day. Raises Refused."""
    kept = rules.check_request(words, about_on, day_of(now, zone))
    community = areas.find_area(community_code)
    if community is None or community.level != "community":
        raise Refused("community_unknown", "community")
    db.session.refresh(by, with_for_update=True)  # of two at once the second counts the first
    still_open = select(func.count()).where(PhotoRequest.person_id == by.id, PhotoRequest.answered_at.is_(None))
    if (db.session.scalar(still_open) or 0) >= rules.OPEN_REQUESTS:
        raise Refused("photo_requests_full", "words", max=rules.OPEN_REQUESTS)
    asked = PhotoRequest(community_code=community.code, person_id=by.id, about_on=about_on, words=kept, asked_at=now)
    db.session.add(asked)
    db.session.flush()
    return asked


def answer(request_id: int, verdict: str, reason: str, *, by: Person, now: datetime) -> None:
    """Answer a request: covered, or declined with a reason. Whoever asked is told; whose photo it is learns nothing.

    Raises NotFound outside one's grants, Forbidden for one's own request, Refused without a reason, Conflict where it
    was answered.
    """
    asked = db.session.get(PhotoRequest, request_id)
    if asked is None or _rank(by, asked.community_code) is None:
        raise NotFound("photo_request")
    if asked.person_id == by.id:
        raise Forbidden("own_request")
    words = rules.check_answer(verdict, reason)
    changed = db.session.execute(
        update(PhotoRequest)
        .where(PhotoRequest.id == request_id, PhotoRequest.answered_at.is_(None))
        .values(verdict=verdict, reason=words, answered_by_id=by.id, answered_at=now)
        .returning(PhotoRequest.id)
    ).first()
    if changed is None:
        raise Conflict("photo_request_answered")
    facts = {"request": request_id, "verdict": verdict}
    notices.notify(asked.person_id, "photo_request_answered", about=f"photo-request:{request_id}", facts=facts, now=now)


def forget_of(person_id: int) -> None:
    """Remove the requests of somebody who leaves for good."""
    db.session.execute(delete(PhotoRequest).where(PhotoRequest.person_id == person_id))


# Questions


def find(key: str) -> tuple[Photo, Entry]:
    """A photo and its entry. Raises NotFound; who may see it is asked elsewhere."""
    row = db.session.execute(
        select(Photo, Entry).join(Entry, Entry.id == Photo.entry_id).where(Photo.key == key)
    ).first()
    if row is None:
        raise NotFound("photo")
    return row.Photo, row.Entry


def covered(photo_ids: Sequence[int]) -> set[int]:
    """Which of some photos have parts covered and their original kept."""
    found = select(PhotoOriginal.photo_id).where(PhotoOriginal.photo_id.in_(photo_ids))
    return set(db.session.scalars(found)) if photo_ids else set()


def asked_by(person_id: int) -> list[tuple[PhotoRequest, Area]]:
    """What somebody asked, the newest first."""
    rows = db.session.execute(
        select(PhotoRequest, Area)
        .join(Area, Area.code == PhotoRequest.community_code)
        .where(PhotoRequest.person_id == person_id)
        .order_by(PhotoRequest.id.desc())
        .limit(LISTED)
    )
    return [(row.PhotoRequest, row.Area) for row in rows]


def waiting(by: Person, now: datetime) -> list[Asked]:
    """What waits for an answer within somebody's grants, the oldest first; officers find there what is overdue."""
    held = grants.grants_of(by.id)
    mine = [grant.area_code for grant in held if grant.role == "community_manager"]
    above = [grant.area_code for grant in held if grant.role not in ("community_manager", "administrator")]
    overdue = PhotoRequest.asked_at < now - timedelta(days=rules.ANSWER_DAYS)
    within = [PhotoRequest.community_code.startswith(code, autoescape=True) for code in mine]
    within += [PhotoRequest.community_code.startswith(code, autoescape=True) & overdue for code in above]
    if not within:
        return []
    rows = db.session.execute(
        select(PhotoRequest, Area)
        .join(Area, Area.code == PhotoRequest.community_code)
        .where(PhotoRequest.answered_at.is_(None), PhotoRequest.person_id != by.id, or_(*within))
        .order_by(PhotoRequest.asked_at, PhotoRequest.id)
        .limit(LISTED)
    )
    return [Asked(row.PhotoRequest, row.Area, rules.answer_by(row.PhotoRequest.asked_at) < now) for row in rows]


def entries_of(asked: Sequence[Asked]) -> dict[tuple[str, date], list[Entry]]:
    """The entries with photos of the communities and days that requests are about: one query, none without any."""
    if not asked:
        return {}
    wanted = {(one.row.community_code, one.row.about_on) for one in asked}
    rows = db.session.scalars(
        select(Entry)
        .where(
            or_(*((Entry.community_code == code) & (Entry.acted_on == day) for code, day in sorted(wanted))),
            select(Photo.id).where(Photo.entry_id == Entry.id).exists(),
            Entry.status != "withdrawn",
        )
        .order_by(Entry.id)
        .limit(LISTED)
    )
    found: dict[tuple[str, date], list[Entry]] = {}
    for entry in rows:
        found.setdefault((entry.community_code, entry.acted_on), []).append(entry)
    return found


def may_open_original(by: Person, community_code: str) -> bool:
    """Whether somebody's grants open originals of a community: those above its managers."""
    rank = _rank(by, community_code)
    return rank is not None and rank > MANAGER_RANK


def _rank(by: Person, community_code: str) -> int | None:
    held = [(grant.role, grant.area_code) for grant in grants.grants_of(by.id)]
    return rank_over(held, community_code)
