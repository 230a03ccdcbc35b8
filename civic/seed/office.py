"""What officers did in the demo city once its periods were sealed: a bulletin published, an objection answered."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from civic.accounts import service as accounts
from civic.areas import service as areas
from civic.bulletins import service as bulletins
from civic.db import transaction
from civic.rankings import index_changes, objections
from civic.rankings.objections import Answer
from civic.rankings.published import find_ranking
from civic.rules import objections as rules
from civic.rules.civility_index import Settings
from civic.rules.periods import Period, day_of, period_of
from civic.seed import places

WORDS = """各社区这个月把家门口的事做在了平时。

## 做得好的
- **柳桥社区**周末的清扫从不断档
- 读书的多了，傍晚的共读有了固定的人

## 下个月
- 天冷了，清扫改在中午
- 离目标远的社区，先从参与的人数做起"""
ASKED = "我们社区周六的大扫除有二十个人，名次却降了，是不是没有算进来？"
ASKED_TOO = "读书角每天傍晚都开着，榜上好像没有读书的分。"
SAID = Answer(
    "stands",
    "有人问周六的大扫除算没算进来。",
    "逐笔核对过，二十笔都在；名次变化，是别的社区这一期升得更多。",
)
# More weight on taking part, less on the sum of points, and the first targets a little higher.
NEXT_YEAR = Settings(weights=(45, 25, 15, 15), targets=(1_800, 33_000, 500, 9_500), cap=60)
DISTRICT = f"{places.CITY}01"


def show(now: datetime, zone: ZoneInfo) -> None:
    """The city's last bulletin stands published, the districts' wait; what stands for objections has two.

    Next year's index, as the city's officer would have it, waits for another person.
    """
    month = period_of("month", day_of(now, zone)).previous()
    with transaction():
        for found in bulletins.drafts(accounts.get_by_login("city")):
            if found.area.code == places.CITY and found.period == month:
                bulletins.edit(month, places.CITY, WORDS, 0, by=accounts.get_by_login("city"), now=now)
                bulletins.publish(month, places.CITY, 1, by=accounts.get_by_login("admin"), now=now)
        for kind in ("week", "month"):
            _object(period_of(kind, day_of(now, zone)).previous(), now, zone)
        officer = accounts.get_by_login("city")
        index_changes.propose(places.CITY, "month", NEXT_YEAR, by=officer, now=now - timedelta(hours=5), zone=zone)


def _object(period: Period, now: datetime, zone: ZoneInfo) -> None:
    district = areas.get_area(DISTRICT)
    is_open = rules.is_open(period.ended_at(zone), period.closes_at(zone), now - timedelta(hours=2))
    if not is_open or not find_ranking(district, "communities", period, day=day_of(now, zone), me=None).header:
        return
    asked = (("resident", ASKED, 2), ("parent", ASKED_TOO, 1))
    first, _second = (
        objections.make(
            district,
            period,
            "communities",
            "",
            words,
            by=accounts.get_by_login(login),
            now=now - timedelta(hours=hours),
            zone=zone,
        )
        for login, words, hours in asked
    )
    objections.answer(first.id, SAID, by=accounts.get_by_login("district"), now=now)
