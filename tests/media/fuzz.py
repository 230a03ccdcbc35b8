"""What hostile or broken files can do to the programs that open photos: nothing but be refused.

Damaged photos of every kind, files that are two things at once, bombs, cut-off photos, and photos that tell of places
and devices. The long form: `make fuzz` (docs/reliability.md has its figures); FILES says how many.
"""

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from PIL import Image

from civic import media
from civic.media import workers
from civic.rules.refused import Refused
from tests.media.pictures import CITY, DAY, chunks_of, encoded, exif, lying, picture, png, png_bomb

ALL = 10_900
# Of so many: cut off, bombs, two things at once, telling of places, as large as may be; what is left is damaged.
SHARES = {"cut off": 200, "bomb": 200, "polyglot": 500, "telling": 1000, "large": 30}
MOST_MEGABYTES, MOST_SECONDS, MOST_HEADER_SECONDS = 400, 3.0, 0.05
KINDS = ("JPEG", "PNG", "WEBP", "HEIF")
HIDDEN = (
    b"<html><script>alert(1)</script></html>",
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    b"<?php system($_GET[0]); ?>",
    b"PK\x03\x04index.php",
    b"%PDF-1.7\n1 0 obj\n<</JS (app.alert(1))>>\nendobj\n",
    b"#!/bin/sh\nexec id\n",
    b"MZ\x90\0\x03",
    b"GIF89a\x01\0\x01\0",
)
# All that a WebP file of ours may hold: one picture, no metadata, no animation.
PLAIN = [b"VP8 "]


@dataclass(frozen=True)
class Sent:
    """A file as it arrives, what it is, and what must not be in anything made of it."""

    what: str
    raw: bytes
    secret: bytes = b""


@dataclass
class Tally:
    """What came of them."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    header_seconds: list[float] = field(default_factory=list)
    peak: int = 0
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        """For docs/reliability.md."""
        kept = sum(number for (_what, outcome), number in self.outcomes.items() if outcome == "kept")
        worst, p99 = max(self.seconds), statistics.quantiles(self.seconds, n=100)[98]
        return (
            f"{len(self.seconds)} files, {kept} kept as new WebP, {len(self.seconds) - kept} refused, "
            f"{len(self.wrong)} wrong; p99 {p99:.2f} s, worst {worst:.2f} s, bombs refused in "
            f"{statistics.median(self.header_seconds) * 1000:.0f} ms (median), at most {self.peak // 1024} MB"
        )


class Watched(workers.Pool):
    """A pool that notes how much memory each photo took."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def ask(self, raw: bytes, covered: workers.Covered = ()) -> workers.Answer:
        """As the pool does."""
        answer = super().ask(raw, covered)
        self.tally.peak = max(self.tally.peak, answer.about.get("peak", 0))
        return answer


def run(count: int, seed: int = 1) -> Tally:
    """Send so many files, and judge what comes of each."""
    tally = Tally()
    before, workers.pool = workers.pool, Watched(tally)
    try:
        for _ in range(workers.WORKERS):
            media.shrink(encoded(picture()), acted_on=DAY, zone=CITY)  # the programs are running
        with ThreadPoolExecutor(workers.WORKERS) as senders:
            for verdict in senders.map(_send, battery(count, random.Random(seed))):
                _note(tally, *verdict)
    finally:
        workers.pool.end()
        workers.pool = before
    if tally.peak > MOST_MEGABYTES * 1024:
        tally.wrong.append(f"a photo took {tally.peak // 1024} MB")
    if statistics.median(tally.header_seconds) > MOST_HEADER_SECONDS:
        tally.wrong.append("bombs are not refused from their header")
    if statistics.quantiles(tally.seconds, n=100)[98] > MOST_SECONDS:
        tally.wrong.append("one in a hundred takes too long")
    return tally


