"""Taking over the official tables."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from civic.areas import service
from civic.areas.models import Area
from civic.db import db, transaction

from . import tables

DAY = date(2026, 11, 2)
LATER = date(2026, 12, 1)
COUNTS = {"city": 1, "district": 3, "subdistrict": 5, "community": 12}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return tables.write(tmp_path / "city")


def take_over(directory: Path, on: date = DAY) -> dict[str, int]:
    with transaction():
        return service.import_tables(directory, on)


def everything() -> list[tuple[object, ...]]:
    return [tuple(row) for row in db.session.execute(select(*Area.__table__.columns).order_by(Area.code))]


def refusal(directory: Path) -> list[str]:
    """The lines of a refusal, having made sure that nothing was imported."""
    before = everything()
    with pytest.raises(service.ImportRefused) as caught:
        take_over(directory)
    assert everything() == before
    return caught.value.lines


def test_tables_are_taken_over_level_by_level(app: Flask, city: Path) -> None:
    assert take_over(city) == COUNTS
    area = service.get_area("990102001011")
    assert (area.name, area.short_name, area.level, area.parent_code) == (
        "桐花社区居委会",
        "桐花社区",
        "community",
        "990102001",
    )
    assert service.communities_within("9901") == 12


def test_the_same_tables_again_change_nothing(app: Flask, city: Path) -> None:
    take_over(city)
    before = everything()
    assert take_over(city, LATER) == COUNTS
    assert everything() == before


def test_a_byte_order_mark_and_blank_lines_do_not_matter(app: Flask, city: Path) -> None:
    file = city / "villages.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes() + b"\n\n")
    assert take_over(city) == COUNTS


def test_a_renamed_area_is_found_under_its_new_name(app: Flask, city: Path) -> None:
    take_over(city)
    tables.change(city, "villages.csv", 2, "990102001011,梧桐社区居委会,990102001,99,9901,990102")
    assert take_over(city, LATER) == COUNTS | {"renamed": 1}
    area = service.get_area("990102001011")
    assert (area.short_name, area.pinyin, area.initials) == ("梧桐社区", "wutongshequ", "wtsq")


def test_an_area_that_vanishes_is_closed_and_keeps_its_row(app: Flask, city: Path) -> None:
    take_over(city)
    tables.change(city, "villages.csv", 2, None)
    assert take_over(city, LATER) == COUNTS | {"community": 11, "closed": 1}
    assert service.get_area("990102001011").closed_on == LATER
    assert "990102001011" not in [area.code for area in service.children("990102001")]
    assert service.communities_within("990102") == 5


def test_an_area_closed_before_keeps_its_day(app: Flask, city: Path) -> None:
    take_over(city)
    tables.change(city, "villages.csv", 2, None)
    take_over(city, DAY)
    assert "closed" not in take_over(city, LATER)
    assert service.get_area("990102001011").closed_on == DAY


def test_an_area_that_reappears_is_opened_again(app: Flask, city: Path, tmp_path: Path) -> None:
    take_over(tables.write(tmp_path / "without", villages=tables.VILLAGES[1:]))
    take_over(city)
    take_over(tmp_path / "without", LATER)
    assert take_over(city, LATER) == COUNTS | {"reopened": 1}
    assert service.get_area("990102001011").closed_on is None


def test_a_subdistrict_that_vanishes_is_closed_with_all_below(app: Flask, city: Path, tmp_path: Path) -> None:
    take_over(city)
    left = tables.write(tmp_path / "left", streets=tables.STREETS[1:], villages=tables.VILLAGES[3:])
    assert take_over(left, LATER)["closed"] == 4


def test_a_new_area_comes_in_with_a_repeated_import(app: Flask, city: Path) -> None:
    take_over(city)
    with (city / "villages.csv").open("a", encoding="utf-8") as file:
        file.write("990171400002,新滩村委会,990171400,99,9901,990171\n")
    assert take_over(city, LATER) == COUNTS | {"community": 13}
    assert service.get_area("990171400002").short_name == "新滩村"


def test_two_roots_stand_beside_each_other(app: Flask, city: Path, tmp_path: Path) -> None:
    take_over(city)
    other = tables.write(tmp_path / "other", [("9903", "鹤城市")], [("990301", "云台区")], [("990301001", "云台街道")],
                         [("990301001001", "云门社区居委会")])  # fmt: skip
    before = everything()
    assert take_over(other, LATER) == {"city": 1, "district": 1, "subdistrict": 1, "community": 1}
    assert everything()[: len(before)] == before
    assert [root.code for root in service.roots()] == ["9901", "9903"]


def test_one_directory_may_hold_several_roots(app: Flask, tmp_path: Path) -> None:
    both = tables.write(tmp_path / "both", [tables.CITY, ("990223", "鹿鸣县")],
                        streets=[*tables.STREETS, ("990223101", "稻田镇")],
                        villages=[*tables.VILLAGES, ("990223101200", "河沿村委会")])  # fmt: skip
    assert take_over(both) == {"city": 1, "district": 4, "subdistrict": 6, "community": 13}
    assert [root.code for root in service.roots()] == ["9901", "990223"]


def test_a_county_can_be_the_root(app: Flask, tmp_path: Path) -> None:
    counts = take_over(tables.county(tmp_path / "county"))
    assert counts == {"city": 0, "district": 1, "subdistrict": 1, "community": 1}
    assert [area.name for area in service.path("990223101200")] == ["鹿鸣县", "稻田镇", "河沿村委会"]


def test_the_tables_of_a_county_need_no_file_of_cities(app: Flask, tmp_path: Path) -> None:
    county = tables.county(tmp_path / "county")
    (county / "cities.csv").unlink()
    assert take_over(county)["district"] == 1
    (county / "cities.csv").touch()
    assert take_over(county)["district"] == 1


def test_a_county_cut_out_of_its_citys_tables_is_a_root(app: Flask, tmp_path: Path) -> None:
    county = tables.county(tmp_path / "county")
    tables.change(county, "areas.csv", 2, "990223,鹿鸣县,9902,99")
    take_over(county)
    assert [root.code for root in service.roots()] == ["990223"]


def test_a_county_that_joins_a_city_hangs_from_it_afterwards(app: Flask, tmp_path: Path) -> None:
    take_over(tables.county(tmp_path / "county"))
    whole = tables.write(tmp_path / "whole", [("9902", "鹿城市")], [("990223", "鹿鸣县")], [("990223101", "稻田镇")],
                         [("990223101200", "河沿村委会")])  # fmt: skip
    assert "closed" not in take_over(whole)
    assert [area.code for area in service.path("990223101")] == ["9902", "990223", "990223101"]


def test_a_county_at_the_root_is_left_alone_by_its_neighbours_in_the_city(app: Flask, tmp_path: Path) -> None:
    take_over(tables.county(tmp_path / "county"))
    city = tables.write(tmp_path / "rest", [("9902", "鹿城市")], [("990201", "角山区")], [("990201001", "角山街道")],
                        [("990201001001", "角山社区居委会")])  # fmt: skip
    assert "closed" not in take_over(city)
    assert [root.code for root in service.roots()] == ["9902", "990223"]


def test_a_county_whose_city_is_here_is_not_torn_out_of_it(app: Flask, city: Path, tmp_path: Path) -> None:
    take_over(city)
    county = tables.county(tmp_path / "county", "990102", "望江区")
    assert refusal(county) == [
        "990102 stands as a root in the tables, but its city 9901 is here already; import the whole city"
    ]


def test_a_city_without_districts_has_its_streets_below_itself(app: Flask, tmp_path: Path) -> None:
    plain = tables.write(tmp_path / "plain", [("9919", "莞城市")], [("991900", "莞城市")], [("991900003", "东门街道")],
                         [("991900003001", "岗贝社区居委会")])  # fmt: skip
    assert take_over(plain) == {"city": 1, "district": 0, "subdistrict": 1, "community": 1}
    assert service.find_area("991900") is None
    assert [area.code for area in service.path("991900003001")] == ["9919", "991900003", "991900003001"]
    assert [area.code for area in service.children("9919")] == ["991900003"]


def test_a_district_with_another_name_than_its_citys_is_a_district(app: Flask, tmp_path: Path) -> None:
    plain = tables.write(tmp_path / "plain", [("9919", "莞城市")], [("991900", "莞城区")], [("991900003", "东门街道")],
                         [("991900003001", "岗贝社区居委会")])  # fmt: skip
    assert take_over(plain)["district"] == 1


@pytest.mark.parametrize(
    ("file", "line", "row", "said"),
    [
        (
            "villages.csv",
            3,
            "99010200101,短码村委会,990102001,99,9901,990102",
            "code 99010200101 does not have",
        ),
        ("villages.csv", 3, "9901020010１1,全角村委会,990102001,99,9901,990102", "does not have 12 digits"),
        ("villages.csv", 3, "990102001011,重码村委会,990102001,99,9901,990102", "stands in the tables already"),
        ("villages.csv", 3, "990102001013,,990102001,99,9901,990102", "990102001013 has no name"),
        ("villages.csv", 3, "990102001013,坏\x07村委会,990102001,99,9901,990102", "has an unreadable name"),
        ("villages.csv", 3, "990102001013,西苑社区,990102101,99,9901,990102", "does not lie in streetCode 990102101"),
        ("villages.csv", 3, "990102001013,西苑社区,990102,99,9901,990102", "does not hang from streetCode 990102"),
        ("villages.csv", 3, "990102001013,西苑社区,990102001,99,9901,990105", "does not lie in areaCode 990105"),
        ("villages.csv", 3, "990102009013,西苑社区,990102009,99,9901,990102", "unknown streetCode 990102009"),
        ("villages.csv", 3, "990102001013,西苑社区,,99,9901,990102", "unknown streetCode ''"),
        ("villages.csv", 3, "990102001013,西苑社区,990102001", "has 3 cells, the header 6"),
        ("villages.csv", 3, "990102001013,西苑,社区,990102001,99,9901,990102", "has 7 cells, the header 6"),
        ("streets.csv", 2, "990109001,桐花街道,990109,99,9901", "unknown areaCode 990109"),
        ("areas.csv", 3, "990205,垦利区,9902,99", "unknown cityCode 9902"),
        ("areas.csv", 3, "990105,垦利区,,99", "990105 stands as a root, but its city 9901 is in the tables too"),
        ("cities.csv", 2, "99,榴城省,99", "code 99 does not have 4 or 6 digits"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_imported(
    app: Flask, city: Path, file: str, line: int, row: str, said: str
) -> None:
    tables.change(city, file, line, row)
    told = refusal(city)
    assert told[0].startswith(f"{file}:{line}: ")
    assert said in told[0]


def test_one_mistake_is_not_told_again_for_every_area_below(app: Flask, city: Path) -> None:
    tables.change(city, "areas.csv", 2, "990102,,9901,99")
    assert refusal(city) == ["areas.csv:2: 990102 has no name"]


def test_all_bad_rows_are_named_at_once(app: Flask, city: Path) -> None:
    tables.change(city, "streets.csv", 3, "990102101,,990102,99,9901")
    tables.change(city, "villages.csv", 13, "990171400001,,990171400,99,9901,990171")
    assert refusal(city) == ["streets.csv:3: 990102101 has no name", "villages.csv:13: 990171400001 has no name"]


def test_a_table_full_of_mistakes_names_the_first_fifty(app: Flask, tmp_path: Path) -> None:
    large = tables.large(tmp_path / "large", 120)
    file = large / "villages.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("村委会", ",村委会"), encoding="utf-8")
    with pytest.raises(service.ImportRefused) as caught:
        take_over(large)
    assert (len(caught.value.lines), caught.value.count) == (50, 120)


def test_a_bad_row_leaves_what_was_there_as_it_was(app: Flask, city: Path) -> None:
    take_over(city)
    tables.change(city, "villages.csv", 2, "990102001011,梧桐社区居委会,990102001,99,9901,990102")
    tables.change(city, "villages.csv", 4, "990102001014,,990102001,99,9901,990102")
    assert refusal(city) == ["villages.csv:4: 990102001014 has no name"]


@pytest.mark.parametrize("file", ["areas.csv", "streets.csv", "villages.csv"])
def test_a_missing_file_is_named(app: Flask, city: Path, file: str) -> None:
    (city / file).unlink()
    assert refusal(city) == [f"{file}: no such file"]


def test_missing_cities_are_named_when_districts_lie_in_one(app: Flask, city: Path) -> None:
    (city / "cities.csv").unlink()
    assert refusal(city)[0] == "areas.csv:2: 990102 names city 9901, but cities.csv is missing or empty"


@pytest.mark.parametrize("file", ["areas.csv", "streets.csv", "villages.csv"])
def test_an_empty_file_is_named(app: Flask, city: Path, file: str) -> None:
    (city / file).write_text("")
    assert refusal(city) == [f"{file}: is empty"]


@pytest.mark.parametrize("file", ["streets.csv", "villages.csv"])
def test_a_file_that_holds_its_header_only_does_not_close_a_level(app: Flask, city: Path, file: str) -> None:
    take_over(city)
    if file == "streets.csv":
        (city / "villages.csv").write_text(tables.HEADERS["villages.csv"])
    (city / file).write_text(tables.HEADERS[file])
    assert refusal(city)[0] == f"{file}: has no rows"


def test_a_wrong_header_is_named(app: Flask, city: Path) -> None:
    tables.change(city, "villages.csv", 1, "code,title,streetCode,provinceCode,cityCode,areaCode")
    assert refusal(city) == ["villages.csv:1: the header needs the column name once"]


def test_a_file_in_another_encoding_is_named(app: Flask, city: Path) -> None:
    file = city / "villages.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("gb18030"))
    assert refusal(city) == ["villages.csv:2: is not UTF-8 text; save the table as UTF-8"]


def test_an_open_quotation_mark_is_named(app: Flask, city: Path) -> None:
    tables.change(city, "villages.csv", 5, '990102101200,"张庄村委会,990102101,99,9901,990102')
    assert refusal(city)[0].startswith("villages.csv:")


def test_a_missing_directory_is_named(app: Flask, tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'}: no such directory"]


def test_more_areas_than_one_batch_come_and_go(app: Flask, tmp_path: Path) -> None:
    take_over(tables.large(tmp_path / "large", 11_000))
    assert service.communities_within("9901") == 11_000
    counts = take_over(tables.large(tmp_path / "large", 5_000), LATER)
    assert counts == {"city": 1, "district": 1, "subdistrict": 51, "community": 5_000, "closed": 6_060}
