"""What anybody may ask: areas, activities, boards of areas, the document."""

import re
from typing import Any

import pytest
from flask import Flask
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

from civic.activities import service as activities
from civic.areas.models import Area, Population
from civic.db import db, transaction
from tests import factories
from tests.api.conftest import API, Caller, Callers
from tests.factories import COMMUNITY, OTHER_COMMUNITY, TODAY
from tests.queries import count_queries


def _communities(number: int) -> None:
    """So many more communities in the first subdistrict, each with 100 people."""
    with transaction() as session:
        for index in range(number):
            code = f"9901020012{index:02}"
            names = {"name": f"新村{index}社区居委会", "short_name": f"新村{index}社区"}
            letters = {"pinyin": f"xincun{index}shequ", "initials": f"xc{index}sq"}
            session.add(Area(code=code, parent_code="990102001", level="community", **names, **letters))
            session.flush()
            session.add(Population(area_code=code, from_on=TODAY, people=100))


def _walk(caller: Caller, path: str, **query: object) -> list[dict]:  # type: ignore[type-arg]
    """Every item of a list, by following `next`."""
    answer, found = caller.get(path, **query), []
    while True:
        assert answer.status_code == 200, answer.text
        found += answer.json.get("items", answer.json.get("rows"))
        if answer.json["next"] is None:
            return found
        assert answer.json["next"].startswith(f"{API}{path}?")
        answer = caller.get(answer.json["next"])


def test_without_parameters_the_roots_are_listed(caller: Callers) -> None:
    factories.city()
    root = {
        "code": "9901",
        "name": "榴城市",
        "short_name": "榴城市",
        "level": "city",
        "parent": None,
        "population": None,
    }
    assert caller().get("/areas").json == {"items": [root], "next": None}


def test_children_are_listed_page_by_page_with_their_people(caller: Callers) -> None:
    factories.city()
    _communities(60)
    first = caller().get("/areas", parent="990102001").json
    assert len(first["items"]) == 50
    found = _walk(caller(), "/areas", parent="990102001")
    assert [area["code"] for area in found] == sorted(area["code"] for area in found)
    assert len(found) == len({area["code"] for area in found}) == 62
    assert {area["level"] for area in found} == {"community"}
    assert {area["parent"] for area in found} == {"990102001"}
    assert {area["population"] for area in found} == {None, 100}
    assert caller().get("/areas", parent="9901").json["items"][0]["population"] == 6000


def test_areas_are_found_by_name_pinyin_and_code(caller: Callers) -> None:
    factories.city()
    _communities(60)
    assert [area["code"] for area in caller().get("/areas", q="桐花社区").json["items"]] == [COMMUNITY]
    assert len(_walk(caller(), "/areas", q="新村")) == 60
    assert len(_walk(caller(), "/areas", q="xincun", parent="990102001")) == 60
    assert caller().get("/areas", q="xincun", parent="990105").json == {"items": [], "next": None}
    assert COMMUNITY in [area["code"] for area in caller().get("/areas", q=COMMUNITY[:10]).json["items"]]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_activities_come_with_todays_rule_in_the_readers_language(caller: Callers, lang: str) -> None:
    answer = caller(lang=lang).get("/activities").json
    found = {item["key"]: item for item in answer["items"]}
    assert set(found) == {activity.key for activity in activities.open_activities()}
    litter = found["litter_pickup"]
    assert litter["name"] == {"zh": "捡拾垃圾", "en": "Pick up litter"}[lang]
    assert (litter["category"], litter["kind"], litter["evidence"]) == ("environment", "act", ["photo"])
    assert litter["rule"] == {
        "version": 1,
        "base": 2,
        "per_unit": 1,
        "per_day": 8,
        "per_week": 24,
        "once_per": None,
        "min_quantity": 1,
        "max_quantity": 6,
    }
    walk = found["inspection_walk"]
    assert (walk["form_min"], walk["form"][0]["key"]) == (4, "pavement")
    assert caller(lang="zh").get("/activities", lang=lang).json == answer


def test_a_board_of_areas_is_open_and_says_what_it_is(caller: Callers) -> None:
    manager = factories.staff("subdistrict_officer", "990102001")
    for community, quantity in ((COMMUNITY, 2), (OTHER_COMMUNITY, 6)):
        factories.approved_entry(factories.person(community=community), manager, quantity=quantity)
    board = caller().get("/leaderboard", area="990102001", period="2026-11", of="communities").json
    assert board == {
        "area": "990102001",
        "period": "2026-11",
        "of": "communities",
        "status": "live",
        "as_of": "2026-11-25T02:05:00Z",
        "closes_at": "2026-12-07T16:00:00Z",
        "rulebook": "2026-11",
        "ranked": 2,
        "rows": [
            {
                "rank": 1,
                "subject": {"kind": "community", "code": OTHER_COMMUNITY, "name": "西苑社区"},
                "merit": 8,
                "previous_rank": None,
            },
            {
                "rank": 2,
                "subject": {"kind": "community", "code": COMMUNITY, "name": "桐花社区"},
                "merit": 4,
                "previous_rank": None,
            },
        ],
        "next": None,
    }
    districts = caller().get("/leaderboard", area="9901", of="districts").json
    assert districts["rows"][0]["subject"] == {"kind": "district", "code": "990102", "name": "望江区"}


