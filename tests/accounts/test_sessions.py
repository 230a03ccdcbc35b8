"""Being signed in, and no longer: civic/accounts/sessions.py and devices.py."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from civic.accounts import service, sessions
from civic.accounts.devices import device_name
from civic.accounts.models import ApiToken, LoginSession, Person
from civic.db import db, transaction
from civic.rules.refused import Refused

from .conftest import NOW, ZONE, AddPerson

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def lan(app: Flask, add_person: AddPerson) -> Person:
    return add_person("lan")


def open_session(person: Person, device: str = "iPhone · WeChat") -> str:
    with transaction():
        return sessions.open_session(person, device, NOW)


def test_a_session_leads_to_its_person(lan: Person) -> None:
    session = sessions.find_session(open_session(lan), NOW)
    assert session is not None
    assert session.person.id == lan.id


def test_the_database_keeps_no_secret_that_opens_anything(lan: Person) -> None:
    with transaction():
        secrets = [sessions.open_session(lan, "", NOW), sessions.issue_token(lan, 30, NOW)]
    kept = [*db.session.scalars(select(LoginSession.token_hash)), *db.session.scalars(select(ApiToken.token_hash))]
    assert not set(secrets) & set(kept)
    assert [sessions.find_session(hashed, NOW) for hashed in kept] == [None, None]


def test_every_sign_in_has_a_session_of_its_own(lan: Person) -> None:
    assert open_session(lan) != open_session(lan)


def test_a_session_ends_after_30_days_of_rest(lan: Person) -> None:
    token = open_session(lan)
    assert sessions.find_session(token, NOW + 30 * DAY - HOUR) is not None
    assert sessions.find_session(token, NOW + 30 * DAY) is None


def test_a_session_ends_after_90_days_however_often_it_is_seen(lan: Person) -> None:
    token = open_session(lan)
    for days in range(29, 90, 29):
        with transaction():
            sessions.touch(token, NOW + days * DAY)
    assert sessions.find_session(token, NOW + 90 * DAY - HOUR) is not None
    assert sessions.find_session(token, NOW + 90 * DAY) is None


def test_a_session_is_written_as_seen_once_an_hour(lan: Person) -> None:
    token = open_session(lan)
    session = sessions.find_session(token, NOW)
    assert session is not None
    assert not sessions.needs_touch(session, NOW + HOUR - timedelta(seconds=1))
    assert sessions.needs_touch(session, NOW + HOUR)
    with transaction():
        sessions.touch(token, NOW + HOUR)
    session = sessions.find_session(token, NOW + HOUR)
    assert session is not None
    assert not sessions.needs_touch(session, NOW + HOUR)


def test_a_closed_session_is_gone_at_once_and_the_others_stay(lan: Person) -> None:
    phone, desk = open_session(lan), open_session(lan)
    with transaction():
        sessions.close_session(phone)
    assert sessions.find_session(phone, NOW) is None
    assert sessions.find_session(desk, NOW) is not None


def test_only_ones_own_devices_can_be_signed_out(lan: Person, add_person: AddPerson) -> None:
    token = open_session(add_person("hua"))
    found = sessions.find_session(token, NOW)
    assert found is not None
    with transaction():
        assert sessions.close_one_of(lan, found.token_hash) is False
    assert sessions.find_session(token, NOW) is not None


def test_the_list_of_devices_names_those_that_are_signed_in(lan: Person) -> None:
    open_session(lan, "iPad · Safari")
    token = open_session(lan, "iPhone · WeChat")
    with transaction():
        sessions.touch(token, NOW + HOUR)
    listed = sessions.sessions(lan, NOW + HOUR)
    assert [session.device for session in listed] == ["iPhone · WeChat", "iPad · Safari"]
    assert [session.device for session in sessions.sessions(lan, NOW + 30 * DAY)] == ["iPhone · WeChat"]


def test_a_new_password_signs_every_other_device_out_and_takes_the_tokens_back(lan: Person) -> None:
    here, there = open_session(lan), open_session(lan)
    with transaction():
        bearer = sessions.issue_token(lan, 30, NOW)
    with transaction():
        service.set_password(lan, "another horse 9", NOW, ZONE, keep=here)
    assert sessions.find_session(here, NOW) is not None
    assert sessions.find_session(there, NOW) is None
    assert sessions.find_token(bearer, NOW) is None


def test_a_password_set_by_command_signs_out_everywhere(lan: Person) -> None:
    token = open_session(lan)
    with transaction():
        service.set_password(lan, "another horse 9", NOW, ZONE)
    assert sessions.find_session(token, NOW) is None


def test_a_bearer_token_expires_on_its_day(lan: Person) -> None:
    with transaction():
        token = sessions.issue_token(lan, 2, NOW)
    found = sessions.find_token(token, NOW + 2 * DAY - HOUR)
    assert found is not None
    assert found.person.id == lan.id
    assert sessions.find_token(token, NOW + 2 * DAY) is None
    assert sessions.find_token("", NOW) is None


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_bearer_token_lives_a_day_at_least_and_a_year_at_most(lan: Person, days: int) -> None:
    with pytest.raises(Refused, match="token_days"):
        sessions.issue_token(lan, days, NOW)


def test_tidying_removes_what_opens_nothing_and_no_more(lan: Person) -> None:
    open_session(lan)
    with transaction():
        sessions.issue_token(lan, 2, NOW)
        standing = sessions.issue_token(lan, 60, NOW)
    with transaction():
        assert sessions.remove_expired(NOW + DAY) == 0
        assert sessions.remove_expired(NOW + 31 * DAY) == 2
    assert sessions.find_token(standing, NOW + 31 * DAY) is not None


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile/15E148 MicroMessenger/8.0",
            "iPhone · WeChat",
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/120.0 Mobile Safari/537.36", "Android · Chrome"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605.1.15", "Mac · Safari"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Windows · Edge"),
        ("curl/8.0", ""),
    ],
)
def test_a_device_is_called_as_its_owner_would_call_it(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
