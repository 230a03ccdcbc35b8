"""Limits by time, also under parallel fire: civic/limits.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic import limits
from civic.accounts import entrance, passwords
from civic.config import Config
from civic.db import db, transaction
from civic.limits import JOIN, SIGN_IN, RateLimit
from civic.rules.refused import TooMany

from .conftest import NOW, AddPerson

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
HERE, ELSEWHERE = "192.0.2.7", "192.0.2.8"
THREADS = 16


def took(*who: object, now: datetime = NOW, limit: limits.Limit = SIGN_IN) -> bool:
    try:
        with transaction():
            limits.take(limit, *who, now=now)
    except TooMany:
        return False
    return True


def in_parallel(app: Flask, times: int, what: Callable[[], bool]) -> list[bool]:
    """Run something at once on many connections, each in an application context of its own."""
    start = Barrier(THREADS)

    def several(share: int) -> list[bool]:
        start.wait()
        outcomes = []
        for _ in range(share):
            with app.app_context():
                outcomes.append(what())
        return outcomes

    shares = [times // THREADS + (number < times % THREADS) for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        return [outcome for outcomes in pool.map(several, shares) for outcome in outcomes]


def test_the_eleventh_wrong_password_is_not_looked_at(app: Flask) -> None:
    assert [took("lan", HERE) for _ in range(12)] == [True] * 10 + [False] * 2


def test_other_accounts_and_other_addresses_are_not_touched(app: Flask) -> None:
    while took("lan", HERE):
        pass
    assert took("hua", HERE)
    assert took("lan", ELSEWHERE)


def test_the_wait_is_told_in_seconds_and_minutes(app: Flask) -> None:
    for _ in range(10):
        took("lan", HERE)
    with pytest.raises(TooMany) as caught:
        limits.take(SIGN_IN, "lan", HERE, now=NOW + 4 * MINUTE + SECOND)
    assert (caught.value.retry_after, caught.value.facts) == (11 * 60 - 1, {"minutes": 11})
    assert took("lan", HERE, now=NOW + 15 * MINUTE)


def test_no_fifteen_minutes_hold_more_than_ten_wherever_they_begin(app: Flask) -> None:
    taken = [at for second in range(0, 3600, 40) if took("lan", HERE, now=(at := NOW + second * SECOND))]
    assert len(taken) > 10
    for begin in taken:
        assert sum(begin <= at < begin + 15 * MINUTE for at in taken) <= 10


def test_waiting_at_a_closed_door_does_not_keep_it_closed(app: Flask) -> None:
    for _ in range(10):
        took("lan", HERE)
    for minute in range(1, 15):
        assert not took("lan", HERE, now=NOW + minute * MINUTE)
    assert took("lan", HERE, now=NOW + 15 * MINUTE)


def test_a_right_password_does_not_count(app: Flask) -> None:
    for _ in range(25):
        assert took("lan", HERE)
        with transaction():
            limits.give_back(SIGN_IN, "lan", HERE)
    assert [took("lan", HERE) for _ in range(11)] == [True] * 10 + [False]


def test_a_count_never_falls_below_zero(app: Flask) -> None:
    took("lan", HERE)
    with transaction():
        limits.give_back(SIGN_IN, "lan", HERE)
        limits.give_back(SIGN_IN, "lan", HERE)
    assert db.session.scalar(select(RateLimit.count)) == 0


def test_of_a_hundred_at_once_ten_are_looked_at(app: Flask) -> None:
    outcomes = in_parallel(app, 100, lambda: took("lan", HERE))
    assert outcomes.count(True) == 10
    assert db.session.scalar(select(RateLimit.count)) == 10


def test_a_hundred_guesses_at_once_compare_ten_passwords_with_the_hash(
    app: Flask, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("lan")
    compared: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda _stored, password: bool(compared.append(password)))

    def guess() -> bool:
        with app.test_request_context("/login", environ_base={"REMOTE_ADDR": HERE}):
            try:
                entrance.check_password(" LAN", "a guess")
            except TooMany:
                return False
            return True

    assert in_parallel(app, 100, guess).count(True) == 10
    assert len(compared) == 10


def test_right_passwords_in_between_never_let_an_eleventh_wrong_one_through(app: Flask) -> None:
    def right() -> bool:
        if took("lan", HERE):
            with transaction():
                limits.give_back(SIGN_IN, "lan", HERE)
        return False

    turns = iter([right, lambda: took("lan", HERE)] * 50)
    outcomes = in_parallel(app, 100, lambda: next(turns)())
    assert outcomes.count(True) <= 10


def test_five_hundred_honest_neighbours_behind_one_address_get_in(app: Flask) -> None:
    with transaction():
        for number in range(500):
            limits.take(SIGN_IN, f"neighbour-{number}", HERE, now=NOW)


def test_joining_is_limited_by_an_hour_that_begins_with_the_first(app: Flask) -> None:
    for minute in range(30):
        assert took(HERE, now=NOW + minute * MINUTE, limit=JOIN)
    assert not took(HERE, now=NOW + 59 * MINUTE, limit=JOIN)
    assert took(HERE, now=NOW + 60 * MINUTE, limit=JOIN)
    assert took(ELSEWHERE, now=NOW + 59 * MINUTE, limit=JOIN)


def test_the_table_names_nobody(app: Flask) -> None:
    took("lan", HERE)
    key = db.session.scalar(select(RateLimit.key))
    assert key is not None
    assert len(key) == 64
    assert "lan" not in key


def test_counts_are_removed_once_they_limit_nothing(app: Flask) -> None:
    took("lan", HERE)
    took(HERE, now=NOW + 30 * MINUTE, limit=JOIN)
    with transaction():
        assert limits.remove_old(NOW + 61 * MINUTE) == 1
    assert db.session.scalar(select(func.count()).select_from(RateLimit)) == 1


def test_limits_can_be_off_for_measurements(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "CIVIC", Config(env="test", rate_limits=False))
    assert all(took("lan", HERE) for _ in range(20))
    assert db.session.scalar(select(func.count()).select_from(RateLimit)) == 0
