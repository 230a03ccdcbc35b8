"""The statement: a resident's points, line by line, each with its reason."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import me, signed_in
from civic.ledger import passbook, service
from civic.rules.periods import Period, parse, period_of
from civic.rules.refused import NotFound
from civic.web import zone

bp = Blueprint("ledger", __name__)

KINDS = ("week", "month", "quarter")


@bp.get("/me/statement")
@signed_in
def statement() -> str:
    """A month (or any other period) of my points: opening, lines, closing."""
    period, today = _period_asked(), clock.today(zone())
    account = "balance" if request.args.get("account") == "balance" else "merit"
    found = service.statement(me().id, period)
    return render_template(
        "ledger/statement.html",
        days=passbook.days(found, account),
        opening=getattr(found.opening, account),
        change=getattr(found.change, account),
        closing=getattr(found.closing, account),
        period=period,
        previous=period.previous(),
        following=period.next() if period.ends_on <= today else None,
        account=account,
        labels=_labels(period, is_running=period.starts_on <= today < period.ends_on),
        others=[period_of(kind, today) for kind in KINDS if kind != period.kind],
    )


def _labels(period: Period, is_running: bool) -> dict[str, str]:
    """What stands over opening, change and closing."""
    if not is_running:
        return {"opening": _("期初"), "change": _("这段时间"), "closing": _("期末")}
    opening, change = {
        "week": (_("周初"), _("本周")),
        "month": (_("月初"), _("本月")),
        "quarter": (_("季初"), _("本季度")),
    }.get(period.kind, (_("年初"), _("今年")))
    return {"opening": opening, "change": change, "closing": _("现在")}


def _period_asked() -> Period:
    key = request.args.get("period")
    if not key:
        return period_of("month", clock.today(zone()))
    try:
        return parse(key)
    except ValueError:
        raise NotFound("page") from None