def battery(count: int, chance: random.Random) -> Iterator[Sent]:
    """So many files, each kind of them in its share, in random order."""
    makers: dict[str, Callable[[random.Random], Sent]] = {
        "cut off": _cut_off,
        "bomb": _bomb,
        "polyglot": _polyglot,
        "telling": _telling,
        "large": _large,
        "damaged": _damaged,
    }
    names = [name for name, share in SHARES.items() for _ in range(max(1, count * share // ALL))]
    names += ["damaged"] * (count - len(names))
    chance.shuffle(names)
    for name in names:
        yield makers[name](chance)


def _send(sent: Sent) -> tuple[Sent, str, float, list[bytes]]:
    began = time.perf_counter()
    try:
        shrunk = media.shrink(sent.raw, acted_on=DAY, zone=CITY)
    except Refused as refused:
        return sent, refused.code, time.perf_counter() - began, []
    except Exception as error:  # whatever it is, a person would have seen a page of an error
        return sent, f"error: {error!r}", time.perf_counter() - began, []
    return sent, "kept", time.perf_counter() - began, [shrunk.large, shrunk.small]


def _note(tally: Tally, sent: Sent, outcome: str, seconds: float, files: list[bytes]) -> None:
    tally.outcomes[sent.what, outcome] += 1
    tally.seconds.append(seconds)
    if outcome != "kept" and not outcome.startswith("photo_"):
        tally.wrong.append(f"{sent.what}: {outcome}")
    if sent.what == "bomb":
        tally.header_seconds.append(seconds)
        if outcome not in ("photo_too_many_pixels", "photo_kind"):
            tally.wrong.append(f"a bomb: {outcome}")
    if sent.what in ("telling", "large") and outcome != "kept":
        tally.wrong.append(f"a whole photo: {outcome}")
    for file in files:
        if chunks_of(file) != PLAIN or (sent.secret and sent.secret in file):
            tally.wrong.append(f"{sent.what}: kept with {chunks_of(file)}")


@cache
def _whole() -> list[bytes]:
    """Honest photos of every kind: colours, depths, layouts, tags, orientations."""
    photo = Image.effect_noise((180, 120), 60).convert("RGB")
    photo.paste(picture((90, 60)), (20, 20))
    modes: list[tuple[str, str, dict[str, Any]]] = [
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {"exif": exif(6, canary="x")}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("PNG", "I;16", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"exif": exif(3, canary="x")}),
        ("HEIF", "RGB", {}),
        ("HEIF", "RGBA", {}),
    ]
    held = [encoded(lying(orientation), "JPEG", exif=exif(orientation)) for orientation in range(1, 9)]
    return held + [encoded(_in(photo, mode), kind, **settings) for kind, mode, settings in modes]


def _in(photo: Image.Image, mode: str) -> Image.Image:
    return photo.convert("L").convert(mode) if mode == "I;16" else photo.convert(mode)


def _damaged(chance: random.Random) -> Sent:
    """A photo with bytes, lengths or whole stretches changed, cut out, doubled, or taken from another one."""
    raw = bytearray(chance.choice(_whole()))
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(min(len(raw), chance.choice((64, 400, len(raw))))) if raw else 0
        span = chance.choice((1, 2, 4, 4, 32, 500))
        how = chance.randrange(6)
        if how == 0:
            raw[at : at + 1] = bytes([chance.randrange(256)])
        elif how == 1:
            raw[at : at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        elif how == 2:
            del raw[at : at + span]
        elif how == 3:
            raw[at:at] = raw[at : at + span] * chance.choice((1, 2, 50))
        elif how == 4:
            other = chance.choice(_whole())
            start = chance.randrange(len(other))
            raw[at : at + span] = other[start : start + span]
        else:
            raw[at:at] = chance.randbytes(span)
    return Sent("damaged", bytes(raw))


def _cut_off(chance: random.Random) -> Sent:
    raw = chance.choice(_whole())
    return Sent("cut off", raw[: chance.randrange(len(raw))])


def _polyglot(chance: random.Random) -> Sent:
    """A photo that is something else as well, before, behind, within; or only its first bytes."""
    hidden = chance.choice(HIDDEN) + chance.randbytes(8).hex().encode()
    raw, how = chance.choice(_whole()), chance.randrange(4)
    if how == 0:
        return Sent("polyglot", raw + hidden, hidden)
    if how == 1:
        return Sent("polyglot", hidden + raw, hidden)
    if how == 2:
        return Sent("polyglot", encoded(picture(), chance.choice(KINDS), exif=b"Exif\0\0" + hidden), hidden)
    return Sent("polyglot", raw[: chance.choice((3, 12, 40))] + hidden, hidden)


def _bomb(chance: random.Random) -> Sent:
    """Small on the wire, huge in memory; or of a kind that is not taken at all."""
    how = chance.randrange(4)
    if how == 0:
        return Sent("bomb", _large_bomb())
    if how == 1:
        return Sent("bomb", png(chance.randrange(5000, 2**31), chance.randrange(5000, 2**31), 8, 6, b""))
    if how == 2:
        raw = bytearray(encoded(picture(), "JPEG"))
        at = raw.index(b"\xff\xc0") + 5
        raw[at : at + 4] = chance.randrange(8001, 65535).to_bytes(2, "big") * 2
        return Sent("bomb", bytes(raw))
    frames = [Image.new("P", (64, 64), number % 2) for number in range(30)]
    return Sent("bomb", encoded(frames[0], chance.choice(("GIF", "TIFF")), save_all=True, append_images=frames[1:]))


@cache
def _large_bomb() -> bytes:
    return png_bomb(13056, 13056)


def _large(chance: random.Random) -> Sent:
    return Sent("large", _largest(chance.randrange(4)))


@cache
def _largest(number: int) -> bytes:
    """As many pixels as are taken."""
    kind, size, settings = (
        ("PNG", (6000, 4000), {"compress_level": 1}),
        ("WEBP", (5000, 3200), {"method": 0}),
        ("JPEG", (8660, 5770), {}),
        ("JPEG", (8660, 5770), {"progressive": True}),
    )[number]
    return encoded(Image.new("RGB", size, (90, 80, 70)), kind, **settings)


def _telling(chance: random.Random) -> Sent:
    """A photo as phones make them: place, moment, device, thumbnail, packets of other programs."""
    secret = chance.randbytes(8).hex()
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><note>{secret}</note></x:xmpmeta>'.encode()
    kind = chance.choice(KINDS)
    orientation = chance.randrange(1, 9)
    tags = exif(orientation, "2026:11:20 08:00:00", "+08:00", secret)
    settings: dict[str, Any] = {"exif": tags} if kind == "PNG" else {"exif": tags, "xmp": packet}
    if kind == "JPEG":
        settings["comment"] = secret
    raw = encoded(lying(orientation), kind, **settings)
    return Sent("telling", raw, secret.encode())


if __name__ == "__main__":
    started = time.monotonic()
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else ALL)
    sys.stdout.write(f"{result.line()}; {time.monotonic() - started:.0f} s\n")
    sys.stdout.writelines(f"  {what}, {outcome}: {n}\n" for (what, outcome), n in sorted(result.outcomes.items()))
    sys.stdout.writelines(f"wrong: {line}\n" for line in result.wrong[:20])
    sys.exit(1 if result.wrong else 0)
