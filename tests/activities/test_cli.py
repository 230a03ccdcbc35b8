"""`flask catalogue check` and `flask catalogue page`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from civic.activities import files, rulebook, service
from civic.activities.cli import group


@pytest.fixture
def runner() -> FlaskCliRunner:
    """The commands of this room on an application that has nothing else."""
    app = Flask(__name__)
    app.cli.add_command(group)
    return app.test_cli_runner()


@pytest.fixture
def spoiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the catalogue that this process takes for its own."""
    folder = Path(shutil.copytree(files.DIRECTORY, tmp_path / "catalogue"))
    monkeypatch.setattr(files.load, "__defaults__", (folder,))
    service.written.cache_clear()
    yield folder
    service.written.cache_clear()


def test_check_prints_the_count(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["catalogue", "check"])
    assert (result.exit_code, result.output) == (0, "activities: 59 (55 open)\n")


def test_check_names_what_is_wrong_on_stderr_and_fails(runner: FlaskCliRunner, spoiled: Path) -> None:
    file = spoiled / "youth.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('icon = "youth"', 'icon = "medal"'), encoding="utf-8")
    result = runner.invoke(args=["catalogue", "check"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "youth.toml: youth_practice: icon 'medal' is not in the set",
        "youth.toml: youth_base_visit: icon 'medal' is not in the set",
    ]


def test_check_names_a_file_that_cannot_be_read(runner: FlaskCliRunner, spoiled: Path) -> None:
    (spoiled / "law.toml").write_text("[[activity", encoding="utf-8")
    result = runner.invoke(args=["catalogue", "check"])
    assert result.exit_code == 1
    assert result.stderr.startswith("law.toml: ")


def test_page_writes_the_tables_once_and_then_finds_them_up_to_date(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rules.md"
    text = rulebook.PAGE.read_text(encoding="utf-8")
    file.write_text(text.replace("| 3–8 |", "| 3–9 |"), encoding="utf-8")
    monkeypatch.setattr(rulebook, "PAGE", file)
    assert runner.invoke(args=["catalogue", "page"]).output == "rules.md: written\n"
    assert runner.invoke(args=["catalogue", "page"]).output == "rules.md: up to date\n"
    assert file.read_text(encoding="utf-8") == text


def test_page_without_markers_fails_in_one_line(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rules.md"
    file.write_text("nothing", encoding="utf-8")
    monkeypatch.setattr(rulebook, "PAGE", file)
    result = runner.invoke(args=["catalogue", "page"])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
