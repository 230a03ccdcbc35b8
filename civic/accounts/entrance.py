"""The way in, for every page that asks for a password: the limit first, then the password, then the session."""

from flask import request, session
from flask_login import login_user, logout_user

from civic import clock, limits, tokens
from civic.access import SignedIn
from civic.accounts import heard, service, sessions
from civic.accounts.devices import device_name
from civic.accounts.models import Person
from civic.db import transaction
from civic.rules.names import one_spelling

# Whoever signed in here before, as fingerprints; the browser keeps them when it forgets everything else.
KNOWN = "known"
MOST_KNOWN = 12


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


def sign_in(person: Person, *, is_new_here: bool = False) -> None:
    """Begin a new session for a person on this device; what the browser held before is thrown away.

    They are told of it where they never signed in on this device before, unless they have only just joined.
    """
    leave()
    now, device = clock.now(), device_name(request.user_agent.string)
    known, mine = session.get(KNOWN, []), tokens.fingerprint(f"device of {person.id}")[:16]
    with transaction():
        token = sessions.open_session(person, device, now)
        if mine not in known and not is_new_here:
            about = f"session:{tokens.fingerprint(token)[:16]}"
            heard.tell(person.id, "new_device", about=about, facts={"device": device}, now=now)
    session[KNOWN] = [*(each for each in known if each != mine), mine][-MOST_KNOWN:]
    session.permanent = True
    login_user(SignedIn(person, token))


def leave(*, forget_device: bool = False) -> None:
    """End this device's session, in the database and in the browser.

    The browser still knows who signed in on it before, unless it is to forget that too.
    """
    token = session.get("_user_id")
    if token:
        with transaction():
            sessions.close_session(token)
    logout_user()
    known = session.get(KNOWN)
    session.clear()
    if known and not forget_device:
        session[KNOWN], session.permanent = known, True
