"""Words that are ready for turning entries down: those of the program, and those a community keeps of its own."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select

from civic.db import connection, db
from civic.moderation.models import ReadyReason
from civic.rules.decisions import MAX_READY_LENGTH, READY_REASONS
from civic.rules.refused import Refused


def keep(community_code: str, words: Iterable[str]) -> None:
    """Keep these words for a community, in this order, instead of what it had. Empty ones and repeated ones go."""
    wanted = list(dict.fromkeys(text for text in (" ".join(one.split()) for one in words) if text))
    for place, text in enumerate(wanted):
        if len(text) > MAX_READY_LENGTH:
            raise Refused("ready_too_long", f"words{place}", max=MAX_READY_LENGTH)
    if len(wanted) > READY_REASONS:
        raise Refused("ready_too_many", "words", max=READY_REASONS)
    connection().execute(delete(ReadyReason).where(ReadyReason.community_code == community_code))
    rows = [{"community_code": community_code, "position": place, "words": text} for place, text in enumerate(wanted)]
    if rows:
        connection().execute(insert(ReadyReason), rows)


def of_community(community_code: str) -> Sequence[str]:
    """The words a community keeps ready."""
    query = select(ReadyReason.words).where(ReadyReason.community_code == community_code)
    return list(db.session.scalars(query.order_by(ReadyReason.position)))
