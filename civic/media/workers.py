"""The few programs that open photos, and the limits around them.

Each is a `shrink.py` of its own, in its own session, started at the first photo and again whenever it has died. Two per
process of the server are plenty (a photo takes 30 to 600 ms) and bound what photos can take: two times 400 MB. Safe
under threads (a program belongs to one photo at a time) and under forks (a fork starts its own). The server itself
never loads a decoder.
"""

import atexit
import contextlib
import json
import logging
import os
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from civic.rules.refused import Refused

log = logging.getLogger(__name__)

LENGTH = struct.Struct("!I")
PROGRAM = Path(__file__).with_name("shrink.py")
WORKERS = 2
WAIT_SECONDS = 20.0
WORK_SECONDS = 10.0
# More than any honest answer: a decoder that was taken over must not fill our memory either.
MAX_HEAD = 4096
MAX_FILE = 16 * 1024 * 1024
# Parts to paint over: left, top, right, bottom, each from 0 to 1.
Covered = Sequence[tuple[float, float, float, float]]


class Broken(Exception):
    """The program died, overran its time or answered nonsense."""


@dataclass(frozen=True)
class Answer:
    """What the program says of one photo, and the files it made: large, small."""

    about: dict[str, Any]
    files: list[bytes]


class Worker:
    """One running `shrink.py`."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own program, nothing of it from outside
            [sys.executable, "-I", "-B", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            # No secret of the server's environment; and one arena, because each reserves 64 MB of address space.
            env={"MALLOC_ARENA_MAX": "1"},
            start_new_session=True,
        )
        self._questions = cast(IO[bytes], self.process.stdin)
        self._answers = cast(IO[bytes], self.process.stdout)

    def ask(self, raw: bytes, covered: Covered = ()) -> Answer:
        """Have one photo opened. Raises Broken, after which this worker must be ended."""
        overrun = threading.Timer(WORK_SECONDS, self.kill)
        overrun.start()
        try:
            for part in (json.dumps(covered).encode(), raw):
                self._send(LENGTH.pack(len(part)))
                self._send(part)
            about = json.loads(self._receive(LENGTH.unpack(self._receive(LENGTH.size))[0], MAX_HEAD))
            return Answer(about, [self._receive(length, MAX_FILE) for length in about["files"]])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Broken from error
        finally:
            overrun.cancel()
            overrun.join()

    def runs(self) -> bool:
        """Whether it is still there to be asked."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it and the child it may have, whatever they are doing."""
        if self.process.returncode is not None:
            return  # buried already, and its number may be another's by now
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it and give back what it held."""
        self.kill()
        self.process.wait()
        self._questions.close()
        self._answers.close()

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._questions.write(rest) :]

    def _receive(self, length: int, most: int = MAX_HEAD) -> bytes:
        if not 0 <= length <= most:
            raise Broken("an answer longer than any honest one")
        data = bytearray()
        while len(data) < length:
            part = self._answers.read(length - len(data))
            if not part:
                raise Broken("the answer ended early")
            data += part
        return bytes(data)


class Pool:
    """A few places for workers, empty until somebody comes; None is a place whose worker must be started."""

    def __init__(self, size: int = WORKERS) -> None:
        self.size = size
        self.places: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(size):
            self.places.put(None)

    def ask(self, raw: bytes, covered: Covered = ()) -> Answer:
        """Have one photo opened, as soon as a place is free. Raises Refused."""
        try:
            place = self.places.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise Refused("photo_busy", "photo") from None
        worker: Worker | None = None
        try:
            worker = self._running(place)
            return worker.ask(raw, covered)
        except BaseException as error:
            if worker:
                worker.end()
                worker = None
            if isinstance(error, Broken):
                log.warning("the program that opens photos broke off", exc_info=error)
                raise Refused("photo_unreadable", "photo") from error
            raise
        finally:
            self.places.put(worker)

    def end(self) -> None:
        """End the workers that are idle; one at work ends when its pipes close."""
        for _ in range(self.size):
            try:
                place = self.places.get_nowait()
            except queue.Empty:
                return
            if place:
                place.end()

    @staticmethod
    def _running(place: Worker | None) -> Worker:
        if place and place.runs():
            return place
        if place:
            place.end()
        return Worker()


pool = Pool()


def ask(raw: bytes, covered: Covered = ()) -> Answer:
    """Have one photo opened by this process's pool, some parts painted over. Raises Refused with the field "photo"."""
    answer = pool.ask(raw, covered)
    if "refused" in answer.about:
        facts = {key: answer.about[key] for key in ("megapixels",) if key in answer.about}
        raise Refused(answer.about["refused"], "photo", **facts)
    return answer


def _after_fork() -> None:
    # The parent's workers are the parent's: two processes on one pipe would mix up their photos.
    global pool
    pool = Pool()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: pool.end())
