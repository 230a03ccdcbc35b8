"""The whole way of an act over HTTP, on both databases: logged, decided on, posted, ranked, taken back."""

from io import BytesIO

import pytest

from civic.ledger import checks
from tests import factories
from tests.api.bodies import act
from tests.api.conftest import Callers
from tests.media.pictures import jpeg


def test_an_act_goes_from_the_phone_to_the_board_and_back(caller: Callers) -> None:
    resident, manager = factories.person("xiulan", confirmed=False), factories.staff()
    phone, desk = caller(resident), caller(manager)

    sent = act(quantity=4)
    logged = phone.post("/entries", sent)
    assert logged.status_code == 201
    entry = logged.json
    assert entry == {
        "id": entry["id"],
        "client_key": sent["client_key"],
        "activity": "litter_pickup",
        "acted_on": "2026-11-25",
        "quantity": 4,
        "note": "北岸码头到石桥一段",
        "title": "",
        "answers": [],
        "team": None,
        "photos": 0,
        "status": "pending",
        "points": None,
        "reason": None,
        "submitted_at": "2026-11-25T02:05:00Z",
        "decided_at": None,
    }

    queue = desk.get("/moderation/queue", area=factories.COMMUNITY).json
    assert queue["next"] is None
    (waiting,) = queue["items"]
    assert waiting["id"] == entry["id"]
    assert waiting["resident"] == {"id": str(resident.id), "name": "秀兰"}
    assert waiting["community"] == factories.COMMUNITY
    assert [signal["kind"] for signal in waiting["signals"]] == ["new_account"]

    decided = desk.post(f"/moderation/{entry['id']}/decision", {"decision": "approve"})
    assert decided.status_code == 200
    assert (decided.json["status"], decided.json["points"]) == ("approved", 6)
    assert decided.json["decided_at"] == "2026-11-25T02:05:00Z"
    assert phone.get(f"/entries/{entry['id']}").json == decided.json
    assert desk.get("/moderation/queue").json["items"] == []

    statement = phone.get("/me/statement").json
    assert statement["period"] == "2026-11"
    assert statement["opening"] == {"merit": 0, "balance": 0}
    assert statement["closing"] == {"merit": 6, "balance": 6}
    (line,) = statement["lines"]
    assert line == {
        "id": line["id"],
        "counts_on": "2026-11-25",
        "kind": "award",
        "merit": 6,
        "balance": 6,
        "activity": "litter_pickup",
        "entry": entry["id"],
        "reverses": None,
        "rule_version": 1,
        "reason": None,
        "posted_at": "2026-11-25T02:05:00Z",
    }

    board = phone.get("/leaderboard", area=factories.COMMUNITY, of="residents", period="2026-W48").json
    assert [(row["rank"], row["subject"]["id"], row["merit"]) for row in board["rows"]] == [(1, str(resident.id), 6)]
    areas = caller().get("/leaderboard", area="9901", of="communities", period="2026-11").json
    assert [(row["subject"]["code"], row["merit"]) for row in areas["rows"]] == [(factories.COMMUNITY, 6)]

    words = "这一段当天没有人去过"
    reversed_ = desk.post(f"/moderation/{entry['id']}/decision", {"decision": "reverse", "reason": words}).json
    assert (reversed_["status"], reversed_["points"], reversed_["reason"]) == ("reversed", 0, words)
    statement = phone.get("/me/statement", period="2026-11").json
    assert statement["closing"] == {"merit": 0, "balance": 0}
    award, reversal = statement["lines"]
    assert (reversal["kind"], reversal["merit"], reversal["reverses"]) == ("reversal", -6, award["id"])
    assert reversal["reason"] == words
    assert caller().get("/leaderboard", area="9901", of="communities").json["rows"] == []
    assert checks.problems() == []


def test_a_returned_entry_is_mended_and_sent_in_again(caller: Callers) -> None:
    resident, manager = factories.person(), factories.staff()
    phone, desk = caller(resident), caller(manager)
    entry_id = phone.post("/entries", act()).json["id"]
    returned = desk.post(f"/moderation/{entry_id}/decision", {"decision": "return", "reason": "写清楚是哪一段"}).json
    assert (returned["status"], returned["points"], returned["reason"]) == ("returned", None, "写清楚是哪一段")

    mended = phone.post(f"/entries/{entry_id}/resubmit", {"note": "石桥以东", "quantity": 3})
    assert mended.status_code == 200
    assert (mended.json["status"], mended.json["note"], mended.json["quantity"]) == ("pending", "石桥以东", 3)
    assert (mended.json["acted_on"], mended.json["activity"]) == ("2026-11-25", "litter_pickup")
    assert phone.post(f"/entries/{entry_id}/resubmit", {"note": "再来"}).status_code == 409
    assert desk.get("/moderation/queue").json["items"][0]["note"] == "石桥以东"


