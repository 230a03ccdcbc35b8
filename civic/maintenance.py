"""Maintenance: while a file stands, every page says that the city is back soon. Nothing is asked of the database.

The file is this machine's own, so that one web server after another can be taken out of use. Phones keep what they log.
"""

from pathlib import Path

import click
from flask import Flask, Response, current_app, request

from civic.access import forget_me
from civic.commands import PlainGroup
from civic.config import Config
from civic.web import answer_error

RETRY_SECONDS = 120
# What supervisors ask, and what an open page needs to say so decently.
GOES_ON = (
    "health.healthz",
    "health.readyz",
    "metrics.metrics",
    "static",
    "favicon",
    "robots",
    "outbox.worker",
)

group = PlainGroup("maintenance", help="Say on every page of this machine that the city is back soon.")


def init(app: Flask) -> None:
    """Ask before anything else whether there is maintenance."""
    app.before_request(_say_so)


def _say_so() -> Response | None:
    config: Config = current_app.config["CIVIC"]
    if request.endpoint in GOES_ON or not config.maintenance_file.exists():
        return None
    forget_me()
    return answer_error(503, headers={"Retry-After": str(RETRY_SECONDS)}, about="maintenance")


@group.command("on")
def begin() -> None:
    """Begin; who is on a page may finish reading it."""
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    click.echo("maintenance: on")


@group.command("off")
def end() -> None:
    """End."""
    _file().unlink(missing_ok=True)
    click.echo("maintenance: off")


def _file() -> Path:
    config: Config = current_app.config["CIVIC"]
    return config.maintenance_file
