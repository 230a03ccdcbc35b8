"""Compiled figures equal what the ledger, the decisions and the queue say, for every area and kind of period."""

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic import media
from civic.dashboards.compiling import NAME, bits, refresh
from civic.dashboards.models import AreaFigures, AreaNow, FiguresPeriod
from civic.db import db, transaction
from civic.jobs import runner
from civic.jobs import service as jobs
from civic.jobs.models import JobFailure, JobRun
from civic.jobs.runner import Job
from civic.ledger.models import Posting
from civic.moderation import reviews
from civic.on_behalf import service as on_behalf
from civic.rules import trust
from civic.rules.agenda import Every
from tests.dashboards.world import LATER, compiled, lively
from tests.factories import (
    COMMUNITY,
    FAR_COMMUNITY,
    NOW,
    OTHER_COMMUNITY,
    TODAY,
    ZONE,
    approved_entry,
    decide,
    log,
    person,
    staff,
)
from tests.media.pictures import jpeg


def _figures(code: str, period: str = "2026-11") -> AreaFigures:
    row = db.session.get(AreaFigures, (period, code))
    assert row is not None, (period, code)
    return row


def test_a_community_s_figures_are_those_of_its_postings_and_decisions(app: Flask) -> None:
    lively()
    compiled()
    here = _figures(COMMUNITY)
    merit = db.session.scalar(select(func.sum(Posting.merit)).where(Posting.community_code == COMMUNITY))
    assert (here.people, here.entries, here.merit) == (2, 3, merit)
    assert here.categories == {"environment": 2, "reading": 1}
    assert here.seen == bits(["environment", "reading"])
    # Half an hour twice, an hour, three hours; taking back is no answer to a wait.
    assert (here.waits[0], here.waits[2], sum(here.waits)) == (3, 1, 4)


def test_whatever_lies_above_is_the_sum(app: Flask) -> None:
    lively()
    compiled()
    city = _figures("9901")
    parts = [_figures("990102"), _figures("990105")]
    for name in ("people", "entries", "merit", "communities", "quiet"):
        assert getattr(city, name) == sum(getattr(part, name) for part in parts), name
    assert Counter(city.categories) == Counter(parts[0].categories) + Counter(parts[1].categories)
    assert city.waits == [one + more for one, more in zip(parts[0].waits, parts[1].waits, strict=True)]


def test_gaps_are_counted_among_those_who_take_part(app: Flask) -> None:
    lively()
    compiled()
    subdistrict = _figures("990102001")
    assert (subdistrict.communities, subdistrict.quiet) == (2, 0)
    assert "reading" not in subdistrict.lacking
    assert subdistrict.lacking["environment"] == 1  # the other community has reading only
    assert (_figures("990102").communities, _figures("990102").quiet) == (3, 1)


def test_what_waits_is_told_by_its_age(app: Flask) -> None:
    lively()
    compiled()
    far = db.session.get(AreaNow, FAR_COMMUNITY)
    assert far is not None
    assert (far.waiting_12, far.waiting_24, far.waiting_48, far.overdue) == (1, 0, 0, 1)
    city = db.session.get(AreaNow, "9901")
    assert city is not None
    assert (city.waiting, city.overdue, city.acts) == (2, 1, 1)


def test_a_quarter_and_a_year_add_up_from_their_months(app: Flask) -> None:
    lively()
    compiled()
    for period in ("2026-Q4", "2026", "2024--2026"):
        whole, month = _figures(COMMUNITY, period), _figures(COMMUNITY)
        assert (whole.entries, whole.merit, whole.people) == (month.entries, month.merit, month.people), period
        assert (whole.categories, whole.waits) == (month.categories, month.waits), period


def test_twice_is_once_and_a_later_run_takes_in_what_came_since(app: Flask) -> None:
    lively()
    compiled()
    before = (_figures(COMMUNITY).entries, _figures(COMMUNITY).merit)
    compiled()
    assert (_figures(COMMUNITY).entries, _figures(COMMUNITY).merit) == before
    decide(log(person(), now=LATER), "approve", staff(), now=LATER + timedelta(minutes=1))
    with transaction():
        refresh("2026-11-26T16:10", now=LATER + timedelta(minutes=5), zone=ZONE)
    assert _figures(COMMUNITY).entries == before[0] + 1
    # Quarters and longer follow once an hour.
    assert _figures(COMMUNITY, "2026-Q4").entries == before[0]
    with transaction():
        refresh("2026-11-26T17:05", now=LATER + timedelta(minutes=61), zone=ZONE)
    assert _figures(COMMUNITY, "2026-Q4").entries == before[0] + 1


def test_after_closing_a_period_is_compiled_once_more_and_then_left_alone(app: Flask) -> None:
    lively()
    compiled()
    after = LATER + timedelta(days=20)
    with transaction():
        refresh("2026-12-16T16:05", now=after, zone=ZONE)
    closed = db.session.get(FiguresPeriod, "2026-11")
    assert closed is not None
    assert (closed.is_final, closed.as_of) == (True, after)
    with transaction():
        refresh("2026-12-16T16:10", now=after + timedelta(minutes=5), zone=ZONE)
    db.session.expire_all()
    assert closed.as_of == after


def test_a_year_s_rows_of_the_job_never_pile_up_and_old_failures_do_not_stand(app: Flask) -> None:
    lively()
    is_broken = True

    def breaks(period: str, *, now: object, zone: object) -> dict[str, int]:
        if is_broken:
            raise OSError("the disk is full")
        return refresh(period, now=now, zone=zone)  # type: ignore[arg-type]

    job = Job(NAME, Every(5), breaks)
    list(runner.run_due([job], since=NOW, until=LATER, zone=ZONE))
    assert len(jobs.standing_failures()) == 1
    is_broken = False
    for minutes in (5, 10, 15, 60 * 26):
        outcomes = list(runner.run_due([job], since=NOW, until=LATER + timedelta(minutes=minutes), zone=ZONE))
        assert [outcome.error for outcome in outcomes] == [""], minutes
    assert jobs.standing_failures() == []
    assert db.session.scalar(select(func.count()).select_from(JobRun)) == 1
    assert db.session.scalar(select(func.count()).select_from(JobFailure)) == 0


def test_what_a_rule_approved_what_was_audited_and_what_came_on_paper_is_counted_apart(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, elsewhere = staff(), staff(area=OTHER_COMMUNITY)
    trusted = person(now=NOW - timedelta(days=90))
    for number in range(10):
        at = NOW - timedelta(days=20 + number)
        approved_entry(trusted, manager, acted_on=at.date(), now=at)
    monkeypatch.setattr(trust, "is_audited", lambda _secret, _entry_id: True)
    audited = log(trusted)
    with transaction():
        reviews.decide(audited.id, "reject", "照片里看不出做了什么", by=elsewhere, now=NOW, zone=ZONE)
        (slip, *_others) = on_behalf.make_sheet(COMMUNITY, by=manager, now=NOW)
        helped = on_behalf.add_helped(COMMUNITY, "老人", by=manager, now=NOW - timedelta(days=30), zone=ZONE)
        paper = media.shrink(jpeg(), acted_on=TODAY, zone=ZONE)
        typed = on_behalf.Typed(slip.code, helped.id, "litter_pickup", TODAY, 1)
        on_behalf.type_in(typed, paper, by=manager, now=NOW, zone=ZONE)
    compiled()
    found = {"by_rule": 1, "audited": 1, "audit_changed": 1, "on_behalf": 1}
    assert _figures(COMMUNITY).ways == _figures("9901").ways == found
    assert _figures("9901", "2026").ways == found, "the sum of its months"
