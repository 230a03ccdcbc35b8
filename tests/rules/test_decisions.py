"""Who may decide, and until when: civic/rules/decisions.py."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from civic.rules import decisions, entries
from civic.rules.decisions import Judge
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused

CITY = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
LIUQIAO = "370502001011"
RESIDENT, GUARDIAN, DECIDER, COUSIN = 1, 2, 3, 4
MANAGER = Judge(DECIDER, (("community_manager", LIUQIAO),))


def decide(
    judge: Judge,
    resident: int = RESIDENT,
    logged_by: int = RESIDENT,
    kin: frozenset[int] = frozenset(),
    author_rank: int | None = None,
) -> None:
    decisions.may_decide(
        judge,
        resident_id=resident,
        logged_by=logged_by,
        community_code=LIUQIAO,
        kin=kin,
        author_rank=author_rank,
    )


BECOMES = {
    ("approve", "pending"): "approved",
    ("reject", "pending"): "rejected",
    ("return", "pending"): "returned",
    ("reverse", "approved"): "reversed",
    ("undo", "approved"): "pending",
    ("undo", "rejected"): "pending",
    ("undo", "returned"): "pending",
}


@pytest.mark.parametrize("verdict", decisions.VERDICTS)
@pytest.mark.parametrize("was", entries.STATUSES)
def test_a_verdict_leads_where_the_rules_say_or_comes_too_late(verdict: str, was: str) -> None:
    if (verdict, was) in BECOMES:
        status = decisions.becomes(verdict, was)
        assert status == BECOMES[verdict, was]
        return entries.check_transition(was, status)
    with pytest.raises(Conflict) as refused:
        decisions.becomes(verdict, was)
    too_early = verdict in ("reverse", "undo") and was in ("pending", "held")
    assert refused.value.code == ("not_decided_yet" if too_early else "already_decided")
    assert refused.value.facts == {"status": was}


def test_a_verdict_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        decisions.becomes("promote", "pending")
    assert (refused.value.code, refused.value.field) == ("verdict_unknown", "decision")


@pytest.mark.parametrize("verdict", ["return", "reject", "reverse"])
@pytest.mark.parametrize("words", [None, "", "  \n\u3000", "\u200b"])
def test_who_is_told_no_is_told_why(verdict: str, words: str | None) -> None:
    with pytest.raises(Refused) as refused:
        decisions.check_reason(verdict, words)
    assert (refused.value.code, refused.value.field) == ("reason_needed", "reason")


@pytest.mark.parametrize("verdict", ["approve", "undo"])
def test_approving_and_undoing_need_no_words(verdict: str) -> None:
    assert decisions.check_reason(verdict, None) == ""
    assert decisions.check_reason(verdict, " 好 ") == "好"


def test_a_reason_has_at_most_a_thousand_characters() -> None:
    assert decisions.check_reason("reject", " " + "长" * 1000) == "长" * 1000
    with pytest.raises(Refused) as refused:
        decisions.check_reason("approve", "长" * 1001)
    assert (refused.value.code, refused.value.facts) == ("reason_too_long", {"max": 1000})


@pytest.mark.parametrize(
    ("role", "area"),
    [
        ("community_manager", LIUQIAO),
        ("community_manager", "370502001"),
        ("subdistrict_officer", "370502001"),
        ("district_officer", "370502"),
        ("city_officer", "3705"),
        ("city_officer", "370502"),  # a county that stands for itself
    ],
)
def test_a_grant_reaches_its_area_and_everything_below(role: str, area: str) -> None:
    decide(Judge(DECIDER, ((role, area),)))


@pytest.mark.parametrize(
    "grants",
    [
        (),
        (("community_manager", "370502001013"),),
        (("subdistrict_officer", "370502002"),),
        (("district_officer", "370503"),),
        (("city_officer", "3706"),),
        (("administrator", "3705"),),
    ],
)
def test_outside_every_deciding_grant_the_entry_does_not_exist(grants: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(NotFound):
        decide(Judge(DECIDER, grants))
    with pytest.raises(NotFound):
        decide(Judge(DECIDER, grants), resident=DECIDER)


def test_nobody_decides_on_their_own_entry() -> None:
    with pytest.raises(Forbidden, match="own_entry"):
        decide(MANAGER, resident=DECIDER, logged_by=DECIDER)


def test_nobody_decides_on_an_entry_they_logged_for_a_child() -> None:
    with pytest.raises(Forbidden, match="family_entry"):
        decide(MANAGER, logged_by=DECIDER)


def test_nobody_decides_on_their_familys_entry() -> None:
    with pytest.raises(Forbidden, match="family_entry"):
        decide(MANAGER, kin=frozenset({RESIDENT, COUSIN}))
    with pytest.raises(Forbidden, match="family_entry"):
        decide(MANAGER, logged_by=GUARDIAN, kin=frozenset({GUARDIAN}))
    decide(MANAGER, kin=frozenset({COUSIN}))


RANKED = [
    Judge(DECIDER, ((role, area),))
    for role, area in (
        ("community_manager", LIUQIAO),
        ("subdistrict_officer", "370502001"),
        ("district_officer", "370502"),
        ("city_officer", "3705"),
    )
]


@pytest.mark.parametrize("author_rank", range(4))
@pytest.mark.parametrize("rank", range(4))
def test_staff_are_decided_on_from_above_and_city_officers_by_each_other(rank: int, author_rank: int) -> None:
    if rank > author_rank or rank == author_rank == 3:
        return decide(RANKED[rank], author_rank=author_rank)
    with pytest.raises(Forbidden, match="staff_entry"):
        decide(RANKED[rank], author_rank=author_rank)


def test_the_highest_grant_that_reaches_counts() -> None:
    grants = (("community_manager", LIUQIAO), ("city_officer", "3706"), ("district_officer", "370502"))
    assert decisions.rank_over(grants, LIUQIAO) == 2
    assert decisions.rank_over(grants, "370601001001") == 3
    assert decisions.rank_over((("administrator", "3705"),), LIUQIAO) is None


def test_a_decision_can_be_taken_back_for_ten_minutes() -> None:
    assert decisions.may_undo(NOON, NOON + timedelta(minutes=10))
    assert not decisions.may_undo(NOON, NOON + timedelta(minutes=10, microseconds=1))


def test_a_decision_is_undone_by_whoever_made_it() -> None:
    decisions.check_undo(DECIDER, DECIDER, NOON, NOON)
    for other in (COUSIN, None):
        with pytest.raises(Forbidden, match="not_your_decision"):
            decisions.check_undo(DECIDER, other, NOON, NOON)
    with pytest.raises(Conflict, match="undo_too_late"):
        decisions.check_undo(DECIDER, DECIDER, NOON, NOON + timedelta(minutes=11))


@pytest.mark.parametrize(
    ("now", "manager", "officer"),
    [
        (datetime(2026, 12, 7, 15, 59, 59, tzinfo=UTC), True, True),
        (datetime(2026, 12, 7, 16, tzinfo=UTC), False, True),  # November closes
        (datetime(2027, 12, 31, 15, 59, 59, tzinfo=UTC), False, True),
        (datetime(2027, 12, 31, 16, tzinfo=UTC), False, False),  # 2028 begins in the city
    ],
)
def test_managers_reverse_while_the_month_is_open_and_officers_to_the_end_of_next_year(
    now: datetime, manager: bool, officer: bool
) -> None:
    posted_on = date(2026, 11, 20)
    assert decisions.may_reverse(0, "2026-11", now, CITY, posted_on) is manager
    assert all(decisions.may_reverse(rank, "2026-11", now, CITY, posted_on) is officer for rank in (1, 2, 3))


def test_who_cannot_reverse_learns_whether_anybody_can() -> None:
    posted_on = date(2026, 11, 20)
    decisions.check_reverse(0, "2026-11", NOON, CITY, posted_on)
    with pytest.raises(Forbidden, match="month_closed"):
        decisions.check_reverse(0, "2026-11", NOON, CITY, posted_on, frozenset({"2026-11"}))
    with pytest.raises(Conflict, match="reverse_too_late") as refused:
        decisions.check_reverse(3, "2026-11", NOON + timedelta(days=500), CITY, posted_on)
    assert refused.value.facts == {"year": 2027}


def test_an_answer_is_due_after_two_days() -> None:
    assert decisions.answer_by(NOON) == datetime(2026, 11, 25, 4, tzinfo=UTC)
