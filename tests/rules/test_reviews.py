"""What may be held and appealed, where a review leads, and to whom it is offered."""

from datetime import UTC, datetime, timedelta

import pytest

from civic.rules import on_behalf, reviews, trust
from civic.rules.refused import Conflict, Refused

NOW = datetime(2026, 11, 25, 2, 5, tzinfo=UTC)
WORDS = "照片里就是我"


@pytest.mark.parametrize(
    ("purpose", "verdict", "was", "becomes"),
    [
        ("hold", "approve", "", "approved"),
        ("hold", "reject", "", "rejected"),
        ("appeal", "approve", "reversed", "approved"),
        ("appeal", "reject", "rejected", "rejected"),
        ("appeal", "reject", "reversed", "reversed"),
        ("audit", "approve", "", "approved"),
        ("audit", "reject", "", "reversed"),
    ],
)
def test_a_review_leads_to_one_status(purpose: str, verdict: str, was: str, becomes: str) -> None:
    assert reviews.becomes(purpose, verdict, was) == becomes


@pytest.mark.parametrize("verdict", ["return", "reverse", "undo", "", "APPROVE"])
def test_a_review_knows_two_verdicts(verdict: str) -> None:
    with pytest.raises(Refused, match="verdict_unknown"):
        reviews.becomes("appeal", verdict, "rejected")


@pytest.mark.parametrize("status", ["pending", "held", "approved", "returned", "withdrawn", "appealed"])
def test_only_what_was_refused_or_taken_back_is_appealed(status: str) -> None:
    with pytest.raises(Conflict, match="nothing_to_appeal"):
        reviews.check_appeal(status, NOW, WORDS, NOW)


def test_an_appeal_is_in_time_for_fifteen_days_to_the_second() -> None:
    last = NOW + timedelta(days=15)
    assert reviews.check_appeal("rejected", NOW, f"  {WORDS} ", last) == WORDS
    with pytest.raises(Conflict, match="appeal_too_late"):
        reviews.check_appeal("rejected", NOW, WORDS, last + timedelta(seconds=1))


def test_a_review_is_offered_to_neighbours_first_and_to_those_above_for_staff() -> None:
    assert [role for _tier, role, _level in reviews.tiers_for(None)] == [
        "community_manager",
        "community_manager",
        "subdistrict_officer",
        "district_officer",
        "city_officer",
    ]
    assert [role for _tier, role, _level in reviews.tiers_for(1)] == ["district_officer", "city_officer"]
    assert [role for _tier, role, _level in reviews.tiers_for(3)] == ["city_officer"], "above them there is nobody"
    assert [tier for tier, _role, _level in reviews.tiers_for(None, reviews.FIRST_OFFICERS)] == [2, 3, 4]


def test_a_review_waits_72_hours() -> None:
    assert not reviews.is_overdue(NOW, NOW + timedelta(hours=72) - timedelta(seconds=1))
    assert reviews.is_overdue(NOW, NOW + timedelta(hours=72))


def test_a_word_has_held_after_ten_approvals_and_no_reversal() -> None:
    assert trust.is_trusted(10, 0)
    assert not trust.is_trusted(9, 0)
    assert not trust.is_trusted(50, 1)


@pytest.mark.parametrize("typed", ["ab2k-9qxm", " AB2K 9QXM ", "ab2k9qxm"])
def test_a_code_is_read_as_people_write_it(typed: str) -> None:
    assert on_behalf.clean_code(typed) == "AB2K9QXM"
