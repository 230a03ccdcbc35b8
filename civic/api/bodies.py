"""Reading what a request brings, JSON or a form with photos: strictly, and saying all that is wrong at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from flask import Request, abort, current_app, request
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict

from civic.api.fields import Texts, Whole, whole_in_text
from civic.rules.refused import Refused

MAX_JSON_BYTES = 1024 * 1024
MAX_NAME_SHOWN = 80
MAX_NAMES_LOGGED = 10
FORM = "multipart/form-data"
PHOTO = "photo"
UNKNOWN: dict[str, str | None] = {"query": EXCLUDE, "json": RAISE, "json_or_form": RAISE}


class InvalidFields(Exception):
    """One or more fields are not as they should be: 422, with the sentences for each."""

    def __init__(self, refusals: Mapping[str, list[Refused]]) -> None:
        super().__init__(", ".join(refusals))
        self.refusals = refusals


class UnreadableBody(Exception):
    """The body is no JSON at all: 400."""


class Parser(FlaskParser):
    """Hands a view the fields of its query or body. A body's unknown fields are refused, a query's left alone."""

    DEFAULT_UNKNOWN_BY_LOCATION = UNKNOWN

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query; what stands there without a value is not asked for."""
        asked = MultiDict((name, value) for name, value in req.args.items(multi=True) if value)
        return self._makeproxy(asked, schema)

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs calls it so
        """The JSON of a body; no body at all is one without fields."""
        req.max_content_length = MAX_JSON_BYTES
        raw = req.get_data(cache=True)
        if raw and not req.is_json:
            abort(415)
        return _parsed(raw) if raw else {}

    def load_json_or_form(self, req: Request, schema: Schema) -> Any:
        """The JSON of a body, or the same fields from a form that may bring photos along."""
        return _form(req, schema) if req.mimetype == FORM else self.load_json(req, schema)

    def handle_error(self, error: ValidationError, *_where: Any, **_rest: Any) -> NoReturn:
        """Refuse with every field's reasons."""
        refusals: dict[str, list[Refused]] = {}
        for by_field in error.messages_dict.values():
            for field, message in by_field.items() if isinstance(by_field, dict) else [("body", by_field)]:
                name = "body" if field == "_schema" else str(field)[:MAX_NAME_SHOWN]
                refusals.setdefault(name, []).extend(_flat(message, name))
        _note_unknown(refusals)
        raise InvalidFields(refusals)


def sent_photos() -> list[bytes]:
    """The photos of a form, in their order. A field without a file, as browsers send it, is none; an empty file is."""
    photos = ((file.filename, file.read()) for file in request.files.getlist(PHOTO))
    return [raw for name, raw in photos if name or raw]


def _form(req: Request, schema: Schema) -> dict[str, Any]:
    """The fields of a form as JSON would have brought them. Numbers are text here, lists are repeated fields."""
    found: dict[str, Any] = {}
    for name, values in req.form.lists():
        field = schema.fields.get(name)
        if isinstance(field, Texts):
            found[name] = values
        elif len(values) > 1:
            raise InvalidFields({name[:MAX_NAME_SHOWN]: [Refused("field_repeated", name)]})
        else:
            number = whole_in_text(values[0]) if isinstance(field, Whole) else None
            found[name] = values[0] if number is None else number
    for name in req.files:
        if name != PHOTO:
            found.setdefault(name, None)  # no field of ours: refused as any other
    found.pop("csrf_token", None)  # a browser's form carries it; it was looked at before
    return found


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):  # too many brackets are no JSON for us either
        raise UnreadableBody from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")  # readers disagree about which one counts
    return found


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _flat(message: Any, field: str) -> Iterator[Refused]:
    """The refusals inside a message of marshmallow's: a code, a refusal, or lists and dictionaries of them."""
    if isinstance(message, dict):
        for inner in message.values():
            yield from _flat(inner, field)
    elif isinstance(message, list):
        for inner in message:
            yield from _flat(inner, field)
    else:
        yield message if isinstance(message, Refused) else Refused(str(message), field)


def _note_unknown(refusals: Mapping[str, list[Refused]]) -> None:
    """Somebody may be trying what cannot be set; names only, never values."""
    names = [name for name, found in refusals.items() if any(refused.code == "field_unknown" for refused in found)]
    if names:
        shown = ascii(names[:MAX_NAMES_LOGGED])
        current_app.logger.warning("unknown fields refused: %s %s %s", request.method, request.path, shown)
