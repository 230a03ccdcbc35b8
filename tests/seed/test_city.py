"""The demo city: repeatable, complete, and nothing in it that the rules would not allow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from civic import clock, media
from civic.accounts import service as accounts
from civic.accounts.models import Grant, Membership, Person
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import db
from civic.entries.models import Entry, Photo
from civic.ledger import checks
from civic.ledger.models import Posting
from civic.rules.people import is_child
from civic.seed import city, places
from civic.seed.people import ACCOUNTS, PASSWORD
from tests.conftest import SqliteBench

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)  # past noon in the city
SMALL = {"residents": 60, "weeks": 3, "seed": 1}
WITHOUT_PHONE = 1  # helped by a manager, besides the residents

pytestmark = pytest.mark.xdist_group("city")


def build(now: datetime = NOW, **changes: int) -> None:
    with clock.held(now):
        city.build(**(SMALL | changes), now=now, zone=ZONE)


def figures() -> dict[str, Any]:
    """What two cities made alike have in common: everything but ids and secrets."""
    by_status = select(Entry.status, Entry.activity_key, func.count()).group_by(Entry.status, Entry.activity_key)
    by_name = (
        select(Person.name, func.sum(Posting.merit), func.count(Posting.id))
        .join(Posting, Posting.resident_id == Person.id)
        .group_by(Person.name)
    )
    return {
        "people": sorted(map(tuple, db.session.execute(select(Person.name, Person.appear)))),
        "entries": sorted(map(tuple, db.session.execute(by_status))),
        "merit": sorted((name, int(merit), lines) for name, merit, lines in db.session.execute(by_name)),
        "photos": sorted(db.session.scalars(select(Photo.source_sha256))),
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One city for all that only look at it; nothing they ask depends on the database."""
    bench = SqliteBench(tmp_path_factory.mktemp("city"))
    with bench.app.app_context():
        build()
    return bench.app


@pytest.fixture
def small_city(built: Flask) -> Iterator[None]:
    with built.app_context():
        yield
        db.session.remove()


def test_every_status_and_every_kind_of_award_is_there(small_city: None) -> None:
    statuses = set(db.session.scalars(select(Entry.status).distinct()))
    decided = {"approved", "rejected", "returned", "withdrawn", "reversed"}
    assert statuses - {"appealed"} == {"pending", "held", *decided}
    awards = db.session.execute(select(Posting.standing, Posting.cut_by, Posting.merit).where(Posting.kind == "award"))
    rows = awards.all()
    assert any(row.standing == 1 and row.merit > 0 for row in rows), "a second one of a day, halved"
    assert any(row.standing == 2 and row.merit == 0 for row in rows), "a third one of a day"
    assert any(row.cut_by == "per_day" for row in rows), "one cut by the cap of its day"
    assert db.session.scalar(select(func.count()).where(Posting.kind == "reversal"))


def test_the_ledger_and_its_counters_agree(small_city: None) -> None:
    assert checks.problems() == []


def test_the_same_city_stands_on_either_database(app: Flask) -> None:
    build(residents=40, weeks=1)
    assert checks.problems() == []


def test_everything_happened_in_the_past_and_in_order(small_city: None) -> None:
    submitted = list(db.session.scalars(select(Entry.submitted_at)))
    assert max(submitted) <= NOW
    assert min(submitted) >= NOW - timedelta(weeks=4)
    decided = db.session.execute(select(Entry.submitted_at, Entry.decided_at).where(Entry.decided_at.is_not(None)))
    assert all(arrived <= at <= NOW for arrived, at in decided)
    assert all(at <= NOW for at in db.session.scalars(select(Posting.posted_at)))


def test_the_population_counts_out_and_the_roles_are_filled(small_city: None) -> None:
    assert db.session.scalar(select(func.count()).select_from(Person)) == SMALL["residents"] + WITHOUT_PHONE
    roles = set(db.session.scalars(select(Grant.role).distinct()))
    assert len(roles) == 5
    day = NOW.astimezone(ZONE).date()
    people = list(db.session.scalars(select(Person)))
    children = [person for person in people if is_child(person.born_on, day)]
    assert children
    assert all(child.guardian_id and child.password_hash is None for child in children)
    assert {person.appear for person in people} == {"nickname", "masked", "hidden"}
    unconfirmed = select(Membership.person_id).where(Membership.confirmed_at.is_(None))
    assert list(db.session.scalars(unconfirmed))


def test_somebody_moved_and_earned_in_both_places(small_city: None) -> None:
    mover = db.session.scalars(select(Person).where(Person.name == "北窗")).one()
    codes = set(db.session.scalars(select(Membership.community_code).where(Membership.person_id == mover.id)))
    assert codes == {places.LIUQIAO, places.HEPAN}


def test_entries_wait_in_liuqiao_and_some_elsewhere_for_more_than_two_days(small_city: None) -> None:
    waiting = select(func.count()).where(Entry.status == "pending")
    assert (db.session.scalar(waiting.where(Entry.community_code == places.LIUQIAO)) or 0) >= 5
    assert db.session.scalar(waiting.where(Entry.queued_at < NOW - timedelta(hours=48)))


def test_photos_are_kept_like_any_other_and_one_was_seen_before(small_city: None) -> None:
    photos = list(db.session.scalars(select(Photo)))
    entries = db.session.scalar(select(func.count()).select_from(Entry)) or 0
    assert entries / 30 < len(photos) < entries / 6
    assert media.open_photo(photos[0].key).read(4) == b"RIFF"
    assert len({photo.source_sha256 for photo in photos}) < len(photos)


def test_everybody_on_the_list_can_sign_in(small_city: None) -> None:
    for account in ACCOUNTS:
        person = accounts.authenticate(account.login, PASSWORD)
        assert person is not None, account.login


@pytest.mark.one_engine
def test_the_same_seed_at_the_same_moment_makes_the_same_city(sqlite_bench: Any) -> None:
    found = []
    for seed in (1, 1, 2):
        sqlite_bench.reset()
        with sqlite_bench.app.app_context():
            build(seed=seed, residents=40, weeks=1)
            found.append(figures())
            db.session.remove()
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.one_engine
@pytest.mark.parametrize("hour", [16, 22])
def test_it_can_be_made_at_any_hour_of_the_day(app: Flask, hour: int) -> None:
    # 00:02 and 06:02 in the city: nobody has logged anything today
    build(NOW.replace(hour=hour, minute=2), residents=40, weeks=1)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 40 + WITHOUT_PHONE


@pytest.mark.one_engine
def test_the_city_stands_in_the_official_layout_with_a_name_that_two_districts_share(app: Flask) -> None:
    build(residents=40, weeks=1)
    levels = dict(db.session.execute(select(Area.level, func.count()).group_by(Area.level)).all())
    assert levels == {"city": 1, "district": 3, "subdistrict": 12, "community": 60}
    shared = db.session.scalars(select(Area.code).where(Area.short_name == "河畔社区")).all()
    assert len({code[:6] for code in shared}) == 2
    assert areas.population(places.LIUQIAO, NOW.date()) == 214
