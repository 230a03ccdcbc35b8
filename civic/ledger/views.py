"""The statement: a resident's points, line by line, each with its reason; on the screen, on paper and as a file."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import me, signed_in
from civic.activities import service as activities
from civic.areas import service as areas
from civic.filters import name, period_name
from civic.ledger import passbook, service
from civic.ledger.service import Amount, Statement
from civic.rules.periods import Period, parse, period_of
from civic.rules.refused import NotFound
from civic.spreadsheets import CSV, XLSX, Cell, Sheet, comma_separated, xlsx
from civic.web import my_community_code, zone

bp = Blueprint("ledger", __name__)

KINDS = ("week", "month", "quarter")
LINES = ("award", "bonus", "reversal")
WIDTHS = (12, 24, 40, 10, 12, 10, 12, 12, 10, 12)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of their points: a period, one of the two amounts, lines of one kind or category."""

    period: Period
    account: str
    only: str

    def address(self, path: str = "/me/statement", **other: str) -> str:
        """The same asked of another page, or with something else in its place; what need not be said is left out."""
        chosen = {"period": self.period.key, "account": self.account, "only": self.only, **other}
        left_out = {"account": "merit", "only": ""}
        return f"{path}?{urlencode({key: value for key, value in chosen.items() if left_out.get(key) != value})}"


@bp.get("/me/statement")
@signed_in
def statement() -> str:
    """A month (or any other period) of my points: opening, lines, closing."""
    asked, today = _asked(), clock.today(zone())
    period, account = asked.period, asked.account
    found = service.statement(me().id, period)
    days = passbook.days(found, account, asked.only)
    return render_template(
        "ledger/statement.html",
        asked=asked,
        days=days,
        shown=[line for day in days for line in day.lines] if asked.only else [],
        opening=getattr(found.opening, account),
        change=getattr(found.change, account),
        closing=getattr(found.closing, account),
        period=period,
        previous=period.previous(),
        following=period.next() if period.ends_on <= today else None,
        account=account,
        labels=_labels(period, is_running=period.starts_on <= today < period.ends_on),
        others=[period_of(kind, today) for kind in KINDS if kind != period.kind],
        kinds=_kinds(),
        categories=list(activities.catalogue().categories.values()),
    )


@bp.get("/me/statement/sheet")
@signed_in
def sheet() -> str:
    """The same as a sheet of paper, month by month."""
    asked = _asked()
    found = service.statement(me().id, asked.period)
    return render_template(
        "ledger/sheet.html",
        asked=asked,
        months=passbook.months(found, asked.account, asked.only),
        opening=getattr(found.opening, asked.account),
        change=getattr(found.change, asked.account),
        closing=getattr(found.closing, asked.account),
        community=areas.path(my_community_code() or ""),
        only=_name_of(asked.only),
        made_at=clock.now(),
    )


@bp.get("/me/statement.xlsx")
@signed_in
def workbook() -> Response:
    """The same as an Excel workbook."""
    asked = _asked()
    found = service.statement(me().id, asked.period)
    about: list[list[Cell]] = [
        [_("积分明细"), period_name(asked.period)],
        [_("称呼"), me().name],
        [_("社区"), areas.get_area(my_community_code() or "").short_name],
        [_("制表"), clock.today(zone())],
    ]
    if asked.only:
        about.append([_("只看"), _name_of(asked.only)])
    made = xlsx(Sheet(asked.period.key, about, passbook.headings(), _rows(found, asked), WIDTHS))
    return _file(made, XLSX, f"statement-{asked.period.key}.xlsx")


@bp.get("/me/statement.csv")
@signed_in
def text_file() -> Response:
    """The same as CSV."""
    asked = _asked()
    found = service.statement(me().id, asked.period)
    return _file(comma_separated(passbook.headings(), _rows(found, asked)), CSV, f"statement-{asked.period.key}.csv")


def _rows(found: Statement, asked: Asked) -> list[list[Cell]]:
    """Opening, lines, closing, as in a bank's file."""
    return [
        _standing(_("期初"), found.opening),
        *passbook.rows(found.lines, found.opening, asked.only),
        _standing(_("期末"), found.closing),
    ]


def _standing(label: str, amount: Amount) -> list[Cell]:
    return [None, label, None, None, amount.merit, None, amount.balance, None, None, None]


def _file(content: bytes, kind: str, filename: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _kinds() -> list[tuple[str, str]]:
    return [("award", _("记分")), ("bonus", _("奖励")), ("reversal", _("更正"))]


def _name_of(only: str) -> str:
    """What the lines asked for are called; nothing where all are."""
    category = activities.catalogue().categories.get(only)
    return name(category) if category else dict(_kinds()).get(only, "")


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


def _asked() -> Asked:
    account, only = request.args.get("account"), request.args.get("only", "")
    is_known = only in LINES or only in activities.catalogue().categories
    return Asked(_period_asked(), "balance" if account == "balance" else "merit", only if is_known else "")


def _period_asked() -> Period:
    key = request.args.get("period")
    if not key:
        return period_of("month", clock.today(zone()))
    try:
        return parse(key)
    except ValueError:
        raise NotFound("page") from None
