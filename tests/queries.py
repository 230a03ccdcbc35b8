"""Counting what a page asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event


@dataclass
class Queries:
    """The statements sent while counting, without BEGIN and the like."""

    statements: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(self.statements, 1))


@contextmanager
def count_queries() -> Iterator[Queries]:
    """Every SELECT, INSERT, UPDATE and DELETE sent, on any engine, while the block runs."""
    queries = Queries()

    def on_execute(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            queries.statements.append(statement)
            queries.parameters.append(parameters)

    event.listen(Engine, "before_cursor_execute", on_execute)
    try:
        yield queries
    finally:
        event.remove(Engine, "before_cursor_execute", on_execute)
