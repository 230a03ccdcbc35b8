"""Every main page for everybody: nothing for axe to find, one h1, a title, its language, no scrolling sideways.

`make test` looks at every page once, and at a slice of them in other colours, sizes and words; `make looks` at each
page in each way.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select, update

from civic import clock
from civic.accounts import service as accounts
from civic.accounts.models import Membership, Person
from civic.areas import service as areas
from civic.bulletins import service as bulletins
from civic.config import ROOT
from civic.db import db, id_of, transaction
from civic.entries.models import Entry, Photo
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.moderation import assignments, reviews
from civic.moderation.models import Assignment
from civic.on_behalf.models import Slip
from civic.pledges import certificates
from civic.rankings import objections
from civic.rankings.sealing import seal
from civic.rules.periods import Period, period_of
from civic.rules.sealing import due_at
from civic.seed import places
from civic.seed.people import PASSWORD
from civic.teams import service as teams
from tests.browser import steps
from tests.browser.conftest import listen, new_page
from tests.browser.stage import Site
from tests.media.pictures import jpeg

pytestmark = pytest.mark.xdist_group("browser")

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Everything that the standard asks, and what axe calls good practice; answers what is wrong and where.
RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 360, "height": 740}
CHINESE = "lang=zh&type=normal"
NOWHERE = "/nowhere"

VISITOR = [
    "/",
    "/join",
    "/join/{community}",
    "/login",
    "/activities",
    "/leaderboard?area={city}",
    "/rankings?area={city}",
    "/rankings/{month}/{city}",
    "/certificates/{certificate}",
    "/claim",
    "/slip/{slip}",
    "/communities/{community}",
    "/communities/{community}/announcements",
    "/communities/{community}/poster",
    "/wall/{community}",
    "/wall/{city}",
    "/bulletins",
    "/rankings/{bulletin}/{district}?of=communities",
    "/rankings/{bulletin}/{district}?of=communities&size=1",
    "/rules",
    "/help",
    "/legal/privacy",
    "/outbox",
    "/style-guide",
    NOWHERE,
]
RESIDENT = [
    "/",
    "/activities",
    "/activities?q=垃圾",
    "/entries/new?activity=litter_pickup",
    "/entries",
    "/entries/{approved}",
    "/entries/{returned}",
    "/entries/{returned}/mend",
    "/leaderboard",
    "/me/statement",
    "/pledges",
    "/pledges/pledge_give_way",
    "/reading",
    "/communities/{community}",
    "/me",
    "/me/progress",
    "/me/settings",
    "/me/family",
    "/me/settings/community",
    "/me/statement?only=environment",
    "/me/statement/sheet?period=2026",
    "/notices",
    "/notices/settings",
    "/me/export",
    "/me/delete",
    "/stand-ins",
    "/outbox",
    "/logout",
    "/leaderboard?of=teams",
    "/teams",
    "/teams/{team}",
    "/teams/new",
    "/teams/join",
    "/photo-requests",
]
GUARDIAN = [
    "/me/family",
    "/me/family/children/{child}",
    "/entries?of={child}",
    "/photos/{photo}/cover",
    "/entries/new?activity=litter_pickup",
    "/pledges?of={child}",
    "/pledges/pledge_walker?of={child}",
    "/reading",
]
KEEPER = ["/pledges", "/pledges/pledge_walker", "/pledges/pledge_walker/certificates/21"]
MANAGER = [
    "/dashboard/{community}",
    "/moderation",
    "/moderation/{waiting}",
    "/moderation/{approved}",
    "/moderation/reviews",
    "/moderation/reviews/{review}",
    "/moderation/photo-requests",
    "/areas/{community}/announcements",
    "/areas/{community}/announcements/new",
    "/communities/{community}/focus",
    "/communities/{community}/manage",
    "/communities/{community}/members",
    "/communities/{community}/members/{member}",
    "/communities/{community}/reading",
    "/communities/{community}/stand-ins",
    "/communities/{community}/on-behalf",
    "/communities/{community}/on-behalf/sheet",
]
DISTRICT = [
    "/dashboard/{district}",
    "/dashboard/{district}/rows?category=reading",
    "/bulletins/{bulletin}/{district}",
    "/bulletins/{bulletin}/{district}/edit",
    "/objections",
    "/objections/{objection}",
]
ADMIN = [
    "/admin",
    "/admin/jobs",
    "/admin/jobs/seal",
    "/admin/grants",
    "/admin/index",
    "/admin/rules",
    "/admin/rules/litter_pickup",
    "/admin/audit",
    "/admin/areas",
    "/admin/switches",
    "/admin/legal",
]
PAGES = [
    (login, path)
    for login, paths in (
        (None, VISITOR),
        ("resident", RESIDENT),
        ("guardian", GUARDIAN),
        ("keeper", KEEPER),
        ("manager", MANAGER),
        ("district", DISTRICT),
        ("admin", ADMIN),
    )
    for path in paths
]
# Enough to see every component once more in other colours, sizes and words.
SLICE = [
    (None, "/"),
    ("resident", "/"),
    ("resident", "/entries/new?activity=litter_pickup"),
    ("resident", "/leaderboard"),
    ("resident", "/me/progress"),
    ("resident", "/me/statement"),
    ("guardian", "/me/family/children/{child}"),
    ("keeper", "/pledges/pledge_walker/certificates/21"),
    ("manager", "/moderation"),
    ("manager", "/communities/{community}/members"),
    ("manager", "/communities/{community}/on-behalf"),
    ("district", "/dashboard/{district}"),
    ("district", "/bulletins/{bulletin}/{district}"),
]
MORE = PAGES if os.environ.get("LOOKS") else SLICE
Visit = Callable[..., Page]
Theme = Literal["light", "dark"]


@pytest.fixture(scope="package")
def known(site: Site) -> dict[str, Any]:
    """What stands for the names in braces."""
    zone = site.app.config["CIVIC"].timezone
    with site.app.app_context():
        resident = accounts.get_by_login("resident")
        certificate = _kept_for_three_weeks(zone)
        child, team = _family(zone)
        month = period_of("month", clock.today(zone)).previous()
        objection = _office(month, zone)

        def newest(status: str, *where: Any) -> int | None:
            wanted = select(Entry.id).where(Entry.status == status, *where).order_by(Entry.id.desc())
            return db.session.scalars(wanted).first()

        return {
            "city": places.CITY,
            "district": f"{places.CITY}01",
            "community": places.LIUQIAO,
            "approved": newest("approved", Entry.resident_id == resident.id),
            "returned": newest("returned", Entry.resident_id == resident.id),
            "slip": db.session.scalar(select(Slip.code).where(Slip.entry_id.is_not(None))),
            "review": _review(),
            "member": db.session.scalar(select(Membership.id).where(Membership.person_id == resident.id)),
            "photo": db.session.scalar(
                select(Photo.key).join(Entry, Entry.id == Photo.entry_id).where(Entry.resident_id == child)
            ),
            "certificate": certificate,
            "child": child,
            "team": team,
            "month": period_of("month", clock.today(zone)).key,
            "bulletin": month.key,
            "objection": objection,
            "waiting": newest("pending", Entry.community_code == places.LIUQIAO),
        }


def _kept_for_three_weeks(zone: ZoneInfo) -> str:
    """Somebody who kept a pledge for 21 days, and the code of their certificate."""
    now, today = clock.now(), clock.today(zone)
    with transaction():
        keeper = _person("keeper", "阿福", now - timedelta(days=30), zone)
    for back in range(20, -1, -1):
        day = Logged("pledge_walker", today - timedelta(days=back), 1, str(uuid.uuid4()))
        receive(day, by=keeper, now=now - timedelta(days=back), zone=zone)
    with transaction():
        return certificates.issue(keeper, "pledge_walker", 21, "masked", now=now, today=today).code


def _family(zone: ZoneInfo) -> tuple[int, int]:
    """A guardian with a child and a team of the family; a pledge that the child keeps."""
    now, today = clock.now(), clock.today(zone)
    with transaction():
        guardian = _person("guardian", "豆豆妈", now - timedelta(days=30), zone)
        child = _person("guarded", "豆豆", now, zone, guardian=guardian, born_on=today - timedelta(days=3000))
        child_id = id_of(child)
        others = [_person(f"mate{number}", "名字有十二个字的那一位邻居", now, zone) for number in range(4)]
        team, _ = teams.found(
            kind="volunteers", name="名字很长很长的晨跑志愿服务小分队", by=guardian, now=now, zone=zone
        )
        for who in (*others, accounts.get_by_login("resident")):
            teams.join(team.code, by=who, now=now, zone=zone)
        team_id = team.id
    receive(Logged("pledge_walker", today, 1, str(uuid.uuid4()), resident_id=child_id), by=guardian, now=now, zone=zone)
    picked = Logged("litter_pickup", today, 3, str(uuid.uuid4()), resident_id=child_id)
    receive(picked, [jpeg((640, 480))], by=guardian, now=now, zone=zone)
    return child_id, team_id


def _review() -> int:
    """An entry from elsewhere that lies before the manager for review."""
    manager = accounts.get_by_login("manager")
    found = assignments.of(manager.id)
    if found:
        return found[0][1].id
    elsewhere = select(Entry.id).where(
        Entry.status == "pending",
        Entry.community_code.startswith(f"{places.CITY}01"),
        Entry.community_code != places.LIUQIAO,
    )
    with transaction() as session:
        entry_id = session.scalars(elsewhere.order_by(Entry.id)).first() or 0
        reviews.hold(entry_id, "quantity", by=accounts.get_by_login("district"), now=clock.now())
        session.execute(update(Assignment).where(Assignment.entry_id == entry_id).values(person_id=manager.id))
    return entry_id


def _office(month: Period, zone: ZoneInfo) -> int:
    """A sealed month with its bulletins drafted, and an objection that waits."""
    due, week = due_at(month, zone), period_of("week", clock.today(zone)).previous()
    district, ended = areas.get_area(f"{places.CITY}01"), week.ended_at(zone) + timedelta(hours=1)
    with transaction():
        seal(month, now=due, clock_now=clock.now(), zone=zone)
        bulletins.draft_all(month.key, now=due, zone=zone)
        words = "读书角每天傍晚都开着，榜上好像没有读书的分。"
        who = accounts.get_by_login("parent")
        return objections.make(district, week, "communities", "", words, by=who, now=ended, zone=zone).id


def _person(login: str, name: str, now: datetime, zone: ZoneInfo, **facts: Any) -> Person:
    password = None if "guardian" in facts else PASSWORD
    return accounts.add_person(
        login=login, password=password, name=name, community_code=places.LIUQIAO, now=now, zone=zone, **facts
    )


class Windows:
    """Browsers that stay open from page to page, one for each reader, who changes how pages are shown."""

    def __init__(self, site: Site, browser: Browser, known: dict[str, Any]) -> None:
        self.site, self.browser, self.known = site, browser, known
        self.pages: dict[str | None, Page] = {}
        self.chosen: dict[str | None, str] = {}
        self.complaints: list[str] = []

    def visit(self, login: str | None, path: str, choice: str = CHINESE, theme: Theme = "light") -> Page:
        """Open a page as somebody; `choice` is what the links for language and size of type ask for."""
        page = self.pages.get(login) or self._open(login)
        if self.chosen.get(login) != choice:
            page.goto(f"/help?{choice}")
            self.chosen[login] = choice
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(PHONE)
        answer = page.goto(path.format(**self.known))
        assert answer is not None
        assert answer.status == (404 if path == NOWHERE else 200), path
        return page

    def _open(self, login: str | None) -> Page:
        # Copies for the road are made by others; here they would only cost time.
        settings: dict[str, Any] = {"viewport": PHONE, "locale": "zh-CN", "service_workers": "block"}
        page = new_page(self.site, self.browser, bypass_csp=True, **settings)
        page.context.add_init_script(path=AXE)
        if login:
            steps.sign_in(page, login)
        listen(page, self.complaints)
        self.pages[login] = page
        return page


@pytest.fixture(scope="package")
def windows(site: Site, browser: Browser, known: dict[str, Any]) -> Iterator[Windows]:
    """All of them; closed at the end."""
    windows = Windows(site, browser, known)
    yield windows
    for page in windows.pages.values():
        page.context.close()


@pytest.fixture
def visit(windows: Windows) -> Iterator[Visit]:
    """Opens a page in one of them; what it complains about fails the test."""
    windows.complaints.clear()
    yield windows.visit
    assert not windows.complaints, "\n".join(windows.complaints)


def wrong_with(page: Page) -> list[str]:
    """What axe finds."""
    found: list[str] = page.evaluate(RUN_AXE)
    return found


@pytest.mark.parametrize(("login", "path"), PAGES)
def test_a_page_is_open_to_everybody(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path)
    assert wrong_with(page) == []
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert len(page.title()) > len("文明同行"), page.title()


@pytest.mark.parametrize(("login", "path"), MORE)
def test_a_page_is_open_to_everybody_in_the_dark(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path, theme="dark")
    assert wrong_with(page) == []


@pytest.mark.parametrize(("login", "path"), MORE)
def test_a_page_is_open_to_everybody_in_large_type_and_english(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path, "lang=en&type=large")
    assert wrong_with(page) == []
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.set_viewport_size(NARROW)
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize(("login", "path"), MORE)
def test_large_type_on_a_narrow_phone_never_scrolls_sideways(visit: Visit, login: str | None, path: str) -> None:
    page = visit(login, path, "lang=zh&type=large")
    page.set_viewport_size(NARROW)
    assert page.evaluate(SIDEWAYS) <= 0
