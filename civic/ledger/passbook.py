"""A statement in words: every line says what it is for and how it came to its figure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask_babel import gettext as _

from civic.activities import service as activities
from civic.filters import day, in_language, name, period_name
from civic.ledger.models import Posting
from civic.ledger.service import Amount, Statement
from civic.rules.periods import parse
from civic.rules.points import DAY_TOTAL, KEPT_DAYS_PER_DAY, PointRule
from civic.spreadsheets import Cell

Details = list[tuple[str, int]]


@dataclass(frozen=True)
class Line:
    """A line as a bank would print it. `details` add up to the amount."""

    title: str
    why: str
    amount: int
    state: str  # counted, bonus, reversed
    balance: int
    anchor: str
    link: dict[str, str] | None = None
    details: Details | None = None
    details_title: str | None = None
    details_note: str | None = None


@dataclass(frozen=True)
class Day:
    """The lines that count on one day."""

    date: date
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Month:
    """The lines of one month as they are printed, oldest first, with what stood before and after them."""

    name: str
    opening: int
    lines: tuple[tuple[date, Line], ...]
    closing: int


def is_shown(posting: Posting, only: str) -> bool:
    """Whether a line is of the kind or of the category that somebody wants to see; nothing asked for shows them all."""
    if only in ("", posting.kind):
        return True
    return bool(posting.activity_key) and activities.get(posting.activity_key or "").category == only


def days(statement: Statement, account: str, only: str = "") -> list[Day]:
    """The lines of a statement, the latest day first, with what stood after each; `account` is merit or balance."""
    stands: Amount = statement.opening
    written: list[tuple[date, Line]] = []
    for posting in statement.lines:
        stands = stands.plus(posting)
        if is_shown(posting, only):
            written.append((posting.counts_on, _line(posting, getattr(stands, account), account)))
    by_day = groupby(reversed(written), key=lambda pair: pair[0])
    return [Day(counts_on, tuple(line for _day, line in pairs)) for counts_on, pairs in by_day]


def months(statement: Statement, account: str, only: str = "") -> list[Month]:
    """A statement month by month, for paper: each month closes with what the next one opens with."""
    stands, found = statement.opening, []
    for key, postings in groupby(statement.lines, key=lambda posting: posting.month):
        opening, lines = stands, []
        for posting in postings:
            stands = stands.plus(posting)
            if is_shown(posting, only):
                lines.append((posting.counts_on, _line(posting, getattr(stands, account), account)))
        name_of = period_name(parse(key))
        found.append(Month(name_of, getattr(opening, account), tuple(lines), getattr(stands, account)))
    return found


def headings() -> list[str]:
    """What stands over the columns of `rows`."""
    merit, balance = _("文明分"), _("可兑分")
    left = _("结余")
    joint = in_language("", " ")
    return [
        _("入账日"),
        _("事项"),
        _("说明"),
        merit,
        f"{merit}{joint}{left}",
        balance,
        f"{balance}{joint}{left}",
        _("记录编号"),
        _("规则版本"),
        _("明细编号"),
    ]


def rows(lines: Iterable[Posting], opening: Amount = Amount(), only: str = "") -> Iterator[list[Cell]]:  # noqa: B008
    """Lines for a spreadsheet: both amounts, with what stood after each, and what the line rests on."""
    stands = opening
    for posting in lines:
        stands = stands.plus(posting)
        if not is_shown(posting, only):
            continue
        line = _line(posting, stands.merit, "merit")
        yield [
            posting.counts_on,
            line.title,
            line.why,
            posting.merit,
            stands.merit,
            posting.balance,
            stands.balance,
            posting.entry_id,
            posting.rule_version,
            posting.id,
        ]


def explain(posting: Posting) -> tuple[Details, str]:
    """How an award came to its figure: parts that add up to it, and the rule behind them."""
    rule = activities.rule_version(posting.activity_key or "", posting.rule_version or 0)
    parts = list(_worth(posting, rule))
    halved = _halved(posting)
    if halved is not None:
        parts.append(halved)
    reached = sum(points for _label, points in parts)
    if posting.cut_by and reached != posting.merit:
        parts.append((_cap(posting.cut_by, rule), posting.merit - reached))
    return parts, _("规则第 %(version)s 版", version=posting.rule_version)


def _line(posting: Posting, balance: int, account: str) -> Line:
    amount: int = getattr(posting, account)
    anchor = f"line-{posting.id}"
    if posting.kind == "bonus":
        week = period_name(parse(posting.act_week or ""))
        return Line(_("一周稳步奖励"), week[:1].upper() + week[1:], amount, "bonus", balance, anchor)
    activity = activities.get(posting.activity_key or "")
    if posting.kind == "reversal":
        why = _("冲回 %(day)s那一笔", day=day(posting.acted_on or posting.counts_on))
        link = {"href": f"/entries/{posting.entry_id}", "label": _("看原因")}
        return Line(_("更正：%(activity)s", activity=name(activity)), why, amount, "reversed", balance, anchor, link)
    details, rule = explain(posting)
    return Line(
        title=name(activity),
        why=_why(posting, activity.amount(posting.quantity or 0, in_language("zh", "en"))) + _less(posting),
        amount=amount,
        state="counted",
        balance=balance,
        anchor=anchor,
        link={"href": f"/entries/{posting.entry_id}", "label": _("看这一笔")},
        details=details,
        details_title=_("为什么是 %(points)s 分", points=posting.merit),
        details_note=rule,
    )


def _why(posting: Posting, quantity: str) -> str:
    if posting.acted_on is not None and posting.acted_on != posting.counts_on:
        return _("%(quantity)s，%(day)s做的，记到这个月", quantity=quantity, day=day(posting.acted_on))
    return quantity


def _less(posting: Posting) -> str:
    """Why a line brought less than it would have on its own; nothing where it did not."""
    if posting.merit >= (posting.worth or 0):
        return ""
    stop = in_language("，", ". ")
    if posting.cut_by:
        rule = activities.rule_version(posting.activity_key or "", posting.rule_version or 0)
        return stop + _cap(posting.cut_by, rule)
    halved = _halved(posting)
    return stop + halved[0] if halved else ""


def _worth(posting: Posting, rule: PointRule) -> Iterable[tuple[str, int]]:
    if activities.get(posting.activity_key or "").is_pledge:
        yield _("守诺一天"), posting.worth or 0
        return
    if rule.base:
        yield _("做这件事"), rule.base
    if rule.per_unit_hundredths:
        price = in_language("每份 %s 分 × %s", "%s each × %s") % (_decimal(rule.per_unit_hundredths), posting.quantity)
        yield price, (posting.worth or 0) - rule.base


def _decimal(hundredths: int) -> str:
    """100 as 1, 50 as 0.5, 125 as 1.25."""
    return f"{hundredths // 100}.{hundredths % 100:02}".rstrip("0").rstrip(".")


def _halved(posting: Posting) -> tuple[str, int] | None:
    worth, stood = posting.worth or 0, posting.standing or 0
    if stood == 0 or activities.get(posting.activity_key or "").is_pledge:
        return None
    if stood == 1:
        return _("当天第二次，记一半"), worth // 2 - worth
    return _("当天第三次起不再记分"), -worth


def _cap(cut_by: str, rule: PointRule) -> str:
    return {
        "per_day": _("这项一天最多 %(cap)s 分", cap=rule.per_day),
        "per_week": _("这项一周最多 %(cap)s 分", cap=rule.per_week),
        "kept_days": _("守诺一天最多 %(cap)s 分", cap=KEPT_DAYS_PER_DAY),
        "day_total": _("自己记的一天最多 %(cap)s 分", cap=DAY_TOTAL),
    }[cut_by]
