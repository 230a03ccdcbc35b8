"""The commands of the areas."""

from pathlib import Path

from flask import Flask

from civic.areas import service

from . import tables


def test_the_import_prints_one_line_a_level(app: Flask, tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(args=["areas", "import", str(tables.write(tmp_path / "city"))])
    assert result.exit_code == 0
    assert result.stdout == "cities: 1\ndistricts: 3\nsubdistricts: 5\ncommunities: 12\n"


def test_the_import_tells_what_was_renamed_and_closed(app: Flask, tmp_path: Path) -> None:
    city = tables.write(tmp_path / "city")
    app.test_cli_runner().invoke(args=["areas", "import", str(city)])
    tables.change(city, "villages.csv", 2, "990102001011,梧桐社区居委会,990102001,99,9901,990102")
    tables.change(city, "villages.csv", 3, None)
    result = app.test_cli_runner().invoke(args=["areas", "import", str(city)])
    assert result.stdout.splitlines()[3:] == ["communities: 11", "renamed: 1", "closed: 1"]


def test_a_bad_table_is_told_on_stderr_and_leaves_nothing(app: Flask, tmp_path: Path) -> None:
    city = tables.write(tmp_path / "city")
    tables.change(city, "villages.csv", 12, "990105400002,,990105400,99,9901,990105")
    result = app.test_cli_runner().invoke(args=["areas", "import", str(city)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "villages.csv:12: 990105400002 has no name\n"
    assert service.roots() == []


def test_more_than_fifty_bad_rows_are_counted(app: Flask, tmp_path: Path) -> None:
    large = tables.large(tmp_path / "large", 120)
    file = large / "villages.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("村委会", ",村委会"), encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["areas", "import", str(large)])
    assert result.exit_code == 1
    assert result.stderr.splitlines()[49:] == ["villages.csv:51: has 7 cells, the header 6", "… and 70 more"]


def test_a_missing_argument_is_a_usage_error(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["areas", "import"]).exit_code == 2
    assert app.test_cli_runner().invoke(args=["areas", "population"]).exit_code == 2


def test_populations_are_taken_over_and_counted(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    runner.invoke(args=["areas", "import", str(tables.write(tmp_path / "city"))])
    file = tmp_path / "people.csv"
    file.write_text("code,population\n990102001011,3200\n990102001013,900\n")
    assert runner.invoke(args=["areas", "population", str(file)]).stdout == "populations: 2\n"
    assert runner.invoke(args=["areas", "population", str(file)]).stdout == "populations: 0\n"
    file.write_text("code,population\n990102001011,-5\n")
    result = runner.invoke(args=["areas", "population", str(file)])
    assert (result.exit_code, result.stderr) == (
        1,
        "people.csv:2: population -5 is not a whole number from 0 to 100000000\n",
    )


def test_a_command_asked_wrongly_says_so_in_one_line(app: Flask) -> None:
    outcome = app.test_cli_runner().invoke(args=["areas", "import"])
    assert outcome.exit_code == 2
    assert outcome.stderr.count("\n") == 1
