"""Tables that leave the product as files, XLSX or CSV, and are safe to open: what people wrote stays text.

A cell that begins like a formula is text in both. CSV is UTF-8 with the mark that tells spreadsheets so.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xlsxwriter import Workbook

Cell = str | int | float | date | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Sheet:
    """A table: lines that say what it is, a row of headings, the rows, and how wide each column is."""

    name: str
    about: Sequence[Sequence[Cell]]
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = field(default_factory=tuple)


def xlsx(sheet: Sheet) -> bytes:
    """The table as an Excel workbook, written row by row."""
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        page = book.add_worksheet(sheet.name)
        page.set_paper(9)  # A4
        page.set_portrait()
        page.fit_to_pages(1, 0)
        for column, width in enumerate(sheet.widths):
            page.set_column(column, column, width)
        for number, row in enumerate(sheet.about):
            _write(page, number, row, day)
        top = len(sheet.about) + bool(sheet.about)
        for column, heading in enumerate(sheet.headings):
            page.write_string(top, column, heading, bold)
        page.repeat_rows(top)
        page.freeze_panes(top + 1, 0)
        for number, row in enumerate(sheet.rows, top + 1):
            _write(page, number, row, day)
    return out.getvalue()


def comma_separated(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The headings and rows as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_plain(heading) for heading in headings])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _write(page: Any, number: int, row: Sequence[Cell], day: Any) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, date):
            page.write_datetime(number, column, cell, day)
        elif isinstance(cell, int | float):
            page.write_number(number, column, cell)
        elif cell:
            page.write_string(number, column, cell)


def _plain(cell: Cell) -> str | int | float:
    """A cell as CSV holds it: a text that a spreadsheet would run as a formula begins with an apostrophe."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell
