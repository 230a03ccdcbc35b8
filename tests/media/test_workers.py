"""The programs that open photos: bounded, replaced when they die, safe under threads and forks."""

import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from civic import media
from civic.media import workers
from civic.rules.refused import Refused
from tests.media.pictures import CITY, DAY, encoded, jpeg

MEGABYTE = 1024  # the system counts in kilobytes
MOST_MEMORY = 400 * MEGABYTE


@pytest.fixture(autouse=True)
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[workers.Pool]:
    """A pool of one place of this test's own, so that one knows which program will be asked."""
    own = workers.Pool(1)
    monkeypatch.setattr(workers, "pool", own)
    yield own
    own.end()


def shrink(raw: bytes) -> media.Shrunk:
    return media.shrink(raw, acted_on=DAY, zone=CITY)


def idle(pool: workers.Pool) -> workers.Worker:
    worker = pool.places.get_nowait()
    assert worker is not None
    pool.places.put(worker)
    return worker


def grain(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width // 16, height // 16), 60).convert("RGB").resize((width, height))


def test_no_program_runs_before_the_first_photo(pool: workers.Pool) -> None:
    assert pool.places.get_nowait() is None


def test_the_server_itself_loads_no_decoder() -> None:
    program = "import sys, civic.media; sys.exit(any(name.split('.')[0] in ('PIL', 'pi_heif') for name in sys.modules))"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(media.__file__).parents[2])


def test_one_program_serves_many_photos(pool: workers.Pool) -> None:
    shrink(jpeg())
    first = idle(pool).process.pid
    for _ in range(5):
        shrink(jpeg())
    assert idle(pool).process.pid == first


def test_a_refused_photo_does_not_cost_the_program_its_life(pool: workers.Pool) -> None:
    shrink(jpeg())
    first = idle(pool).process.pid
    with pytest.raises(Refused):
        shrink(jpeg()[:100])
    assert idle(pool).process.pid == first


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_program_that_dies_while_idle_is_replaced_unnoticed(pool: workers.Pool, how: signal.Signals) -> None:
    shrink(jpeg())
    worker = idle(pool)
    os.kill(worker.process.pid, how)
    worker.process.wait()
    assert shrink(jpeg()).width == 64


