"""The pages of whoever manages a community: everything at a glance, contact, members."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts import members
from civic.accounts.models import Membership, Person
from civic.db import db, transaction
from tests.factories import COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, announce, log, person, staff
from tests.pages import sign_in, submit
from tests.queries import count_queries

BASE = f"/communities/{COMMUNITY}"
QUERIES_MANAGE, QUERIES_MEMBERS, QUERIES_MEMBER = 18, 7, 10


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(client: FlaskClient) -> Person:
    found = staff()
    sign_in(client, found.login or "")
    return found


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def path_of(who: Person) -> str:
    row = db.session.query(Membership).filter_by(person_id=who.id).one()
    return f"{BASE}/members/{row.id}"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("page", ["manage", "members", "members?state=removed&q=a", "stand-ins"])
def test_its_pages_open_empty_and_full(client: FlaskClient, manager: Person, lang: str, size: str, page: str) -> None:
    join = "&" if "?" in page else "?"
    address = f"{BASE}/{page}{join}lang={lang}&type={size}"
    assert client.get(address).status_code == 200
    log(person(name="一个名字很长很长的邻居住在十八栋三单元"))
    announce(manager)
    assert client.get(address).status_code == 200


def test_the_way_in_shows_to_whoever_holds_the_grant_only(client: FlaskClient) -> None:
    person("xiulan")
    assert "/manage" not in client.get(BASE).text
    sign_in(client, "xiulan")
    assert "/manage" not in client.get(BASE).text
    assert client.get(f"{BASE}/manage").status_code == 403


def test_a_manager_finds_it_on_the_place_and_on_me(client: FlaskClient, manager: Person) -> None:
    assert f"{BASE}/manage" in client.get(BASE).text
    assert f"{BASE}/manage" in client.get("/me").text
    assert "/manage" not in client.get(f"/communities/{OTHER_COMMUNITY}").text
    assert client.get(f"/communities/{OTHER_COMMUNITY}/manage").status_code == 403
    assert client.get("/communities/990102001/manage").status_code == 404


def test_it_says_what_waits(client: FlaskClient, manager: Person) -> None:
    log(person())
    person(confirmed=False)
    announce(manager)
    page = words(client.get(f"{BASE}/manage").text)
    for said in ("1 笔在等", "正贴着 1 条", "1 位已确认，1 位在等第一笔", "还没有定"):
        assert said in page


def test_contact_is_public_once_it_is_said_and_gone_once_it_is_not(client: FlaskClient, manager: Person) -> None:
    line = "社区办公室，<槐荫路> 12 号，工作日 9:00 至 17:30"
    assert submit(client, f"{BASE}/manage", {"words": line}, form="contact").status_code == 303
    assert "&lt;槐荫路&gt; 12 号" in client.get(BASE).text
    too_long = submit(client, f"{BASE}/manage", {"words": "字" * 121}, form="contact")
    assert too_long.status_code == 422
    assert "字" * 121 in too_long.text
    assert "12 号" in client.get(BASE).text
    submit(client, f"{BASE}/manage", {"words": " "}, form="contact")
    assert "怎么找到社区" not in client.get(BASE).text


def test_no_child_no_hidden_name_no_login_and_no_birthday_on_any_of_them(client: FlaskClient, manager: Person) -> None:
    parent = person("login-of-parent", name="豆豆妈", born_on=date(1988, 3, 14))
    person(name="豆豆小名", born_on=date(2018, 5, 1), guardian=parent)
    hidden = person("login-of-hidden", name="隐士先生", appear="hidden")
    teen = person("login-of-teen", name="小满满", born_on=date(2010, 5, 1))
    pages = [client.get(f"{BASE}/members?state={state}").text for state in members.STATES]
    pages += [client.get(path_of(who)).text for who in (parent, hidden, teen)]
    pages += [client.get(f"{BASE}/members?q={text}").text for text in ("豆豆妈", "yinshi", "login-of")]
    assert "豆豆妈" in pages[0]
    for page in pages:
        for secret in ("豆豆小名", "隐士先生", "小满满", "login-of-parent", "login-of-hidden", "login-of-teen"):
            assert secret not in page
        for born in ("1988", "2010", "2018"):
            assert born not in page
    assert "小**" in pages[0]
    assert "另有 1 个未满 14 岁的孩子" in words(pages[0])


def test_a_member_is_removed_with_a_reason_and_told_so(client: FlaskClient, manager: Person) -> None:
    who = person("laozhou", name="老周")
    page = path_of(who)
    assert "再算 12 个月" in words(client.get(page).text)
    refused = submit(client, page, {"reason": " "}, form="remove")
    assert refused.status_code == 422
    assert "本人会看到" in words(refused.text)
    assert submit(client, page, {"reason": "搬走<三>个月"}, form="remove").location == page
    assert "老周" in client.get(f"{BASE}/members?state=removed").text
    assert "老周" not in client.get(f"{BASE}/members").text
    submit(client, "/logout", {})
    sign_in(client, "laozhou")
    home = client.get("/").text
    assert "搬走&lt;三&gt;个月" in home
    assert "/me/settings/community" in home
    chosen = f"/me/settings/community?community={COMMUNITY}"
    assert "你被移出了" in client.get(chosen).text
    assert submit(client, chosen, {}, form="community").status_code == 303
    assert "移出" not in client.get("/").text


def test_a_removal_is_taken_back_the_same_day_and_not_the_next(client: FlaskClient, manager: Person) -> None:
    who = person(name="老周")
    page = path_of(who)
    submit(client, page, {"reason": "登记错了"}, form="remove")
    submit(client, page, {}, form="restore")
    assert "老周" in client.get(f"{BASE}/members").text
    submit(client, page, {"reason": "登记错了"}, form="remove")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert "restore" not in client.get(page).text


def test_removed_meanwhile_by_somebody_else_is_said_and_nothing_happens_twice(
    client: FlaskClient, manager: Person
) -> None:
    who = person(name="老周")
    page = path_of(who)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text).group(1)  # type: ignore[union-attr]
    with transaction():
        row = db.session.query(Membership).filter_by(person_id=who.id).one()
        members.remove(row.id, "街道移出", by=staff("subdistrict_officer", "990102001"), now=NOW, zone=ZONE)
    answer = client.post(f"{page}/remove", data={"csrf_token": token, "reason": "我来移出"})
    assert answer.status_code == 409
    assert "没有重复移出" in words(answer.text)


def test_another_communitys_member_is_not_found_here(client: FlaskClient, manager: Person) -> None:
    other = person(community=OTHER_COMMUNITY)
    assert client.get(path_of(other)).status_code == 404
    assert client.get(f"{BASE}/members/999999").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=a", "page=999999999999", "page=１", "state=x"])
def test_odd_addresses_are_404(client: FlaskClient, manager: Person, query: str) -> None:
    assert client.get(f"{BASE}/members?{query}").status_code == 404


@pytest.mark.parametrize("text", ["%00", "%25", "a" * 500, "%F0%9F%98%80", "'--"])
def test_odd_searches_find_nobody_and_fail_nowhere(client: FlaskClient, manager: Person, text: str) -> None:
    assert client.get(f"{BASE}/members?q={text}").status_code == 200


def test_many_cost_as_many_queries_as_few(client: FlaskClient, manager: Person) -> None:
    who = person()
    paths = {f"{BASE}/manage": QUERIES_MANAGE, f"{BASE}/members": QUERIES_MEMBERS, path_of(who): QUERIES_MEMBER}
    before = {}
    for path in paths:
        with count_queries() as few:
            client.get(path)
        before[path] = few.total
    for number in range(20):
        log(person(confirmed=number % 2 == 0), acted_on=TODAY)
    for path, most in paths.items():
        with count_queries() as many:
            client.get(path)
        assert before[path] == many.total <= most, f"{path}\n{many}"
