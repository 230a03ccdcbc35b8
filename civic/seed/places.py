"""The places of the demo city: invented names, and codes beginning with 99, which the official tables do not use."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from civic.areas import service as areas

CITY = "9917"
CITY_NAME = "晴川市"
PROVINCE = "99"


class Community(NamedTuple):
    """A community and how many of every 300 residents of the city live there."""

    code: str
    share: int


# (district, [(subdistrict, [(community, residents of every 300), …]), …]). Shares are unequal, as they are anywhere:
# some communities have one resident so far and some have none. 河畔 stands in two districts: the code identifies.
_TREE = (
    (
        "望河区",
        (
            (
                "柳桥街道",
                (
                    ("柳桥社区居民委员会", 40),
                    ("北岸社区居民委员会", 10),
                    ("河畔社区居民委员会", 14),
                    ("码头社区居委会", 0),
                    ("槐荫路铁路机务段家属院社区居民委员会", 6),
                ),
            ),
            (
                "钟楼街道",
                (
                    ("钟楼社区居民委员会", 13),
                    ("南门社区居民委员会", 9),
                    ("砖塔社区居民委员会", 7),
                    ("鼓巷社区居委会", 2),
                    ("石榴园社区居民委员会", 10),
                ),
            ),
            (
                "槐荫路街道",
                (
                    ("槐荫里社区居民委员会", 16),
                    ("梧桐里社区居民委员会", 12),
                    ("东篱社区居民委员会", 9),
                    ("朝晖社区居民委员会", 11),
                    ("青禾社区居民委员会", 8),
                ),
            ),
            (
                "长堤街道",
                (
                    ("长堤社区居民委员会", 7),
                    ("渡口社区居民委员会", 3),
                    ("苇湾社区居委会", 2),
                    ("灯市社区居民委员会", 4),
                    ("白鹭洲社区居民委员会", 1),
                ),
            ),
        ),
    ),
    (
        "南圃区",
        (
            (
                "南圃街道",
                (
                    ("南圃社区居民委员会", 9),
                    ("菜园社区居委会", 3),
                    ("晒谷场社区居民委员会", 1),
                    ("河畔社区居民委员会", 7),
                    ("桃李巷社区居民委员会", 5),
                ),
            ),
            (
                "书院街道",
                (
                    ("书院社区居民委员会", 8),
                    ("墨池社区居民委员会", 4),
                    ("藏书楼社区居委会", 2),
                    ("半亩塘社区居民委员会", 3),
                    ("笔架社区居委会", 0),
                ),
            ),
            (
                "站前街道",
                (
                    ("站前社区居民委员会", 6),
                    ("信号楼社区居委会", 2),
                    ("月台社区居委会", 1),
                    ("红砖房社区居民委员会", 5),
                    ("车辆厂社区居委会", 0),
                ),
            ),
            (
                "新纺街道",
                (
                    ("新纺一村社区居民委员会", 8),
                    ("新纺二村社区居民委员会", 6),
                    ("织机社区居委会", 2),
                    ("蓝染社区居委会", 0),
                    ("梭子巷社区居民委员会", 3),
                ),
            ),
        ),
    ),
    (
        "云麓县",
        (
            (
                "云麓镇",
                (
                    ("云麓社区居民委员会", 7),
                    ("上街社区居委会", 4),
                    ("下街社区居委会", 3),
                    ("茶亭村民委员会", 5),
                    ("井头村委会", 1),
                ),
            ),
            (
                "禾场镇",
                (
                    ("禾场社区居委会", 3),
                    ("前塘村民委员会", 2),
                    ("后塘村民委员会", 0),
                    ("碾子村民委员会", 4),
                    ("柿子岭村委会", 1),
                ),
            ),
            (
                "石磨镇",
                (
                    ("石磨社区居委会", 2),
                    ("桃花坳村民委员会", 5),
                    ("竹篙村委会", 0),
                    ("上磨村委会", 1),
                    ("下磨村委会", 0),
                ),
            ),
            (
                "雁回乡",
                (
                    ("雁回村委会", 2),
                    ("北坡村委会", 0),
                    ("芦花村委会", 1),
                    ("羊角岭村委会", 0),
                    ("大槐树村委会", 0),
                ),
            ),
        ),
    ),
)

# The one that is told most about, two beside it, two where decisions lag behind, and one without a manager.
LIUQIAO, BEIAN, HEPAN = f"{CITY}01001001", f"{CITY}01001002", f"{CITY}01001003"
LAGGING = (f"{CITY}01002003", f"{CITY}01002005")
UNMANAGED = f"{CITY}01003004"
BOROUGH, STREET = f"{CITY}01", f"{CITY}01001"


class _Row(NamedTuple):
    level: str
    code: str
    name: str
    share: int


def communities() -> list[Community]:
    """Every community, in the order of its code."""
    return [Community(row.code, row.share) for row in _rows() if row.level == "community"]


def streets() -> list[str]:
    """The codes of the subdistricts, in order."""
    return [row.code for row in _rows() if row.level == "street"]


def districts() -> list[str]:
    """The codes of the districts, in order."""
    return [row.code for row in _rows() if row.level == "district"]


def build(on: date) -> None:
    """Take the city over from tables in the official layout, as any city is, and say how many people live where."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_tables(folder)
        areas.import_tables(folder, on)
        areas.import_population(folder / "population.csv", on)


def _rows() -> Iterator[_Row]:
    for d, (district, its_streets) in enumerate(_TREE, 1):
        district_code = f"{CITY}{d:02}"
        yield _Row("district", district_code, district, 0)
        for s, (street, its_communities) in enumerate(its_streets, 1):
            street_code = f"{district_code}{s:03}"
            yield _Row("street", street_code, street, 0)
            for c, (community, share) in enumerate(its_communities, 1):
                yield _Row("community", f"{street_code}{c:03}", community, share)


def _write_tables(folder: Path) -> None:
    rows = list(_rows())
    of = {level: [row for row in rows if row.level == level] for level in ("district", "street", "community")}
    city = (CITY, CITY_NAME, PROVINCE)
    _write(folder / "cities.csv", ("code", "name", "provinceCode"), [city])
    _write(
        folder / "areas.csv",
        ("code", "name", "cityCode", "provinceCode"),
        [(row.code, row.name, CITY, PROVINCE) for row in of["district"]],
    )
    _write(
        folder / "streets.csv",
        ("code", "name", "areaCode", "provinceCode", "cityCode"),
        [(row.code, row.name, row.code[:6], PROVINCE, CITY) for row in of["street"]],
    )
    _write(
        folder / "villages.csv",
        ("code", "name", "streetCode", "provinceCode", "cityCode", "areaCode"),
        [(row.code, row.name, row.code[:9], PROVINCE, CITY, row.code[:6]) for row in of["community"]],
    )
    _write(folder / "population.csv", ("code", "population"), [(row.code, _people(row)) for row in of["community"]])


def _people(row: _Row) -> str:
    # A toy city: with real populations every rate would round to nothing. 柳桥 has 214.
    return str(14 + 5 * row.share + (0 if row.share == 40 else int(row.code) * 7 % 31))


def _write(file: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])