def kill_at_work(worker: workers.Worker, *, child: bool) -> threading.Thread:
    """Wait for the child that opens the next photo, then kill it or the program that gave birth to it."""
    past = set(_children(worker.process.pid))  # the last photo's may not be buried yet

    def kill() -> None:
        while not (children := [child for child in _children(worker.process.pid) if child not in past]):
            time.sleep(0.001)
        os.kill(children[0] if child else worker.process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    return killer


@functools.cache
def heavy() -> bytes:
    """A photo that takes long enough to be disturbed."""
    return encoded(grain(7000, 5000), "JPEG", progressive=True)


def test_a_child_that_dies_at_work_refuses_its_photo_and_the_next_one_works(pool: workers.Pool) -> None:
    shrink(jpeg())
    worker, raw = idle(pool), heavy()
    killer = kill_at_work(worker, child=True)
    with pytest.raises(Refused, match="photo_unreadable"):
        shrink(raw)
    killer.join()
    assert shrink(jpeg()).width == 64
    assert idle(pool) is not worker


def test_a_program_that_dies_while_its_child_works_costs_nobody_a_photo(pool: workers.Pool) -> None:
    shrink(jpeg())
    worker, raw = idle(pool), heavy()
    killer = kill_at_work(worker, child=False)
    assert shrink(raw).width == 2048
    killer.join()
    assert shrink(jpeg()).width == 64
    assert idle(pool) is not worker


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def test_a_photo_that_takes_too_long_is_refused(pool: workers.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    shrink(jpeg())
    monkeypatch.setattr(workers, "WORK_SECONDS", 0.2)
    os.kill(idle(pool).process.pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(Refused, match="photo_unreadable"):
        shrink(jpeg((2000, 1500)))
    assert time.monotonic() - start < 5
    monkeypatch.undo()
    assert shrink(jpeg()).width == 64


def test_while_all_programs_are_busy_a_photo_is_refused_with_advice(
    pool: workers.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "WAIT_SECONDS", 0.05)
    place = pool.places.get_nowait()
    with pytest.raises(Refused, match="photo_busy"):
        shrink(jpeg())
    pool.places.put(place)
    assert shrink(jpeg()).width == 64


@pytest.mark.parametrize("answer", [b"", b"\xff\xff\xff\xff", b"\0\0\0\2{}", b"\0\0\0\x12" + b'{"files":[9999999]}'])
def test_an_answer_that_makes_no_sense_is_a_refusal(
    pool: workers.Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: bytes
) -> None:
    liar = tmp_path / "liar.py"
    liar.write_text(f"import sys\nsys.stdin.buffer.read(4)\nsys.stdout.buffer.write({answer!r})\n")
    monkeypatch.setattr(workers, "PROGRAM", liar)
    with pytest.raises(Refused, match="photo_unreadable"):
        shrink(jpeg())


def test_eight_threads_at_once_each_get_their_own_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    two = workers.Pool(2)
    monkeypatch.setattr(workers, "pool", two)
    sizes = [(40 + number, 30) for number in range(64)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda size: shrink(jpeg(size)), sizes))
    assert [(answer.width, answer.height) for answer in answers] == sizes
    assert two.places.qsize() == 2
    two.end()


def test_a_fork_of_the_server_starts_programs_of_its_own(pool: workers.Pool) -> None:
    shrink(jpeg())
    ours = idle(pool).process.pid
    child = os.fork()
    if child == 0:
        status = 1
        try:
            shrink(jpeg())
            status = 0 if workers.pool is not pool and _children(os.getpid()) else 1
            workers.pool.end()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert shrink(jpeg()).width == 64
    assert idle(pool).process.pid == ours


def test_a_program_ends_with_the_server_that_started_it() -> None:
    server = (
        "import datetime, os, signal, sys, zoneinfo\n"
        "from civic.media import workers\n"
        "workers.ask(sys.stdin.buffer.read())\n"
        "print(workers.pool.places.get_nowait().process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(media.__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", server], input=jpeg(), capture_output=True, cwd=root)
    program = Path(f"/proc/{int(ran.stdout)}/stat")
    deadline = time.monotonic() + 5
    while _alive(program) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _alive(program)


def _alive(stat: Path) -> bool:
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("name", ["50 MP JPEG", "50 MP progressive JPEG", "24 MP PNG", "16 MP WebP"])
def test_the_largest_photos_need_no_more_than_400_megabytes(pool: workers.Pool, name: str) -> None:
    if name == "24 MP PNG":
        # Transparent, which needs a second copy of all pixels.
        raw = encoded(Image.new("LA", (6000, 4000), (90, 128)), "PNG", compress_level=1)
    elif name == "16 MP WebP":
        raw = encoded(Image.new("RGBA", (5000, 3200), (90, 80, 70, 128)), "WEBP", method=0, quality=50)
    else:
        progressive = "progressive" in name
        flat = Image.new("RGB", (8660, 5770), (90, 80, 70))
        raw = encoded(flat, "JPEG", progressive=progressive, subsampling=0 if progressive else 2)
    answer = workers.ask(raw)
    assert max(answer.about["width"], answer.about["height"]) == 2048
    assert answer.about["peak"] <= MOST_MEMORY


def test_a_child_may_neither_write_files_nor_take_more_memory_or_time(pool: workers.Pool) -> None:
    probe = (
        "import resource, sys\n"
        f"sys.path.insert(0, {str(workers.PROGRAM.parent)!r})\n"
        "import shrink\n"
        "shrink._limit()\n"
        "limits = [resource.getrlimit(what)[1] for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU, "
        "resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)]\n"
        "print(limits)\n"
    )
    seen = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True, text=True).stdout
    assert seen.strip() == str([400 * 1024 * 1024, 6, 0, 0])
