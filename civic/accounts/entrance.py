"""The way in, for every page that asks for a password: the limit first, then the password, then the session."""

from flask import request, session
from flask_login import login_user, logout_user

from civic import clock, limits
from civic.access import SignedIn
from civic.accounts import service, sessions
from civic.accounts.devices import device_name
from civic.accounts.models import Person
from civic.db import transaction
from civic.rules.names import one_spelling


def check_password(login: str, password: str) -> Person | None:
    """The person with this login and password. Raises TooMany before it looks, however many ask at once.

    Counted per account and address: whoever guesses locks nobody out who sits elsewhere.
    """
    account = one_spelling(login)
    with transaction():
        limits.take(limits.SIGN_IN, account, request.remote_addr, now=clock.now())
    person = service.authenticate(login, password)
    if person is not None:
        with transaction():
            limits.give_back(limits.SIGN_IN, account, request.remote_addr)
            service.strengthen(person, password)
    return person


def sign_in(person: Person) -> None:
    """Begin a new session for a person on this device; what the browser held before is thrown away."""
    leave()
    with transaction():
        token = sessions.open_session(person, device_name(request.user_agent.string), clock.now())
    session.permanent = True
    login_user(SignedIn(person, token))


def leave() -> None:
    """End this device's session, in the database and in the browser."""
    token = session.get("_user_id")
    if token:
        with transaction():
            sessions.close_session(token)
    logout_user()
    session.clear()
