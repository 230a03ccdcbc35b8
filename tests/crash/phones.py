"""Phones that log and a manager that approves while servers die; what was acknowledged is noted here, outside them."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from civic import clock, invariants
from civic.backup.service import missing_photos
from civic.db import db
from civic.entries.models import Entry, Photo
from tests.crash.serving import City
from tests.factories import ZONE
from tests.media.pictures import jpeg
from tests.pages import as_form

PHONES = 4
PHOTO_EVERY = 5
APPROVE_EVERY = 4
ENTRIES = "/api/v1/entries"
PAUSE_SECONDS = 0.05
PATIENCE_SECONDS = 30
# After the last fault a phone gets this long to be heard; longer would be a request that hangs for ever.
LAST_SECONDS = 60


@dataclass
class Heard:
    """What phones were told: each entry's id and photos by its key, and what the manager was told is approved."""

    entries: dict[str, tuple[int, int]] = field(default_factory=dict)
    approved: set[int] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)  # 0: none
    last_at: float = 0.0
    unheard: int = 0
    without_advice: int = 0


class Phones:
    """Send without end until told to stop; each entry until it is heard, however many tries that takes."""

    def __init__(self, city: City, photo_every: int = PHOTO_EVERY) -> None:
        self.city, self.photo_every = city, photo_every
        self.heard = Heard()
        self.lock, self.stopped = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._live, args=(number,), daemon=True) for number in range(PHONES)]

    def __enter__(self) -> "Phones":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def _live(self, number: int) -> None:
        turn = number
        while not self.stopped.is_set():
            self._log(turn)
            turn += PHONES

    def _log(self, turn: int) -> None:
        key = str(uuid.uuid4())
        photos = int(turn % self.photo_every == 0)
        kind, body = _form(key, turn, photos)
        told = self._until_heard(ENTRIES, self.city.phones[turn % len(self.city.phones)], kind, body)
        if told is None:
            self.heard.unheard += 1
            return
        with self.lock:
            self.heard.entries[key] = (int(told["id"]), photos)
        if turn % APPROVE_EVERY == 0:
            self._approve(int(told["id"]))

    def _approve(self, entry_id: int) -> None:
        where = f"/api/v1/moderation/{entry_id}/decision"
        told = self._until_heard(where, self.city.manager, "application/json", b'{"decision": "approve"}')
        if told is not None and told.get("status") == "approved":
            with self.lock:
                self.heard.approved.add(entry_id)

    def _until_heard(self, where: str, token: str, kind: str, body: bytes) -> dict[str, Any] | None:
        """The answer, once there is one (409: an approval whose answer was lost); None if none came to the end."""
        given_up = 0.0
        while True:
            status, told = self.once(where, token, kind, body)
            if status in (200, 201, 409):
                self.heard.last_at = time.monotonic()
                return told
            if self.stopped.is_set():
                given_up = given_up or time.monotonic() + LAST_SECONDS
                if time.monotonic() > given_up:
                    return None
            time.sleep(PAUSE_SECONDS)

    def once(self, where: str, token: str, kind: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Send once; status 0 where no answer came. An answer of 5xx must say in words what to do."""
        connection = http.client.HTTPConnection("127.0.0.1", self.city.port, timeout=PATIENCE_SECONDS)
        status, told = 0, {}
        try:
            connection.request("POST", where, body, {"Authorization": f"Bearer {token}", "Content-Type": kind})
            answer = connection.getresponse()
            data = answer.read()
            status, told = answer.status, json.loads(data)
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            connection.close()
        with self.lock:
            self.heard.answers[status] += 1
            self.heard.without_advice += status >= 500 and (status == 500 or not told.get("detail"))
        return status, told


def _form(key: str, turn: int, photos: int) -> tuple[str, bytes]:
    day = (clock.now().astimezone(ZONE) - timedelta(days=turn % 6)).date()
    fields = {"client_key": key, "activity": "litter_pickup", "acted_on": day, "quantity": 1 + turn % 5}
    fields["note"] = f"第 {turn} 条"
    return as_form(fields, [jpeg((64 + turn % 64, 48))] * photos)


def lost(city: City, heard: Heard) -> list[str]:
    """What was acknowledged and is not there, or is there twice, and whatever else breaks an invariant."""
    with city.app.app_context():
        rows = select(Entry.client_key, Entry.id, Entry.status, func.count(Photo.id)).outerjoin(Photo)
        found = {row[0]: row[1:] for row in db.session.execute(rows.group_by(Entry.id))}
        wrong = [
            f"{key}: told {told}, found {found.get(key)}"
            for key, told in heard.entries.items()
            if key not in found or (found[key][0], found[key][2]) != told
        ]
        approved = {entry_id for entry_id, status, _photos in found.values() if status == "approved"}
        wrong += [f"entry {entry_id}: told approved, is not" for entry_id in heard.approved - approved]
        wrong += [*invariants.broken(), *missing_photos()]
        db.session.remove()
        db.engine.dispose()
    return wrong
