"""`python -m tests.crash [KILLS [STOPS]]`: servers killed, PostgreSQL stopped at once, a full disk, all under load.

Everything that was acknowledged must be there afterwards, once, with its photos, and every invariant must hold.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from civic.config import ROOT
from tests.crash.phones import Heard, Phones, lost
from tests.crash.serving import City, city

KILLS, STOPS = 30, 6
LIVES = (0.8, 2.5)  # seconds until the next kill
BETWEEN_STOPS = (1.0, 3.0)
BACK_SECONDS = 60
SMALL_DISK = "24m"
FULL_SECONDS = 8


def killed(engine: str, kills: int, rng: random.Random) -> list[str]:
    """Random processes of the server, killed with -9 one after the other."""
    with tempfile.TemporaryDirectory(prefix="ct") as folder, city(engine, Path(folder)) as served:
        with Phones(served) as phones:
            done = 0
            while done < kills:
                time.sleep(rng.uniform(*LIVES))
                workers = served.workers()
                if workers:
                    os.kill(rng.choice(workers), signal.SIGKILL)
                    done += 1
        return _told(f"{engine}, {done} kills -9 of its processes", served, phones.heard)


def stopped(stops: int, rng: random.Random) -> list[str]:
    """PostgreSQL stopped without a word to anybody, and started again."""
    longest = 0.0
    with tempfile.TemporaryDirectory(prefix="ct") as folder, city("postgresql", Path(folder)) as served:
        with Phones(served) as phones:
            for _ in range(stops):
                time.sleep(rng.uniform(*BETWEEN_STOPS))
                served.stop_database()
                longest = max(longest, _until_next_ack(phones))
        what = f"postgresql, {stops} immediate stops, heard again within {longest:.1f} s of its start"
        return _told(what, served, phones.heard)


def full() -> list[str]:
    """A disk for database and photos that fills up, and has room again later."""
    with tempfile.TemporaryDirectory(prefix="ct") as name:
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", name], check=False)
        if mount.returncode:
            print("full disk: left out, as nothing may be mounted here", flush=True)  # noqa: T201
            return []
        try:
            with city("sqlite", Path(name)) as served:
                return _filled(served, Path(name) / "ballast")
        finally:
            subprocess.run(["umount", name], check=True)


def _filled(served: City, ballast: Path) -> list[str]:
    with Phones(served, photo_every=2) as phones:
        time.sleep(2)
        _fill(ballast)
        time.sleep(FULL_SECONDS)
        refused = sum(number for status, number in phones.heard.answers.items() if status >= 500)
        ballast.unlink()
        back = _until_next_ack(phones)
        time.sleep(2)
    what = f"sqlite, a full disk: {refused} refused while it was full, heard again within {back:.1f} s of room"
    return _told(what, served, phones.heard) + (["the disk was never full"] if not refused else [])


def _fill(ballast: Path) -> None:
    try:
        with ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
    except OSError:
        return


def _until_next_ack(phones: Phones) -> float:
    began = time.monotonic()
    while phones.heard.last_at < began and time.monotonic() < began + BACK_SECONDS:
        time.sleep(0.01)
    return time.monotonic() - began


def _told(what: str, served: City, heard: Heard) -> list[str]:
    wrong = lost(served, heard)
    wrong += [f"{heard.unheard} were never heard"] * bool(heard.unheard)
    wrong += [f"{heard.without_advice} answers of 5xx without advice"] * bool(heard.without_advice)
    answers = ", ".join(f"{status or 'none'} {number}" for status, number in sorted(heard.answers.items()))
    said = f"{len(heard.entries)} entries and {len(heard.approved)} approvals acknowledged, {len(wrong)} lost or wrong"
    print(f"{what}: {said} (answers: {answers})", flush=True)  # noqa: T201 - a command's output
    return wrong


def main(words: list[str]) -> int:
    """Exit code 1 where anything was lost."""
    kills, stops = [*map(int, words), *(KILLS, STOPS)[len(words) :]]
    rng = random.Random(20261127)
    os.chdir(ROOT)
    wrong = killed("sqlite", kills, rng) + killed("postgresql", kills, rng) + stopped(stops, rng) + full()
    for line in wrong[:40]:
        print(line)  # noqa: T201
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
