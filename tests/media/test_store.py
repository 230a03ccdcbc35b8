"""Where photos lie, and that no file outlives its row, nor a row its file."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from civic import media
from civic.config import ConfigError
from civic.db import after_commit, transaction
from civic.media.files import LARGE, UNFINISHED
from civic.rules.refused import NotFound
from tests.media.pictures import CITY, DAY, jpeg

Keep = Callable[[bytes], media.Kept]
Files = Callable[[], list[Path]]


def test_a_photo_and_its_small_one_lie_in_a_subfolder_of_their_first_letters(keep: Keep, files: Files) -> None:
    kept = keep(jpeg())
    assert [file.name for file in files()] == sorted([f"{kept.key}.webp", f"{kept.key}.small.webp"])
    assert {file.parent.name for file in files()} == {kept.key[:2]}


def test_only_the_server_may_read_the_files(keep: Keep, files: Files) -> None:
    keep(jpeg())
    assert {file.stat().st_mode & 0o777 for file in files()} == {0o600}


def test_names_cannot_be_guessed(keep: Keep) -> None:
    keys = {keep(jpeg()).key for _ in range(5)}
    assert len(keys) == 5
    assert {len(key) for key in keys} == {43}


def test_a_failed_transaction_leaves_no_file(storeroom: Flask, files: Files) -> None:
    def log_an_act_that_fails() -> None:
        with transaction():
            media.keep(jpeg(), acted_on=DAY, zone=CITY)
            media.keep(jpeg(), acted_on=DAY, zone=CITY)
            assert len(files()) == 4
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        log_an_act_that_fails()
    assert files() == []


def test_a_full_disk_leaves_no_half_file(storeroom: Flask, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), transaction():
        media.keep(jpeg(), acted_on=DAY, zone=CITY)
    assert files() == []


def test_outside_a_transaction_nothing_is_kept(storeroom: Flask, files: Files) -> None:
    with pytest.raises(KeyError):
        media.keep(jpeg(), acted_on=DAY, zone=CITY)
    assert files() == []


def test_file_and_folder_are_safe_on_the_disk_before_keep_returns(
    storeroom: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    really = os.fsync

    def watch(handle: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        really(handle)

    monkeypatch.setattr(os, "fsync", watch)
    with transaction():
        key = media.keep(jpeg(), acted_on=DAY, zone=CITY).key
        shard = folder / key[:2]
        assert synced == [
            str(folder),
            f"{shard}/{key}.small.webp.part",
            f"{shard}/{key}.webp.part",
            str(shard),
        ]


def test_a_forgotten_photo_is_gone_and_can_be_forgotten_again(keep: Keep, files: Files) -> None:
    kept = keep(jpeg())
    with transaction():
        after_commit(lambda: media.forget(kept.key))
        assert len(files()) == 2
    assert files() == []
    media.forget(kept.key)
    with pytest.raises(NotFound, match="photo"):
        media.open_photo(kept.key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        "../civic.db",
        "/etc/passwd",
        "a" * 42,
        "a" * 44,
        "a" * 42 + "/",
        "a" * 42 + ".",
        "é" * 43,
        "a" * 43 + "\n",
    ],
)
@pytest.mark.parametrize("small", [False, True])
def test_a_name_that_is_none_of_ours_opens_and_removes_nothing(storeroom: Flask, key: str, small: bool) -> None:
    with pytest.raises(NotFound, match="photo"):
        media.open_photo(key, small=small)
    media.forget(key)


def test_a_photo_nobody_kept_is_not_found(storeroom: Flask) -> None:
    with pytest.raises(NotFound, match="photo"):
        media.open_photo("a" * 43)


def test_photos_older_than_an_instant_can_be_listed_for_the_search_for_orphans(keep: Keep, folder: Path) -> None:
    old, new = keep(jpeg()), keep(jpeg())
    unfinished = folder / "zz" / ("z" * 43 + LARGE + UNFINISHED)
    unfinished.parent.mkdir()
    unfinished.touch()
    (folder / "zz" / "README.txt").touch()
    day = datetime(2026, 11, 1, tzinfo=UTC)
    for file in folder.rglob("*"):
        if file.is_file() and new.key not in file.name:
            os.utime(file, (day.timestamp(), day.timestamp()))
    assert sorted(media.keys(day + timedelta(hours=1))) == sorted([old.key, "z" * 43])
    media.forget("z" * 43)
    assert not unfinished.exists()


def test_without_a_folder_there_are_no_photos(storeroom: Flask) -> None:
    assert list(media.keys(datetime(2026, 11, 20, tzinfo=UTC))) == []


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///srv/civic/media", "/srv/civic/media"),
        ("file://localhost/srv/media", "/srv/media"),
        ("file:///srv/%E7%85%A7%E7%89%87", "/srv/照片"),
    ],
)
def test_the_folder_is_named_by_an_address(url: str, folder: str) -> None:
    assert media.folder_of(url) == Path(folder)


@pytest.mark.parametrize(
    "url", ["s3://bucket/photos", "https://example.org/x", "/srv/media", "", "file://host/x", "file:x"]
)
def test_any_other_kind_of_address_is_refused_with_a_clear_message(url: str) -> None:
    with pytest.raises(ConfigError, match="MEDIA_URL must name a folder"):
        media.folder_of(url)
