"""Names stay home: every route that can be read, for every kind of reader, as page and as JSON, in both languages.

A child is named in its guardian's session and nowhere else; a resident who chose not to be seen by themselves, by
those who decide on their entries, and by their family. The addresses come from the URL map: a new route is walked too.
"""

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from civic.accounts import families
from civic.accounts.models import Membership
from civic.db import db, id_of, transaction
from civic.entries.models import Entry, Photo
from civic.pledges import service as pledges
from civic.rankings.compiling import compile_period
from civic.rankings.sealing import seal
from civic.rules.periods import parse
from civic.rules.sealing import due_at
from civic.teams import service as teams
from civic.teams.models import Team
from tests import factories as make
from tests.factories import COMMUNITY, NOW, ZONE
from tests.pages import sign_in
from tests.route_table import ROUTES

CHILD, HIDDEN = "苗苗朵朵", "隐山居士"
AREAS = (COMMUNITY, "9901")
PERIODS = ("2026-11", "2026-W48")  # provisional and sealed
# Where a reader who is neither may still meet a name, and whose: whoever decides has to know whose entry it is.
DECIDING = ("/moderation", "/api/v1/moderation/queue")
READERS = ("anyone", "neighbour", "stranger", "teammate", "manager", "officer", "administrator", "relative")
READ_ENGLISH = ("neighbour", "manager")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def world() -> None:
    """A child and a hidden resident with everything that could betray them: entries, teams, boards, rankings."""
    guardian = make.person("guardian", name="蓝天")
    child = make.person(name=CHILD, born_on=date(2018, 5, 1), guardian=guardian)
    hidden = make.person("hidden", name=HIDDEN, appear="hidden")
    neighbour, relative = make.person("neighbour", name="桂花"), make.person("relative", name="舅舅")
    teammate = make.person("teammate", name="队友")
    make.person("stranger", name="远客", community=make.FAR_COMMUNITY)
    manager = make.staff()
    officer, administrator = make.staff("district_officer", "990102"), make.staff("administrator", "9901")
    with transaction():
        for login, who in (("manager", manager), ("officer", officer), ("administrator", administrator)):
            db.session.merge(who).login = login
        families.declare_family(db.session.merge(guardian), db.session.merge(relative), NOW)
        families.declare_family(db.session.merge(hidden), db.session.merge(relative), NOW)
    family = make.team(guardian, relative, kind="family", name="柳桥一大家子")
    with transaction():
        teams.add_child(id_of(family), id_of(child), by=guardian, now=NOW, zone=ZONE)
    club = make.team(hidden, teammate, neighbour, name="晨跑队")
    for who, resident, team in ((guardian, child, family), (hidden, None, club), (neighbour, None, club)):
        make.decide(make.log(who, resident=resident, team=team, quantity=3), "approve", manager)
        make.log(who, "patrol", resident=resident)
        make.decide(make.log(who, "exercise", resident=resident), "return", manager)
    with transaction():
        pledges.sign(hidden, "pledge_give_way", now=NOW, zone=ZONE)
    due = due_at(parse("2026-11"), ZONE)
    with transaction():
        seal(parse("2026-W48"), now=due, clock_now=due, zone=ZONE)
        compile_period(parse("2026-11"), now=NOW, members_as_of=NOW, zone=ZONE)


