"""The days a grant is in force. It is asked where grants are read, so that nobody can forget to ask."""

from sqlalchemy import ColumnElement, and_, bindparam, or_

from civic import clock
from civic.accounts.models import Grant
from civic.db import UtcDateTime


def in_force() -> ColumnElement[bool]:
    """Whether a grant stands at the instant the query is sent: not revoked, begun, not over.

    The instant is read when the query runs (docs/adr/0006): a grant that ends by itself ends for every reader at once.
    """
    now = bindparam("at", callable_=clock.now, type_=UtcDateTime(), unique=True)
    return and_(
        Grant.revoked_at.is_(None),
        or_(Grant.begins_at.is_(None), Grant.begins_at <= now),
        or_(Grant.ends_at.is_(None), Grant.ends_at > now),
    )
