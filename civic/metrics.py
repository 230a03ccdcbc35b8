"""/metrics: what a monitoring program asks, in Prometheus' text format. Figures of the city only, no person in them.

Counts of requests are those of all worker processes where PROMETHEUS_MULTIPROC_DIR is set (gunicorn.conf.py sets it for
several workers). What the database knows is asked when the page is. docs/operation.md proposes alerts.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from hmac import compare_digest
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from civic import clock, logs, schedule
from civic.access import open_to_all
from civic.config import Config
from civic.db import db
from civic.entries.models import Entry
from civic.jobs import service as jobs
from civic.rules.decisions import ANSWER_HOURS

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

bp = Blueprint("metrics", __name__)
_ours = CollectorRegistry()
_requests = Counter("civic_requests", "Requests answered.", ["route", "method", "status"], registry=_ours)
_took = Histogram("civic_request_seconds", "How long they took.", ["route"], buckets=SECONDS, registry=_ours)


def init(app: Flask) -> None:
    """Add the route, and count every request."""
    app.register_blueprint(bp)
    app.after_request(_count)


@bp.get("/metrics")
@open_to_all
def metrics() -> Response:
    """For programs on this machine, and for whoever has the token; 404 for everybody else."""
    if not _may_read():
        abort(404)
    return Response(generate_latest(_requests_told()) + generate_latest(_city_told()), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    config: Config = current_app.config["CIVIC"]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if config.metrics_token and scheme.lower() == "bearer":
        return compare_digest(token.strip().encode(), config.metrics_token.encode())
    # A proxy on this machine asks for somebody else, and says so.
    is_forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP"))
    return not is_forwarded and ip_address(request.remote_addr or "::").is_loopback


def _count(response: Response) -> Response:
    route = logs.route()
    _requests.labels(route, request.method, response.status_code).inc()
    _took.labels(route).observe(logs.seconds())
    return response


def _requests_told() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _ours
    everybodys = CollectorRegistry()
    multiprocess.MultiProcessCollector(everybodys)  # type: ignore[no-untyped-call]
    return everybodys


def _city_told() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_City())
    return registry


class _City(Collector):
    """How the city stands at this moment. Where the database is away, only that."""

    def collect(self) -> Iterable[Metric]:
        try:
            figures = [*self._entries(), *self._jobs()]
        except SQLAlchemyError:
            db.session.rollback()
            return [_gauge("civic_database_up", "Whether the database answers.", 0)]
        return [_gauge("civic_database_up", "Whether the database answers.", 1), *figures]

    @staticmethod
    def _entries() -> Iterator[Metric]:
        now = clock.now()
        overdue = func.count().filter(Entry.queued_at <= now - timedelta(hours=ANSWER_HOURS))
        waiting = select(func.count(), overdue, func.min(Entry.queued_at)).where(Entry.status == "pending")
        count, late, oldest = db.session.execute(waiting).one()
        yield _gauge("civic_entries_waiting", "Entries that wait for a decision.", count)
        yield _gauge("civic_entries_overdue", "Those that wait for more than 48 hours.", late)
        age = (now - oldest).total_seconds() if oldest else 0
        yield _gauge("civic_entries_oldest_wait_seconds", "How long the oldest of them waits.", age)

    @staticmethod
    def _jobs() -> Iterator[Metric]:
        now = clock.now()
        yield _gauge("civic_jobs_late", "Turns of jobs that are overdue.", len(schedule.late(now)))
        yield _gauge("civic_jobs_failed", "Failures that nothing made good.", len(jobs.standing_failures()))
        ages = GaugeMetricFamily("civic_job_age_seconds", "Since the last finished run was due.", labels=["job"])
        for job in schedule.JOBS:
            last = jobs.last_run(job.name)
            if last is not None:
                ages.add_metric([job.name], (now - last.due_at).total_seconds())
        yield ages


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)
