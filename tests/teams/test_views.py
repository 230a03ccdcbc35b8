"""The pages of teams as a browser without JavaScript sees them."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from civic.accounts.models import Person
from civic.db import db, id_of
from civic.entries.models import Entry
from civic.teams import service
from civic.teams.models import Team
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.pages import csrf_token, forms, sign_in, submit
from tests.queries import count_queries

QUERIES_MINE, QUERIES_ONE = 8, 14
LITTER = "/entries/new?activity=litter_pickup"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def xiulan(client: FlaskClient) -> Person:
    found = make.person("xiulan")
    sign_in(client, "xiulan")
    return found


def test_a_team_is_founded_shown_and_found_again(client: FlaskClient, xiulan: Person) -> None:
    answer = submit(client, "/teams/new", {"kind": "volunteers", "name": "桐花志愿队"}, form="/teams")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    team = db.session.query(Team).one()
    assert "桐花志愿队" in page
    assert f"{team.code[:4]}-{team.code[4:]}" in page
    assert f"/teams/join?code={team.code}" in page
    assert "桐花志愿队" in client.get("/teams").text


def test_what_is_refused_comes_back_as_it_was_typed(client: FlaskClient, xiulan: Person) -> None:
    answer = submit(client, "/teams/new", {"kind": "window", "name": "队"}, form="/teams")
    assert answer.status_code == 422
    fields = next(form["fields"] for form in forms(answer) if form["action"] == "/teams")
    assert (fields["kind"], fields["name"]) == ("window", "队")
    assert "至少 2 个字" in answer.text
    assert submit(client, "/teams/new", {"kind": "club", "name": "桐花队"}, form="/teams").status_code == 422


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_in_both_languages(client: FlaskClient, xiulan: Person, lang: str) -> None:
    team = make.team(make.person("captain"), xiulan)
    alone = make.team(xiulan, name="一个人的队")
    for path in ("/teams", "/teams/new", "/teams/join?code=ABCD", f"/teams/{team.id}", f"/teams/{alone.id}", "/me"):
        assert client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}").status_code == 200


def test_a_link_brings_the_code_and_one_button_joins(client: FlaskClient, xiulan: Person) -> None:
    team = make.team(make.person("captain"))
    answer = submit(client, f"/teams/join?code={team.code}", {}, form="/teams/join")
    assert answer.location == f"/teams/{team.id}"
    assert service.is_member(team, xiulan.id)


def test_a_code_of_a_closed_team_is_refused_kindly_beside_the_field(client: FlaskClient, xiulan: Person) -> None:
    captain = make.person("captain")
    team = make.team(captain)
    with make.transaction():
        service.close(team.id, by=captain, now=NOW, zone=make.ZONE)
    answer = submit(client, f"/teams/join?code={team.code}", {}, form="/teams/join")
    assert answer.status_code == 422
    assert "已经解散了" in answer.text
    assert f'value="{team.code}"' in answer.text


def test_codes_cannot_be_guessed_without_end(client: FlaskClient, xiulan: Person) -> None:
    token = csrf_token(client, "/teams/join")
    statuses = [
        client.post("/teams/join", data={"code": f"AAAA{number:04}", "csrf_token": token}).status_code
        for number in range(21)
    ]
    assert statuses == [422] * 20 + [429]


def test_strangers_see_the_name_and_never_who_is_in_it(client: FlaskClient, xiulan: Person) -> None:
    captain = make.person("captain", name="竹青", appear="nickname")
    team = make.team(captain, make.person(name="云上", appear="nickname"))
    page = client.get(f"/teams/{team.id}").text
    assert "桐花志愿队" in page
    assert "竹青" not in page
    assert "云上" not in page
    assert team.code not in page
    assert "队员" not in page


def test_the_number_of_members_is_told_from_five_on(client: FlaskClient, xiulan: Person) -> None:
    captain = make.person("captain")
    team = make.team(captain, *(make.person() for _ in range(3)))
    assert "队员" not in client.get(f"/teams/{team.id}").text
    service_join(team, make.person())
    assert "队员" in client.get(f"/teams/{team.id}").text


def test_only_the_captain_finds_what_a_captain_does(client: FlaskClient, xiulan: Person) -> None:
    captain = make.person("captain", name="竹青")
    team = make.team(captain, xiulan)
    page = client.get(f"/teams/{team.id}").text
    assert "/close" not in page
    assert "/leave" in page
    token = csrf_token(client, "/me/settings")
    for verb in ("close", "code", "captain", "remove", "change"):
        data = {"csrf_token": token, "person": captain.id, "name": "桐花志愿队"}
        assert client.post(f"/teams/{team.id}/{verb}", data=data).status_code == 403, verb
    assert client.post(f"/teams/{team.id}/leave", data={"csrf_token": token}).location == "/teams"
    assert not service.is_member(team, xiulan.id)


def test_a_captain_renames_hands_over_and_removes(client: FlaskClient, xiulan: Person) -> None:
    other, third = make.person("other"), make.person("third")
    team = make.team(xiulan, other, third)
    page = f"/teams/{team.id}"
    assert submit(client, page, {"name": "桐花晨跑队"}, form="/change").status_code == 303
    assert db.session.get_one(Team, team.id).name == "桐花晨跑队"
    assert submit(client, page, {"name": "队"}, form="/change").status_code == 422
    assert submit(client, page, {"person": third.id}, form="/remove").status_code == 303
    assert not service.is_member(team, third.id)
    assert submit(client, page, {"person": third.id}, form="/captain").status_code == 303
    assert db.session.get_one(Team, team.id).captain_id == xiulan.id
    assert submit(client, page, {"person": other.id}, form="/captain").status_code == 303
    assert db.session.get_one(Team, team.id).captain_id == other.id


def test_a_family_team_takes_the_family_along_and_a_child_later(client: FlaskClient, xiulan: Person) -> None:
    answer = submit(client, "/teams/new?kind=family", {"name": "柳桥三口"}, form="/teams")
    child = make.person(name="豆豆", born_on=date(2018, 5, 1), guardian=xiulan)
    assert "豆豆" in client.get(answer.location).text
    assert submit(client, answer.location, {"child": child.id}, form="/children").status_code == 303
    team = db.session.query(Team).one()
    assert service.is_member(team, child.id)


def test_the_form_offers_teams_to_whoever_has_any(client: FlaskClient, xiulan: Person) -> None:
    assert 'name="team"' not in client.get(LITTER).text
    team = make.team(xiulan)
    page = client.get(LITTER).text
    assert 'name="team"' in page
    assert f'<option value="{team.id}"' in page
    answer = submit(client, LITTER, {"team": team.id, "acted_on": TODAY.isoformat()}, form="/entries")
    assert answer.status_code == 303
    assert db.session.query(Entry.team_id).scalar() == team.id
    assert "桐花志愿队" in client.get(answer.location.split("?")[0]).text
    assert f'<option value="{team.id}" lang="zh-Hans" selected>' in client.get(LITTER).text


def test_a_day_before_joining_is_refused_beside_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, xiulan: Person
) -> None:
    team = make.team(xiulan, now=NOW)
    day = (TODAY - timedelta(days=1)).isoformat()
    answer = submit(client, LITTER, {"team": team.id, "acted_on": day, "note": "石桥一段"}, form="/entries")
    assert answer.status_code == 422
    assert "还不在这个集体里" in answer.text
    assert "石桥一段" in answer.text


def test_pages_cost_the_same_however_many_belong(client: FlaskClient, xiulan: Person) -> None:
    team_id = id_of(make.team(xiulan))
    few, one = _cost(client, f"/teams/{team_id}"), _cost(client, "/teams")
    for number in range(6):
        service_join(db.session.get_one(Team, team_id), make.person())
        if number < 2:
            make.team(xiulan, name=f"第 {number} 队")
    assert few == _cost(client, f"/teams/{team_id}") <= QUERIES_ONE
    assert one == _cost(client, "/teams") <= QUERIES_MINE


def _cost(client: FlaskClient, path: str) -> int:
    client.get(path)
    with count_queries() as queries:
        client.get(path)
    return queries.total


def service_join(team: Team, who: Person) -> None:
    code = db.session.get_one(Team, id_of(team)).code
    with make.transaction():
        service.join(code, by=who, now=NOW, zone=make.ZONE)
