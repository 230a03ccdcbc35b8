"""The web server: one process with threads, which SQLite serves best. A city on PostgreSQL sets WEB_CONCURRENCY."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
threads = 8
graceful_timeout = 10
control_socket_disable = True
loglevel = "warning"
