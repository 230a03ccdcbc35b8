"""What the tests of these pages do again and again."""

import io
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from civic.db import db
from civic.entries import service as entries
from civic.entries.models import Entry
from tests.pages import submit

LITTER = "/entries/new?activity=litter_pickup"


def log(client: FlaskClient, page: str = LITTER, **values: Any) -> TestResponse:
    return submit(client, page, values, form="/entries")


def photos(*raws: bytes) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(raw), f"{number}.jpg") for number, raw in enumerate(raws)]


def number_of_entries() -> int:
    return db.session.scalar(select(func.count()).select_from(Entry)) or 0


def entry_at(response: TestResponse) -> Entry:
    found = re.fullmatch(r"/entries/(\d+)(\?saved=1)?", response.location or "")
    assert response.status_code == 303, response.text
    assert found, response.location
    entry = entries.find_entry(int(found[1]))
    assert entry is not None
    return entry


def words(response: TestResponse) -> str:
    """What a page says, without its tags."""
    return re.sub(r"<[^>]+>", "", response.text)


def keys_of(entry: Entry) -> list[str]:
    """The names of its photos, read anew."""
    found = entries.find_entry(entry.id)
    assert found is not None
    return [photo.key for photo in found.photos]
