"""The dashboard as a page: who may see which, what it says, what it costs, and the same as files."""

import csv
import io
from collections.abc import Iterator

import openpyxl
import pytest
from flask.testing import FlaskClient

from civic import clock
from civic.accounts.models import Person
from civic.dashboards import sheets
from tests.dashboards.world import LATER, compiled, lively
from tests.factories import COMMUNITY, FAR_COMMUNITY, OTHER_COMMUNITY, city, decide, log, person, staff
from tests.pages import sign_in
from tests.queries import count_queries

QUERIES_AREA = 32
QUERIES_COMMUNITY = 20


@pytest.fixture(autouse=True)
def _afternoon() -> Iterator[None]:
    with clock.held(LATER):
        yield


@pytest.fixture
def officer(client: FlaskClient) -> Person:
    """A district officer who is signed in, in a lively city."""
    lively()
    compiled()
    found = staff("district_officer", "990102")
    sign_in(client, found.login or "")
    return found


def test_it_shows_index_backlog_ranking_and_figures(client: FlaskClient, officer: Person) -> None:
    page = client.get("/dashboard/990102").text
    for words in ("文明指数", "核对积压", "社区排名", "参与走势", "各类记录", "截至 11 月 26 日 16:05", "桐花社区"):
        assert words in page, words
    assert f'href="/dashboard/{OTHER_COMMUNITY}?period=2026-11"' in page


def test_a_grant_opens_what_it_reaches_and_nothing_else(client: FlaskClient, officer: Person) -> None:
    for code, status in (("990102", 200), (COMMUNITY, 200), ("990105", 403), ("9901", 403), ("123", 404)):
        for page in ("", "/rows", "/figures.csv", "/dashboard.xlsx"):
            assert client.get(f"/dashboard/{code}{page}").status_code == status, (code, page)
    assert client.get("/dashboard/990102?with=990105").status_code == 403
    assert client.get("/dashboard/990102?with=990102001").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["period=2025-W53", "period=now", "with=nobody", "of=residents", "of=districts", "page=0", "page=x"],
)
def test_what_does_not_exist_is_not_found(client: FlaskClient, officer: Person, query: str) -> None:
    assert client.get(f"/dashboard/990102?{query}").status_code == 404


def test_the_way_there_stands_in_the_navigation_of_staff_only(client: FlaskClient, officer: Person) -> None:
    assert 'href="/dashboard/990102"' in client.get("/activities").text
    resident = client.application.test_client()
    sign_in(resident, person().login or "")
    assert "/dashboard/" not in resident.get("/activities").text


def test_a_period_to_come_and_one_without_figures_say_so(client: FlaskClient, officer: Person) -> None:
    assert "还没有开始" in client.get("/dashboard/990102?period=2027-01").text
    assert "还没有编出来" in client.get("/dashboard/990102?period=2025-01").text


def test_every_kind_of_period_opens_and_compares(client: FlaskClient, officer: Person) -> None:
    for period in ("2026-W48", "2026-11", "2026-Q4", "2026", "2024--2026"):
        for against in ("", "2026-10", "2026", "990102001"):
            answer = client.get(f"/dashboard/990102?period={period}&with={against}")
            assert answer.status_code == 200, (period, against)


def test_an_area_without_people_has_no_index_and_says_why(client: FlaskClient, officer: Person) -> None:
    page = client.get("/dashboard/990102002001").text
    assert "这里还没有指数" in page


def test_what_is_overdue_leads_to_its_queue(client: FlaskClient) -> None:
    lively()
    compiled()
    sign_in(client, staff("city_officer", "9901").login or "")
    page = client.get("/dashboard/9901?of=communities").text
    assert "1 笔过了 48 小时" in page
    assert f'href="/moderation?area={FAR_COMMUNITY}"' in page


def test_an_administrator_sees_figures_but_no_way_to_a_queue_they_may_not_open(client: FlaskClient) -> None:
    lively()
    compiled()
    sign_in(client, staff("administrator", "9901").login or "")
    page = client.get("/dashboard/9901?of=communities").text
    assert "核对积压" in page
    assert "/moderation" not in page


def test_a_gap_opens_the_communities_behind_it(client: FlaskClient, officer: Person) -> None:
    lacking = client.get("/dashboard/990102/rows?category=environment").text
    assert "西苑社区" in lacking.split("</ul>")[0]
    assert "桐花社区" not in lacking.split("</ul>")[0]
    assert "柳桥社区" in client.get("/dashboard/990102/rows?quiet=1").text
    assert client.get("/dashboard/990102/rows?category=nonsense").status_code == 404
    assert "居民的榜单" in client.get(f"/dashboard/{COMMUNITY}/rows").text


def test_no_page_counts_residents(client: FlaskClient, officer: Person) -> None:
    """Ten times the people and entries cost not one query more, and no table of residents is read."""
    before = _queries(client, "/dashboard/990102"), _queries(client, f"/dashboard/{COMMUNITY}")
    manager = staff()
    for _ in range(10):
        decide(log(person(), now=LATER), "approve", manager, now=LATER)
    compiled()
    after = _queries(client, "/dashboard/990102"), _queries(client, f"/dashboard/{COMMUNITY}")
    assert after == before
    assert after[0] <= QUERIES_AREA
    assert after[1] <= QUERIES_COMMUNITY


def _queries(client: FlaskClient, path: str) -> int:
    with count_queries() as found:
        assert client.get(path).status_code == 200
    for table in ("posting", "resident_total", "FROM entry", "FROM decision"):
        assert not any(table in statement for statement in found.statements), table
    return found.total


def test_the_table_opens_in_excel_as_it_stands_on_the_page(client: FlaskClient, officer: Person) -> None:
    answer = client.get("/dashboard/990102/ranking.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ranking-990102-2026-11.csv"'
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:4] == ["名次", "上期名次", "代码", "名称"]
    assert {row[3] for row in rows[1:]} == {"桐花社区", "西苑社区", "柳桥社区"}
    assert client.get(f"/dashboard/{COMMUNITY}/ranking.csv").status_code == 404


def test_the_workbook_holds_figures_and_ranking_as_numbers_and_texts(client: FlaskClient, officer: Person) -> None:
    answer = client.get("/dashboard/990102/dashboard.xlsx?with=990102001")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["数字", "排名"]
    figures = {row[0]: row[1] for row in book["数字"].iter_rows(min_row=2, values_only=True)}
    assert (figures["有入账的人"], figures["通过的记录"]) == (3, 4)
    assert book["数字"]["C1"].value == "桐花街道 2026 年 11 月"
    codes = [row[2] for row in book["排名"].iter_rows(min_row=2, values_only=True)]
    assert all(isinstance(code, str) for code in codes)


def test_no_cell_is_ever_a_formula() -> None:
    rows: sheets.Rows = [["名称", "数"], ["=1+1", -4], ["@sum", 1.5], ["+x", None], ["-y", 2]]
    text = sheets.as_csv(rows).decode("utf-8-sig")
    assert text.split("\r\n")[1:5] == ["'=1+1,-4", "'@sum,1.5", "'+x,", "'-y,2"]
    book = openpyxl.load_workbook(io.BytesIO(sheets.as_xlsx([("一", rows)])))
    cells = [cell for row in book["一"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}


def test_an_empty_city_opens_too(client: FlaskClient) -> None:
    city()
    sign_in(client, staff("city_officer", "9901").login or "")
    assert client.get("/dashboard/9901").status_code == 200
    compiled()
    for code in ("9901", "990105001", COMMUNITY):
        assert client.get(f"/dashboard/{code}").status_code == 200
