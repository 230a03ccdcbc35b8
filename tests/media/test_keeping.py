"""What becomes of a good photo."""

import hashlib
import io
from collections.abc import Callable

import pytest
from flask import Flask
from PIL import Image, ImageCms

from civic import media
from tests.media.pictures import CITY, CORNERS, DAY, corners, encoded, exif, jpeg, lying, picture

UPRIGHT = ("red", "green", "blue", "yellow")
Keep = Callable[[bytes], media.Kept]


def opened(kept: media.Kept, *, small: bool = False) -> Image.Image:
    return Image.open(media.open_photo(kept.key, small=small))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_of_photo_is_kept_as_webp(keep: Keep, kind: str) -> None:
    kept = keep(encoded(picture(), kind))
    assert opened(kept).format == "WEBP"
    assert opened(kept).size == (kept.width, kept.height) == (64, 48)
    assert corners(opened(kept)) == UPRIGHT


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_in_any_position_stands_upright(keep: Keep, kind: str, orientation: int) -> None:
    kept = keep(encoded(lying(orientation), kind, exif=exif(orientation)))
    assert corners(opened(kept)) == corners(opened(kept, small=True)) == UPRIGHT
    assert opened(kept).size == (64, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_photo_taken_in_any_position_stands_upright(keep: Keep, orientation: int) -> None:
    # The writer turns the tag into the format's own rotation, as phones do.
    kept = keep(encoded(lying(orientation), "HEIF", exif=exif(orientation)))
    assert corners(opened(kept)) == UPRIGHT


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_a_position_that_does_not_exist_is_ignored(keep: Keep, orientation: int) -> None:
    assert corners(opened(keep(jpeg(exif=exif(orientation))))) == UPRIGHT


def test_a_large_photo_is_shrunk_to_2048_and_to_480_for_lists(keep: Keep) -> None:
    kept = keep(jpeg((4000, 3000)))
    assert (kept.width, kept.height) == opened(kept).size == (2048, 1536)
    assert opened(kept, small=True).size == (480, 360)


def test_a_tall_photo_is_shrunk_by_its_height(keep: Keep) -> None:
    assert opened(keep(encoded(picture((1000, 5000)), "PNG"))).size == (410, 2048)


def test_a_large_heic_photo_is_shrunk_without_a_seam(keep: Keep) -> None:
    kept = keep(encoded(picture((4500, 300)), "HEIF"))
    assert opened(kept).size == (2048, 137)
    assert corners(opened(kept)) == UPRIGHT
    top = [opened(kept).convert("RGB").getpixel((x, 30)) for x in range(20, 1000, 40)]
    assert all(_close(seen, CORNERS[0]) for seen in top)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_smallest_and_thinnest_photos_are_kept(keep: Keep, kind: str, size: tuple[int, int]) -> None:
    kept = keep(encoded(Image.new("RGB", size, "white"), kind))
    assert opened(kept).size == (kept.width, kept.height)
    assert max(kept.width, kept.height) == min(max(size), 2048)


def test_the_fingerprints_are_those_of_what_came_and_of_what_is_kept(keep: Keep) -> None:
    raw = jpeg()
    kept = keep(raw)
    assert kept.source_sha256 == hashlib.sha256(raw).hexdigest()
    assert kept.sha256 == hashlib.sha256(media.open_photo(kept.key).read()).hexdigest()


def test_the_same_photo_twice_has_two_names_and_one_fingerprint(keep: Keep) -> None:
    first, second = keep(jpeg()), keep(jpeg())
    assert first.key != second.key
    assert first.source_sha256 == second.source_sha256


@pytest.mark.parametrize("mode", ["CMYK", "L", "YCbCr"])
def test_other_ways_to_write_a_jpeg_are_shown_in_the_right_colours(keep: Keep, mode: str) -> None:
    kept = keep(encoded(picture().convert(mode), "JPEG", quality=95))
    assert opened(kept).mode == "RGB"
    if mode != "L":
        assert corners(opened(kept)) == UPRIGHT


@pytest.mark.parametrize("mode", ["P", "RGB", "RGBA"])
def test_other_ways_to_write_a_png_are_shown_in_the_right_colours(keep: Keep, mode: str) -> None:
    assert corners(opened(keep(encoded(picture().convert(mode), "PNG")))) == UPRIGHT


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off(keep: Keep) -> None:
    grey = Image.new("I;16", (40, 40), 0x8000)
    assert _close(_middle(opened(keep(encoded(grey, "PNG")))), (128, 128, 128))


def test_black_and_white_stays_black_and_white(keep: Keep) -> None:
    assert _close(_middle(opened(keep(encoded(Image.new("1", (40, 40), 1), "PNG")))), (255, 255, 255))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "RGB", "L"])
def test_what_is_transparent_becomes_white(keep: Keep, mode: str) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    if mode in ("P", "RGB", "L"):
        raw = encoded(Image.new(mode, (40, 40), 0), "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)
    else:
        raw = encoded(clear.convert("LA" if mode == "LA" else "RGBA"), "PNG" if mode != "PA" else "WEBP")
    assert _close(_middle(opened(keep(raw))), (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_is_kept(keep: Keep, kind: str) -> None:
    others = [Image.new("RGB", (64, 48), colour) for colour in ("black", "white")]
    kept = keep(encoded(picture(), kind, save_all=True, append_images=others, duration=100))
    assert corners(opened(kept)) == UPRIGHT
    assert getattr(opened(kept), "n_frames", 1) == 1


def test_of_a_phones_double_jpeg_the_first_picture_is_kept(keep: Keep) -> None:
    raw = encoded(picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (32, 24))])
    assert corners(opened(keep(raw))) == UPRIGHT


def test_colours_of_another_profile_are_turned_into_those_of_every_screen(keep: Keep) -> None:
    kept = keep(encoded(Image.new("RGB", (40, 40), (200, 30, 30)), "PNG", icc_profile=_swapped_profile()))
    assert _close(_middle(opened(kept)), (30, 200, 30))


def test_a_profile_for_another_kind_of_picture_is_ignored(keep: Keep) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB", 5000)).tobytes()
    kept = keep(encoded(Image.new("RGB", (40, 40), (200, 30, 30)), "PNG", icc_profile=profile))
    assert _close(_middle(opened(kept)), (200, 30, 30))


def test_a_broken_profile_does_not_lose_the_photo(keep: Keep) -> None:
    assert corners(opened(keep(jpeg(icc_profile=b"no profile at all" * 9)))) == UPRIGHT


def test_a_photo_can_be_opened_before_the_transaction_and_kept_inside_it(storeroom: Flask) -> None:
    shrunk = media.shrink(jpeg(), acted_on=DAY, zone=CITY)
    with media.db.transaction():
        kept = media.store(shrunk)
    assert Image.open(io.BytesIO(shrunk.small)).size == opened(kept, small=True).size


def _swapped_profile() -> bytes:
    """sRGB with the columns of red and green exchanged."""
    raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = raw.index(b"rXYZ"), raw.index(b"gXYZ")
    raw[red : red + 4], raw[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(raw)


def _middle(image: Image.Image) -> tuple[int, ...]:
    seen = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(seen, tuple)
    return tuple(int(value) for value in seen)


def _close(seen: object, wanted: tuple[int, ...]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) <= 8 for a, b in zip(seen, wanted, strict=True))
