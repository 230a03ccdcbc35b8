"""The fields of requests and answers. Nothing is converted that was not written as it should be.

What is wrong with a field is named by the code of a refusal (civic/wording.py has the sentences).
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields

from civic.rules.refused import Refused

MAX_SAFE_DIGITS = 18  # whatever has more fits no column of ours

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(rf"[0-9]{{1,{MAX_SAFE_DIGITS}}}")
# Neither database keeps them: NUL, and halves of characters that JSON lets through.
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_STRICT = {"unknown": "field_unknown", "type": "body_not_object"}


def _codes(invalid: str) -> dict[str, str | list[Any] | dict[Any, Any]]:
    """The codes of what can be wrong with a field, under marshmallow's names for it."""
    wrong = dict.fromkeys(("invalid", "invalid_utf8", "format", "too_large"), invalid)
    return {"required": "field_missing", "null": "field_missing", **wrong}


class Strict(Schema):
    """A body that may hold the declared fields and nothing else."""

    error_messages = _STRICT


class Text(fields.String):
    """A text, not a number that looks like one; `allowed` lists the values it may have, `refusal` says so."""

    default_error_messages = _codes("not_text")

    def __init__(
        self, *, allowed: tuple[str, ...] = (), refusal: str = "", max_length: int | None = None, **kwargs: Any
    ) -> None:
        described: dict[str, Any] = dict(kwargs.pop("metadata", {}))
        if allowed:
            described["enum"] = list(allowed)
        if max_length is not None:
            described["maxLength"] = max_length
        super().__init__(metadata=described, **kwargs)
        self.allowed, self.refusal, self.max_length = allowed, refusal, max_length

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _UNREADABLE.search(text):
            raise _refused("text_unreadable", attr)
        if self.max_length is not None and len(text) > self.max_length:
            raise _refused("words_too_long", attr, max=self.max_length, length=len(text))
        if self.allowed and text not in self.allowed:
            raise _refused(self.refusal, attr, choices=", ".join(self.allowed))
        return text


class Whole(fields.Integer):
    """A whole number: neither a truth value, nor a fraction, nor a text."""

    default_error_messages = _codes("not_whole_number")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)


class NumberInAddress(Text):
    """A whole number of a query, which is text there: ASCII digits only."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        number = whole_in_text(super()._deserialize(value, attr, data, **kwargs))
        if number is None:
            raise _refused("not_whole_number", attr)
        return number


class Day(fields.Date):
    """A day as 2026-11-25, and no other of the spellings that ISO 8601 knows."""

    default_error_messages = _codes("not_a_day")

    def _deserialize(self, value: Any, attr: str | None, *_rest: Any, **_more: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise _refused("not_a_day", attr)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _refused("not_a_day", attr) from None


class Id(Text):
    """The id of something of ours: the digits as they were given out, as a text, or as the number they spell."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        text = super()._deserialize(str(value) if is_number else value, attr, data, **kwargs)
        number = whole_in_text(text)
        if number is None:
            raise _refused("team", attr)
        return number


class Texts(fields.List[str]):
    """A list of texts."""

    default_error_messages = _codes("not_list_of_texts")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Text(), **kwargs)


class Instant(fields.DateTime):
    """An instant as it leaves: 2026-11-25T02:05:00Z. One that arrives says its offset from UTC too."""

    default_error_messages = _codes("not_an_instant")

    def _serialize(self, value: datetime | None, *_rest: Any, **_more: Any) -> str | None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value is not None else None

    def _deserialize(self, value: Any, attr: str | None, *_rest: Any, **_more: Any) -> datetime:
        found = _instant(value)
        if found is None:
            raise _refused("not_an_instant", attr)
        return found


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def whole_in_text(text: str) -> int | None:
    """The whole number that ASCII digits spell; None for any other text."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _refused(code: str, field: str | None, **facts: object) -> ValidationError:
    return ValidationError([Refused(code, field, **facts)])
