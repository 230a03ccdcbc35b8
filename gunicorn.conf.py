"""The web server: one process with threads, which SQLite serves best. A city on PostgreSQL sets WEB_CONCURRENCY."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# A wrong setting is told once, before any worker begins: a worker that fails would be started again and again.
# It is asked of a process of its own, so that this one keeps no code of ours, and a reload takes over the new one.
if subprocess.run([sys.executable, "-c", "import wsgi"], cwd=Path(__file__).parent, check=False).returncode:
    sys.exit(1)

bind = f"127.0.0.1:{os.environ.get('PORT') or '8000'}"
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 5  # seconds that open requests have when it stops; browsers keep idle connections much longer
keepalive = 5
control_socket_disable = True
loglevel = "warning"
# The heartbeat of a worker is a file; in memory where there is such a place, so that a busy disk kills nobody.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - gunicorn makes a private file there

# Several workers put what they count together in files, so that whichever is asked for /metrics tells of all of them.
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
if int(os.environ.get("WEB_CONCURRENCY") or "1") > 1 and COUNTS not in os.environ:
    os.environ[COUNTS] = tempfile.mkdtemp(prefix="civic-metrics-", dir=worker_tmp_dir)


def post_worker_init(_worker: Any) -> None:
    """What was loaded stays; looking through it for garbage, again and again, would hold up whoever asks just then."""
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """What a worker counted stays when it ends; what it said of itself goes."""
    if COUNTS in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """The files go with the server."""
    if COUNTS in os.environ:
        shutil.rmtree(os.environ[COUNTS], ignore_errors=True)
