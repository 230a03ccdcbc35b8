"""The kind of blueprint every part of the API uses: it documents itself, access and errors included."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from civic.api.bodies import FORM, Parser
from civic.config import MAX_PHOTOS

PREFIX = "/api/v1"
View = TypeVar("View", bound=Callable[..., Any])

ANYBODY: list[dict[str, list[str]]] = [{}]
READING: list[dict[str, list[str]]] = [{"bearer": []}, {"session": []}]
WRITING: list[dict[str, list[str]]] = [{"bearer": []}, {"session": [], "csrf": []}]
ERRORS_OF_ACCESS = {"signed_in": (401,), "decider": (401, 403), "administrator": (401, 403)}


class ApiBlueprint(Blueprint):
    """One part of the API. A view wears, from outside: its route, its access, `takes`, `answers`, `fails`."""

    ARGUMENTS_PARSER = Parser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING: ClassVar[dict[str, str]] = {
        "json": "application/json",
        "json_or_form": "application/json",
    }

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix=PREFIX, description=description)

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Route GET requests to the view."""
        return super().get(rule, **options)

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Route POST requests to the view."""
        return super().post(rule, **options)

    def takes(self, schema: type[Schema], location: str = "json") -> Callable[[View], View]:
        """Read the query, JSON, or JSON or form of a request into a dictionary, the view's first argument."""
        if location == "json_or_form":
            return self._takes_form_too(schema)
        return self.arguments(schema, location=location, required=location != "query")

    def answers(self, status: int, schema: type[Schema], description: str | None = None) -> Callable[[View], View]:
        """What the view returns is written as this schema says."""
        return self.response(status, schema, description=description)

    def fails(self, *statuses: int) -> Callable[[View], View]:
        """Errors the view may answer with, for the documentation."""

        def decorate(view: View) -> View:
            for status in statuses:
                view = self.alt_response(status, HTTPStatus(status).name)(view)
            return view

        return decorate

    def _takes_form_too(self, schema: type[Schema]) -> Callable[[View], View]:
        read = self.arguments(schema, location="json_or_form")
        photo = fields.List(
            fields.Raw(metadata={"type": "string", "format": "binary"}), metadata={"maxItems": MAX_PHOTOS}
        )
        form = type(f"{schema.__name__}WithPhotos", (schema,), {"photo": photo})  # for the document only
        document = self.doc(requestBody={"content": {FORM: {"schema": form}}})
        return lambda view: document(read(view))

    def _store_endpoint_docs(self, endpoint: str, obj: Any, *args: Any, **options: Any) -> None:
        """Add what follows from the access a view wears: who may call it, and what shuts others out."""
        super()._store_endpoint_docs(endpoint, obj, *args, **options)
        access = obj.access
        for method, documented in self._docs[endpoint].items():
            if method == "parameters":
                continue
            secured = READING if method == "get" else WRITING
            manual = documented.setdefault("manual_doc", {})
            manual["operationId"] = endpoint
            manual["security"] = [*ANYBODY, *secured] if access == "open" else secured
            responses = documented.setdefault("response", {}).setdefault("responses", {})
            for status in ERRORS_OF_ACCESS.get(access, ()):
                responses.setdefault(status, [HTTPStatus(status).name])
