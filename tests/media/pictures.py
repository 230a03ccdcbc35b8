"""Pictures drawn for the tests: nothing here comes from a camera."""

import io
import struct
import zlib
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pillow_heif
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()

DAY = date(2026, 11, 20)
CITY = ZoneInfo("Asia/Shanghai")

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 40), (40, 60, 200), (230, 220, 40)
CORNERS = (RED, GREEN, BLUE, YELLOW)  # top left, top right, bottom left, bottom right

MAKE, ORIENTATION, DATE, CAMERA, GPS = 0x010F, 0x0112, 0x0132, 0x8769, 0x8825
TAKEN, TAKEN_OFFSET, MAKER_NOTE, USER_COMMENT = 0x9003, 0x9011, 0x927C, 0x9286


def picture(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Four quarters in four colours, so that one sees which way it was turned."""
    drawn = Image.new("RGB", size)
    pen = ImageDraw.Draw(drawn)
    middle, centre = size[0] // 2, size[1] // 2
    for (left, top), colour in zip(((0, 0), (middle, 0), (0, centre), (middle, centre)), CORNERS, strict=True):
        pen.rectangle((left, top, left + middle, top + centre), fill=colour)
    return drawn


def encoded(image: Image.Image, kind: str = "JPEG", **settings: Any) -> bytes:
    """A picture as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, kind, **settings)
    return out.getvalue()


def jpeg(size: tuple[int, int] = (64, 48), **settings: Any) -> bytes:
    """The four quarters as a JPEG."""
    return encoded(picture(size), "JPEG", quality=90, **settings)


def corners(image: Image.Image) -> tuple[str, ...]:
    """Which colour each quarter of a picture shows, by name."""
    width, height = image.size
    names = dict(zip(CORNERS, ("red", "green", "blue", "yellow"), strict=True))
    spots = ((width // 4, height // 4), (width * 3 // 4, height // 4), (width // 4, height * 3 // 4))
    return tuple(names[_nearest(image, spot)] for spot in (*spots, (width * 3 // 4, height * 3 // 4)))


def _nearest(image: Image.Image, spot: tuple[int, int]) -> tuple[int, int, int]:
    seen = image.convert("RGB").getpixel(spot)
    assert isinstance(seen, tuple)
    return min(CORNERS, key=lambda colour: sum(abs(a - b) for a, b in zip(colour, seen, strict=True)))


def lying(orientation: int) -> Image.Image:
    """The four quarters as a camera held that way would store them."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    method = back.get(orientation)
    return picture() if method is None else picture().transpose(method)


def exif(orientation: int = 1, taken: str = "", offset: str = "", canary: str = "") -> bytes:
    """Camera tags: how it was held, when, and whatever else phones write, each with the canary in it."""
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    if taken:
        tags.get_ifd(CAMERA)[TAKEN] = taken
    if offset:
        tags.get_ifd(CAMERA)[TAKEN_OFFSET] = offset
    if canary:
        tags[MAKE] = canary
        tags.get_ifd(CAMERA)[MAKER_NOTE] = canary.encode() * 20
        tags.get_ifd(CAMERA)[USER_COMMENT] = canary.encode()
        tags.get_ifd(GPS).update({1: "N", 2: (31.0, 13.0, 49.5), 3: "E", 4: (121.0, 28.0, 25.7), 29: canary})
    return tags.tobytes()


def png_bomb(width: int, height: int) -> bytes:
    """A whole, correct PNG, small on the wire, that unpacks to width x height black pixels of three bytes."""
    length = height * (1 + width * 3)
    block = bytes(1 << 20)
    packer = zlib.compressobj(9)
    start = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    times, rest = divmod(length, len(block))
    # Blocks after a full flush know nothing of each other, so one can be written as often as one likes.
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = packer.compress(bytes(rest)) + packer.flush()
    # Adler-32 of zeros: the low half stays 1, the high half counts the bytes.
    adler = struct.pack("!HH", length % 65521, 1)
    return png(width, height, 8, 2, start + again * (times - 1) + end + adler)


def png(width: int, height: int, depth: int, colour: int, pixels: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG from its header's figures, its compressed pixels and other chunks before them."""
    head = struct.pack("!IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), *more, (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))


def chunks_of(webp: bytes) -> list[bytes]:
    """The names of what a WebP file holds, in order."""
    names, at = [], 12
    while at < len(webp):
        names.append(webp[at : at + 4])
        length = struct.unpack("<I", webp[at + 4 : at + 8])[0]
        at += 8 + length + length % 2
    return names