def addresses(app: Flask) -> list[str]:
    """Every address that can be read, with every row of the world in it, and the boards in all their ways."""
    entry_ids = [str(entry_id) for entry_id in db.session.scalars(db.select(Entry.id))]
    values = {
        "<int:entry_id>": entry_ids,
        "<int:team_id>": [str(team_id) for team_id in db.session.scalars(db.select(Team.id))],
        "<int:child_id>": [str(db.session.query(make.Person.id).filter_by(name=CHILD).scalar())],
        "<code>": AREAS,
        "<period>": PERIODS,
        "/photos/<key>": ["/photos/nobodys", *db.session.scalars(db.select(Photo.key))],
        "<key>": ["pledge_give_way"],
        "<any(small):size>": ["small"],
        "<int:membership_id>": [str(membership_id) for membership_id in db.session.scalars(db.select(Membership.id))],
        "<int:announcement_id>": ["1"],
        "<int:stand_in_id>": ["1"],
        "<int:objection_id>": ["1"],
        "<int:days>": ["21"],
        "<name>": ["tidy"],
        "<path:name>": ["nothing.css"],
    }
    # The document and the guide show made-up things and read no table.
    readable = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert readable == {rule for rule, method in ROUTES if method == "GET"}
    found = {"/entries/new?activity=litter_pickup", "/entries?show=counted", "/me/statement?period=2026-W48"}
    for rule in sorted(readable - {"/api/v1/openapi.json", "/style-guide"}):
        found |= _filled(rule, values)
    for board in ("/leaderboard", "/api/v1/leaderboard"):
        for area in AREAS:
            for of in ("residents", "communities", "teams&kind=family", "teams&kind=volunteers"):
                found |= {f"{board}?area={area}&of={of}&period={period}" for period in PERIODS}
    for area in AREAS:
        for period in PERIODS:
            for of in ("residents", "teams&kind=family", "teams&kind=volunteers"):
                found |= {f"/rankings/{period}/{area}?of={of}", f"/api/v1/rankings/{period}?area={area}&of={of}"}
    return sorted(found)


def _filled(rule: str, values: dict[str, object]) -> set[str]:
    for placeholder, choices in values.items():
        if placeholder in rule:
            return {
                filled
                for choice in choices  # type: ignore[attr-defined]
                for filled in _filled(rule.replace(placeholder, str(choice)), values)
            }
    assert "<" not in rule, f"say here what stands for {rule}"
    return {rule}


def read(client: FlaskClient, address: str, lang: str) -> str:
    joint = "&" if "?" in address else "?"
    answer = client.get(f"{address}{joint}lang={lang}")
    assert answer.status_code < 500, address
    if answer.mimetype.endswith("spreadsheetml.sheet"):
        with ZipFile(BytesIO(answer.data)) as book:
            return "\n".join(book.read(name).decode() for name in book.namelist())
    return answer.get_data(as_text=True) if answer.mimetype.split("/")[0] != "image" else ""


@pytest.mark.parametrize("reader", READERS)
def test_a_child_and_a_hidden_resident_are_named_nowhere_they_should_not_be(client: FlaskClient, reader: str) -> None:
    world()
    if reader != "anyone":
        sign_in(client, reader)
    languages = ("zh", "en") if reader in READ_ENGLISH else ("zh",)
    for address in addresses(client.application):
        for lang in languages:
            text = _plain(read(client, address, lang))
            if not (reader == "relative" and "/teams/" in address):
                assert CHILD not in text, (reader, lang, address)
                assert CHILD[0] + "**" not in text, (reader, lang, address)
            decides = reader in ("manager", "officer") and address.startswith(DECIDING)
            is_kin = reader == "relative" and address in ("/me/family", "/notices")
            if not (decides or is_kin):
                assert HIDDEN not in text, (reader, lang, address)
                assert HIDDEN[0] + "**" not in text, (reader, lang, address)


def test_each_name_is_found_where_it_belongs(client: FlaskClient) -> None:
    world()
    found = addresses(client.application)
    sign_in(client, "guardian")
    named = [address for address in found if CHILD in _plain(read(client, address, "zh"))]
    at_home = {address.split("?")[0].rstrip("0123456789") for address in named}
    assert {"/me/family", "/me/family/children/", "/entries/new", "/entries/", "/teams/"} <= at_home
    assert not any(address.startswith(("/api/", "/leaderboard", "/rankings", "/moderation")) for address in at_home)
    manager = client.application.test_client()
    sign_in(manager, "manager")
    queue = read(manager, "/api/v1/moderation/queue", "zh")
    assert HIDDEN in _plain(queue)
    assert "一个孩子" in _plain(queue)


def _plain(text: str) -> str:
    """JSON may write Chinese characters as escapes."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found.group(1), 16)), text)
