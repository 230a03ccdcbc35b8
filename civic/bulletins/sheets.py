"""A bulletin's tables as a workbook."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from civic.bulletins.service import Shown
from civic.dashboards.figures import LABELS
from civic.dashboards.sheets import Rows, as_xlsx
from civic.filters import period_name


def workbook(found: Shown) -> bytes:
    """The figures, each ranking and the lists, a sheet each."""
    facts, names = found.row.facts, found.names
    title = [f"{found.area.short_name} {period_name(found.period)}", _("这一期"), _("上一期")]
    figures: Rows = [
        title,
        *([str(LABELS[key]), _cell(form, here), _cell(form, there)] for key, form, here, there in facts["figures"]),
    ]
    boards = {"communities": _("社区排名"), "districts": _("区县排名")}
    improve: Rows = [
        [_("名称"), _("代码"), _("差得最多的部分"), _("还差多少")],
        *([names[one["code"]], one["code"], one["part"], one["missing"]] for one in facts["to_improve"]),
    ]
    became: Rows = [
        [_("名称"), _("代码"), _("那时名次"), _("这一期名次")],
        *([name, code, was, now] for code, name, was, _index, now, _now_index in facts["last"]),
    ]
    return as_xlsx(
        [
            (_("数字"), figures),
            *((boards[of], _ranking(rows)) for of, rows in facts["boards"].items()),
            (_("还可以更好"), improve),
            (_("上一期的名单"), became),
        ]
    )


def _ranking(rows: Sequence[Sequence[Any]]) -> Rows:
    head = [
        _("名次"),
        _("上期名次"),
        _("代码"),
        _("名称"),
        _("文明指数"),
        _("指数较上期"),
        _("文明分"),
        _("有入账的人"),
    ]
    return [
        list(head),
        *(
            [rank, previous, code, name, _hundredths(index), _hundredths(change), merit, people]
            for rank, previous, code, name, index, change, merit, people in rows
        ),
    ]


def _cell(form: str, value: float | None) -> float | None:
    return _hundredths(value) if form == "score" else value


def _hundredths(score: float | None) -> float | None:
    return None if score is None else score / 100
