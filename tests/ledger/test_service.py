"""Postings: what is earned, how it adds up, how it is undone."""

from datetime import date, datetime, timedelta

from flask import Flask

from civic.db import db
from civic.ledger import checks, service
from civic.ledger.models import CommunityTotal, Posting, ResidentTotal
from civic.rules.periods import parse
from tests.factories import COMMUNITY, NOW, TODAY, ZONE, approved_entry, decide, log, person, staff


def _posting(entry_id: int) -> Posting:
    found = service.find_standing_award(entry_id)
    assert found is not None
    return found


def test_an_approved_entry_earns_what_its_rule_says(app: Flask) -> None:
    award = _posting(approved_entry(quantity=4).id)
    assert (award.merit, award.balance, award.worth, award.cut_by) == (6, 6, 6, None)
    assert (award.week, award.month, award.counts_on) == ("2026-W48", "2026-11", TODAY)


def test_the_second_of_a_day_is_halved_and_the_third_earns_nothing(app: Flask) -> None:
    resident, manager = person(), staff()
    awards = [_posting(approved_entry(resident, manager, quantity=1).id) for _ in range(3)]
    assert [award.merit for award in awards] == [3, 1, 0]
    assert [award.standing for award in awards] == [0, 1, 2]


def test_a_cap_of_the_day_cuts_what_is_over_it(app: Flask) -> None:
    resident, manager = person(), staff()
    first, second = (_posting(approved_entry(resident, manager, quantity=6).id) for _ in range(2))
    assert (first.merit, second.merit, second.cut_by) == (8, 0, "per_day")


def test_no_day_earns_more_than_thirty(app: Flask) -> None:
    resident, manager = person(), staff()
    earned = [
        _posting(approved_entry(resident, manager, activity=key, quantity=quantity).id)
        for key, quantity in (("village_service", 5), ("crossing_guide", 2))
    ]
    assert [award.merit for award in earned] == [25, 5]
    assert earned[1].cut_by == "day_total"


def test_a_reversal_takes_back_exactly_what_was_posted(app: Flask) -> None:
    entry, manager = approved_entry(quantity=3), staff()
    award = _posting(entry.id)
    decide(entry, "reverse", manager)
    reversal = service.postings_of(entry.id)[-1]
    assert (reversal.kind, reversal.merit, reversal.reverses_id) == ("reversal", -award.merit, award.id)
    assert (reversal.week, reversal.month, reversal.counts_on) == (award.week, award.month, award.counts_on)
    assert service.totals(entry.resident_id) == service.Amount(0, 0)
    assert service.find_standing_award(entry.id) is None


def test_what_a_reversal_frees_serves_later_approvals_only(app: Flask) -> None:
    resident, manager = person(), staff()
    first = approved_entry(resident, manager, quantity=6)
    second = approved_entry(resident, manager, quantity=6)
    decide(first, "reverse", manager)
    third = approved_entry(resident, manager, quantity=6)
    assert service.merit_of([first.id, second.id, third.id]) == {first.id: 0, second.id: 0, third.id: 4}


def test_an_approval_after_the_week_closed_counts_in_the_open_one(app: Flask) -> None:
    resident, manager = person(), staff()
    entry = log(resident, acted_on=date(2026, 11, 21), now=datetime(2026, 11, 22, 3, tzinfo=NOW.tzinfo))
    decide(entry, "approve", manager, now=datetime(2026, 11, 26, 3, tzinfo=NOW.tzinfo))  # Thursday after
    award = _posting(entry.id)
    assert (award.week, award.month, award.counts_on) == ("2026-W48", "2026-11", date(2026, 11, 21))


def test_an_approval_after_the_month_closed_is_carried_to_the_next(app: Flask) -> None:
    resident, manager = person(), staff()
    entry = log(resident, acted_on=date(2026, 11, 30), now=datetime(2026, 12, 1, 3, tzinfo=NOW.tzinfo))
    decide(entry, "approve", manager, now=datetime(2026, 12, 8, 3, tzinfo=NOW.tzinfo))
    award = _posting(entry.id)
    assert (award.month, award.counts_on) == ("2026-12", date(2026, 12, 1))


def test_statement_opening_and_lines_make_the_closing(app: Flask) -> None:
    resident, manager = person(), staff()
    october = log(resident, acted_on=date(2026, 10, 30), now=datetime(2026, 10, 31, 3, tzinfo=NOW.tzinfo))
    decide(october, "approve", manager, now=datetime(2026, 10, 31, 4, tzinfo=NOW.tzinfo))
    approved_entry(resident, manager, quantity=2)
    approved_entry(resident, manager, activity="exercise", quantity=1)
    found = service.statement(resident.id, parse("2026-11"))
    assert (found.opening.merit, found.change.merit, found.closing.merit) == (3, 6, 9)
    assert [line.merit for line in found.lines] == [4, 2]
    assert service.statement(resident.id, parse("2026-Q4")).closing.merit == 9
    assert service.statement(resident.id, parse("2026-W44")).opening.merit == 0


def test_the_counters_are_the_sums_of_the_ledger(app: Flask) -> None:
    entry, manager = approved_entry(quantity=2), staff()
    approved_entry(quantity=1)
    decide(entry, "reverse", manager)
    assert checks.problems() == []
    week = db.session.get(CommunityTotal, ("2026-W48", COMMUNITY))
    assert week is not None
    assert week.merit == 3


def test_the_check_names_a_counter_that_was_changed(app: Flask) -> None:
    approved_entry()
    db.session.query(ResidentTotal).filter_by(kind="month").update({"merit": 99})
    assert any("resident_total" in line for line in checks.problems())
    db.session.rollback()


def test_the_check_names_an_award_that_is_not_what_its_rule_gives(app: Flask) -> None:
    entry = approved_entry()
    with db.session.no_autoflush:
        db.session.execute(
            Posting.__table__.insert().values(
                resident_id=entry.resident_id,
                community_code=COMMUNITY,
                kind="bonus",
                merit=5,
                balance=4,
                counts_on=TODAY,
                week="2026-W48",
                month="2026-11",
                posted_at=NOW,
            )
        )
    assert any("merit and balance" in line for line in checks.problems())
    db.session.rollback()


def test_a_posting_at_the_instant_of_closing_counts_in_the_next_week(app: Flask) -> None:
    resident, manager = person(), staff()
    entry = log(resident, acted_on=date(2026, 11, 21), now=datetime(2026, 11, 22, 3, tzinfo=NOW.tzinfo))
    closing = parse("2026-W47").closes_at(ZONE)
    decide(entry, "approve", manager, now=closing)
    other = log(resident, "exercise", acted_on=date(2026, 11, 21), now=closing - timedelta(days=1))
    decide(other, "approve", manager, now=closing - timedelta(microseconds=1))
    assert [_posting(found.id).week for found in (entry, other)] == ["2026-W48", "2026-W47"]
