"""Nothing a camera or a person wrote into a photo reaches the disk, except whether its time agrees with the day."""

import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from civic import media
from civic.rules.places import Cell
from tests.media.pictures import CITY, DAY, GPS, chunks_of, encoded, exif, jpeg, picture, png

CANARY = "HuaweiSerial4711"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><note>{CANARY}</note></x:xmpmeta>'.encode()
CHUNKS_OF_PICTURES = {b"VP8 "}
Keep = Callable[[bytes], media.Kept]


def talkative(kind: str) -> bytes:
    """A photo that tells everything: place, device, comment, profile, thumbnail."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tags = exif(1, "2026:11:20 08:00:00", "+08:00", CANARY)
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", CANARY)
        words.add_itxt("XML:com.adobe.xmp", XMP.decode())
        return encoded(picture(), "PNG", exif=tags, icc_profile=icc, pnginfo=words) + CANARY.encode()
    if kind == "JPEG":
        photo = jpeg(exif=tags, icc_profile=icc, xmp=XMP, comment=CANARY)
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack("!I", len(CANARY)) + CANARY.encode()
        return photo[:2] + b"\xff\xed" + struct.pack("!H", len(iptc) + 2) + iptc + photo[2:] + CANARY.encode()
    return encoded(picture(), kind, exif=tags, icc_profile=icc, xmp=XMP)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_nothing_but_pixels_is_kept(keep: Keep, files: Callable[[], list[Path]], kind: str) -> None:
    raw = talkative(kind)
    assert CANARY.encode() in raw
    kept = keep(raw)
    assert kept.taken_time == "agrees"
    assert len(files()) == 2
    for file in files():
        data = file.read_bytes()
        assert CANARY.encode() not in data
        assert b"2026:11:20" not in data
        assert set(chunks_of(data)) == CHUNKS_OF_PICTURES
        with Image.open(file) as stored:
            assert not stored.getexif()
            assert not {"exif", "xmp", "icc_profile", "comment"} & set(stored.info)


@pytest.mark.parametrize(
    ("taken", "offset", "answer"),
    [
        ("2026:11:20 00:00:00", "", "agrees"),
        ("2026:11:20 23:59:59", "", "agrees"),
        ("2026:11:21 00:00:00", "", "differs"),
        ("2025:11:20 12:00:00", "", "differs"),
        ("2026:11:19 20:00:00", "+00:00", "agrees"),  # already the 20th in the city
        ("2026:11:20 20:00:00", "+00:00", "differs"),
        ("2026:11:20 20:00:00", "nonsense", "agrees"),
        ("", "", "absent"),
        ("", "+08:00", "absent"),
        ("0000:00:00 00:00:00", "", "absent"),
        ("    :  :     :  :  ", "", "absent"),
        ("2026:02:30 08:00:00", "", "absent"),
        ("yesterday", "", "absent"),
        ("0001:01:01 00:00:00", "+14:00", "absent"),
        ("9999:12:31 23:59:59", "-14:00", "absent"),
        ("2026:11:20 08:00:00" * 50, "", "absent"),
    ],
)
def test_of_the_cameras_clock_only_agreement_with_the_day_is_kept(taken: str, offset: str, answer: str) -> None:
    assert media.taken_time(taken, offset, DAY, CITY) == answer
    if len(taken) < 40:
        photo = jpeg((8, 8), exif=exif(taken=taken, offset=offset))
        assert media.shrink(photo, acted_on=DAY, zone=CITY).taken_time == answer


def test_without_camera_tags_the_time_is_absent(keep: Keep) -> None:
    assert keep(jpeg()).taken_time == "absent"


def test_another_day_of_the_act_gives_another_answer() -> None:
    photo = jpeg(exif=exif(taken="2026:11:20 08:00:00"))
    assert media.shrink(photo, acted_on=date(2026, 11, 19), zone=CITY).taken_time == "differs"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_broken_camera_tags_do_not_lose_the_photo(keep: Keep, kind: str) -> None:
    whole = exif(6, "2026:11:20 08:00:00", canary=CANARY)
    for broken in (whole[: len(whole) // 2], whole[:16] + b"\xff" * 200, b"Exif\0\0MM\0*\xff\xff\xff\xff"):
        kept = keep(encoded(picture(), kind, exif=broken))
        assert kept.taken_time in ("absent", "agrees")


def test_a_png_that_hides_a_file_in_a_chunk_of_its_own_loses_it(keep: Keep, files: Callable[[], list[Path]]) -> None:
    white = encoded(Image.new("L", (8, 8), 255), "PNG")
    pixels = white[white.index(b"IDAT") + 4 : white.index(b"IEND") - 8]
    keep(png(8, 8, 8, 0, pixels, (b"prVt", CANARY.encode() * 100)))
    assert all(CANARY.encode() not in file.read_bytes() for file in files())


@pytest.mark.parametrize(
    ("gps", "answer"),
    [
        ({1: "N", 2: (31, 14, 24), 3: "E", 4: (121, 29, 24)}, "agrees"),
        ({1: "S", 2: (31, 14, 24), 3: "E", 4: (121, 29, 24)}, "differs"),
        ({1: "N", 2: (31, 14, 24), 3: "W", 4: (121, 29, 24)}, "differs"),
        ({1: "N", 2: (31, 14, 24)}, "absent"),
        ({1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)}, "absent"),
        ({1: "N", 2: (95, 0, 0), 3: "E", 4: (121, 29, 24)}, "absent"),
        ({}, "absent"),
    ],
)
def test_of_the_cameras_place_only_agreement_with_the_one_given_is_kept(gps: dict[int, Any], answer: str) -> None:
    tags = Image.Exif()
    tags.get_ifd(GPS).update(gps)
    shrunk = media.shrink(jpeg((8, 8), exif=tags), acted_on=DAY, zone=CITY, given=Cell(31240, 121490))
    assert shrunk.taken_place == answer
