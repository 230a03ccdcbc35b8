"""Lost answers: phones that send through a bad network, against a real server, and what the server has in the end.

Between phone and server stands a proxy that lets every request through and then loses 40 % of the answers; it also
breaks off some uploads in the middle, holds some back, and sends some twice. A phone sends each entry until it hears
that it was received. Long afterwards, on other days, half of them are sent once more.

The long form: `python -m tests.outbox.lost_answers 5000` (docs/reliability.md has its figures).
"""

import http.client
import json
import random
import socket
import socketserver
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select

from civic import clock
from civic.accounts import sessions
from civic.accounts.models import Person
from civic.db import db, transaction
from civic.entries.models import Entry, Photo
from tests.browser.stage import Site, served_city
from tests.media.pictures import jpeg
from tests.pages import as_form

LOST, BROKEN, HELD, TWICE = 0.4, 0.05, 0.05, 0.05
HELD_SECONDS = 0.3
PHONES = 4
MOST_TRIES = 100
PATIENCE_SECONDS = 30
PHOTO_EVERY = 5  # one entry in so many bears a photo
RESEND_DAYS = 60
RESEND_GROUPS = 6  # each on a day of its own
ENTRIES = "/api/v1/entries"
MOMENT = datetime.fromisoformat("2026-11-25T08:00:00+08:00")


@dataclass
class Tally:
    """What happened."""

    entries: int = 0
    sendings: int = 0
    answers_lost: int = 0
    broken_off: int = 0
    doubled: int = 0
    resent: int = 0
    extra: int = 0
    missing: int = 0
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        """For docs/reliability.md."""
        return (
            f"{self.entries} entries, {self.sendings} sendings, {self.answers_lost} answers lost, "
            f"{self.broken_off} uploads broken off, {self.doubled} doubled, {self.resent} sent again later: "
            f"{self.extra} extra, {self.missing} missing, {len(self.wrong)} wrong"
        )


class Proxy(socketserver.ThreadingTCPServer):
    """Between phone and server. One request a connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, upstream: tuple[str, int], chance: random.Random, tally: Tally) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.upstream, self.chance, self.tally = upstream, chance, tally
        self.lock = threading.Lock()
        self.seconds: list[threading.Thread] = []  # of requests that are sent twice

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class calls it so
        """What goes wrong on the way is one more lost answer."""
        self.tally.answers_lost += 1

    def luck(self) -> str:
        """What becomes of the next request."""
        with self.lock:
            drawn = self.chance.random()
            for name, share in (("lost", LOST), ("broken", BROKEN), ("held", HELD), ("twice", TWICE)):
                if drawn < share:
                    return name
                drawn -= share
            return "well"


class _Passage(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        request = _whole(self.request)
        luck = self.server.luck()
        if luck == "broken":
            self.server.tally.broken_off += 1
            with socket.create_connection(self.server.upstream) as upstream:
                upstream.sendall(request[: len(request) * 2 // 3])
            return
        if luck == "held":
            time.sleep(HELD_SECONDS)
        if luck == "twice":
            self.server.tally.doubled += 1
            second = threading.Thread(target=self._forward, args=(request,))
            second.start()
            self.server.seconds.append(second)
        answer = self._forward(request)
        if luck == "lost":
            self.server.tally.answers_lost += 1
        else:
            self.request.sendall(answer)

    def _forward(self, request: bytes) -> bytes:
        with socket.create_connection(self.server.upstream, timeout=PATIENCE_SECONDS) as upstream:
            upstream.sendall(request)
            return b"".join(iter(lambda: upstream.recv(65536), b""))


def _whole(connection: socket.socket) -> bytes:
    """A request with its body, as its Content-Length says."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += connection.recv(65536)
    head, _, body = held.partition(b"\r\n\r\n")
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@dataclass
class Act:
    """One entry as a phone keeps it."""

    key: str
    token: str
    body: bytes
    kind: str
    photos: int
    answered: str | None = None  # the id the phone was told


