"""What the demo city's communities say and do besides logging: announcements, focus, contact, a stand-in, a removal."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from civic import clock
from civic.accounts import members, memberships, stand_ins
from civic.accounts.models import Person
from civic.announcements import service as announcements
from civic.announcements.service import Written
from civic.communities import service as communities
from civic.db import db, transaction
from civic.focus import service as focus
from civic.rules.periods import period_of
from civic.seed import places
from civic.seed.people import Resident

# Title, words, begun days ago, days it stands, pinned.
OF_COMMUNITY = (
    (
        "槐荫路停水半天",
        "换阀门，槐荫路 1 号到 38 号这周六上午八点到十二点停水。\n请提前存一点水；十二点以后先放一会儿，水清了再用。",
        1,
        6,
        False,
    ),
    (
        "社区书屋晚上也开了",
        "从这周起，书屋周二、周四开到晚上八点半。\n有孩子的家庭可以来一起读，绘本在进门左手的矮架上。",
        4,
        30,
        False,
    ),
    ("活动室借用登记", "活动室周末可以借用，到社区办公室登记，先到先得。用完请把桌椅还原。", 9, 60, False),
)
OF_STREET = (
    (
        "天干物燥，看一看家里的线",
        "入冬以后用电多。请看一看插线板有没有压在床下、被子边，电动车不要推进楼道充电。\n"
        "家庭消防自查可以在“记一笔”里记下来。",
        3,
        40,
        True,
    ),
)
OF_CITY = (("图书馆周末延长开放", "市图书馆周六、周日开到晚上九点，少儿区开到七点。", 5, 30, False),)
FOCUS = ("cigarette_ends", "elder_visit", "reading_with_child")
CONTACT = "柳桥社区办公室，槐荫路 12 号一楼，工作日 9:00 至 17:30"
LEFT = "搬到外地半年了，家人来社区说的"


def furnish(everybody: Sequence[Resident], now: datetime, zone: ZoneInfo) -> None:
    """Let managers and officers of 柳桥 and above say and do what they would, in the days before now."""
    by_login = {one.login: one for one in everybody if one.id}
    with transaction():
        manager, street, city = (_person(by_login[login]) for login in ("manager", "subdistrict", "city"))
        _announce(city, places.CITY, OF_CITY, now, zone)
        _announce(street, places.STREET, OF_STREET, now, zone)
        _announce(manager, places.LIUQIAO, OF_COMMUNITY, now, zone)
        week = period_of("week", now.astimezone(zone).date())
        with clock.held(now):
            focus.set_focus(places.LIUQIAO, week.key, FOCUS, by=manager, now=now, zone=zone)
            communities.set_contact(places.LIUQIAO, CONTACT, by=manager, now=now)
        _hand_over(everybody, street, now, zone)
        _remove_one(everybody, manager, now - timedelta(days=2), zone)


def _announce(
    by: Person, area: str, written: tuple[tuple[str, str, int, int, bool], ...], now: datetime, zone: ZoneInfo
) -> None:
    for title, words, ago, days, is_pinned in written:
        at = now - timedelta(days=ago)
        first = at.astimezone(zone).date()
        text = Written(title, words, first, first + timedelta(days=days), is_pinned)
        with clock.held(at):
            announcements.write(area, text, by=by, now=at, zone=zone)


def _hand_over(everybody: Sequence[Resident], street: Person, now: datetime, zone: ZoneInfo) -> None:
    """柳桥's manager asks for next week and waits for the street; another manager's stand-in is at work already."""
    today = now.astimezone(zone).date()
    at = now - timedelta(days=1)
    for one in everybody:
        if one.role != "community_manager" or not one.area or not one.area.startswith(places.STREET):
            continue
        waits = one.area == places.LIUQIAO
        first = today + timedelta(days=5 if waits else -1)
        person = _neighbour(everybody, one, today)
        if person is None:
            continue
        with clock.held(at):
            asked = stand_ins.propose(
                _person(one), one.area, person.login or "", first, first + timedelta(days=6), now=at, zone=zone
            )
            if not waits:
                stand_ins.accept(asked.id, by=street, now=at, zone=zone)


def _neighbour(everybody: Sequence[Resident], manager: Resident, today: date) -> Person | None:
    """A confirmed adult of the same community who is no family of the manager's."""
    for one in everybody:
        is_free = one.role is None and not one.is_minor and one.id and one.home == manager.home and not one.moves_to
        is_shown = one.login in ("resident", "parent")  # the demo shows their own days
        if (
            is_free
            and not is_shown
            and one.family is None
            and one.temper in ("steady", "keen")
            and _is_confirmed(one, today)
        ):
            return _person(one)
    return None


def _is_confirmed(one: Resident, today: date) -> bool:
    member = memberships.membership_on(one.id, today)
    return member is not None and member.confirmed_at is not None and member.community_code == one.home


def _remove_one(everybody: Sequence[Resident], manager: Person, at: datetime, zone: ZoneInfo) -> None:
    """Somebody of 柳桥 who never logged anything has left town."""
    for one in everybody:
        is_free = one.role is None and not one.is_minor and not one.is_told and one.family is None
        if one.home == places.LIUQIAO and one.temper == "quiet" and is_free and one.id and one.joins_at < at:
            member = memberships.membership_on(one.id, at.astimezone(zone).date())
            if member is not None:
                with clock.held(at):
                    members.remove(member.id, LEFT, by=manager, now=at, zone=zone)
                return


def _person(one: Resident) -> Person:
    found = db.session.get(Person, one.id)
    if found is None:
        raise LookupError(f"{one.name} has not joined")
    return found
