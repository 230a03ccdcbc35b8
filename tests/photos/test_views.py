"""The pages about what photos show."""

from collections.abc import Iterator

import pytest
import time_machine
from flask.testing import FlaskClient

from civic import media
from civic.db import transaction
from civic.photos import service
from tests.factories import COMMUNITY, NOW, TODAY, ZONE, person
from tests.pages import csrf_token, sign_in, submit
from tests.photos.conftest import Scene
from tests.queries import count_queries

QUERIES_COVER, QUERIES_REQUESTS, QUERIES_WAITING = 9, 6, 8


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_resident_covers_a_square_and_sees_the_covered_photo(client: FlaskClient, scene: Scene, lang: str) -> None:
    sign_in(client, "xiulan")
    was = scene.photo.key
    page = client.get(f"/entries/{scene.entry.id}?lang={lang}").text
    assert f'href="/photos/{was}/cover"' in page
    form = client.get(f"/photos/{was}/cover").text
    assert form.count('type="checkbox"') == 48
    answer = submit(client, f"/photos/{was}/cover", {"cells": ["0", "9"]})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/entries/{scene.entry.id}")
    assert client.get(f"/photos/{was}").status_code == 404
    assert client.get(f"/photos/{scene.photo.key}").status_code == 200


def test_nothing_chosen_is_said_beside_the_grid(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, "xiulan")
    answer = submit(client, f"/photos/{scene.photo.key}/cover", {})
    assert answer.status_code == 422
    assert "先点要遮住的格子" in answer.text


def test_strangers_and_far_managers_find_no_photo_to_cover(client: FlaskClient, scene: Scene) -> None:
    person("stranger")
    sign_in(client, "stranger")
    assert client.get(f"/photos/{scene.photo.key}/cover").status_code == 404
    assert client.get("/photos/nobodys/cover").status_code == 404


def test_a_manager_covers_too_but_is_not_offered_the_original(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, scene.manager.login or "")
    answer = submit(client, f"/photos/{scene.photo.key}/cover", {"cells": ["3"]})
    assert answer.headers["Location"] == f"/moderation/{scene.entry.id}"
    assert "/original" not in client.get(f"/photos/{scene.photo.key}/cover").text
    words = {"purpose": "想看看原图", "csrf_token": csrf_token(client, f"/photos/{scene.photo.key}/cover")}
    assert client.post(f"/photos/{scene.photo.key}/original", data=words).status_code == 403


def test_an_officer_gets_the_original_for_a_purpose(client: FlaskClient, scene: Scene) -> None:
    was = scene.photo.key
    painted = service.paint(scene.photo, ["0"])
    with transaction():
        key = service.cover(scene.photo.id, painted, was, by=scene.resident, now=NOW).key
    sign_in(client, scene.officer.login or "")
    assert f'action="/photos/{key}/original"' in client.get(f"/photos/{key}/cover").text
    answer = submit(client, f"/photos/{key}/cover", {"purpose": "看"}, form="original")
    assert answer.status_code == 422
    assert "写一句为什么要看" in answer.text
    answer = submit(client, f"/photos/{key}/cover", {"purpose": "居民申诉，要核实"}, form="original")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.data == media.open_photo(was).read()
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_photo_whose_file_is_gone_says_so_kindly(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, "xiulan")
    media.forget(scene.photo.key)
    answer = submit(client, f"/photos/{scene.photo.key}/cover", {"cells": ["1"]})
    assert answer.status_code == 404
    assert client.get(f"/entries/{scene.entry.id}").status_code == 200


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_asking_to_the_answer(client: FlaskClient, scene: Scene, lang: str) -> None:
    who = person("asker", name="周野")
    sign_in(client, "asker")
    client.get(f"/me?lang={lang}")
    asked = submit(client, "/photo-requests", {"about_on": TODAY.isoformat(), "words": "桥头，穿红外套的是我"})
    assert asked.status_code == 303
    assert "穿红外套" in client.get("/photo-requests").text
    client.delete_cookie("civic")
    sign_in(client, scene.manager.login or "")
    page = client.get("/moderation/photo-requests").text
    assert "穿红外套" in page
    assert f'href="/moderation/{scene.entry.id}"' in page
    assert "周野" not in page
    (one,) = service.waiting(scene.manager, NOW)
    to = f"{one.row.id}/answer"
    refused = submit(client, "/moderation/photo-requests", {"answer": "declined"}, form=to)
    assert refused.status_code == 422
    done = submit(client, "/moderation/photo-requests", {"answer": "covered"}, form=to)
    assert done.status_code == 303
    assert service.asked_by(who.id)[0][0].verdict == "covered"


def test_a_refused_request_keeps_what_was_typed(client: FlaskClient, scene: Scene) -> None:
    sign_in(client, "xiulan")
    answer = submit(client, "/photo-requests", {"about_on": "2026-11-24", "words": "桥头"})
    assert answer.status_code == 422
    assert "桥头" in answer.text
    assert 'value="2026-11-24"' in answer.text


def test_pages_cost_as_many_queries_with_many_as_with_one(client: FlaskClient, scene: Scene) -> None:
    with transaction():
        for _ in range(5):
            service.ask(COMMUNITY, TODAY, "桥头，穿红外套的是我", by=person(), now=NOW, zone=ZONE)
    sign_in(client, "xiulan")
    for path, most in ((f"/photos/{scene.photo.key}/cover", QUERIES_COVER), ("/photo-requests", QUERIES_REQUESTS)):
        with count_queries() as queries:
            client.get(path)
        assert queries.total <= most, str(queries)
    client.delete_cookie("civic")
    sign_in(client, scene.manager.login or "")
    with count_queries() as queries:
        client.get("/moderation/photo-requests")
    assert queries.total <= QUERIES_WAITING, str(queries)
