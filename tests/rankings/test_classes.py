"""Rankings by size class, and who improved most."""

from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civic.areas import service as areas
from civic.areas.models import Population
from civic.db import transaction
from civic.rankings.classes import improved, of_size
from civic.rankings.sealing import seal
from civic.rules.periods import parse
from civic.rules.sealing import due_at
from civic.rules.sizes import CLASSES, bounds, class_of
from tests import factories
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE
from tests.queries import count_queries

MONTH = parse("2026-11")
THIRD = "990102002001"
PEOPLE = {COMMUNITY: 499, OTHER_COMMUNITY: 300, THIRD: 500, FAR_COMMUNITY: 7_000}


def test_classes_begin_where_they_say() -> None:
    assert [class_of(Fraction(n)) for n in (0, 499, 500, 1_999, 2_000, 4_999, 5_000, 10**6)] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert class_of(Fraction(999, 2)) == 1
    assert [bounds(size) for size in CLASSES] == [(None, 500), (500, 2_000), (2_000, 5_000), (5_000, None)]


@pytest.fixture
def sealed(app: Flask) -> None:
    factories.city()
    manager = factories.staff("city_officer", "9901")
    with transaction() as session:
        for code, people in PEOPLE.items():
            session.add(Population(area_code=code, from_on=TODAY - timedelta(days=400), people=people))
    earlier = NOW - timedelta(days=30)
    for community, before, now in ((COMMUNITY, 6, 1), (OTHER_COMMUNITY, 1, 6), (THIRD, 1, 3), (FAR_COMMUNITY, 6, 6)):
        who = factories.person(community=community)
        first = factories.log(who, quantity=before, acted_on=earlier.date(), now=earlier)
        factories.decide(first, "approve", manager, now=earlier)
        factories.approved_entry(who, manager, quantity=now)
    with transaction():
        seal(MONTH, now=due_at(MONTH, ZONE), clock_now=due_at(MONTH, ZONE), zone=ZONE)


def test_the_small_are_ranked_among_the_small_with_their_rank_among_all(sealed: None) -> None:
    city = areas.get_area("9901")
    small = of_size(city, "communities", MONTH, 1, day=TODAY)
    assert [one.listed.key for one in small] == [OTHER_COMMUNITY, COMMUNITY]
    assert [one.listed.rank for one in small] == [1, 2]
    assert [one.overall for one in small] == [1, 3]
    assert [one.listed.key for one in of_size(city, "communities", MONTH, 4, day=TODAY)] == [FAR_COMMUNITY]
    assert of_size(city, "communities", MONTH, 3, day=TODAY) == []


def test_most_improved_are_those_whose_index_rose(sealed: None) -> None:
    found = improved(areas.get_area("9901"), "communities", MONTH)
    assert [one.code for one in found][:2] == [OTHER_COMMUNITY, THIRD]
    assert COMMUNITY not in [one.code for one in found]
    assert all(one.rise > 0 for one in found)


def test_the_page_shows_both_in_few_queries(sealed: None, client: FlaskClient) -> None:
    page = "/rankings/2026-11/9901?of=communities"
    assert "进步最大" in client.get(page).text
    with count_queries() as queries:
        text = client.get(f"{page}&size=1").text
    assert queries.total <= 18, str(queries)
    with count_queries() as plain:
        client.get(page)
    assert plain.total <= 16, str(plain)
    assert "全部里第 3" in text
    assert "张庄村" not in text.split("凭据")[0]
    assert "这一档没有社区" in client.get(f"{page}&size=3").text
    assert client.get(f"{page}&size=5").status_code == 404
