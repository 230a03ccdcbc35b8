"""Broken files are named with file and key; planted faults are found."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from civic.activities import checks, files, rulebook

LITTER = "litter_pickup,1,2024-01-01,2023-12-01,2,1,1,6,8,24,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue's files that a test may spoil."""
    return Path(shutil.copytree(files.DIRECTORY, tmp_path / "catalogue"))


def spoil(file: Path, was: str, becomes: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")


def test_a_copy_of_the_catalogue_reads_like_the_original(folder: Path) -> None:
    assert files.load(folder) == files.load()


UNREADABLE = [
    ("environment.toml", 'kind = "act"', 'kind = "deed"', "environment.toml: litter_pickup: kind must be one of"),
    ("environment.toml", 'kind = "act"', "", "environment.toml: litter_pickup: kind must be one of"),
    ("environment.toml", 'key = "litter_pickup"', 'key = "Litter"', "key must be English snake case"),
    ("environment.toml", 'key = "litter_pickup"', "", "environment.toml: an activity without a key"),
    ("environment.toml", 'key = "cigarette_ends"', 'key = "litter_pickup"', "litter_pickup: this key is taken"),
    ("environment.toml", "minutes = 10", 'minutes = "10"', "litter_pickup: minutes must be int"),
    ("environment.toml", "minutes = 10", "minutes = true", "litter_pickup: minutes must be int"),
    ("environment.toml", "minutes = 10", "minute = 10", "litter_pickup: unknown field minute"),
    ("environment.toml", 'evidence = ["photo"]', 'evidence = ["video"]', "litter_pickup: evidence must be one of"),
    ("environment.toml", "plural =", "many =", "litter_pickup: unit: unknown field many"),
    ("environment.toml", 'zh = "捡拾垃圾"', "zh = 3", "litter_pickup: name must hold texts"),
    ("environment.toml", "[category]", "[shelf]", "environment.toml: unknown field shelf"),
    ("environment.toml", "[[activity]]", "[[activity", "environment.toml: "),
    ("law.toml", '{ key = "stove"', '{ id = "stove"', "law.toml: fire_check: form: unknown field id"),
    ("point_rules.csv", LITTER, LITTER.replace("pickup", "dropped"), "litter_dropped: no activity has this key"),
    ("point_rules.csv", LITTER, LITTER.replace(",2,1,1", ",2.5,1,1"), "litter_pickup: not a whole number: '2.5'"),
    ("point_rules.csv", LITTER, LITTER.replace(",2,1,1", ",2,0.125,1"), "litter_pickup: not a price"),
    ("point_rules.csv", LITTER, LITTER.replace(",2,1,1", ",2,1e1,1"), "litter_pickup: not a price"),
    ("point_rules.csv", LITTER, LITTER.replace(",2,1,1", ",-2,1,1"), "litter_pickup: not a whole number"),
    ("point_rules.csv", LITTER, LITTER.replace(",2,1,1", ",２,1,1"), "litter_pickup: not a whole number"),
    ("point_rules.csv", LITTER, LITTER.replace("2024-01-01", "2024-01-32"), "point_rules.csv:2: litter_pickup: "),
    ("point_rules.csv", LITTER, LITTER + ",7", "litter_pickup: the line needs 11 fields"),
    ("point_rules.csv", LITTER, "litter_pickup,1", "litter_pickup: the line needs 11 fields"),
    ("point_rules.csv", LITTER, f"{LITTER}\n{LITTER}", "point_rules.csv:3: litter_pickup: versions must be"),
    (
        "point_rules.csv",
        LITTER,
        f"{LITTER}\n{LITTER.replace(',1,2024', ',2,2024')}",
        "point_rules.csv:3: litter_pickup: versions must be",
    ),
    ("point_rules.csv", "once_per", "often", "point_rules.csv:1: the columns must be"),
]


@pytest.mark.parametrize(("file", "was", "becomes", "says"), UNREADABLE)
def test_what_cannot_be_read_is_named(folder: Path, file: str, was: str, becomes: str, says: str) -> None:
    spoil(folder / file, was, becomes)
    with pytest.raises(files.CatalogueError) as error:
        files.load(folder)
    assert says in str(error.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "youth.toml").unlink()
    with pytest.raises(files.CatalogueError, match=r"youth\.toml: the file is missing"):
        files.load(folder)


FAULTS = [
    ("environment.toml", 'zh = "捡拾垃圾", ', "", "environment.toml: litter_pickup: name needs zh and en"),
    ("environment.toml", ', en = "Clean surroundings"', "", "environment.toml: [category]: name needs zh and en"),
    ("environment.toml", 'source = "S5-一"', 'source = "S5-九"', "litter_pickup: source 'S5-九' is no place"),
    ("environment.toml", 'source = "S5-一"', "", "litter_pickup: source '' is no place"),
    ("environment.toml", 'icon = "litter"', 'icon = "trophy"', "litter_pickup: icon 'trophy' is not in the set"),
    ("environment.toml", 'evidence = ["photo"]', "", "litter_pickup: what asks for no photo"),
    ("environment.toml", 'evidence = ["photo"]', 'evidence = ["note"]', "note_min and the evidence note belong"),
    ("environment.toml", 'evidence = ["photo"]', 'evidence = ["photo", "photo"]', "evidence names something twice"),
    ("law.toml", 'evidence = ["form"]', 'evidence = ["photo"]', "fire_check: form and the evidence form belong"),
    ("law.toml", ', en = "Sockets are firm and cool, none plugged into another"', "", "form line 'sockets' needs"),
    ("law.toml", 'key = "sockets"', 'key = "stove"', "fire_check: two lines of the form share a key"),
    ("cogovernance.toml", "form_min = 4", "form_min = 9", "inspection_walk: form_min is more than"),
    ("point_rules.csv", LITTER + "\n", "", "point_rules.csv: litter_pickup: it has no rule"),
    ("point_rules.csv", LITTER, LITTER.replace(",2,1,1,6", ",25,1,1,6"), "litter_pickup version 1: an entry may be"),
    ("point_rules.csv", LITTER, LITTER.replace(",1,6,", ",7,6,"), "litter_pickup version 1: min must be at least 1"),
    ("point_rules.csv", LITTER, LITTER + "fortnight", "litter_pickup version 1: once_per must be one of"),
    ("point_rules.csv", LITTER, LITTER.replace("2024-01-01", "2024-01-02"), "from_on must be the first of a month"),
    ("point_rules.csv", LITTER, LITTER.replace("2023-12-01", "2023-12-26"), "at least 7 days before from_on"),
    ("point_rules.csv", "0,0.1,10,60,6,24", "0,0.1,10,60,7,24", "reading_minutes version 1: without evidence"),
    ("point_rules.csv", "0,2,1,2,4,12", "0,2,1,2,,12", "exercise version 1: without evidence"),
    (
        "point_rules.csv",
        "pledge_walker,1,2024-01-01,2023-12-01,1,0,1,1,1,7",
        "pledge_walker,1,2024-01-01,2023-12-01,2,0,1,1,2,7",
        "pledge_walker version 1: a kept day is worth exactly 1",
    ),
]


@pytest.mark.parametrize(("file", "was", "becomes", "says"), FAULTS)
def test_a_planted_fault_is_found(folder: Path, file: str, was: str, becomes: str, says: str) -> None:
    spoil(folder / file, was, becomes)
    problems = checks.problems(files.load(folder))
    assert any(says in problem for problem in problems), problems


def test_a_pledge_without_a_promise_is_found(folder: Path) -> None:
    text = (folder / "traffic.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "开车到斑马线" not in line]
    (folder / "traffic.toml").write_text("\n".join(kept), encoding="utf-8")
    assert checks.problems(files.load(folder)) == ["traffic.toml: pledge_give_way: promise needs zh and en"]


def test_a_rule_published_exactly_seven_days_before_is_in_time(folder: Path) -> None:
    spoil(folder / "point_rules.csv", LITTER, LITTER.replace("2023-12-01", "2023-12-25"))
    assert checks.problems(files.load(folder)) == []


def test_a_second_version_rules_from_its_first_day(folder: Path) -> None:
    second = "litter_pickup,2,2026-11-01,2026-10-25,3,1,1,6,9,24,"
    spoil(folder / "point_rules.csv", LITTER, f"{LITTER}\n{second}")
    catalogue = files.load(folder)
    assert checks.problems(catalogue) == []
    assert catalogue.rule_on("litter_pickup", date(2026, 10, 31)).version == 1
    assert catalogue.rule_on("litter_pickup", date(2026, 11, 1)).base == 3
    assert catalogue.rule_version("litter_pickup", 1).base == 2
    assert rulebook.newest_on(catalogue) == date(2026, 11, 1)


def test_a_changed_number_makes_the_written_rules_outdated(folder: Path) -> None:
    spoil(folder / "point_rules.csv", LITTER, LITTER.replace(",8,24,", ",7,24,"))
    text = rulebook.PAGE.read_text(encoding="utf-8")
    becomes = rulebook.page_up_to_date(text, files.load(folder))
    assert becomes != text
    assert "| 3–8 | 7 | 24 |" in becomes


def test_written_rules_without_their_markers_are_refused() -> None:
    with pytest.raises(ValueError, match="markers"):
        rulebook.page_up_to_date("# nothing", files.load())
