"""The statement as a page: what it shows adds up to what the ledger holds."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.db import transaction
from civic.ledger import service
from civic.ledger.models import ResidentTotal
from civic.rules.periods import parse
from tests.factories import COMMUNITY, NOW, TODAY, approved_entry, decide, person, staff
from tests.pages import sign_in
from tests.queries import count_queries

QUERIES = 7


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = person("xiulan")
    sign_in(client, "xiulan")
    return found


def figures(page: str, where: str) -> list[int]:
    """The figures that stand in elements of a class, signs and commas read."""
    found = re.findall(rf'class="{where}">(?:<span class="visually-hidden">[^<]*</span>)?([+−\d,]+)<', page)
    return [int(text.replace(",", "").replace("−", "-").replace("+", "")) for text in found]


def sums(page: str) -> tuple[int, ...]:
    """Opening, change, closing."""
    return tuple(figures(page.split("passbook-heads")[0], "n n-m"))


def amounts(page: str) -> list[int]:
    return [
        int(text.replace("−", "-").replace("+", ""))
        for text in re.findall(r'class="points points--\w+">.*?<span class="n">([^<]+)</span>', page, re.DOTALL)
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("period", ["", "2026-11", "2026-W48", "2026-W47", "2026-Q4", "2026", "2024--2026", "2031-02"])
@pytest.mark.parametrize("account", ["merit", "balance"])
def test_every_period_opens_with_and_without_lines(
    client: FlaskClient, xiulan: Person, lang: str, period: str, account: str
) -> None:
    address = f"/me/statement?period={period}&account={account}&lang={lang}"
    assert client.get(address).status_code == 200
    approved_entry(xiulan)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("period", ["2025-W53", "２０２６-11", "2026-13", "gestern"])
def test_a_period_that_does_not_exist_is_404(client: FlaskClient, xiulan: Person, period: str) -> None:
    assert client.get(f"/me/statement?period={period}").status_code == 404


def test_the_statement_is_for_whoever_is_signed_in(client: FlaskClient) -> None:
    answer = client.get("/me/statement")
    assert (answer.status_code, answer.location) == (303, "/login?next=%2Fme%2Fstatement")


@pytest.mark.parametrize("period", ["2026-W48", "2026-11", "2026-Q4", "2026"])
@pytest.mark.parametrize("account", ["merit", "balance"])
def test_opening_lines_and_closing_are_those_of_the_ledger(
    client: FlaskClient, xiulan: Person, period: str, account: str
) -> None:
    manager = staff()
    for days in (0, 0, 0, 1, 3, 6):
        approved_entry(xiulan, manager, quantity=4, acted_on=TODAY - timedelta(days=days))
    decide(approved_entry(xiulan, manager, activity="tree_planting", quantity=2), "reverse", manager)
    page = client.get(f"/me/statement?period={period}&account={account}").text
    found = service.statement(xiulan.id, parse(period))
    opening, change, closing = (getattr(each, account) for each in (found.opening, found.change, found.closing))
    assert sums(page) == (opening, change, closing)
    assert opening + change == closing
    assert sum(amounts(page)) == change
    balances = [int(text) for text in re.findall(r"结余 </span>(\d+)<", page)]
    assert balances == [getattr(each, account) for each in reversed(found.after_each)]
    assert balances[0] == closing


def test_the_parts_of_every_opened_line_add_up_to_it(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    for quantity in (6, 5, 4):
        approved_entry(xiulan, manager, quantity=quantity)
    page = client.get("/me/statement").text
    boxes = page.split('class="passbook-box"')[1:]
    assert len(boxes) == 3
    for box in boxes:
        (total,) = re.findall(r"为什么是 (\d+) 分", box)
        parts = [int(text.replace("−", "-")) for text in re.findall(r'<dd class="n">([−\d]+)</dd>', box)]
        assert sum(parts) == int(total)


def test_a_line_that_brought_nothing_says_so_and_why(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    for quantity in (6, 6):
        approved_entry(xiulan, manager, quantity=quantity)
    page = client.get("/me/statement").text
    assert amounts(page) == [0, 8]
    assert page.count("points--none") == 1
    assert "没有记分" in page
    assert "这项一天最多 8 分" in page.split("passbook-box")[0]


def test_a_reversal_names_its_line_and_leads_to_the_reason(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    entry = approved_entry(xiulan, manager, quantity=4)
    decide(entry, "reverse", manager)
    page = client.get("/me/statement").text
    assert "更正：捡拾垃圾" in page
    assert "冲回 11 月 25 日那一笔" in page
    assert f'<a href="/entries/{entry.id}">看原因</a>' in page
    assert sums(page) == (0, 0, 0)


def test_a_month_without_lines_says_what_i_still_have(client: FlaskClient, xiulan: Person) -> None:
    assert "从楼下的一件小事开始就好" in client.get("/me/statement").text
    with transaction() as session:
        for period in ("2026-08",):
            session.add(
                ResidentTotal(
                    resident_id=xiulan.id,
                    kind="month",
                    period=period,
                    community_code=COMMUNITY,
                    merit=12345,
                    balance=12345,
                )
            )
    page = client.get("/me/statement").text
    assert "一直有 12,345 分" in page


def test_the_page_turns_back_for_ever_and_forward_to_the_running_period_only(
    client: FlaskClient, xiulan: Person
) -> None:
    assert "period=2026-12" not in client.get("/me/statement?period=2026-11").text
    september = client.get("/me/statement?period=2026-09&account=balance").text
    assert "period=2026-08&amp;account=balance" in september
    assert "period=2026-10&amp;account=balance" in september


def test_a_long_statement_costs_as_many_queries_as_a_short_one(client: FlaskClient, xiulan: Person) -> None:
    manager = staff()
    decide(approved_entry(xiulan, manager), "reverse", manager)
    with count_queries() as short:
        client.get("/me/statement")
    for days in range(7):
        for key in ("litter_pickup", "cigarette_ends", "tree_care"):
            approved_entry(xiulan, manager, activity=key, acted_on=TODAY - timedelta(days=days))
    with count_queries() as long:
        client.get("/me/statement")
    assert short.total == long.total <= QUERIES, str(long)
