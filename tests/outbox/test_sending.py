"""What the outbox on a phone asks of the API: a session's facts, and entries of one's own and of one's children."""

import uuid
from datetime import date, timedelta

from flask.testing import FlaskClient

from civic import clock
from civic.db import db
from civic.entries.models import Entry
from civic.ledger.models import Posting
from tests import factories, pages
from tests.api.bodies import act

SESSION, ENTRIES = "/api/v1/session", "/api/v1/entries"


def test_a_session_says_whose_it_is_gives_a_token_that_works_and_the_servers_time(client: FlaskClient) -> None:
    person = factories.person("xiulan")
    with clock.held(factories.NOW):
        pages.sign_in(client, "xiulan")
        told = client.get(SESSION).json
        assert told["id"] == str(person.id)
        assert told["now"] == factories.NOW.isoformat().replace("+00:00", "Z")
        sent = client.post(ENTRIES, json=act(), headers={"X-CSRFToken": told["csrf_token"]})
        assert sent.status_code == 201
        assert client.post(ENTRIES, json=act()).status_code == 400


def test_whoever_is_signed_out_is_told_so_instead_of_being_led_to_a_form(client: FlaskClient) -> None:
    assert client.get(SESSION).status_code == 401


def test_the_token_of_the_one_before_sends_nothing_for_the_next(client: FlaskClient) -> None:
    factories.person("first"), factories.person("second")
    with clock.held(factories.NOW):
        pages.sign_in(client, "first")
        token = client.get(SESSION).json["csrf_token"]
        pages.submit(client, "/logout", {}, form="/logout")
        pages.sign_in(client, "second")
        assert client.post(ENTRIES, json=act(), headers={"X-CSRFToken": token}).status_code == 400
    assert db.session.query(Entry).count() == 0


def test_a_guardian_sends_what_was_kept_for_a_child_and_for_no_other(client: FlaskClient) -> None:
    with clock.held(factories.NOW):
        guardian, stranger = factories.person("guardian"), factories.person("stranger")
        child = factories.person("child", born_on=date(2018, 5, 1), guardian=guardian)
        pages.sign_in(client, "guardian")
        header = {"X-CSRFToken": client.get(SESSION).json["csrf_token"]}
        body = act(resident=str(child.id))
        first, again = (client.post(ENTRIES, json=body, headers=header) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        entry = db.session.get(Entry, int(first.json["id"]))
        assert entry is not None
        assert (entry.resident_id, entry.logged_by) == (child.id, guardian.id)
        assert client.post(ENTRIES, json=act(resident=str(stranger.id)), headers=header).status_code == 403
        assert client.post(ENTRIES, json=act(resident="x"), headers=header).status_code == 422


def test_of_two_phones_with_the_same_kept_day_one_counts_and_the_other_is_told_kindly(client: FlaskClient) -> None:
    person = factories.person("xiulan")
    with clock.held(factories.NOW):
        pages.sign_in(client, "xiulan")
        header = {"X-CSRFToken": client.get(SESSION).json["csrf_token"]}
        bodies = [act(activity="pledge_walker", quantity=1, client_key=str(uuid.uuid4())) for _ in range(2)]
        first, second = (client.post(ENTRIES, json=body, headers=header) for body in bodies)
        assert (first.status_code, second.status_code) == (201, 422)
        assert "已经记过了，不用再记" in second.json["errors"]["acted_on"][0]
    assert [entry.resident_id for entry in db.session.query(Entry)] == [person.id]


def test_of_two_phones_with_the_same_act_the_second_waits_too_and_is_worth_half(client: FlaskClient) -> None:
    factories.person("xiulan")
    with clock.held(factories.NOW):
        pages.sign_in(client, "xiulan")
        header = {"X-CSRFToken": client.get(SESSION).json["csrf_token"]}
        for _phone in range(2):
            body = act(quantity=4, client_key=str(uuid.uuid4()))
            assert client.post(ENTRIES, json=body, headers=header).status_code == 201
        manager = factories.staff()
        for entry in db.session.query(Entry).order_by(Entry.id).all():
            factories.decide(entry, "approve", manager)
    earned = [posting.merit for posting in db.session.query(Posting).order_by(Posting.id)]
    assert earned == [6, 2]  # the second of a day is worth half, cut to what is left of the activity's day


def test_what_the_form_could_not_deliver_is_the_same_entry_when_the_outbox_sends_it(client: FlaskClient) -> None:
    factories.person("xiulan")
    with clock.held(factories.NOW):
        pages.sign_in(client, "xiulan")
        token = client.get(SESSION).json["csrf_token"]
        body = act(note="码头\r\n石桥")
        header = {"X-CSRFToken": token}
        form = client.post("/entries", data={**body, "csrf_token": token})
        assert form.status_code == 303
        sent = client.post(ENTRIES, data=body, headers=header, content_type="multipart/form-data")
        assert sent.status_code == 200
        assert form.location.startswith(f"/entries/{sent.json['id']}")


def test_a_key_is_known_for_ever_however_late_it_is_sent_again(client: FlaskClient) -> None:
    factories.person("xiulan")
    body = act()
    with clock.held(factories.NOW):
        pages.sign_in(client, "xiulan")
        header = {"X-CSRFToken": client.get(SESSION).json["csrf_token"]}
        first = client.post(ENTRIES, json=body, headers=header)
    with clock.held(factories.NOW + timedelta(days=29)):
        again = client.post(ENTRIES, json=body, headers=header)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
