"""Two pages opened at the same moment: what was reached is noticed, celebrated, issued and listed once."""

from flask import Flask

from civic.areas.service import get_area
from civic.config import STAR_HOURS
from civic.db import transaction
from civic.pledges import certificates
from civic.progress import service
from civic.reading import lists
from tests import factories as make
from tests.races.crowd import AT_ONCE, at_once, refusals


def test_a_badge_is_celebrated_on_one_page_only(app: Flask) -> None:
    resident_id = make.person().id
    make.approved_entry(make.accounts.find_person(resident_id))

    def look() -> frozenset[str]:
        found = service.progress_of(resident_id, STAR_HOURS)
        with transaction():
            return service.notice(found)

    answers = at_once(app, [look] * AT_ONCE)
    assert sorted(len(fresh) for fresh in answers) == [0] * (AT_ONCE - 1) + [1]


def test_a_certificate_is_issued_once(app: Flask) -> None:
    resident = make.person()
    for ago in reversed(range(21)):
        day = make.timedelta(days=ago)
        make.log(resident, "pledge_give_way", acted_on=make.TODAY - day, now=make.NOW - day)
    resident_id = resident.id

    def ask() -> str:
        with transaction():
            person = make.accounts.find_person(resident_id)
            assert person is not None
            facts = {"now": make.NOW, "today": make.TODAY}
            return certificates.issue(person, "pledge_give_way", 21, "masked", **facts).code

    assert len(set(at_once(app, [ask] * AT_ONCE))) == 1


def test_a_list_takes_a_title_once(app: Flask) -> None:
    manager_id = make.staff().id

    def put() -> int:
        with transaction():
            manager = make.accounts.find_person(manager_id)
            assert manager is not None
            return lists.recommend(get_area(make.COMMUNITY), "边城", "", "", by=manager, now=make.NOW).id

    assert refusals(at_once(app, [put] * AT_ONCE)) == ["book_on_the_list"] * (AT_ONCE - 1)
