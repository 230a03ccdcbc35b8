"""The audit list: who did what in office, for whoever runs the city."""

from datetime import UTC, date, datetime, time, timedelta

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from civic.access import administrator
from civic.accounts import service as accounts
from civic.admin.blueprint import bp
from civic.audit import service
from civic.audit.models import AuditLine
from civic.audit.service import KINDS, MOST, PAGE, Wanted
from civic.rules.refused import NotFound
from civic.spreadsheets import CSV, Cell, comma_separated
from civic.web import zone

NAMES = {
    "grant_proposed": _l("提授权"),
    "grant_confirmed": _l("确认授权"),
    "grant_declined": _l("放下授权提议"),
    "grant_revoked": _l("收回授权"),
    "index_proposed": _l("提指数的目标和权重"),
    "index_confirmed": _l("确认指数的目标和权重"),
    "index_declined": _l("放下指数提议"),
    "rule_proposed": _l("提分值"),
    "rule_confirmed": _l("确认分值"),
    "rule_declined": _l("放下分值提议"),
    "boards_switched": _l("开关公开榜单"),
    "legal_published": _l("公布隐私说明的补充"),
    "population_set": _l("登记人口"),
    "job_run": _l("手动跑任务"),
    "original_opened": _l("看照片原图"),
    "entry_reversed": _l("撤销一笔的分"),
    "objection_answered": _l("答复异议"),
    "bulletin_published": _l("发布通报"),
}


@bp.get("/audit")
@administrator
def list_audit() -> str:
    """The lines, the latest first, by kind, person and days."""
    wanted = _wanted()
    found = list(service.lines(wanted, PAGE + 1)) if wanted else []
    shown = found[:PAGE]
    return render_template(
        "admin/audit.html",
        lines=shown,
        who=accounts.names_of({line.person_id for line in shown}),
        names=NAMES,
        kinds=KINDS,
        asked=request.args,
        older_than=shown[-1].id if len(found) > PAGE else None,
        facts_of=_facts,
    )


@bp.get("/audit.csv")
@administrator
def export_audit() -> Response:
    """The same lines as a table, the latest ten thousand at most."""
    wanted = _wanted()
    found = list(service.lines(wanted, MOST)) if wanted else []
    who = accounts.names_of({line.person_id for line in found})
    rows: list[list[Cell]] = [
        [
            line.id,
            line.at.astimezone(UTC).isoformat(),
            who.get(line.person_id, ""),
            line.kind,
            line.area_code or "",
            line.about,
            _facts(line),
        ]
        for line in found
    ]
    headings = [_("编号"), _("时间"), _("谁"), _("做了什么"), _("哪里"), _("关于"), _("内容")]
    headers = {"Content-Disposition": 'attachment; filename="civic-audit.csv"'}
    return Response(comma_separated(headings, rows), mimetype=CSV, headers=headers)


def _facts(line: AuditLine) -> str:
    return "; ".join(f"{name}={value}" for name, value in sorted(line.facts.items()))


def _wanted() -> Wanted | None:
    """What the address asks for; None for a person whom nobody knows."""
    login, before = request.args.get("who", "").strip(), request.args.get("before", "")
    try:
        person_id = accounts.get_by_login(login).id if login else None
    except NotFound:
        return None
    since, until = _day("since"), _day("until")
    return Wanted(
        kind=request.args.get("kind") or None,
        person_id=person_id,
        since=_start(since) if since else None,
        until=_start(until + timedelta(days=1)) if until else None,
        before_id=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), zone()).astimezone(UTC)
