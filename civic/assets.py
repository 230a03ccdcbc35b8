"""The built files under static/dist: their hashed names, their compressed forms, and how long a browser keeps them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request, send_from_directory
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from markupsafe import Markup

from civic.access import open_to_all
from civic.config import ROOT

DIST = ROOT / "static" / "dist"
FOREVER = "public, max-age=31536000, immutable"
ONE_DAY = "public, max-age=86400"
ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the smaller one first
ROBOTS = "User-agent: *\nDisallow: /\n"


class NoCookieOnPublicFiles(SecureCookieSessionInterface):
    """What any cache on the way may keep never carries a cookie."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)


class NotBuilt(Exception):
    """The pages' files have not been built."""


def init(app: Flask) -> None:
    """Serve the built files, and let templates name them: `asset("site.css")`, `icon_paths("camera")`."""
    app.session_interface = NoCookieOnPublicFiles()
    app.jinja_env.globals.update(asset=asset, icon_paths=icon_paths)
    app.add_url_rule("/static/<path:name>", "static", open_to_all(serve))
    app.add_url_rule("/favicon.ico", "favicon", open_to_all(favicon))
    app.add_url_rule("/robots.txt", "robots", open_to_all(robots))


def asset(name: str) -> str:
    """The address of a built file under the name that changes with its content.

    Raises NotBuilt when the build has not run, KeyError for a file it does not make.
    """
    return f"/static/{_read('manifest.json')[name]}"


def icon_paths(name: str) -> Markup:
    """The drawing of an interface icon, to stand inside an <svg>. KeyError: add its name to static/icons.txt."""
    return Markup(_read("icons.json")[name])  # noqa: S704 - our own build wrote it


def serve(name: str) -> Response:
    """A built file, compressed as the browser likes it."""
    response = in_best_form(name)
    response.headers["Cache-Control"] = FOREVER
    return response


def favicon() -> Response:
    """The leaf, under the address browsers ask for by themselves."""
    response = in_best_form(asset("favicon.svg").removeprefix("/static/"))
    response.headers["Cache-Control"] = ONE_DAY
    return response


def robots() -> Response:
    """Search engines stay out: the pages are about neighbours."""
    response = Response(ROBOTS, mimetype="text/plain")
    response.headers["Cache-Control"] = ONE_DAY
    return response


def in_best_form(name: str) -> Response:
    """A built file, compressed as the browser likes it; how long it is kept is for the caller to say."""
    if name.endswith(tuple(ENCODINGS.values())):
        abort(404)
    forms = [encoding for encoding, ending in ENCODINGS.items() if (DIST / f"{name}{ending}").is_file()]
    encoding = next((one for one in forms if request.accept_encodings.quality(one) > 0), None)
    # The name of the sent file is part of its ETag, so each form has its own.
    response = send_from_directory(DIST, name + ENCODINGS.get(encoding or "", ""), mimetype=_kind(name))
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if forms:
        response.vary.add("Accept-Encoding")
    return response


def _kind(name: str) -> str:
    kinds = {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
        ".png": "image/png",
    }
    return kinds.get(Path(name).suffix, "application/octet-stream")


def _read(name: str) -> dict[str, str]:
    try:
        return _parsed(name, (DIST / name).stat().st_mtime_ns)
    except FileNotFoundError:
        raise NotBuilt("static/dist is missing: run make setup") from None


@cache
def _parsed(name: str, _changed: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DIST / name).read_text("utf-8"))
    return found
