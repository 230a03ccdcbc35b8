"""A community's reading list: what at least five neighbours have read lately, and what its managers recommend."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from civic.accounts.models import Grant, Person
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import connection, db
from civic.entries.models import Entry
from civic.reading.models import RecommendedBook, SharedTitle
from civic.rules.books import one_title, shown_title
from civic.rules.decisions import rank_over
from civic.rules.people import SMALLEST_GROUP
from civic.rules.periods import day_of
from civic.rules.refused import Conflict, NotFound, Refused

LATELY = timedelta(days=180)
MOST_SHARED = 20
MOST_RECOMMENDED = 10
MAX_ID = 2**63 - 1  # an address may hold any number; a database's column does not
MAX_TITLE, MAX_AUTHOR, MAX_WHY = 60, 40, 80

# Verbs


def compile_lists(period: str, *, now: datetime, zone: ZoneInfo) -> dict[str, int]:  # noqa: ARG001 - every job's form
    """Write every community's list of shared titles anew, from what was approved of the last half year."""
    today = day_of(now, zone)
    rows = db.session.execute(
        select(Entry.community_code, Entry.title, Entry.resident_id)
        .where(Entry.kind == "reading", Entry.title != "", Entry.status == "approved", Entry.acted_on > today - LATELY)
        .distinct()
        .order_by(Entry.community_code)
    )
    connection().execute(delete(SharedTitle))
    titles = 0
    for community, found in groupby(rows, key=lambda row: row[0]):
        shared = _shared([(title, reader) for _, title, reader in found])
        if shared:
            lines = [
                {"community_code": community, "place": place, "title": title, "readers": readers, "counted_on": today}
                for place, (title, readers) in enumerate(shared, 1)
            ]
            connection().execute(insert(SharedTitle), lines)
            titles += len(lines)
    return {"titles": titles}


def recommend(community: Area, title: str, author: str, why: str, *, by: Person, now: datetime) -> RecommendedBook:
    """Put a title on a community's list. Raises Refused where it is full, Conflict where the title stands there."""
    title = _words(shown_title(title), "title", MAX_TITLE)
    author, why = _words(author, "author", MAX_AUTHOR), _words(why, "why", MAX_WHY)
    if not one_title(title):
        raise Refused("book_title_missing", "title")
    # Two managers at once: the second waits here, and then sees what the first one added.
    db.session.execute(select(Area.code).where(Area.code == community.code).with_for_update(key_share=True))
    standing = recommended(community.code)
    if one_title(title) in {book.one_title for book in standing}:
        raise Conflict("book_on_the_list", "title")
    if len(standing) >= MOST_RECOMMENDED:
        raise Refused("list_full", "title", max=MOST_RECOMMENDED)
    book = RecommendedBook(
        community_code=community.code,
        title=title,
        one_title=one_title(title),
        author=author,
        why=why,
        added_by=by.id,
        added_at=now,
    )
    db.session.add(book)
    db.session.flush()
    return book


def take_off(community: Area, book_id: int) -> None:
    """Take a title off a community's list; taken off already, it stays so."""
    if book_id > MAX_ID:
        return
    db.session.execute(
        delete(RecommendedBook).where(RecommendedBook.id == book_id, RecommendedBook.community_code == community.code)
    )


# Questions


def get_community(code: str, grants: Iterable[Grant]) -> Area:
    """The community whose list the holder of these grants may write. Raises NotFound outside their reach."""
    community = areas.get_area(code)
    if community.level != "community" or not may_recommend(code, grants):
        raise NotFound("area")
    return community


def may_recommend(community_code: str, grants: Iterable[Grant]) -> bool:
    """Whether these grants reach a community and decide there."""
    return rank_over([(grant.role, grant.area_code) for grant in grants], community_code) is not None


def recommended(community_code: str) -> list[RecommendedBook]:
    """What a community's managers recommend, the newest first."""
    return list(
        db.session.scalars(
            select(RecommendedBook)
            .where(RecommendedBook.community_code == community_code)
            .order_by(RecommendedBook.id.desc())
        )
    )


def shared_titles(community_code: str) -> list[SharedTitle]:
    """The titles that at least five neighbours have read lately, most readers first."""
    return list(
        db.session.scalars(
            select(SharedTitle).where(SharedTitle.community_code == community_code).order_by(SharedTitle.place)
        )
    )


# Below


def _shared(read: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Titles with their number of readers, however each wrote it; shown as most of them did."""
    readers: dict[str, set[int]] = defaultdict(set)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for title, reader in read:
        key = one_title(title)
        if key:
            readers[key].add(reader)
            spellings[key][shown_title(title)] += 1
    known = [(key, len(found)) for key, found in readers.items() if len(found) >= SMALLEST_GROUP]
    known.sort(key=lambda pair: (-pair[1], pair[0]))
    return [(_usual(spellings[key]), count) for key, count in known[:MOST_SHARED]]


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda title: (-spellings[title], title))


def _words(text: str, field: str, most: int) -> str:
    """Words on one line, without what cannot be seen."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if len(clean) > most:
        raise Refused("words_too_long", field, max=most, length=len(clean))
    return clean
