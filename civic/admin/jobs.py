"""Jobs: when each runs, what it did last, what stands in its way, and running what is due at once."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import abort, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from civic import clock
from civic.access import administrator, me
from civic.admin.blueprint import bp
from civic.audit import service as audit
from civic.db import transaction
from civic.jobs import service
from civic.jobs.models import JobFailure, JobRun
from civic.jobs.service import Job
from civic.rules.agenda import Closing, Every, Nightly
from civic.schedule import JOBS, begins_at, find_job, run_until
from civic.web import zone

RUNS_SHOWN = 50
LONGEST_SECONDS = 20  # in a request; the scheduler goes on with the rest

NAMES = {
    "weekly-bonus": _l("每周奖励分"),
    "compile": _l("编排名"),
    "seal": _l("封存排名"),
    "bulletins": _l("拟通报"),
    "dashboards": _l("编看板数字"),
    "pledges": _l("算守诺率"),
    "reading": _l("编共读书单"),
    "escalate": _l("过时的往上送"),
    "trust": _l("可信的直接通过"),
    "tidy": _l("夜里整理"),
    "backup": _l("夜里备份"),
}
KINDS = {"week": _l("周"), "month": _l("月"), "quarter": _l("季"), "year": _l("年"), "cycle": _l("三年")}


@dataclass(frozen=True)
class JobLine:
    """A job as the list shows it."""

    job: Job
    last: JobRun | None
    next_at: datetime
    waiting: int  # turns that have come and are not done
    failure: JobFailure | None

    @property
    def name(self) -> str:
        """What it is called; a job without a name of its own is called by its key."""
        return str(NAMES.get(self.job.name, self.job.name))

    @property
    def seconds(self) -> float | None:
        """How long the last run took."""
        return seconds_of(self.last.started_at, self.last.finished_at) if self.last else None


def seconds_of(started_at: datetime, finished_at: datetime) -> float:
    """A duration in seconds, to the tenth."""
    return round((finished_at - started_at) / timedelta(seconds=1), 1)


@bp.get("/jobs")
@administrator
def list_jobs() -> str:
    """Every job with its schedule, last and next run, and its standing error: five queries a job."""
    now, since = clock.now(), begins_at()
    return render_template("admin/jobs.html", lines=[_line(job, since, now) for job in JOBS], when=when_words, now=now)


def _line(job: Job, since: datetime | None, now: datetime) -> JobLine:
    waiting = service.turns(job, since=since, until=now, zone=zone())
    failures = service.standing_failures(job.name)
    return JobLine(
        job,
        service.last_run(job.name),
        waiting[0].at if waiting else job.when.next(now, zone()).at,
        len(waiting),
        failures[0] if failures else None,
    )


@bp.get("/jobs/<name>")
@administrator
def one_job(name: str) -> str:
    """The last runs of a job."""
    job = _job(name)
    return render_template(
        "admin/job.html",
        line=_line(job, begins_at(), clock.now()),
        runs=service.latest_runs(job.name, RUNS_SHOWN),
        when=when_words,
        seconds_of=seconds_of,
    )


@bp.post("/jobs/<name>/run")
@administrator
def run_job(name: str) -> Response:
    """Run whatever is due of a job, oldest first. Twice at once is once: the table of runs sees to it."""
    job = _job(name)
    ends = time.monotonic() + LONGEST_SECONDS
    done = 0
    for outcome in run_until(clock.now(), jobs=(job,), may_go_on=lambda: time.monotonic() < ends):
        if outcome.cause:
            flash(_("%(period)s 没有跑成：%(error)s", period=outcome.period, error=outcome.error))
            return redirect(f"/admin/jobs/{name}", 303)
        done += outcome.counts is not None
    with transaction():
        audit.note("job_run", by=me().id, now=clock.now(), about=f"job:{name}", runs=done)
    flash(ngettext("跑完了 %(num)s 期。", "跑完了 %(num)s 期。", done) if done else _("现在没有到期的。"))
    return redirect(f"/admin/jobs/{name}", 303)


def _job(name: str) -> Job:
    job = find_job(name)
    if job is None:
        abort(404)
    return job


def when_words(schedule: object) -> str:
    """A schedule in words."""
    if isinstance(schedule, Closing):
        kinds = "、".join(str(KINDS[kind]) for kind in schedule.kinds)
        return _("%(kinds)s封账后 %(minutes)s 分钟", kinds=kinds, minutes=schedule.minutes)
    if isinstance(schedule, Nightly):
        return _("每天 %(time)s", time=f"{schedule.hour:02}:{schedule.minute:02}")
    return _("每 %(n)s 分钟", n=schedule.minutes) if isinstance(schedule, Every) else str(schedule)
