"""What the server writes about itself: one line an event, as JSON in production, with the number of its request.

A line names the route, never the address as it was asked for, since some addresses open something to whoever has them.
It holds no name, body, header or cookie; a person is their number.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from civic import tokens
from civic.access import me_or_none
from civic.config import Config

HEADER = "X-Request-Id"
NO_ROUTE = "none"
REFERENCE_LENGTH = 10

log = logging.getLogger("civic.request")


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at (UTC), level, logger, message, and what else is known."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if has_request_context():
            line["request"] = reference()
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def init(app: Flask) -> None:
    """Number every request, tell of each in one line, and of what nobody caught."""
    config: Config = app.config["CIVIC"]
    if config.env == "production":
        _write_json()
    app.before_request(_begin)
    app.after_request(_tell)
    app.log_exception = _tell_uncaught  # type: ignore[method-assign]


def reference() -> str:
    """The number of this request: in its lines, in the answer's header and on the page of an error."""
    if "reference" not in g:
        g.reference = tokens.spoken_code(REFERENCE_LENGTH)
    return str(g.reference)


def route() -> str:
    """The rule that answers this request, such as /entries/<int:entry_id>."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def _write_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("alembic", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _begin() -> None:
    g.began = perf_counter()


def _tell(response: Response) -> Response:
    response.headers[HEADER] = reference()
    person = me_or_none() if "_login_user" in g else None  # never asked of the database for a line in a log
    facts = {
        "method": request.method,
        "route": route(),
        "status": response.status_code,
        "ms": round(seconds() * 1000, 1),
        "person": person.id if person else None,
    }
    log.info("%s %s %s", request.method, route(), response.status_code, extra={"facts": facts})
    return response


def seconds() -> float:
    """How long this request has taken so far."""
    return perf_counter() - g.began if "began" in g else 0.0


def _tell_uncaught(exc_info: Any) -> None:
    log.error("uncaught in %s %s", request.method, route(), exc_info=exc_info)
