"""Deciding over HTTP: who may, on what, once."""

from datetime import timedelta

import pytest

from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import transaction
from tests import factories
from tests.api.conftest import Callers
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY
from tests.queries import count_queries

APPROVE = {"decision": "approve"}


def test_the_queue_holds_what_lies_within_my_grants_longest_waiting_first(caller: Callers) -> None:
    later = factories.log(factories.person(), now=NOW)
    earlier = factories.log(factories.person(community=OTHER_COMMUNITY), now=NOW - timedelta(hours=3))
    factories.log(factories.person(community=FAR_COMMUNITY))
    officer = caller(factories.staff("subdistrict_officer", "990102001"))
    assert [item["id"] for item in officer.get("/moderation/queue").json["items"]] == [earlier.id, later.id]
    assert [item["id"] for item in officer.get("/moderation/queue", area=COMMUNITY).json["items"]] == [later.id]
    assert [item["id"] for item in officer.get("/moderation/queue", area="9901").json["items"]] == [
        earlier.id,
        later.id,
    ]
    assert officer.get("/moderation/queue", area="990105").status_code == 404
    assert officer.get("/moderation/queue", area="9902").status_code == 404


def test_a_long_queue_is_read_page_by_page(caller: Callers) -> None:
    resident = factories.person()
    ids = [factories.log(resident, now=NOW - timedelta(minutes=number // 7)).id for number in range(53)]
    desk = caller(factories.staff())
    first = desk.get("/moderation/queue", area=COMMUNITY).json
    rest = desk.get(first["next"]).json
    assert len(first["items"]) == 50
    assert sorted(item["id"] for item in first["items"] + rest["items"]) == ids
    assert rest["next"] is None


def test_the_queue_says_why_an_entry_deserves_a_look(caller: Callers) -> None:
    factories.log(factories.person(), quantity=1)
    factories.log(factories.person(confirmed=False), quantity=6)
    for lang in ("zh", "en"):
        plain, striking = caller(factories.staff(), lang).get("/moderation/queue").json["items"]
        assert plain["signals"] == []
        assert [signal["kind"] for signal in striking["signals"]] == ["new_account", "maximum_quantity"]
        assert all(signal["entry"] is None for signal in striking["signals"])
        assert all(signal["text"].isascii() == (lang == "en") for signal in striking["signals"])


def test_only_who_holds_a_deciding_grant_sees_a_queue(caller: Callers) -> None:
    entry = factories.log(factories.person())
    for stranger in (factories.person(), factories.staff("administrator", "9901")):
        assert caller(stranger).get("/moderation/queue").status_code == 403
        assert caller(stranger).post(f"/moderation/{entry.id}/decision", APPROVE).status_code == 404
    assert caller().get("/moderation/queue").status_code == 401
    assert caller().post(f"/moderation/{entry.id}/decision", APPROVE).status_code == 401


def test_outside_my_grant_an_entry_does_not_exist(caller: Callers) -> None:
    entry = factories.log(factories.person(community=FAR_COMMUNITY))
    assert caller(factories.staff()).post(f"/moderation/{entry.id}/decision", APPROVE).status_code == 404
    assert factories.statuses(entry) == ["pending"]


def _relative(manager: Person) -> Person:
    relative = factories.person()
    with transaction():
        accounts.declare_family(manager, relative, NOW)
    return relative


def _peer(_manager: Person) -> Person:
    return factories.staff(community=COMMUNITY)


@pytest.mark.parametrize("whose", [lambda manager: manager, _relative, _peer])
def test_ones_own_ones_familys_and_ones_peers_entries_are_for_others(caller: Callers, whose) -> None:  # type: ignore[no-untyped-def]
    manager = factories.staff(community=COMMUNITY)
    entry = factories.log(whose(manager))
    answer = caller(manager).post(f"/moderation/{entry.id}/decision", APPROVE)
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert factories.statuses(entry) == ["pending"]


def test_the_second_decision_comes_too_late(caller: Callers) -> None:
    entry = factories.log(factories.person())
    first, second = caller(factories.staff()), caller(factories.staff())
    assert first.post(f"/moderation/{entry.id}/decision", APPROVE).status_code == 200
    late = second.post(f"/moderation/{entry.id}/decision", {"decision": "reject", "reason": "看不清"})
    assert late.status_code == 409
    assert factories.statuses(entry) == ["approved"]
    assert second.post(f"/moderation/{entry.id}/decision", {"decision": "undo"}).status_code == 403


def test_a_rejection_is_worth_nothing_and_says_why(caller: Callers) -> None:
    entry = factories.log(factories.person())
    sent = {"decision": "reject", "reason": "照片里看不到做了什么"}
    answer = caller(factories.staff()).post(f"/moderation/{entry.id}/decision", sent).json
    assert (answer["status"], answer["points"], answer["reason"]) == ("rejected", 0, sent["reason"])


def test_the_queue_costs_the_same_however_long_it_is(caller: Callers) -> None:
    desk = caller(factories.staff())
    for _round in range(2):
        for _ in range(8):
            factories.log(factories.person())
        with count_queries() as queries:
            assert desk.get("/moderation/queue", area=COMMUNITY).status_code == 200
        # Token; grants for the door; the queue's own eight; points and reasons; three for the signals.
        assert queries.total <= 15, str(queries)
