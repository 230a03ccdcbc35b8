"""The statement as paper and as files: what they hold adds up, and opens in a spreadsheet as it is meant."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from civic.accounts.models import Person
from civic.ledger import passbook, service
from civic.rules.periods import parse
from civic.rules.refused import Refused
from civic.spreadsheets import XLSX, Sheet, comma_separated, xlsx
from tests.factories import NOW, TODAY, ZONE, approved_entry, decide, log, person, staff
from tests.pages import sign_in
from tests.queries import count_queries

PERIODS = ("2026-W46", "2026-W47", "2026-W48", "2026-10", "2026-11", "2026-12", "2026-Q4", "2026", "2024--2026")


@pytest.fixture
def xiulan(client: FlaskClient) -> Iterator[Person]:
    with time_machine.travel(NOW, tick=False):
        found = person("xiulan", name="=1+2")
        sign_in(client, "xiulan")
        yield found


def busy(me: Person) -> None:
    """Awards of two months and categories, halved and capped ones, and a reversal."""
    manager = staff()
    for days in (0, 0, 0, 1, 3, 6):
        approved_entry(me, manager, quantity=4, acted_on=TODAY - timedelta(days=days))
    earlier = NOW - timedelta(days=40)
    old = log(me, "cigarette_ends", acted_on=TODAY - timedelta(days=40), now=earlier)
    decide(old, "approve", manager, now=earlier)
    approved_entry(me, manager, activity="reading_minutes", quantity=30)
    decide(approved_entry(me, manager, activity="tree_planting", quantity=2), "reverse", manager)


def csv_rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_files_hold_what_the_ledger_holds(client: FlaskClient, xiulan: Person, period: str, lang: str) -> None:
    busy(xiulan)
    found = service.statement(xiulan.id, parse(period))
    rows = csv_rows(client.get(f"/me/statement.csv?period={period}&lang={lang}").data)
    book = load_workbook(io.BytesIO(client.get(f"/me/statement.xlsx?period={period}&lang={lang}").data))
    cells = [list(row) for row in book.active.iter_rows(values_only=True)]
    top = next(number for number, row in enumerate(cells) if row[0] == rows[0][0])
    for opening, *lines, closing in (rows[1:], cells[top + 1 :]):
        assert (int(opening[4]), int(closing[4])) == (found.opening.merit, found.closing.merit)
        assert [int(line[3]) for line in lines] == [posting.merit for posting in found.lines]
        assert [int(line[4]) for line in lines] == [after.merit for after in found.after_each]
        assert int(opening[4]) + sum(int(line[3]) for line in lines) == int(closing[4])
        assert int(opening[6]) + sum(int(line[5]) for line in lines) == int(closing[6])
    assert all(isinstance(line[0], datetime) for line in cells[top + 2 : -1])


def test_the_files_have_names_and_kinds_that_open_them(client: FlaskClient, xiulan: Person) -> None:
    for ending, kind in (("csv", "text/csv"), ("xlsx", XLSX)):
        answer = client.get(f"/me/statement.{ending}?period=2026-11")
        assert answer.mimetype == kind
        assert answer.headers["Content-Disposition"] == f'attachment; filename="statement-2026-11.{ending}"'
        assert client.get(f"/me/statement.{ending}?period=2025-W53").status_code == 404


def test_a_name_that_looks_like_a_formula_stays_a_name(client: FlaskClient, xiulan: Person) -> None:
    book = load_workbook(io.BytesIO(client.get("/me/statement.xlsx").data))
    cell = next(cell for row in book.active.iter_rows() for cell in row if cell.value == "=1+2")
    assert cell.data_type == "s"


@pytest.mark.one_engine
def test_words_never_become_formulas_links_or_other_columns() -> None:
    words = ["=1+1", "+86", "-3", "@x", "\t=1", "http://x", '逗号，引号"和,换行\n第二行', "＝全角", "1e5", "0012"]
    heads = ["词"]
    data = comma_separated(heads, [[word] for word in words])
    kept = [row[0] for row in csv_rows(data)[1:]]
    assert [text.removeprefix("'") for text in kept] == words
    assert [text for text in kept if text.startswith(("=", "+", "-", "@", "\t", "＝"))] == []
    assert csv_rows(comma_separated(heads, [[-4]]))[1] == ["-4"]
    sheet = load_workbook(io.BytesIO(xlsx(Sheet("表", [], heads, [[word] for word in words])))).active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == words
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_only_some_lines_are_shown_and_the_balances_stay_true(client: FlaskClient, xiulan: Person) -> None:
    busy(xiulan)
    whole = client.get("/me/statement").text
    reading = client.get("/me/statement?only=reading").text
    assert reading.count('class="passbook-day"') == 1
    assert "阅读" in reading
    assert re.findall(r"n-m\">.*?</dd>", whole) == re.findall(r"n-m\">.*?</dd>", reading)
    assert client.get("/me/statement?only=reversal").text.count("points--reversed") == 1
    assert "没有这样的行" in client.get("/me/statement?only=bonus").text
    assert client.get("/me/statement?only=nonsense").text.count("passbook-day") == whole.count("passbook-day")
    rows = csv_rows(client.get("/me/statement.csv?only=reading").data)
    assert len(rows) == 4
    assert rows[2][4] in {str(after.merit) for after in service.statement(xiulan.id, parse("2026-11")).after_each}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("account", ["merit", "balance"])
def test_the_sheet_closes_each_month_with_what_the_next_opens_with(
    client: FlaskClient, xiulan: Person, lang: str, account: str
) -> None:
    busy(xiulan)
    page = client.get(f"/me/statement/sheet?period=2026-Q4&account={account}&lang={lang}")
    assert page.status_code == 200
    standing = re.findall(r'class="sheet-stand">.*?class="n sheet-figure">([\d,]+)<', page.text, re.DOTALL)
    assert len(standing) == 4
    assert standing[1] == standing[2]
    assert standing[0] == "0"
    assert standing[3] == str(getattr(service.totals(xiulan.id), account))
    assert "<thead>" in page.text


def test_a_long_statement_costs_as_many_queries_on_paper_and_as_a_file(client: FlaskClient, xiulan: Person) -> None:
    approved_entry(xiulan, staff())
    pages = ("/me/statement/sheet", "/me/statement.csv", "/me/statement.xlsx", "/me/statement?only=award")
    costs = []
    for _ in range(2):
        for page in pages:
            with count_queries() as asked:
                assert client.get(page).status_code == 200
            costs.append(asked.total)
        busy(xiulan)
    assert costs[:4] == costs[4:]
    assert max(costs) <= 8, costs


Step = tuple[int, str, int, bool]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 70),
        st.sampled_from(("litter_pickup", "patrol", "pledge_walker")),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=12,
)


def _live(steps: list[Step]) -> Person:
    """A resident who did these things on days gone by, some of them reversed later."""
    me, manager = person(), staff()
    for days, activity, quantity, is_reversed in sorted(steps, reverse=True):
        at = NOW - timedelta(days=days)
        with suppress(Refused):
            entry = log(me, activity, quantity=quantity, acted_on=_day(at), now=at)
            if entry.status == "pending":
                decide(entry, "approve", manager, now=at)
            if is_reversed:
                decide(entry, "reverse", manager, now=NOW)
    return me


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


@pytest.mark.one_engine
def test_opening_and_lines_are_the_closing_whatever_was_done(app: Flask) -> None:
    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def holds(steps: list[Step]) -> None:
        me = _live(steps)
        with app.test_request_context("/me/statement"):
            for key in PERIODS:
                found = service.statement(me.id, parse(key))
                rows = list(passbook.rows(found.lines, found.opening))
                assert found.opening.merit + sum(row[3] for row in rows) == found.closing.merit  # type: ignore[misc]
                months = passbook.months(found, "merit")
                stands = found.opening.merit
                if not key.startswith("2026-W"):
                    for month in months:
                        assert month.opening == stands
                        stands = month.opening + sum(line.amount for _on, line in month.lines)
                        assert month.closing == stands
                    assert stands == found.closing.merit
            everything = list(passbook.rows(service.all_lines(me.id)))
            assert (everything[-1][4] if everything else 0) == service.totals(me.id).merit

    holds()
