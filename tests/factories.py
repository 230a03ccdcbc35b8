"""Quick makers of people, places and entries, through the services, so that tests begin where it gets interesting."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from civic import clock
from civic.accounts import grants, sessions, stand_ins
from civic.accounts import service as accounts
from civic.accounts.models import Person, StandIn
from civic.announcements import service as announcements
from civic.announcements.models import Announcement
from civic.announcements.service import Written
from civic.areas.models import LEVELS, Area
from civic.db import db, id_of, transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.moderation import service as moderation
from civic.teams import service as teams
from civic.teams.models import Team

ZONE = ZoneInfo("Asia/Shanghai")
# A Wednesday, 10:05 in the city.
NOW = datetime(2026, 11, 25, 2, 5, tzinfo=UTC)
TODAY = date(2026, 11, 25)
PASSWORD = "correct horse 9"
COMMUNITY = "990102001011"
OTHER_COMMUNITY = "990102001013"  # same subdistrict
FAR_COMMUNITY = "990105001001"  # another district
AREAS = {
    "9901": "榴城市",
    "990102": "望江区",
    "990105": "云溪区",
    "990102001": "桐花街道",
    "990102002": "柳湾街道",
    "990105001": "苇塘镇",
    COMMUNITY: "桐花社区",
    OTHER_COMMUNITY: "西苑社区",
    "990102002001": "柳桥社区",
    FAR_COMMUNITY: "张庄村",
}
_numbers = itertools.count(1)


def city() -> None:
    """Two districts, three subdistricts, four communities."""
    if db.session.get(Area, "9901") is not None:
        return
    with transaction() as session:
        for code, name in AREAS.items():
            parent = max((other for other in AREAS if other != code and code.startswith(other)), key=len, default=None)
            session.add(
                Area(
                    code=code,
                    parent_code=parent,
                    level=LEVELS[len(code)],
                    name=name,
                    short_name=name,
                    pinyin="x",
                    initials="x",
                )
            )
            session.flush()


def person(
    login: str | None = None,
    *,
    name: str = "秀兰",
    community: str = COMMUNITY,
    confirmed: bool = True,
    born_on: date | None = None,
    guardian: Person | None = None,
    appear: str = "masked",
    now: datetime = NOW - timedelta(days=60),
) -> Person:
    """A resident, confirmed unless said otherwise; the password is PASSWORD."""
    city()
    login = login or f"resident{next(_numbers)}"
    with transaction():
        if not confirmed:
            return accounts.join(
                login=login, password=PASSWORD, name=name, community_code=community, now=now, zone=ZONE
            )
        return accounts.add_person(
            login=login,
            password=None if guardian else PASSWORD,
            name=name,
            community_code=community,
            born_on=born_on,
            guardian=guardian,
            appear=appear,
            now=now,
            zone=ZONE,
        )


def staff(role: str = "community_manager", area: str = COMMUNITY, *, community: str = FAR_COMMUNITY) -> Person:
    """Somebody with a role, who lives elsewhere."""
    found = person(f"{role}{next(_numbers)}", name="何静", community=community)
    with transaction():
        grants.grant(found, role, area, NOW - timedelta(days=60))
    return found


def token(who: Person) -> str:
    """A bearer token for the API."""
    with transaction():
        return sessions.issue_token(who, 30, NOW)


def log(
    who: Person,
    activity: str = "litter_pickup",
    *,
    quantity: int = 1,
    acted_on: date = TODAY,
    note: str = "北岸码头到石桥一段",
    now: datetime = NOW,
    key: str | None = None,
    resident: Person | None = None,
    team: Team | None = None,
) -> Entry:
    """An entry as it arrives."""
    logged = Logged(
        activity_key=activity,
        acted_on=acted_on,
        quantity=quantity,
        client_key=key or str(uuid.uuid4()),
        note=note,
        resident_id=resident.id if resident else None,
        team_id=id_of(team) if team else None,
    )
    return receive(logged, by=who, now=now, zone=ZONE).entry


def team(
    captain: Person,
    *others: Person,
    kind: str = "volunteers",
    name: str = "桐花志愿队",
    now: datetime = NOW - timedelta(days=30),
) -> Team:
    """A team with its captain and others, all in it since a month."""
    with transaction():
        founded, _along = teams.found(kind=kind, name=name, by=captain, now=now, zone=ZONE)
    code = founded.code
    for other in others:
        with transaction():
            teams.join(code, by=other, now=now, zone=ZONE)
    return founded


def decide(entry: Entry, verdict: str, by: Person, *, now: datetime = NOW, words: str | None = None) -> Entry:
    """A decision, with a reason where one is due."""
    reason = words if words is not None else ("" if verdict in ("approve", "undo") else "照片看不清做了什么")
    with transaction():
        return moderation.decide(entry.id, verdict, reason, by=by, now=now, zone=ZONE)


def approved_entry(who: Person | None = None, by: Person | None = None, **kwargs: object) -> Entry:
    """An entry somebody approved, or the rule for those whose word has held."""
    entry = log(who or person(), **kwargs)  # type: ignore[arg-type]
    if entry.status == "approved":
        return entry
    return decide(entry, "approve", by or staff(), now=max(NOW, entry.submitted_at))


def announce(by: Person, area: str = COMMUNITY, **written: object) -> Announcement:
    """An announcement that runs for a week."""
    usual: dict[str, object] = {
        "title": "槐荫路停水半天",
        "words": "周五上午八点到十二点停水。\n请提前存水。",
        "from_on": TODAY,
        "until_on": TODAY + timedelta(days=6),
    }
    with transaction():
        return announcements.write(area, Written(**usual | written), by=by, now=NOW, zone=ZONE)  # type: ignore[arg-type]


def _stand_in_for(manager: Person, person: Person) -> StandIn:
    first = clock.today(ZONE)  # whoever asks which routes open does so at any time
    with transaction():
        return stand_ins.propose(
            manager, COMMUNITY, person.login or "", first, first + timedelta(days=6), now=clock.now(), zone=ZONE
        )


@dataclass
class World:
    """Somebody of each kind, and something of each kind that belongs to another resident."""

    logins: dict[str, str]
    entry: Entry
    placeholders: dict[str, str] = field(default_factory=dict)


def small_world() -> World:
    """What the route table's tests walk through."""
    person("resident", name="秀兰")
    other = person("neighbour", name="桂花")
    manager = staff()
    administrator = staff("administrator", "9901")
    entry = log(other)
    announcement, stand_in = announce(manager), _stand_in_for(manager, other)
    member = accounts.membership_on(other.id, TODAY)
    team_there = team(other)
    child_there = person(name="豆豆", born_on=date(2019, 4, 2), guardian=other)
    return World(
        logins={
            "resident": "resident",
            "manager": manager.login or "",
            "administrator": administrator.login or "",
        },
        entry=entry,
        placeholders={
            "<int:entry_id>": str(entry.id),
            "<int:announcement_id>": str(announcement.id),
            "<int:membership_id>": str(member.id if member else 0),
            "<int:stand_in_id>": str(stand_in.id),
            "<int:notice_id>": "1",
            "<int:days>": "21",
            "<int:request_id>": "1",
            "<int:objection_id>": "1",
            "<int:book_id>": "1",
            "<int:team_id>": str(id_of(team_there)),
            "<int:child_id>": str(id_of(child_there)),
            "<code>": COMMUNITY,
            "<period>": "2026-11",
            "<any(small):size>": "small",
            "/photos/<key>": "/photos/nobodys",
            "<key>": "pledge_give_way",
            "<name>": "tidy",
            "<int:grant_id>": "1",
            "<int:proposal_id>": "1",
            "<path:name>": "nothing.css",
        },
    )


def statuses(*found: Entry) -> list[str]:
    """Their statuses as the database has them now."""
    return [entries.find_entry(entry.id).status for entry in found]  # type: ignore[union-attr]
