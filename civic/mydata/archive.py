"""A ZIP that is written while it is sent: nothing of it ever lies on our disk, so nothing of it is left behind."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

Content = bytes | Callable[[], bytes | None]
CHUNK_BYTES = 64 * 1024


class _Sink(io.RawIOBase):
    """What was written since it was last emptied; it cannot be sought in, as little as a connection."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self.written += data
        return len(data)

    def taken(self) -> bytes:
        taken = bytes(self.written)
        self.written.clear()
        return taken


def zipped(files: Iterable[tuple[str, Content]], at: datetime) -> Iterator[bytes]:
    """The bytes of a ZIP with these files, one after another; a content that is asked for and gone is left out.

    Pictures are compressed already and are stored as they are.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
        for name, content in files:
            data = content if isinstance(content, bytes) else content()
            if data is None:
                continue
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".webp") else zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=len(data) > zipfile.ZIP64_LIMIT) as out:
                for start in range(0, len(data), CHUNK_BYTES):
                    out.write(data[start : start + CHUNK_BYTES])
                    if len(sink.written) >= CHUNK_BYTES:
                        yield sink.taken()
            yield sink.taken()
    yield sink.taken()