def test_a_long_board_of_residents_is_read_to_its_end(caller: Callers) -> None:
    manager = factories.staff()
    people = [factories.person(appear="nickname") for _ in range(53)]
    for resident in people:
        factories.approved_entry(resident, manager)
    hidden = factories.person(appear="hidden")
    factories.approved_entry(hidden, manager)
    rows = _walk(caller(people[0]), "/leaderboard", area=COMMUNITY, of="residents")
    assert {row["subject"]["id"] for row in rows} == {str(resident.id) for resident in people}
    assert {(row["rank"], row["merit"], row["subject"]["kind"]) for row in rows} == {(1, 3, "resident")}


def test_residents_are_shown_to_members_and_staff_only(caller: Callers) -> None:
    resident = factories.person(name="秀兰", appear="masked")
    factories.approved_entry(resident)
    ask = {"area": COMMUNITY, "of": "residents"}
    assert caller().get("/leaderboard", **ask).status_code == 401
    assert caller(factories.person(community=OTHER_COMMUNITY)).get("/leaderboard", **ask).status_code == 403
    for reader in (factories.person(), factories.staff(), factories.staff("district_officer", "990102")):
        row = caller(reader).get("/leaderboard", **ask).json["rows"][0]
        assert row["subject"] == {"kind": "resident", "id": str(resident.id), "name": "秀**"}


def test_boards_that_are_turned_off_are_shut_to_strangers(
    app: Flask, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    factories.city()
    monkeypatch.setitem(app.config, "CIVIC", replace(app.config["CIVIC"], public_boards=False))
    assert caller().get("/leaderboard", area="9901").status_code == 403
    assert caller(factories.person()).get("/leaderboard", area="9901").status_code == 200


@pytest.mark.one_engine
def test_the_document_is_valid_and_complete(app: Flask, caller: Callers) -> None:
    document = caller().get("/openapi.json").json
    validate(document)
    described = {(path, method.upper()) for path, method, _call in _calls(document)}
    built = {
        (rule.rule.replace("<int:", "{").replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{API}/") and not rule.rule.endswith("openapi.json")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == built
    assert set(document["components"]["securitySchemes"]) == {"bearer", "session", "csrf"}


@pytest.mark.one_engine
def test_the_document_says_who_may_call(app: Flask, caller: Callers) -> None:
    for path, method, call in _calls(caller().get("/openapi.json").json):
        access = _access(app, path, method)
        assert ({} in call["security"]) == (access == "open"), (path, method)
        assert ("401" in call["responses"]) or access == "open", (path, method)
        assert any("csrf" in way for way in call["security"]) == (method == "post"), (path, method)
        assert call["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}, (path, method)


def test_answers_are_as_the_document_says(caller: Callers) -> None:
    resident, manager = factories.person(), factories.staff()
    factories.decide(factories.approved_entry(resident, manager, quantity=6), "reverse", manager)
    factories.log(factories.person(confirmed=False), quantity=6)
    phone, desk = caller(resident), caller(manager)
    document = phone.get("/openapi.json").json
    asked = [
        (phone, "/areas"),
        (phone, "/activities"),
        (phone, "/entries"),
        (phone, f"/entries/{phone.get('/entries').json['items'][0]['id']}"),
        (phone, "/me"),
        (desk, "/me"),
        (phone, "/me/statement"),
        (phone, "/leaderboard?of=residents"),
        (desk, "/leaderboard?area=9901"),
        (desk, "/moderation/queue"),
    ]
    for program, path in asked:
        described = re.sub(r"[0-9]+$", "{entry_id}", path.partition("?")[0])
        call = document["paths"][f"{API}{described}"]["get"]
        schema = call["responses"]["200"]["content"]["application/json"]["schema"]
        answer = program.get(path)
        assert answer.status_code == 200, path
        OAS30Validator({**schema, "components": document["components"]}).validate(answer.json)
    problem = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    OAS30Validator(problem).validate(phone.post("/entries", {"points": 1}).json)


def _calls(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, call)
        for path, calls in document["paths"].items()
        for method, call in calls.items()
        if method != "parameters"  # what the calls of one path share
    ]


def _access(app: Flask, path: str, method: str) -> str:
    adapter = app.url_map.bind("localhost")
    endpoint, _values = adapter.match(path.replace("{entry_id}", "1"), method=method.upper())
    return app.view_functions[endpoint].access  # type: ignore[attr-defined,no-any-return]


def test_open_lists_cost_the_same_however_long_they_are(caller: Callers) -> None:
    factories.approved_entry()
    costs = {
        ("/areas", ()): 2,
        ("/areas", (("parent", "990102001"),)): 3,
        ("/areas", (("q", "新村"),)): 2,
        ("/activities", ()): 0,
        ("/leaderboard", (("area", "9901"), ("of", "communities"))): 3,
        ("/openapi.json", ()): 0,
    }
    for _round in range(2):
        for (path, query), most in costs.items():
            with count_queries() as queries:
                assert caller().get(path, **dict(query)).status_code == 200
            assert queries.total <= most, f"{path}\n{queries}"
        if _round == 0:
            _communities(40)
    db.session.rollback()