def run(sends: int, seed: int = 1) -> Tally:
    """Send so many entries through the bad network; says what became of them."""
    chance, tally = random.Random(f"phones {seed}"), Tally(entries=sends)
    with (
        tempfile.TemporaryDirectory(prefix="ct") as folder,
        clock.held(MOMENT),
        served_city(Path(folder), residents=30, weeks=1) as site,
    ):
        acts = [_act(chance, token, number) for number, token in enumerate(_tokens(site.app, sends))]
        already = _count(site.app)
        with _bad_network(site, chance, tally) as address:
            _all_at_once(address, acts, tally, chance)
            later = chance.sample(acts, len(acts) // 2)
            for group in range(RESEND_GROUPS):
                with clock.held(MOMENT + timedelta(days=chance.randint(1, RESEND_DAYS))):
                    _all_at_once(address, later[group::RESEND_GROUPS], tally, chance, again=True)
            tally.resent = len(later)
        _judge(site.app, acts, already, tally)
    return tally


def _tokens(app: Flask, sends: int) -> Iterator[str]:
    with app.app_context(), transaction():
        people = db.session.scalars(select(Person).where(Person.password_hash.is_not(None))).all()
        tokens = [sessions.issue_token(person, 365, clock.now()) for person in people]
    return (tokens[number % len(tokens)] for number in range(sends))


def _act(chance: random.Random, token: str, number: int) -> Act:
    key = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    day = (MOMENT - timedelta(days=chance.randint(0, 6))).date()
    fields = {"client_key": key, "activity": "litter_pickup", "acted_on": day, "quantity": chance.randint(1, 5)}
    fields["note"] = f"第 {number} 条"
    photos = [jpeg((64 + number % 64, 48))] if number % PHOTO_EVERY == 0 else []
    kind, body = as_form(fields, photos)
    return Act(key, token, body, kind, len(photos))


@contextmanager
def _bad_network(site: Site, chance: random.Random, tally: Tally) -> Iterator[tuple[str, int]]:
    told = urlsplit(site.url)
    with Proxy((told.hostname or "", told.port or 0), chance, tally) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield ("127.0.0.1", proxy.server_address[1])
        finally:
            proxy.shutdown()
            for one in (thread, *proxy.seconds):
                one.join()


def _all_at_once(
    address: tuple[str, int], acts: list[Act], tally: Tally, chance: random.Random, *, again: bool = False
) -> None:
    shuffled = chance.sample(acts, len(acts))
    with ThreadPoolExecutor(PHONES) as phones:
        for act, (status, told, tries) in zip(
            shuffled, phones.map(lambda act: _until_heard(address, act), shuffled), strict=True
        ):
            tally.sendings += tries
            if status not in (200, 201) or (again and (status, told.get("id")) != (200, act.answered)):
                tally.wrong.append(f"{act.key}: {status} {told}")
            act.answered = act.answered or told.get("id")


def _until_heard(address: tuple[str, int], act: Act) -> tuple[int, dict[str, Any], int]:
    """Send until an answer comes, as a phone does; without the waits between."""
    headers = {"Authorization": f"Bearer {act.token}", "Content-Type": act.kind, "Connection": "close"}
    for tries in range(1, MOST_TRIES + 1):
        connection = http.client.HTTPConnection(*address, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", ENTRIES, act.body, headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            if answer.status < 500:
                return answer.status, told, tries
        except (OSError, http.client.HTTPException, ValueError):
            continue
        finally:
            connection.close()
    return 0, {}, MOST_TRIES


def _judge(app: Flask, acts: list[Act], already: int, tally: Tally) -> None:
    """Every key has one entry, the one its phone was told, with its photos."""
    with app.app_context():
        tally.extra = max(0, _count(app) - already - len(acts))
        rows = db.session.execute(
            select(Entry.client_key, Entry.id, func.count(Photo.id)).outerjoin(Photo).group_by(Entry.id)
        )
        found: dict[str, list[tuple[int, int]]] = {}
        for key, entry_id, photos in rows:
            found.setdefault(key, []).append((entry_id, photos))
        for act in acts:
            here = found.get(act.key, [])
            tally.missing += not here
            tally.extra += max(0, len(here) - 1)
            if here and here[0] != (int(act.answered or 0), act.photos):
                tally.wrong.append(f"{act.key}: told {act.answered}, found {here}")


def _count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Entry)) or 0


if __name__ == "__main__":
    began = time.monotonic()
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
    sys.stdout.write(f"{result.line()}; {time.monotonic() - began:.0f} s\n")
    sys.stdout.writelines(f"{line}\n" for line in result.wrong[:5])
    sys.exit(1 if result.extra or result.missing or result.wrong else 0)
