"""The program that opens what people send: it runs alone, with little memory and time, and knows nothing of the city.

Started by `civic.media.workers` as `python -I shrink.py`, it must import nothing of civic. It loads the decoders
once, then gives birth to one child per photo: the child reads a picture, answers, and ends. So no photo ever shares
memory with another, a decoder that leaks or breaks takes only its own photo along, and a birth costs 2 ms, where a
fresh interpreter costs 120.

Request on stdin:  4 bytes length, JSON (which parts to cover), 4 bytes length, the file as it arrived.
Answer on stdout:  4 bytes length, JSON, then the two WebP files whose lengths the JSON states.
"""

import io
import json
import os
import re
import resource
import struct
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from math import ceil
from typing import Any, BinaryIO

import pi_heif
from PIL import Image, ImageCms

LENGTH = struct.Struct("!I")
LONGEST = 2048
LONGEST_SMALL = 480
QUALITY = 80
# A print: 64 times "brighter to the right?", of the picture without its even borders, in each of its eight positions.
PRINT_SIZE = (9, 8)
PRINT_FROM = 192
BORDER_RANGE = 5  # a row whose pixels differ no more belongs to a border
BORDER_MOST = 0.4
BRIGHTER = 1
LEAST_FEATURES = 10  # with fewer of either kind it is hardly a picture of anything, and would resemble too many
# 0 to 6: beyond 2 a photo takes twice the time and no fewer bytes.
EFFORT = 2
WHITE = (255, 255, 255)
COVER = (92, 96, 94)  # a plain grey, that nobody takes for a part of the picture
Box = tuple[float, float, float, float]  # left, top, right, bottom, as parts of the whole from 0 to 1

MEGA = 1_000_000
# What fits into the address space below. A large JPEG is decoded at half its size or less, row by row; a progressive
# one needs all its coefficients at once, a WebP its canvas three times over.
MAX_PIXELS = {"JPEG": 64 * MEGA, "PROGRESSIVE": 50 * MEGA, "PNG": 24 * MEGA, "WEBP": 16 * MEGA, "HEIF": 50 * MEGA}
# Of all memory, touched or not; 43 MB of it are the interpreter and the decoders.
MAX_ADDRESS_SPACE = 400 * 1024 * 1024
MAX_CPU_SECONDS = 6

# EXIF: the folder of camera settings, and in it the moment the picture was taken and its offset from UTC.
CAMERA, TAKEN, TAKEN_OFFSET = 0x8769, 0x9003, 0x9011
# And the folder of where it was taken: degrees, minutes and seconds north and east, with their hemispheres.
GPS, NORTH_OR_SOUTH, NORTH, EAST_OR_WEST, EAST = 0x8825, 1, 2, 3, 4
PLACE_DIGITS = 3  # about a hundred metres; nothing finer leaves this program


