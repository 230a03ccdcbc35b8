"""Wiring of the API: its parts, its document, and the errors that only it has."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from flask_babel import gettext as _
from flask_smorest import Api
from flask_smorest.utils import prepare_response

from civic.access import API_PREFIX
from civic.api import activities, areas, boards, document, entries, me, moderation, rankings
from civic.api.bodies import InvalidFields, UnreadableBody
from civic.api.schemas import Problem
from civic.web import PROBLEM_JSON, problem
from civic.wording import say

PARTS = (areas, activities, entries, me, moderation, boards, rankings)
ABOUT = (
    "What residents, community managers and officers do on the pages, for programs. "
    "Days are ISO 8601 days of the city; instants are UTC. Texts made by the application follow Accept-Language, "
    "or ?lang=zh|en. Lists are read page by page: `next` is the full path of the next page, or null. "
    "A body may hold the fields named here and no others. Errors are RFC 9457 problems; `errors` holds sentences "
    "for each field."
)


class CivicApi(Api):
    """flask-smorest for its document alone: errors stay with the application's own handler, which keeps headers."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """None: civic.web answers errors, as problems here and as pages elsewhere."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            if status >= HTTPStatus.BAD_REQUEST:
                self._describe(status.name, status.phrase)
        self._describe(self.DEFAULT_ERROR_RESPONSE_NAME, "Any other error")

    def _describe(self, name: str, description: str) -> None:
        response: dict[str, Any] = {"description": description, "schema": self.ERROR_SCHEMA}
        prepare_response(response, self.spec, PROBLEM_JSON)
        self.spec.components.response(name, response, lazy=True)


def init(app: Flask) -> None:
    """Add the API under /api/v1."""
    api = CivicApi(
        spec_kwargs={
            "title": "文明同行 · Civic Together",
            "version": "1",
            "openapi_version": "3.0.3",
            "info": {"description": ABOUT},
            "servers": [{"url": "/"}],
        }
    )
    api.init_app(app)
    _describe_access(app, api)
    for part in PARTS:
        api.register_blueprint(part.bp)
    app.register_blueprint(document.bp)
    app.extensions[document.SPEC] = api.spec
    app.register_error_handler(InvalidFields, _invalid_fields)
    app.register_error_handler(UnreadableBody, _unreadable_body)
    app.after_request(_name_the_way_in)


def _describe_access(app: Flask, api: CivicApi) -> None:
    schemes = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "A token made by `flask people token`."},
        "session": {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]},
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRFToken",
            "description": "With the session cookie, whatever changes something carries this header too.",
        },
    }
    for name, scheme in schemes.items():
        api.spec.components.security_scheme(name, scheme)


def _invalid_fields(invalid: InvalidFields) -> Response:
    errors = {field: [say(refused) for refused in refusals] for field, refusals in invalid.refusals.items()}
    return problem(422, _("有几处还不对，每一处的说明在 errors 里。"), errors)


def _unreadable_body(_error: UnreadableBody) -> Response:
    detail = _("发来的内容不是 JSON，或者同一个字段写了两次。什么都没有改动。")
    return problem(400, detail, title=_("读不懂发来的内容"))


def _name_the_way_in(response: Response) -> Response:
    """Whoever is not signed in reads how to be (RFC 9110, 15.5.2)."""
    if response.status_code == HTTPStatus.UNAUTHORIZED and request.path.startswith(API_PREFIX):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
