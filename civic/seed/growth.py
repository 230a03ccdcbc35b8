"""What has grown in the demo city: a reading list, a certificate, and the figures that are counted every night."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from civic.accounts import service as accounts
from civic.areas import service as areas
from civic.db import db, transaction
from civic.entries.models import Entry
from civic.pledges import certificates
from civic.pledges.together import compile_rates
from civic.reading.lists import compile_lists, recommend
from civic.rules.pledges import CERTIFICATE_DAYS
from civic.seed import places

BOOKS = (
    ("城南旧事", "林海音", "写给还记得小时候的人"),
    ("寂静的春天", "蕾切尔·卡森", "读完会多看一眼楼下的树"),
    ("乡土中国", "费孝通", "周六下午书屋一起聊"),
)


def grow(now: datetime, zone: ZoneInfo) -> None:
    """Through the services, as everything else."""
    with transaction():
        manager, community = accounts.get_by_login("manager"), areas.get_area(places.LIUQIAO)
        for title, author, why in BOOKS:
            recommend(community, title, author, why, by=manager, now=now)
        _certificate(now, zone)
        compile_rates("", now=now, zone=zone)
        compile_lists("", now=now, zone=zone)


def _certificate(now: datetime, zone: ZoneInfo) -> None:
    """The first certificate of whoever in the demo has kept a pledge for long enough."""
    days = CERTIFICATE_DAYS[0]
    kept = db.session.execute(
        select(Entry.resident_id, Entry.activity_key)
        .where(Entry.kind == "pledge", Entry.status == "approved")
        .group_by(Entry.resident_id, Entry.activity_key)
        .having(func.count() >= days)
        .order_by(func.count().desc(), Entry.resident_id)
        .limit(1)
    ).first()
    person = accounts.find_person(kept.resident_id) if kept else None
    if kept and person:
        today = now.astimezone(zone).date()
        certificates.issue(person, kept.activity_key, days, "masked", now=now, today=today)