def test_a_mended_entry_keeps_what_is_left_out_and_gains_the_photos_sent(caller: Callers) -> None:
    phone, desk = caller(factories.person()), caller(factories.staff())
    entry_id = phone.post("/entries", act()).json["id"]
    desk.post(f"/moderation/{entry_id}/decision", {"decision": "return", "reason": "补一张照片"})
    mended = phone.post(f"/entries/{entry_id}/resubmit", data={"photo": (BytesIO(jpeg()), "a.jpg")})
    assert mended.status_code == 200, mended.text
    assert (mended.json["photos"], mended.json["note"], mended.json["quantity"]) == (1, "北岸码头到石桥一段", 2)


def test_an_undecided_entry_is_withdrawn_once(caller: Callers) -> None:
    phone, desk = caller(factories.person()), caller(factories.staff())
    entry_id = phone.post("/entries", act()).json["id"]
    withdrawn = phone.post(f"/entries/{entry_id}/withdraw")
    assert (withdrawn.status_code, withdrawn.json["status"], withdrawn.json["points"]) == (200, "withdrawn", None)
    assert phone.post(f"/entries/{entry_id}/withdraw").status_code == 409
    assert desk.get("/moderation/queue").json["items"] == []


def test_a_decision_can_be_undone_for_ten_minutes(caller: Callers) -> None:
    phone, desk = caller(factories.person()), caller(factories.staff())
    entry_id = phone.post("/entries", act()).json["id"]
    desk.post(f"/moderation/{entry_id}/decision", {"decision": "approve"})
    undone = desk.post(f"/moderation/{entry_id}/decision", {"decision": "undo"})
    assert (undone.status_code, undone.json["status"], undone.json["points"]) == (200, "pending", None)
    assert phone.get("/me/statement").json["closing"] == {"merit": 0, "balance": 0}


def test_a_kept_day_of_a_pledge_is_approved_by_the_rule(caller: Callers) -> None:
    phone = caller(factories.person())
    kept = phone.post("/entries", act(activity="pledge_give_way", quantity=1))
    assert kept.status_code == 201
    assert (kept.json["status"], kept.json["points"]) == ("approved", 1)
    again = phone.post("/entries", act(activity="pledge_give_way", quantity=1))
    assert again.status_code == 422
    assert list(again.json["errors"]) == ["acted_on"]


def test_what_is_over_a_cap_is_worth_nothing_and_says_why(caller: Callers) -> None:
    phone, desk = caller(factories.person()), caller(factories.staff())
    ids = [phone.post("/entries", act(quantity=6)).json["id"] for _ in range(3)]
    decided = [desk.post(f"/moderation/{one}/decision", {"decision": "approve"}).json for one in ids]
    assert [entry["points"] for entry in decided] == [8, 0, 0]
    assert [line["reason"] for line in phone.get("/me/statement").json["lines"]] == [None, "per_day", "same_day"]


@pytest.mark.parametrize("form", [False, True])
def test_the_same_key_gives_the_same_entry(caller: Callers, form: bool) -> None:
    phone, sent = caller(factories.person()), act()
    first = phone.post("/entries", sent)
    as_form = {"data": sent, "content_type": "multipart/form-data"}
    again = phone.post("/entries", **as_form) if form else phone.post("/entries", sent)
    assert (first.status_code, again.status_code) == (201, 200)
    other = phone.post("/entries", {**sent, "quantity": 3})
    assert (again.json["id"], other.status_code) == (first.json["id"], 409)
    assert other.json["errors"]["client_key"]
    assert len(phone.get("/entries").json["items"]) == 1


def test_photos_come_in_a_form(caller: Callers) -> None:
    phone, desk = caller(factories.person()), caller(factories.staff())
    sent = act(answers=None)

    def send() -> object:
        return phone.post(
            "/entries", data={**sent, "photo": [(BytesIO(jpeg()), "a.jpg"), (BytesIO(jpeg((80, 60))), "b.jpg")]}
        )

    first, again = send(), send()
    assert first.status_code == 201, first.text
    assert (first.json["photos"], first.json["quantity"]) == (2, 2)
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    other = phone.post("/entries", data={**act(), "photo": (BytesIO(jpeg()), "c.jpg")}).json
    by_id = {item["id"]: item["signals"] for item in desk.get("/moderation/queue").json["items"]}
    assert [(signal["kind"], signal["entry"]) for signal in by_id[other["id"]]] == [("same_photo", first.json["id"])]
    assert [(signal["kind"], signal["entry"]) for signal in by_id[first.json["id"]]] == [("same_photo", other["id"])]


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"", 422), (b"no photo at all", 422), (b"\x89PNG\r\n\x1a\n broken", 422), (b"\xff" * 16_000_000, 413)],
)
def test_a_refused_photo_leaves_no_entry(caller: Callers, raw: bytes, status: int) -> None:
    phone = caller(factories.person())
    refused = phone.post("/entries", data={**act(), "photo": (BytesIO(raw), "a.jpg")})
    assert refused.status_code == status
    assert refused.json["errors"]["photo"]
    assert phone.get("/entries").json["items"] == []
