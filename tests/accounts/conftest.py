"""A small tree of areas, and people in it, for the tests of accounts."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from civic.accounts import service
from civic.accounts.models import Person
from civic.areas.models import LEVELS, Area
from civic.db import db, transaction

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # noon in the city, a Friday
TODAY = date(2026, 11, 20)
PASSWORD = "correct horse 9"
CITY, DISTRICT, STREET = "3799", "379901", "379901001"
LIUQIAO, BEIAN = "379901001001", "379901001002"
NAMES = {CITY: "文同市", DISTRICT: "柳桥区", STREET: "柳桥街道", LIUQIAO: "柳桥社区", BEIAN: "北岸社区"}
PINYIN = {LIUQIAO: "liuqiaoshequ", BEIAN: "beianshequ"}

AddPerson = Callable[..., Person]


@pytest.fixture
def areas(app: Flask) -> None:
    """One city, one district, one subdistrict, two communities."""
    with transaction():
        parent = None
        for code, name in NAMES.items():
            parent = code[:9] if len(code) == 12 else parent
            db.session.add(
                Area(
                    code=code,
                    parent_code=parent,
                    level=LEVELS[len(code)],
                    name=name,
                    short_name=name,
                    pinyin=PINYIN.get(code, code),
                    initials=code,
                )
            )
            db.session.flush()
            parent = code


@pytest.fixture
def add_person(areas: None) -> AddPerson:
    """Adds a confirmed member of the first community, by login."""

    def add(login: str | None, **facts: object) -> Person:
        values = {"name": login or "小宝", "community_code": LIUQIAO, "now": NOW, "zone": ZONE, "password": PASSWORD}
        with transaction():
            return service.add_person(login=login, **{**values, **facts})  # type: ignore[arg-type]

    return add
