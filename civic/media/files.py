"""Where photos lie: a folder named by MEDIA_URL, files under random names, in subfolders by their first two letters."""

import io
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app

from civic.config import ConfigError
from civic.rules.refused import NotFound

LARGE, SMALL = ".webp", ".small.webp"
UNFINISHED = ".part"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def folder_of(media_url: str) -> Path:
    """The folder a MEDIA_URL names. Raises ConfigError for every other kind of address."""
    url = urlsplit(media_url)
    path = unquote(url.path)
    if url.scheme != "file" or url.netloc not in ("", "localhost") or not path.startswith("/") or url.query:
        raise ConfigError(f"MEDIA_URL must name a folder, such as file:///srv/civic/media, not {media_url}")
    return Path(path)


def write(key: str, large: bytes, small: bytes) -> None:
    """Put both files of a photo on the disk for good: when this returns, a power cut no longer loses them."""
    shard = _folder() / key[:2]
    if not shard.is_dir():
        shard.mkdir(parents=True, exist_ok=True)
        _sync(shard.parent)
    for ending, data in ((SMALL, small), (LARGE, large)):
        unfinished = shard / (key + ending + UNFINISHED)
        with open(unfinished, "xb", opener=_private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(shard / (key + ending))
    _sync(shard)


def read(key: str, small: bool) -> io.BytesIO:
    """A photo's bytes. Raises NotFound for a name that is none of ours."""
    if not _KEY.fullmatch(key):
        raise NotFound("photo")
    try:
        return io.BytesIO((_folder() / key[:2] / (key + (SMALL if small else LARGE))).read_bytes())
    except FileNotFoundError:
        raise NotFound("photo") from None


def remove(key: str) -> None:
    """Take a photo off the disk, finished or not; nothing happens if it is gone."""
    if not _KEY.fullmatch(key):
        return
    for ending in (LARGE, SMALL):
        for name in (key + ending, key + ending + UNFINISHED):
            (_folder() / key[:2] / name).unlink(missing_ok=True)


def keys(before: datetime) -> Iterator[str]:
    """The names of all photos, finished or not, that were written before an instant."""
    seen: set[str] = set()
    for file in _folder().glob("??/*"):
        key = file.name.split(".")[0]
        try:
            old = file.stat().st_mtime < before.timestamp()
        except FileNotFoundError:
            continue  # forgotten meanwhile
        if old and key not in seen and _KEY.fullmatch(key):
            seen.add(key)
            yield key


def _folder() -> Path:
    return folder_of(current_app.config["CIVIC"].media_url)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    # The name of a new file is part of its folder, and is lost with it.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
