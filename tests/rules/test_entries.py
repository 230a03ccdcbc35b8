"""What may be logged: civic/rules/entries.py."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules import entries
from civic.rules.refused import Conflict, Refused

TODAY = date(2026, 11, 23)
few = settings(max_examples=50, deadline=None, database=None)


@pytest.mark.parametrize(("is_kept_day", "late_days"), [(False, 7), (True, 2)])
def test_today_and_a_few_days_back_can_be_logged(is_kept_day: bool, late_days: int) -> None:
    for days in range(late_days + 1):
        entries.check_day(TODAY - timedelta(days=days), TODAY, is_kept_day)


@pytest.mark.parametrize(("is_kept_day", "late_days"), [(False, 8), (True, 3)])
def test_a_day_too_long_ago_is_refused_with_the_days_that_are_open(is_kept_day: bool, late_days: int) -> None:
    with pytest.raises(Refused) as refused:
        entries.check_day(TODAY - timedelta(days=late_days), TODAY, is_kept_day)
    assert (refused.value.code, refused.value.field) == ("day_too_old", "acted_on")
    assert refused.value.facts == {"earliest": TODAY - timedelta(days=late_days - 1), "latest": TODAY}


def test_tomorrow_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        entries.check_day(TODAY + timedelta(days=1), TODAY)
    assert (refused.value.code, refused.value.field) == ("day_in_future", "acted_on")


def test_a_form_offers_exactly_the_days_that_are_taken() -> None:
    assert entries.days_open(TODAY) == (date(2026, 11, 16), TODAY)
    assert entries.days_open(TODAY, is_kept_day=True) == (date(2026, 11, 21), TODAY)


ALLOWED = {
    ("pending", "approved"), ("pending", "rejected"), ("pending", "returned"), ("pending", "held"),
    ("pending", "withdrawn"), ("held", "approved"), ("held", "rejected"), ("returned", "pending"),
    ("returned", "withdrawn"), ("approved", "reversed"), ("rejected", "appealed"), ("reversed", "appealed"),
    ("appealed", "approved"), ("appealed", "rejected"), ("appealed", "reversed"),
    ("approved", "pending"), ("rejected", "pending"),
}  # fmt: skip


@pytest.mark.parametrize("was", entries.STATUSES)
def test_a_status_is_followed_by_those_the_rules_name_and_no_other(was: str) -> None:
    assert len(entries.STATUSES) == 8
    for becomes in entries.STATUSES:
        if (was, becomes) in ALLOWED:
            entries.check_transition(was, becomes)
            continue
        with pytest.raises(Conflict) as refused:
            entries.check_transition(was, becomes)
        assert (refused.value.code, refused.value.facts) == ("already_decided", {"status": was})


@pytest.mark.parametrize(
    ("once_per", "other", "is_taken"),
    [
        ("month", date(2026, 11, 1), False),
        ("month", date(2026, 10, 31), True),
        ("quarter", date(2026, 10, 1), False),
        ("quarter", date(2026, 9, 30), True),
        ("year", date(2026, 1, 1), False),
        ("year", date(2025, 12, 31), True),
        (None, TODAY, True),
    ],
)
def test_what_is_limited_to_once_in_a_time_is_taken_once(once_per: str | None, other: date, is_taken: bool) -> None:
    if is_taken:
        return entries.check_once_per(once_per, TODAY, [other])
    with pytest.raises(Refused) as refused:
        entries.check_once_per(once_per, TODAY, [date(2020, 1, 1), other])
    assert refused.value.code == f"once_per_{once_per}"
    assert refused.value.facts["next"] == (date(2026, 12, 1) if once_per == "month" else date(2027, 1, 1))


def test_one_pledge_is_kept_once_a_day() -> None:
    entries.check_kept_day(TODAY, [TODAY - timedelta(days=1)])
    with pytest.raises(Refused) as refused:
        entries.check_kept_day(TODAY, [TODAY])
    assert refused.value.code == "day_already_kept"


@few
@given(st.uuids())
def test_however_a_client_key_is_written_it_is_the_same_key(key: UUID) -> None:
    for written in (str(key), str(key).upper(), key.hex):
        assert entries.parse_client_key(written) == str(key)


@pytest.mark.parametrize(
    "written",
    [
        None,
        7,
        b"0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c11",
        "",
        "again",
        "0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c1",
        "0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c111",
        "0b0a3c9e-5f5c4f0e-9d6e-0f2f4a6f7c11",
        "0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c1g",
        "{0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c11}",
        "urn:uuid:0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c11",
        " 0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c11",
        "0b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c11\n",
        "０b0a3c9e-5f5c-4f0e-9d6e-0f2f4a6f7c11",
    ],
)
def test_what_is_no_uuid_is_no_client_key(written: object) -> None:
    with pytest.raises(Refused) as refused:
        entries.parse_client_key(written)
    assert (refused.value.code, refused.value.field) == ("client_key_invalid", "client_key")
