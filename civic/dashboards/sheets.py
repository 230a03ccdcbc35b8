"""The same figures as files: a workbook, and tables of comma-separated values that Excel opens right.

No cell is ever a formula: in the workbook texts stay texts, in a table a text that begins like one gets an apostrophe.
"""

import io
from collections.abc import Sequence

import xlsxwriter
from flask_babel import gettext as _

from civic.activities import service as activities
from civic.dashboards.figures import LABELS, Compared, by_category, compared
from civic.dashboards.service import AreaLine, Below, Side
from civic.filters import in_language, moment, name, period_name
from civic.spreadsheets import XLSX, comma_separated

__all__ = ["XLSX", "as_csv", "as_xlsx", "figure_rows", "ranking_rows"]

Cell = str | int | float | None
Rows = list[list[Cell]]
WIDEST = 36


def ranking_rows(below: Below) -> Rows:
    """The ranking of the areas below, headed."""
    head: list[Cell] = [
        _("名次"),
        _("上期名次"),
        _("代码"),
        _("名称"),
        _("文明指数"),
        _("指数较上期"),
        _("参与的人占比"),
        _("有入账的人"),
        _("文明分"),
        _("通过的记录"),
        _("待核对"),
        _("超过 48 小时"),
    ]
    return [head, *(_ranking_row(line) for line in below.lines)]


def _ranking_row(line: AreaLine) -> list[Cell]:
    listed, figures, now = line.listed, line.figures, line.now
    return [
        listed.rank,
        listed.previous_rank,
        listed.key,
        listed.name,
        _score(listed.index),
        _score(line.change),
        _share(line.participation),
        figures.people if figures else 0,
        listed.merit,
        figures.entries if figures else 0,
        now.waiting if now else 0,
        now.overdue if now else 0,
    ]


def figure_rows(here: Side, there: Side) -> Rows:
    """Every figure of two sides, headed by what they are."""
    head: list[Cell] = [_("数字"), _title(here), _title(there), _("差")]
    whole: Rows = [
        [str(LABELS[line.key]), _cell(line, line.here), _cell(line, line.there), _cell(line, line.change)]
        for line in compared(here, there)
    ]
    categories = activities.catalogue().categories
    by_kind: Rows = [
        [
            _("通过的记录") + in_language("：", ": ") + name(categories[line.key]),
            _cell(line, line.here),
            _cell(line, line.there),
            _cell(line, line.change),
        ]
        for line in by_category(here, there)
    ]
    as_of = moment(here.as_of) if here.as_of else ""
    return [head, *whole, *by_kind, [_("截至"), as_of, None, None]]


def _title(side: Side) -> str:
    return f"{side.area.short_name} {period_name(side.period)}"


def _cell(line: Compared, value: float | None) -> Cell:
    if value is None:
        return None
    if line.form == "score":
        return _score(int(value))
    return round(value, 4) if line.form == "share" else round(value, 1) if value % 1 else int(value)


def _score(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def as_csv(rows: Rows) -> bytes:
    """A headed table as comma-separated values."""
    return comma_separated([str(cell) for cell in rows[0]], rows[1:])


def as_xlsx(sheets: Sequence[tuple[str, Rows]]) -> bytes:
    """A workbook; its first rows stay in sight and nothing in it is computed."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for title, rows in sheets:
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    _write(sheet, at, column, cell, bold if at == 0 else None)
            for column in range(len(rows[0])):
                sheet.set_column(column, column, _width([row[column] for row in rows]))
    return out.getvalue()


def _write(sheet: "xlsxwriter.worksheet.Worksheet", at: int, column: int, cell: Cell, form: object) -> None:
    if isinstance(cell, str):
        sheet.write_string(at, column, cell, form)
    elif cell is not None:
        sheet.write_number(at, column, cell, form)


def _width(cells: Sequence[Cell]) -> int:
    """Room for the longest text; Chinese takes two places a character."""
    longest = max((sum(2 if ord(sign) > 0x2E80 else 1 for sign in str(cell or "")) for cell in cells), default=0)
    return min(WIDEST, max(8, longest + 2))