class Rejected(Exception):
    """This file will not be kept; `code` says why, `facts` with what figures."""

    def __init__(self, code: str, **facts: int) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def kind_of(raw: bytes) -> str | None:
    """The kind of picture its first bytes claim, whatever its name says; None for everything else."""
    if raw[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if raw[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    if raw[4:8] == b"ftyp" and raw[8:12] in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"):
        return "HEIF"
    return None


def shrink(raw: bytes, covered: Sequence[Box] = ()) -> tuple[dict[str, Any], list[bytes]]:
    """Two WebP files, large and small, upright, sRGB, without metadata; and what there is to say about them.

    Covered parts are painted over in both: nothing of them is left in the files.
    """
    kind = kind_of(raw)
    if kind is None:
        raise Rejected("photo_kind")
    picture, icc, exif = _heif(raw) if kind == "HEIF" else _pillow(raw, kind)
    large = _srgb(_on_white(picture), icc)
    _paint_over(large, covered)
    small = large.copy()
    small.thumbnail((LONGEST_SMALL, LONGEST_SMALL), reducing_gap=3.0)
    taken, offset = _taken(exif)
    about = {"width": large.width, "height": large.height, "taken": taken, "offset": offset, "place": _place(exif)}
    return about | {"prints": prints(large)}, [_webp(large), _webp(small)]


def _paint_over(picture: Image.Image, covered: Sequence[Box]) -> None:
    for left, top, right, bottom in covered:
        wide, high = picture.size
        picture.paste(COVER, (int(left * wide), int(top * high), ceil(right * wide), ceil(bottom * high)))


def prints(picture: Image.Image) -> list[str]:
    """What look-alikes of a picture share: a print of each position it can be turned or mirrored to, itself first.

    Empty for a picture that shows too little to be told from others.
    """
    grey = picture.convert("L")
    grey.thumbnail((PRINT_FROM, PRINT_FROM), Image.Resampling.BOX, reducing_gap=None)
    core = grey.crop(_without_borders(grey))
    positions = [core, *(core.transpose(turn) for turn in Image.Transpose)]
    found = [_print(position) for position in positions]
    is_plain = not LEAST_FEATURES <= found[0].bit_count() <= 64 - LEAST_FEATURES
    return [] if is_plain else [f"{value:016x}" for value in found]


def _print(position: Image.Image) -> int:
    wide, high = PRINT_SIZE
    pixels = position.resize(PRINT_SIZE, Image.Resampling.BOX).tobytes()
    value = 0
    for row in range(high):
        for left in range(row * wide, row * wide + wide - 1):
            value = value << 1 | (pixels[left + 1] > pixels[left] + BRIGHTER)
    return value


def _without_borders(grey: Image.Image) -> tuple[int, int, int, int]:
    """The box inside what screenshots and frames put around a picture."""
    top, bottom = _edges(grey)
    left, right = _edges(grey.transpose(Image.Transpose.TRANSPOSE))
    return left, top, right, bottom


def _edges(grey: Image.Image) -> tuple[int, int]:
    """The first row that is not even, and the one after the last such."""
    wide, high = grey.size
    pixels = grey.tobytes()
    rows = [pixels[row * wide : row * wide + wide] for row in range(high)]
    uneven = [row for row, shades in enumerate(rows) if max(shades) - min(shades) > BORDER_RANGE]
    if not uneven:
        return 0, high
    most = int(high * BORDER_MOST)
    return min(uneven[0], most), max(uneven[-1] + 1, high - most)


def _pillow(raw: bytes, kind: str) -> tuple[Image.Image, bytes | None, Image.Exif | None]:
    if kind == "WEBP":
        # Pillow's reader takes memory for the whole canvas on opening, so the size is read beforehand.
        _check_size(_webp_size(raw), kind)
    picture: Image.Image = Image.open(io.BytesIO(raw), formats=(kind,))
    _check_size(picture.size, "PROGRESSIVE" if "progressive" in picture.info else kind)
    icc = picture.info.get("icc_profile")
    size = _within(picture.size)
    if kind == "JPEG":
        picture.draft(picture.mode, size)
    picture.load()
    exif = _exif_of(picture)
    turn = exif.get(0x0112) if exif else None
    picture = _plain_mode(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _upright(picture, turn), icc, exif


def _heif(raw: bytes) -> tuple[Image.Image, bytes | None, Image.Exif | None]:
    # libheif turns the picture itself, as the format demands, so the orientation in its EXIF is not followed.
    for size in _heif_sizes(raw):
        _check_size(size, "HEIF")
    pi_heif.options.DECODE_THREADS = 1
    heif = pi_heif.open_heif(io.BytesIO(raw), convert_hdr_to_8bit=True, remove_stride=False)
    _check_size(heif.size, "HEIF")
    data, mode, stride = heif.data, heif.mode, heif.stride
    width, height = heif.size
    if mode not in ("L", "LA", "RGB", "RGBA", "RGBa"):
        raise Rejected("photo_unreadable")
    # Shrunk in strips: a second whole copy, as Pillow would make, is what does not fit into memory.
    factor = max(1, max(width, height) // LONGEST)
    picture = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = 64 * factor
    for top in range(0, height, rows):
        deep = min(rows, height - top)
        part = memoryview(data)[top * stride : (top + deep) * stride]
        strip = Image.frombytes(mode, (width, deep), part, "raw", mode, stride)
        picture.paste(strip.reduce(factor), (0, top // factor))
    exif = None
    if heif.info.get("exif"):
        exif = Image.Exif()
        exif.load(heif.info["exif"])
    picture = _plain_mode(picture).resize(_within(picture.size), Image.Resampling.LANCZOS)
    return picture, heif.info.get("icc_profile"), exif


def _check_size(size: tuple[int, int], kind: str) -> None:
    if size[0] < 1 or size[1] < 1:
        raise Rejected("photo_unreadable")
    if size[0] * size[1] > MAX_PIXELS[kind]:
        raise Rejected("photo_too_many_pixels", megapixels=MAX_PIXELS[kind] // MEGA)


def _heif_sizes(raw: bytes) -> Iterator[tuple[int, int]]:
    """The size of each picture in the file before it is cropped: a small cut of a huge picture is a bomb too."""
    for box in re.finditer(rb"\0\0\0\x14ispe\0{4}(.{8})", raw, re.DOTALL):
        width, height = struct.unpack("!II", box[1])
        yield width, height


def _webp_size(raw: bytes) -> tuple[int, int]:
    head, chunk = raw[12:30], raw[12:16]
    if len(head) < 18:
        raise Rejected("photo_unreadable")
    if chunk == b"VP8X":
        return int.from_bytes(head[12:15], "little") + 1, int.from_bytes(head[15:18], "little") + 1
    if chunk == b"VP8L" and head[8] == 0x2F:
        bits = int.from_bytes(head[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and head[11:14] == b"\x9d\x01\x2a":
        return int.from_bytes(head[14:16], "little") & 0x3FFF, int.from_bytes(head[16:18], "little") & 0x3FFF
    raise Rejected("photo_unreadable")


def _within(size: tuple[int, int], longest: int = LONGEST) -> tuple[int, int]:
    scale = longest / max(size)
    if scale >= 1:
        return size
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _plain_mode(picture: Image.Image) -> Image.Image:
    """The same picture in one of the modes that resize well: L, RGB, RGBA or CMYK."""
    if picture.mode in ("L", "RGB", "RGBA", "CMYK"):
        # Transparency may also be one colour that stands for "nothing here".
        return picture.convert("RGBA") if "transparency" in picture.info else picture
    if picture.mode.startswith("I"):
        # 16 bits of grey: converting would cut off instead of scaling.
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode in ("LA", "La", "PA", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _upright(picture: Image.Image, turn: object) -> Image.Image:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    method = turns.get(turn) if isinstance(turn, int) else None
    return picture if method is None else picture.transpose(method)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    sheet = Image.new("RGB", picture.size, WHITE)
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


def _srgb(picture: Image.Image, icc: bytes | None) -> Image.Image:
    """The picture in the one colour space every screen assumes, so that its profile can be dropped."""
    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if turned is not None:
                return turned
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile, or one for another kind of picture: the colours are shown as they are
    return picture.convert("RGB")


def _webp(picture: Image.Image) -> bytes:
    # A fresh sheet has no memory of EXIF, XMP, profile or comment, whatever the writer would have copied.
    sheet = Image.new("RGB", picture.size, WHITE)
    sheet.paste(picture)
    out = io.BytesIO()
    sheet.save(out, "WEBP", quality=QUALITY, method=EFFORT, exif=b"", xmp=b"", icc_profile=b"")
    return out.getvalue()


def _exif_of(picture: Image.Image) -> Image.Exif | None:
    try:
        return picture.getexif()
    except Exception:  # whatever is wrong with the tags, the picture itself was readable
        return None


def _taken(exif: Image.Exif | None) -> tuple[str, str]:
    """When the camera says the picture was taken, and its offset from UTC."""
    try:
        camera = exif.get_ifd(CAMERA) if exif else {}
        return _short_text(camera.get(TAKEN)), _short_text(camera.get(TAKEN_OFFSET))
    except Exception:  # broken tags are absent tags
        return "", ""


def _place(exif: Image.Exif | None) -> tuple[float, float] | None:
    """Roughly where the camera says it was, in degrees north and east; nothing else of EXIF leaves this program."""
    try:
        found = exif.get_ifd(GPS) if exif else {}
        north, east = _degrees(found[NORTH]), _degrees(found[EAST])
        north = -north if _short_text(found.get(NORTH_OR_SOUTH)).upper() == "S" else north
        east = -east if _short_text(found.get(EAST_OR_WEST)).upper() == "W" else east
    except Exception:  # broken tags are absent tags
        return None
    # A camera that has not found its place yet writes zeros.
    is_real = abs(north) <= 90 and abs(east) <= 180 and (north or east)
    return (round(north, PLACE_DIGITS), round(east, PLACE_DIGITS)) if is_real else None


def _degrees(parts: Sequence[Any]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _short_text(value: object) -> str:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    return text.strip("\0 ")[:32] if isinstance(text, str) else ""


def _limit() -> None:
    """Take from this process what a hostile picture would use: memory, time, files."""
    _no_more_than(resource.RLIMIT_AS, MAX_ADDRESS_SPACE)
    _no_more_than(resource.RLIMIT_CPU, MAX_CPU_SECONDS)
    _no_more_than(resource.RLIMIT_FSIZE, 0)
    _no_more_than(resource.RLIMIT_CORE, 0)


def _no_more_than(what: int, most: int) -> None:
    try:
        resource.setrlimit(what, (most, most))
    except (ValueError, OSError):
        if sys.platform == "linux":  # elsewhere, on a developer's machine, some limits do not exist
            raise


def _answer(raw: bytes, covered: Sequence[Box]) -> tuple[dict[str, Any], list[bytes]]:
    try:
        about, files = shrink(raw, covered)
    except Rejected as rejected:
        about, files = {"refused": rejected.code} | rejected.facts, []
    except MemoryError:
        about, files = {"refused": "photo_too_many_pixels", "megapixels": min(MAX_PIXELS.values()) // MEGA}, []
    except Exception:  # decoders raise whatever they like on a broken file: all of it means the same
        about, files = {"refused": "photo_unreadable"}, []
    about["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return about, files


def _child(raw: bytes, covered: Sequence[Box], out: BinaryIO) -> None:
    _limit()
    about, files = _answer(raw, covered)
    head = json.dumps(about | {"files": [len(file) for file in files]}).encode()
    for part in (LENGTH.pack(len(head)), head, *files):
        out.write(part)
    out.flush()


def main() -> None:
    """Serve photos until stdin ends. A child that dies takes the whole program along; a new one is started then."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # our own limits, read from the header, are lower
    Image.preinit()  # the decoders are loaded here, once, and not by each child
    for other in ("Mpo", "WebP"):
        import_module(f"PIL.{other}ImagePlugin")
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        covered = json.loads(requests.read(LENGTH.unpack(head)[0]))
        raw = requests.read(LENGTH.unpack(requests.read(LENGTH.size))[0])
        child = os.fork()
        if child == 0:
            status = 1
            try:
                _child(raw, covered, answers)
                status = 0
            finally:
                os._exit(status)
        del raw
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(1)


if __name__ == "__main__":
    main()
