"""A manager's Monday: thirty simple entries at a desk, by keyboard, in less than three minutes."""

from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from civic import clock
from civic.accounts import service as accounts
from civic.db import db, transaction
from civic.entries.models import Entry
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.seed.people import PASSWORD
from tests.browser import steps
from tests.browser.conftest import Neighbourhood
from tests.browser.stage import Site

pytestmark = pytest.mark.xdist_group("browser")

ENTRIES, RESIDENTS = 30, 6
SECONDS = 180
LOOK_SECONDS = 2.5  # that a person looks at each before pressing a key; counted, not waited for


def fill(site: Site, code: str) -> list[int]:
    """Thirty entries that wait, of six neighbours on five days."""
    found = []
    with site.app.app_context():
        zone, now = site.app.config["CIVIC"].timezone, clock.now()
        for number in range(RESIDENTS):
            with transaction():
                who = accounts.add_person(
                    login=f"desk{number}", password=PASSWORD, name="邻居", community_code=code, now=now, zone=zone
                )
            for days in range(ENTRIES // RESIDENTS):
                day = clock.today(zone) - timedelta(days=days)
                logged = Logged("litter_pickup", day, 1, str(uuid4()), note=f"第 {number} 段，第 {days} 天")
                found.append(receive(logged, by=who, now=now, zone=zone).entry.id)
    return found


def test_thirty_entries_are_decided_by_keys_in_under_three_minutes(
    desk: Page, site: Site, neighbourhood: Neighbourhood
) -> None:
    entries = fill(site, neighbourhood.code)
    steps.sign_in(desk, neighbourhood.manager, to="/moderation")
    heading = desk.get_by_role("heading", level=1)
    began = monotonic()
    for number in range(ENTRIES):
        expect(heading).to_contain_text(str(ENTRIES - number))
        if number % 10 == 9:
            desk.keyboard.press("1")  # a ready reason
            desk.keyboard.press("d")
        else:
            desk.keyboard.press("a")
        left = ENTRIES - number - 1
        if left:
            expect(heading).to_contain_text(f"待核对 {left}")
        else:
            expect(heading).not_to_contain_text("待核对 1")
    took = monotonic() - began
    assert took + ENTRIES * LOOK_SECONDS < SECONDS, f"{took:.0f} s for {ENTRIES} entries besides looking"
    with site.app.app_context():
        statuses = list(db.session.scalars(select(Entry.status).where(Entry.id.in_(entries))))
    assert (statuses.count("approved"), statuses.count("rejected")) == (27, 3)
