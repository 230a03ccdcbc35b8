"""A small city with entries, decisions and rankings, at one held moment."""

from datetime import timedelta

from civic.dashboards.compiling import refresh
from civic.db import transaction
from civic.rankings.compiling import compile_period
from civic.rules.periods import parse
from tests.factories import FAR_COMMUNITY, NOW, OTHER_COMMUNITY, TODAY, ZONE, decide, log, person, staff

MONTH, WEEK = parse("2026-11"), parse("2026-W48")
LATER = NOW + timedelta(hours=30)


def lively() -> None:
    """Three communities: one busy with two people, one with reading only, one with entries that wait."""
    manager = staff(area="9901", role="city_officer", community=FAR_COMMUNITY)
    one, two = person(name="秀兰"), person(name="桂花")
    other, far = person(community=OTHER_COMMUNITY), person(community=FAR_COMMUNITY)
    for who in (one, two):
        decide(log(who), "approve", manager, now=NOW + timedelta(minutes=30))
    decide(log(one, "reading_minutes", quantity=30), "approve", manager, now=NOW + timedelta(hours=3))
    decide(log(other, "reading_minutes", quantity=30), "approve", manager, now=NOW + timedelta(hours=20))
    taken_back = log(two, acted_on=TODAY - timedelta(days=1))
    decide(taken_back, "approve", manager, now=NOW + timedelta(hours=1))
    decide(taken_back, "reverse", manager, now=NOW + timedelta(hours=2))
    log(far, now=NOW - timedelta(hours=60), acted_on=TODAY - timedelta(days=3))
    log(far, now=LATER - timedelta(hours=1), acted_on=TODAY + timedelta(days=1))


def compiled() -> dict[str, int]:
    """The rankings of the running month and week, and the figures of everything."""
    with transaction():
        for period in (MONTH, WEEK):
            compile_period(period, now=LATER, members_as_of=LATER, zone=ZONE)
        return refresh("2026-11-26T16:05", now=LATER, zone=ZONE)
