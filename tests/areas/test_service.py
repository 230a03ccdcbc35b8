"""Finding one's way in the tree, and who lives there."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from civic.areas import service
from civic.areas.models import Area, Population
from civic.db import db, transaction
from civic.rules.refused import NotFound
from tests.queries import count_queries

from . import tables

DAY = date(2026, 11, 2)
LATER = date(2026, 12, 1)


@pytest.fixture
def city(app: Flask, tmp_path: Path) -> Path:
    directory = tables.write(tmp_path / "city")
    with transaction():
        service.import_tables(directory, DAY)
    return directory


def codes(areas: list[Area]) -> list[str]:
    return [area.code for area in areas]


def populate(directory: Path, text: str, on: date = DAY) -> int:
    file = directory / "population.csv"
    file.write_text(text, encoding="utf-8")
    with transaction():
        return service.import_population(file, on)


@pytest.mark.usefixtures("city")
class TestTree:
    def test_an_unknown_area_is_not_found(self) -> None:
        for code in ("9999", "", "99010", "９９０１", "9901\x00", "x" * 500):
            assert service.find_area(code) is None
            with pytest.raises(NotFound):
                service.get_area(code)

    def test_children_are_the_areas_directly_below_by_code(self) -> None:
        assert codes(service.children("9901")) == ["990102", "990105", "990171"]
        assert service.children("990102001011") == []

    def test_children_come_in_pages(self) -> None:
        first = service.children("9901", limit=2)
        assert codes(first) == ["990102", "990105"]
        assert codes(service.children("9901", after=first[-1].code, limit=2)) == ["990171"]

    def test_a_path_leads_from_the_root_to_the_area(self) -> None:
        assert codes(service.path("990105001001")) == ["9901", "990105", "990105001", "990105001001"]
        assert codes(service.path("9901")) == ["9901"]

    def test_many_paths_take_one_query(self) -> None:
        db.session.expunge_all()
        with count_queries() as queries:
            paths = service.paths(["990105001001", "990102001013", "9901", "9999"])
        assert list(paths) == ["990105001001", "990102001013", "9901"]
        assert queries.total == 1

    def test_communities_are_counted_within_any_area(self) -> None:
        counts = [service.communities_within(code) for code in ("9901", "990102", "990102001", "990102001011", "9999")]
        assert counts == [12, 6, 3, 1, 0]


@pytest.mark.usefixtures("city")
class TestSearch:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("垦利", ["990105"]),
            ("kenli", ["990105"]),
            ("Ken Li", ["990105"]),
            ("klq", ["990105"]),
            ("花", ["990102001", "990102001011"]),
            ("单家", ["990102101201"]),
            ("shanjia", ["990102101201"]),
            ("尚德社区居民委员", ["990105001002"]),
            ("锦霞", ["990105400002"]),
            ("990171", ["990171", "990171400", "990171400001"]),
            ("９９０１７１４", ["990171400", "990171400001"]),
            ("lc", ["9901", "990171"]),
            ("没有这个名字", []),
            ("zzz", []),
            ("", []),
            ("   ", []),
            ("\x00", []),
        ],
    )
    def test_names_pinyin_initials_and_codes_find_areas(self, text: str, found: list[str]) -> None:
        assert codes(service.search(text)) == found

    @pytest.mark.parametrize("text", ["西苑", "xiyuan", "xysq", "西苑社区"])
    def test_equal_names_are_all_found_and_told_apart_by_their_paths(self, text: str) -> None:
        found = service.search(text)
        paths = service.paths(codes(found))
        assert ["·".join(area.short_name for area in paths[code]) for code in codes(found)] == [
            "榴城市·望江区·桐花街道·西苑社区",
            "榴城市·垦利区·柳湾街道·西苑社区",
        ]

    @pytest.mark.parametrize("text", ["%", "_", "西_社区", "西%", "\\", "西\\", "'"])
    def test_signs_of_the_query_language_mean_nothing(self, text: str) -> None:
        assert service.search(text) == []

    def test_the_exact_name_comes_first_then_the_wider_area(self) -> None:
        assert codes(service.search("zhangzhuangcun")) == ["990102101200", "990105001200"]
        assert codes(service.search("望江区"))[0] == "990102"
        assert codes(service.search("榴城")) == ["9901", "990171"]

    def test_a_search_can_be_narrowed_to_a_level_an_area_and_a_number(self) -> None:
        assert codes(service.search("桐花", level="community")) == ["990102001011"]
        assert codes(service.search("xiyuan", under="990105")) == ["990105001001"]
        assert codes(service.search("9901", limit=2)) == ["9901", "990102"]
        assert service.search("9901", limit=0) == []

    def test_closed_areas_are_not_found(self, city: Path) -> None:
        tables.change(city, "villages.csv", 3, None)
        with transaction():
            service.import_tables(city, LATER)
        assert codes(service.search("西苑")) == ["990105001001"]
        assert service.get_area("990102001013").closed_on == LATER


class TestPopulation:
    def test_a_population_is_in_force_from_its_day_on(self, city: Path) -> None:
        assert populate(city, "code,population\n990102001011,3200\n") == 1
        assert service.population("990102001011", date(2026, 11, 1)) is None
        assert service.population("990102001011", DAY) == 3200
        assert service.population("990102001011", LATER) == 3200

    def test_a_repeated_import_adds_only_what_changed(self, city: Path) -> None:
        populate(city, "code,population\n990102001011,3200\n990102001013,900\n")
        assert populate(city, "code,population\r\n990102001011,3200\r\n990102001013,950\r\n", LATER) == 1
        assert service.population("990102001013", DAY) == 900
        assert service.population("990102001013", LATER) == 950

    def test_the_last_of_two_figures_of_one_day_counts(self, city: Path) -> None:
        populate(city, "code,population\n990102001011,3200\n")
        assert populate(city, "code,population\n990102001011,2300\n") == 1
        assert service.population("990102001011", DAY) == 2300
        assert len(db.session.scalars(select(Population)).all()) == 2

    def test_above_communities_stands_the_sum_of_what_is_known(self, city: Path) -> None:
        populate(city, "code,population\n990102001011,3200\n990102001013,0\n990105001001,800\n")
        known = service.populations(["9901", "990102", "990102001013", "990105", "990171", "990105001001"], DAY)
        assert known == {"9901": 4000, "990102": 3200, "990102001013": 0, "990105": 800, "990105001001": 800}

    def test_a_closed_community_counts_until_its_day(self, city: Path) -> None:
        populate(city, "code,population\n990102001011,3200\n")
        tables.change(city, "villages.csv", 2, None)
        with transaction():
            service.import_tables(city, LATER)
        assert service.population("9901", date(2026, 11, 30)) == 3200
        assert service.population("9901", LATER) is None

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("990102001999,10", "unknown code 990102001999"),
            ("990102001011,-1", "population -1 is not a whole number from 0"),
            ("990102001011,", "population '' is not a whole number"),
            ("990102001011,１２", "population １２ is not a whole number"),
            ("990102001011,1.5", "population 1.5 is not a whole number"),
            ("990102001011,999999999999999999999", "is not a whole number from 0 to 100000000"),
            ("990102001011", "has 1 cells, the header 2"),
            ("99010200101,10", "does not have 4, 6, 9 or 12 digits"),
            ("990102001013,7", "stands on line 2 already"),
            ("990102,10", "990102 is a district; populations are those of communities"),
        ],
    )
    def test_a_bad_row_is_named_and_nothing_is_taken_over(self, city: Path, row: str, said: str) -> None:
        with pytest.raises(service.ImportRefused) as caught:
            populate(city, f"code,population\n990102001013,5\n{row}\n")
        assert caught.value.lines[0].startswith("population.csv:3: ")
        assert said in caught.value.lines[0]
        assert service.population("990102001013", LATER) is None

    def test_a_closed_community_gets_no_new_figure(self, city: Path) -> None:
        tables.change(city, "villages.csv", 2, None)
        with transaction():
            service.import_tables(city, DAY)
        with pytest.raises(service.ImportRefused, match="areas_refused") as caught:
            populate(city, "code,population\n990102001011,5\n", LATER)
        assert caught.value.lines == ["population.csv:2: 990102001011 was closed on 2026-11-02"]

    def test_a_table_without_rows_or_file_is_refused(self, city: Path) -> None:
        with pytest.raises(service.ImportRefused):
            populate(city, "code,population\n")
        with pytest.raises(service.ImportRefused) as caught, transaction():
            service.import_population(city / "none.csv", DAY)
        assert caught.value.lines == ["none.csv: no such file"]
