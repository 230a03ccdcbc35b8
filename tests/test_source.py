"""What no line of the product may do, read from its source; each rule is first shown a line that breaks it.

Naive moments are the linter's (ruff, DTZ); that only the clock asks what time it is, and the rest, stand here.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from civic.config import ROOT

SENT = {"execute", "exec_driver_sql", "scalar", "scalars", "text"}
MADE_UP = (ast.JoinedStr, ast.BinOp)
# Synthetic rows for measuring, of which only names of tables and question marks are made up; settings of SQLite.
MAY_MAKE_UP = {"civic/bench/load.py", "civic/db.py"}
CLOCK = "civic/clock.py"
NOW = {"now", "utcnow", "today", "time"}
MOMENTS = {"datetime", "date", "time"}
EARNED = {"points", "merit", "balance"}

Found = Iterator[int]


def sql_made_up(tree: ast.AST, where: str) -> Found:
    """Statements put together from pieces instead of bound values."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if where in MAY_MAKE_UP or _name(call.func) not in SENT or not call.args:
            continue
        first = call.args[0]
        is_formatted = isinstance(first, ast.Call) and _name(first.func) == "format"
        if isinstance(first, MADE_UP) or is_formatted:
            yield call.lineno


def time_asked_elsewhere(tree: ast.AST, where: str) -> Found:
    """Anybody but the clock asking what time it is; what a held clock does not hold, no test can show."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        asked = call.func
        if where != CLOCK and isinstance(asked, ast.Attribute) and asked.attr in NOW and _name(asked.value) in MOMENTS:
            yield call.lineno


def points_sent_in(tree: ast.AST, _where: str) -> Found:
    """A form that takes points from whoever sends it. The API refuses every field that it does not know."""
    for form in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        if not any(_name(base).endswith("Form") for base in form.bases):
            continue
        for line in form.body:
            named = [*getattr(line, "targets", []), getattr(line, "target", None)]
            if EARNED & {_name(one) for one in named if one is not None}:
                yield line.lineno


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def trusted_words(source: str) -> Found:
    """Places of a page where words are taken for markup."""
    before = ""
    for line, kind, value in Environment(autoescape=True).lex(source):
        if kind == "whitespace":
            continue
        if (before == "|" and value == "safe") or value == "autoescape":
            yield line
        before = value


Rule = Callable[[ast.AST, str], Found]
BROKEN: list[tuple[Rule, str]] = [
    (sql_made_up, 'session.execute(text(f"SELECT {name}"))'),
    (sql_made_up, 'connection.exec_driver_sql("DELETE FROM " + name)'),
    (sql_made_up, 'session.scalars(text("SELECT %s" % name))'),
    (sql_made_up, 'session.execute("SELECT {}".format(name))'),
    (time_asked_elsewhere, "at = datetime.now(UTC)"),
    (time_asked_elsewhere, "at = time.time()"),
    (time_asked_elsewhere, "day = date.today()"),
    (points_sent_in, "class Sent(BaseForm):\n    merit = IntegerField()"),
    (points_sent_in, "class Sent(BaseForm):\n    merit: Field = IntegerField()"),
]


@pytest.mark.parametrize(("rule", "line"), BROKEN)
def test_a_line_that_breaks_a_rule_is_found(rule: Rule, line: str) -> None:
    assert list(rule(ast.parse(line), "civic/anywhere.py"))


@pytest.mark.parametrize("rule", [sql_made_up, time_asked_elsewhere, points_sent_in])
def test_no_line_of_the_product_breaks_it(rule: Rule) -> None:
    read = {_relative(file): ast.parse(file.read_text("utf-8")) for file in sorted((ROOT / "civic").rglob("*.py"))}
    assert len(read) > 100
    assert [f"{where}:{line}" for where, tree in read.items() for line in rule(tree, where)] == []


@pytest.mark.parametrize("words", ["{{ note|safe }}", "{{ note | upper | safe }}", "{% autoescape false %}"])
def test_words_that_a_page_takes_for_markup_are_found(words: str) -> None:
    assert list(trusted_words(words))


def test_no_page_takes_words_for_markup() -> None:
    pages = sorted((ROOT / "templates").rglob("*.*ml"))
    assert len(pages) > 100
    assert [f"{_relative(page)}:{line}" for page in pages for line in trusted_words(page.read_text("utf-8"))] == []


def _relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()
