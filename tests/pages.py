"""Reading pages and filling forms in tests the way a browser without JavaScript does."""

import io
import re
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart


class _Fields(HTMLParser):
    """The fields of every form on a page, with the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attrs = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attrs.get("action") or "", "method": attrs.get("method"), "fields": {}})
        if not self.forms:
            return
        fields, name = self.forms[-1]["fields"], attrs.get("name")
        if tag == "textarea":
            self._textarea = name
            fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in attrs or self._select not in fields):
            fields[self._select] = attrs.get("value") or ""
        elif tag == "input" and name:
            self._input(fields, name, attrs)

    @staticmethod
    def _input(fields: dict[str, Any], name: str, attrs: dict[str, str | None]) -> None:
        kind = attrs.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in attrs:
            return
        if kind not in ("file", "submit", "button"):
            fields[name] = attrs.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1]["fields"][self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            # A browser passes over the line break right behind the opening tag.
            fields = self.forms[-1]["fields"]
            fields[self._textarea] = fields[self._textarea].removeprefix("\r").removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None


def forms(response: TestResponse) -> list[dict[str, Any]]:
    """Every form of a page: action, method, fields with their present values."""
    parser = _Fields()
    parser.feed(response.text)
    return parser.forms


def submit(client: FlaskClient, path: str, values: dict[str, Any], *, form: str | None = None) -> TestResponse:
    """Open a page, fill the form whose action contains `form` (else the first POST form), and send it."""
    page = client.get(path)
    assert page.status_code == 200, f"{path} answered {page.status_code}"
    for found in forms(page):
        if (found["method"] or "get").lower() == "post" and (form is None or form in (found["action"] or path)):
            return client.post(found["action"] or path, data={**found["fields"], **values})
    raise AssertionError(f"no such form on {path}")


def as_form(fields: Mapping[str, object], photos: Iterable[bytes] = ()) -> tuple[str, bytes]:
    """A form with photos as a browser sends it, for those who speak HTTP themselves: its type and its body."""
    sent: MultiDict[str, Any] = MultiDict((name, str(value)) for name, value in fields.items())
    for photo in photos:
        sent.add("photo", FileStorage(io.BytesIO(photo), "a.jpg"))
    boundary, body = encode_multipart(sent)
    return f"multipart/form-data; boundary={boundary}", body


def sign_in(client: FlaskClient, login: str, password: str = "correct horse 9") -> None:
    """Sign in through the page, as a person does."""
    answer = submit(client, "/login", {"login": login, "password": password})
    assert answer.status_code == 303, answer.text


def csrf_token(client: FlaskClient, path: str = "/login") -> str:
    """A CSRF token that belongs to this browser."""
    return csrf_token_in(client.get(path))


def csrf_token_in(page: TestResponse) -> str:
    """The CSRF token that a page's forms carry."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, "no CSRF token on this page"
    return found.group(1)
