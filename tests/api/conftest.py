"""Programs that speak to the API, at a moment that stands still."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from civic import clock
from civic.accounts.models import Person
from tests import factories
from tests.conftest import PageClient

API = "/api/v1"


class Caller:
    """A program with a token, or without one. Runs on both databases."""

    def __init__(self, app: Flask, who: Person | None = None, lang: str = "zh") -> None:
        app.test_client_class = PageClient
        self.client = app.test_client()
        self.headers = {"Accept-Language": lang}
        if who is not None:
            self.headers["Authorization"] = f"Bearer {factories.token(who)}"

    def get(self, path: str, **query: object) -> TestResponse:
        """Ask; a path that begins with a slash and the API's own prefix is taken as it is (`next`)."""
        return self.client.get(_full(path), query_string=query or None, headers=self.headers)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        """Change something."""
        given = {"json": json, **more} if json is not None else more
        return self.client.post(_full(path), headers=self.headers, **given)


Callers = Callable[..., Caller]


def _full(path: str) -> str:
    return path if path.startswith("/api/") else f"{API}{path}"


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """A Wednesday morning in November."""
    with clock.held(factories.NOW):
        yield


@pytest.fixture
def caller(app: Flask) -> Callers:
    """Makes a program that speaks for a person, or for nobody."""
    return lambda who=None, lang="zh": Caller(app, who, lang)
