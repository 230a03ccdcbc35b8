"""What is no photo, or would harm the server, is refused in good time and leaves nothing behind."""

import io
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from civic import media
from civic.config import MAX_PHOTO_MEGABYTES
from civic.rules.refused import Refused
from tests.media.pictures import encoded, jpeg, picture, png, png_bomb

Keep = Callable[[bytes], media.Kept]
Files = Callable[[], list[Path]]


def refusal(keep: Keep, raw: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        keep(raw)
    assert caught.value.field == "photo"
    return caught.value


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.php", "<?php phpinfo();")
    return out.getvalue()


STRANGERS = {
    "nothing": b"",
    "one byte": b"\xff",
    "html": b"<!DOCTYPE html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "zip": _zip(),
    "php": b"<?php system($_GET[0]);",
    "gif": encoded(picture(), "GIF"),
    "bmp": encoded(picture(), "BMP"),
    "tiff": encoded(picture(), "TIFF"),
    "ico": encoded(picture(), "ICO"),
    "postscript": encoded(picture(), "EPS"),
    "jpeg 2000": encoded(picture(), "JPEG2000"),
    "avif": encoded(picture(), "AVIF"),
    "a photo behind a page": b"<html>" + jpeg(),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_no_photo_is_refused_whatever_it_is_called(keep: Keep, files: Files, name: str) -> None:
    assert refusal(keep, STRANGERS[name]).code == "photo_kind"
    assert files() == []


@pytest.mark.parametrize("name", ["html", "svg", "pdf", "zip", "php"])
@pytest.mark.parametrize(
    "start", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x99\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic"]
)
def test_a_photos_first_bytes_do_not_make_a_photo(keep: Keep, files: Files, start: bytes, name: str) -> None:
    assert refusal(keep, start + STRANGERS[name]).code == "photo_unreadable"
    assert files() == []


@pytest.mark.parametrize("name", ["html", "svg", "pdf", "zip", "php"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_behind_or_inside_a_photo_is_not_kept(keep: Keep, files: Files, kind: str, name: str) -> None:
    hidden = STRANGERS[name]
    inside = {"comment": hidden} if kind == "JPEG" else {"exif": b"Exif\0\0" + hidden}
    keep(encoded(picture(), kind, **inside) + hidden)
    assert len(files()) == 2
    assert all(hidden not in file.read_bytes() for file in files())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9])
def test_a_photo_that_did_not_arrive_whole_is_refused(keep: Keep, files: Files, kind: str, part: float) -> None:
    raw = encoded(Image.effect_noise((200, 150), 80).convert("RGB"), kind)
    assert refusal(keep, raw[: int(len(raw) * part)]).code == "photo_unreadable"
    assert files() == []


def test_a_file_above_the_size_limit_is_refused_unopened(keep: Keep) -> None:
    refused = refusal(keep, jpeg() + bytes(MAX_PHOTO_MEGABYTES * 1024 * 1024))
    assert refused.code == "photo_too_large"
    assert refused.facts == {"megabytes": MAX_PHOTO_MEGABYTES}


def test_a_file_at_the_size_limit_is_taken(keep: Keep) -> None:
    raw = jpeg()
    keep(raw + bytes(MAX_PHOTO_MEGABYTES * 1024 * 1024 - len(raw)))


def test_a_small_file_of_170_megapixels_is_refused_from_its_header(keep: Keep) -> None:
    bomb = png_bomb(13056, 13056)
    assert len(bomb) < 600_000
    keep(jpeg((8, 8)))  # the program that opens photos is running
    start = time.perf_counter()
    refused = refusal(keep, bomb)
    assert time.perf_counter() - start < 0.5  # a few ms on an idle machine; opening it would take seconds
    assert refused.code == "photo_too_many_pixels"
    assert refused.facts == {"megapixels": 24}


def _jpeg_of(width: int, height: int, progressive: bool) -> bytes:
    raw = bytearray(jpeg((16, 16), progressive=progressive))
    at = raw.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    raw[at : at + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(raw)


def _webp_of(width: int, height: int, *, lossless: bool) -> bytes:
    raw = bytearray(encoded(picture(), "WEBP", lossless=lossless))
    if lossless:
        raw[21:25] = ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    else:
        raw[26:30] = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    return bytes(raw)


def _extended_webp_of(width: int, height: int) -> bytes:
    raw = bytearray(encoded(picture(), "WEBP", exif=b"Exif\0\0MM"))
    raw[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(raw)


def _heic_of(width: int, height: int) -> bytes:
    raw = bytearray(encoded(picture(), "HEIF"))
    at = raw.index(b"ispe") + 8
    raw[at : at + 8] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return bytes(raw)


TOO_MANY_PIXELS = {
    "jpeg": (_jpeg_of(65000, 65000, False), 64),
    "jpeg just above": (_jpeg_of(8001, 8000, False), 64),
    "progressive jpeg": (_jpeg_of(7100, 7100, True), 50),
    "png": (png(2**31 - 1, 2**31 - 1, 8, 6, b""), 24),
    "png just above": (png(24_000_001, 1, 8, 6, b""), 24),
    "webp": (_webp_of(16383, 16383, lossless=False), 16),
    "lossless webp": (_webp_of(16383, 16383, lossless=True), 16),
    "extended webp": (_extended_webp_of(1 << 24, 1 << 24), 16),
    "heic": (_heic_of(10000, 10000), 50),
}


@pytest.mark.parametrize("name", TOO_MANY_PIXELS)
def test_too_many_pixels_are_refused_from_the_header_of_every_kind(keep: Keep, files: Files, name: str) -> None:
    raw, most = TOO_MANY_PIXELS[name]
    refused = refusal(keep, raw)
    assert (refused.code, refused.facts) == ("photo_too_many_pixels", {"megapixels": most})
    assert files() == []


@pytest.mark.parametrize("size", [(0, 0), (0, 10), (10, 0)])
def test_a_photo_without_pixels_is_refused(keep: Keep, size: tuple[int, int]) -> None:
    assert refusal(keep, png(*size, 8, 2, b"")).code == "photo_unreadable"
    assert refusal(keep, _jpeg_of(*size, False)).code == "photo_unreadable"


def test_a_text_chunk_that_unpacks_to_very_much_does_no_harm(keep: Keep) -> None:
    import zlib

    words = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 1)
    refused = refusal(keep, png(8, 8, 8, 2, b"", (b"zTXt", words)))
    assert refused.code in ("photo_unreadable", "photo_too_many_pixels")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_damaged_photo_is_kept_or_refused_and_never_an_error(keep: Keep, files: Files, kind: str) -> None:
    chance = random.Random(4711)
    whole = encoded(picture(), kind)
    kept = 0
    for _ in range(40):
        raw = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            keep(bytes(raw))
            kept += 1
        except Refused as refused:
            assert refused.code.startswith("photo_")  # noqa: PT017 - both outcomes are right
    assert len(files()) == 2 * kept
    for file in files():
        assert Image.open(file).format == "WEBP"
