"""Being signed in: sessions of browsers and bearer tokens of programs. The database keeps fingerprints only."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update

from civic import tokens
from civic.accounts.models import ApiToken, LoginSession, Person
from civic.db import db
from civic.rules.refused import Forbidden, Refused

LIFE = timedelta(days=90)  # from signing in, whatever happens
IDLE = timedelta(days=30)  # without a request
SEEN_EVERY = timedelta(hours=1)  # a row is not written at every request
MAX_TOKEN_DAYS = 366
MAX_DEVICE_LENGTH = 80
MAX_LISTED = 20


def open_session(person: Person, device: str, now: datetime) -> str:
    """Sign somebody in on a device; gives the secret that the device keeps, a new one each time."""
    token = tokens.secret()
    db.session.add(
        LoginSession(
            token_hash=tokens.fingerprint(token),
            person_id=person.id,
            device=device[:MAX_DEVICE_LENGTH],
            created_at=now,
            seen_at=now,
            expires_at=now + LIFE,
        )
    )
    db.session.flush()
    return token


def find_session(token: str, now: datetime) -> LoginSession | None:
    """The session behind a secret, unless it was closed, is too old or has rested too long."""
    session = db.session.get(LoginSession, tokens.fingerprint(token))
    if session is None or session.expires_at <= now or session.seen_at + IDLE <= now:
        return None
    return session if session.person.erased_at is None else None


def needs_touch(session: LoginSession, now: datetime) -> bool:
    """Whether it is an hour since the session was last written as seen."""
    return session.seen_at + SEEN_EVERY <= now


def touch(token: str, now: datetime) -> None:
    """Write that a session was seen just now; a session closed in between stays closed."""
    row = LoginSession.token_hash == tokens.fingerprint(token)
    db.session.execute(update(LoginSession).where(row).values(seen_at=now))


def close_session(token: str) -> None:
    """Sign a device out. Its next request is a stranger's."""
    db.session.execute(delete(LoginSession).where(LoginSession.token_hash == tokens.fingerprint(token)))


def close_one_of(person: Person, token_hash: str) -> bool:
    """Sign one of a person's own devices out; says whether there was such a one."""
    if not tokens.may_be_ours(token_hash):
        return False
    row = (LoginSession.person_id == person.id) & (LoginSession.token_hash == token_hash)
    return _removed(delete(LoginSession).where(row)) > 0


def close_all(person: Person, but: str | None = None) -> int:
    """Sign a person out everywhere, on the API too, but for the session with this secret; says how many devices."""
    kept = tokens.fingerprint(but) if but else ""
    db.session.execute(delete(ApiToken).where(ApiToken.person_id == person.id))
    row = (LoginSession.person_id == person.id) & (LoginSession.token_hash != kept)
    return _removed(delete(LoginSession).where(row))


def sessions(person: Person, now: datetime) -> list[LoginSession]:
    """The devices on which a person is signed in, last seen first, at most 20 of them."""
    return list(
        db.session.scalars(
            select(LoginSession)
            .where(
                LoginSession.person_id == person.id,
                LoginSession.expires_at > now,
                LoginSession.seen_at > now - IDLE,
            )
            .order_by(LoginSession.seen_at.desc(), LoginSession.token_hash)
            .limit(MAX_LISTED)
        )
    )


def issue_token(person: Person, days: int, now: datetime) -> str:
    """A bearer token for the API, shown this once."""
    if person.password_hash is None:
        raise Forbidden("no_login", "login")
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise Refused("token_days", "days", max=MAX_TOKEN_DAYS)
    token = tokens.secret()
    fingerprint, expires_at = tokens.fingerprint(token), now + timedelta(days=days)
    db.session.add(ApiToken(token_hash=fingerprint, person_id=person.id, created_at=now, expires_at=expires_at))
    db.session.flush()
    return token


def find_token(token: str, now: datetime) -> ApiToken | None:
    """The bearer token behind a secret, unless it has expired or was taken back."""
    found = db.session.get(ApiToken, tokens.fingerprint(token))
    return found if found is not None and found.expires_at > now and found.person.erased_at is None else None


def remove_expired(now: datetime) -> int:
    """Remove sessions and tokens that open nothing any more; says how many."""
    is_over = or_(LoginSession.expires_at <= now, LoginSession.seen_at <= now - IDLE)
    return _removed(delete(LoginSession).where(is_over)) + _removed(delete(ApiToken).where(ApiToken.expires_at <= now))


def _removed(statement: Any) -> int:
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount
