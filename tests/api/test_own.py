"""What is mine, and nobody else's: who I am, my entries, my statement."""

from datetime import timedelta

from civic import clock
from tests import factories
from tests.api.bodies import act
from tests.api.conftest import Callers
from tests.factories import COMMUNITY, NOW, TODAY
from tests.queries import count_queries


def test_i_am_told_who_i_am(caller: Callers) -> None:
    resident = factories.person("xiulan")
    assert caller(resident).get("/me").json == {
        "id": str(resident.id),
        "login": "xiulan",
        "name": "秀兰",
        "community": COMMUNITY,
        "roles": [],
        "grants": [],
        "teams": [],
    }
    officer = caller(factories.staff("district_officer", "990102")).get("/me").json
    assert officer["roles"] == ["district_officer"]
    assert officer["grants"] == [{"role": "district_officer", "area": "990102"}]


def test_my_entries_are_listed_newest_first_page_by_page(caller: Callers) -> None:
    resident, other = factories.person(), factories.person()
    ids = [factories.log(resident).id for _ in range(53)]
    factories.log(other)
    phone = caller(resident)
    first = phone.get("/entries").json
    rest = phone.get(first["next"]).json
    assert len(first["items"]) == 50
    assert [entry["id"] for entry in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None


def test_my_entries_are_listed_by_status(caller: Callers) -> None:
    resident, manager = factories.person(), factories.staff()
    approved, pending = factories.log(resident), factories.log(resident)
    factories.decide(approved, "approve", manager)
    phone = caller(resident)
    by_status = {
        status: phone.get("/entries", status=status).json["items"] for status in ("approved", "pending", "held")
    }
    assert {status: [entry["id"] for entry in found] for status, found in by_status.items()} == {
        "approved": [approved.id],
        "pending": [pending.id],
        "held": [],
    }


def test_a_query_without_a_value_asks_for_nothing(caller: Callers) -> None:
    resident = factories.person()
    entry = factories.log(resident)
    phone = caller(resident)
    assert [item["id"] for item in phone.get("/entries", status="").json["items"]] == [entry.id]
    assert phone.get("/me/statement", period="").json["period"] == "2026-11"
    assert [item["code"] for item in phone.get("/areas", parent="", q="").json["items"]] == ["9901"]


def test_anothers_entry_does_not_exist_for_me(caller: Callers) -> None:
    entry = factories.log(factories.person())
    for stranger in (factories.person(), factories.staff(), factories.staff("administrator", "9901")):
        program = caller(stranger)
        assert program.get(f"/entries/{entry.id}").status_code == 404
        assert program.post(f"/entries/{entry.id}/withdraw").status_code == 404
        assert program.post(f"/entries/{entry.id}/resubmit", {"note": "mine"}).status_code == 404
    assert factories.statuses(entry) == ["pending"]


def test_the_same_key_of_another_resident_is_another_entry(caller: Callers) -> None:
    sent = act()
    first, second = (caller(factories.person()).post("/entries", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] != second.json["id"]


def test_a_known_key_answers_for_ever(caller: Callers) -> None:
    phone, sent = caller(factories.person()), act()
    first = phone.post("/entries", sent).json
    with clock.held(NOW + timedelta(days=20)):
        again = phone.post("/entries", sent)
        assert (again.status_code, again.json["id"]) == (200, first["id"])
        assert phone.post("/entries", act()).status_code == 422  # too long ago for a new one


def test_a_form_of_lines_is_logged_with_its_ticks(caller: Callers) -> None:
    phone = caller(factories.person())
    ticks = ["pavement", "bins", "lights", "toilets"]
    sent = act(activity="inspection_walk", quantity=1, answers=ticks)
    assert phone.post("/entries", act(activity="inspection_walk", quantity=1)).json["errors"]["answers"]
    logged = phone.post("/entries", data=sent, content_type="multipart/form-data")
    assert logged.status_code == 201, logged.text
    assert logged.json["answers"] == sorted(ticks)


def test_a_statement_opens_with_what_was_there_before(caller: Callers) -> None:
    resident, manager = factories.person(), factories.staff()
    earlier = NOW - timedelta(days=30)
    with clock.held(earlier):
        entry = factories.log(resident, now=earlier, acted_on=TODAY - timedelta(days=30), quantity=6)
        factories.decide(entry, "approve", manager, now=earlier)
    factories.approved_entry(resident, manager, quantity=1)
    phone = caller(resident)
    november = phone.get("/me/statement", period="2026-11").json
    assert (november["opening"], november["closing"]) == ({"merit": 8, "balance": 8}, {"merit": 11, "balance": 11})
    for period, count in (("2026-W48", 1), ("2026-10", 1), ("2026-Q4", 2), ("2026", 2), ("2024--2026", 2), ("2025", 0)):
        statement = phone.get("/me/statement", period=period).json
        assert statement["period"] == period
        assert len(statement["lines"]) == count, period
    assert [line["counts_on"] for line in phone.get("/me/statement", period="2026").json["lines"]] == [
        "2026-10-26",
        "2026-11-25",
    ]


def test_a_statement_shows_mine_alone(caller: Callers) -> None:
    factories.approved_entry()
    assert caller(factories.person()).get("/me/statement").json["lines"] == []


def test_refusals_are_said_in_the_readers_language(caller: Callers) -> None:
    resident = factories.person()
    sentences = [caller(resident, lang).post("/entries", act(quantity="3")).json for lang in ("zh", "en")]
    assert [answer["errors"]["quantity"] for answer in sentences] == [
        ["这里要写整数，例如 3，不加引号。"],
        ["This must be a whole number, such as 3, without quotes."],
    ]
    by_address = caller(resident, "zh").get("/me/statement", period="2025-W53", lang="en").json
    assert by_address["errors"]["period"][0].startswith("There is no period")


def test_own_lists_cost_the_same_however_long_they_are(caller: Callers) -> None:
    resident, manager = factories.person(), factories.staff()
    phone = caller(resident)
    # Beside each: token and its person; /me adds membership, grants and teams; a list adds photos, points, reasons.
    costs = {"/me": 4, "/me/statement": 4, "/entries": 5, "/entries?status=approved": 5}
    for _round in range(2):
        for _ in range(5):
            entry = factories.approved_entry(resident, manager)
            factories.decide(entry, "reverse", manager)
        for path, most in {**costs, f"/entries/{entry.id}": 5}.items():
            with count_queries() as queries:
                assert phone.get(path).status_code == 200
            assert queries.total <= most, f"{path}\n{queries}"


def test_a_place_goes_along_and_what_is_none_is_refused_with_its_field(caller: Callers) -> None:
    phone = caller(factories.person())
    assert phone.post("/entries", act(place="31.24,121.49", placed_at="2026-11-25T10:05:00+08:00")).status_code == 201
    assert phone.post("/entries", act(place="31.24,121.49", photo_places="differs")).status_code == 201
    for wrong, field in (({"place": "here"}, "place"), ({"placed_at": "10:05"}, "placed_at")):
        answer = phone.post("/entries", act(**wrong))
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
