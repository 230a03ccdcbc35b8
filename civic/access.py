"""Who may call a view: every view wears exactly one of these decorators, and the route table in the tests lists them.

They decide about routes only; rows (my entry, my area) are asked of the services.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, abort, g, redirect, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from civic import clock
from civic.accounts import grants, sessions
from civic.accounts.models import Grant, LoginSession, Person
from civic.db import transaction
from civic.rules.decisions import reaches

View = Callable[..., Any]
API_PREFIX = "/api/"

login_manager = LoginManager()


class SignedIn(UserMixin):
    """The person behind a request. Its id for Flask-Login is the session's secret, so that a session can be revoked."""

    def __init__(self, person: Person, token: str, session: LoginSession | None = None) -> None:
        self.person = person
        self.token = token
        self.session = session

    def get_id(self) -> str:
        return self.token


def init(app: Flask) -> None:
    """Load the person behind each request, from the session cookie or, on the API, from a bearer token."""
    login_manager.init_app(app)
    login_manager.user_loader(_from_session)
    app.before_request(_from_bearer_token)
    app.after_request(_note_seen)


def _from_session(token: str) -> SignedIn | None:
    session = sessions.find_session(token, clock.now())
    if session is None:
        return None
    g.session_to_touch = token if sessions.needs_touch(session, clock.now()) else None
    return SignedIn(session.person, token, session)


def _note_seen(response: Response) -> Response:
    """Once an hour, write that the session is in use; a session that rests for long ends."""
    token = g.pop("session_to_touch", None)
    if token:
        # What was asked for is answered already; if the database went away since, the next request writes it.
        with suppress(DBAPIError), transaction():
            sessions.touch(token, clock.now())
    return response


def bearer_token() -> str | None:
    """The token in the Authorization header of an API request."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not request.path.startswith(API_PREFIX) or scheme.lower() != "bearer":
        return None
    return token.strip()


def _from_bearer_token() -> None:
    token = bearer_token()
    if token is None:
        return
    # A token speaks for itself: the cookie of a browser that happens to come along is not looked at.
    found = sessions.find_token(token, clock.now())
    login_manager._update_request_context_with_user(SignedIn(found.person, "") if found else None)


def forget_me() -> None:
    """Answer the rest of this request as a stranger's: the database, which knows who asks, is away."""
    g.pop("session_to_touch", None)
    g.my_grants = []
    login_manager._update_request_context_with_user(None)


def me_or_none() -> Person | None:
    """The person signed in, if any."""
    return current_user.person if current_user.is_authenticated else None


def me() -> Person:
    """The person signed in; for views that require one."""
    return cast(Person, current_user.person)


def my_grants() -> list[Grant]:
    """My standing grants, read once a request."""
    if "my_grants" not in g:
        person = me_or_none()
        g.my_grants = grants.grants_of(person.id) if person else []
    return cast(list[Grant], g.my_grants)


def i_may_decide() -> bool:
    """Whether I hold a grant that decides on entries (an administrator decides on none)."""
    return any(grant.role != "administrator" for grant in my_grants())


def check_reach(area_code: str) -> None:
    """Answers 403 unless one of my grants reaches the area."""
    if not any(reaches(grant.area_code, area_code) for grant in my_grants()):
        abort(403)


def _mark(view: View, access: str) -> View:
    if getattr(view, "access", access) != access:
        raise RuntimeError(f"{view.__name__} wears two access decorators")
    view.access = access  # type: ignore[attr-defined]
    return view


def _guarded(access: str, may: Callable[[], bool], is_page: bool = True) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _ask_to_sign_in() if is_page else abort(404)
            if not may():
                abort(403)
            return view(*args, **kwargs)

        return _mark(guarded, access)

    return decorate


def _ask_to_sign_in() -> Response:
    if request.path.startswith(API_PREFIX):
        abort(401)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return redirect("/login?" + urlencode({"next": wanted}), code=303)


def open_to_all(view: View) -> View:
    """Open without signing in. The list of these routes is part of the contract: docs/contract.md."""
    return _mark(view, "open")


signed_in = _guarded("signed_in", lambda: True)
# For what stands inside a page (a photo): a stranger is not led to a form in its place, but told that there is nothing.
signed_in_part = _guarded("signed_in", lambda: True, is_page=False)
decider = _guarded("decider", i_may_decide)
# Whoever holds any grant, an administrator too; which areas it reaches is asked in the view.
staff = _guarded("staff", lambda: bool(my_grants()))
administrator = _guarded("administrator", lambda: any(grant.role == "administrator" for grant in my_grants()))
