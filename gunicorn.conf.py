"""The web server: one process with threads, which SQLite serves best. A city on PostgreSQL sets WEB_CONCURRENCY."""

import os

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
