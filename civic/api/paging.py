"""Lists page by page: one row more than a page is read, to know whether another follows."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from flask import request

from civic.api.fields import MAX_SAFE_DIGITS
from civic.rules.refused import Refused

PAGE_ROWS = 50

Row = TypeVar("Row")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Microseconds and id. 17 digits reach beyond the year 5000.
_CURSOR = re.compile(rf"([0-9]{{1,17}})-([0-9]{{1,{MAX_SAFE_DIGITS}}})")


def split(rows: Sequence[Row]) -> tuple[list[Row], Row | None]:
    """The rows of this page, and the last of them if there are more."""
    page = list(rows[:PAGE_ROWS])
    return page, page[-1] if len(rows) > PAGE_ROWS else None


def next_path(**changed: object) -> str:
    """The full path of this request with some of its query changed."""
    query = {**request.args.to_dict(), **changed}
    return f"{request.path}?{urlencode(query)}"


def cursor(at: datetime, row_id: int) -> str:
    """A place in a list that is ordered by an instant and an id."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}-{row_id}"


def parse_cursor(text: str) -> tuple[datetime, int]:
    """The place a cursor names. Raises Refused for what we never gave out."""
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise Refused("cursor_unknown", "after")
    return _EPOCH + timedelta(microseconds=int(found[1])), int(found[2])
