"""Passwords: what is refused, how they are hashed, and a comparison that tells nothing by its time."""

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from civic import tokens
from civic.rules.refused import Refused

MIN_LENGTH = 8
MAX_LENGTH = 200  # longer ones only cost the server time
COMMON = Path(__file__).with_name("common_passwords.txt")
HASHERS = {
    "full": PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),
    "test": PasswordHasher(memory_cost=8, time_cost=1, parallelism=1),
}
_chosen = "full"


def use_cost(cost: str) -> None:
    """Choose how much a guess costs: `full`, or `test` where thousands of people are made."""
    global _chosen
    _chosen = cost if cost in HASHERS else "full"


def check(password: str, login: str) -> None:
    """Refuse a new password that is too short, too long, among the commonest, or the login itself."""
    plain = _plain(password)
    if len(plain) < MIN_LENGTH:
        raise Refused("password_too_short", "password", min=MIN_LENGTH)
    if len(plain) > MAX_LENGTH:
        raise Refused("password_too_long", "password", max=MAX_LENGTH)
    if _bytes(plain) is None:
        raise Refused("password_unreadable", "password")
    folded = plain.casefold()
    if folded in _common() or len(set(folded)) == 1:
        raise Refused("password_common", "password")
    if folded == login.casefold():
        raise Refused("password_is_login", "password")


def check_unlike(password: str, login: str) -> None:
    """Refuse a new login that is the password itself."""
    if _plain(password).casefold() == login.casefold():
        raise Refused("login_is_password", "login")


def hashed(password: str) -> str:
    """What the database keeps of a password."""
    return HASHERS[_chosen].hash(_bytes(_plain(password)) or b"")


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the one behind the hash. Without a hash the same time passes, and the answer is no."""
    given = _bytes(_plain(password)[: MAX_LENGTH + 1])
    try:
        is_right = HASHERS[_chosen].verify(stored or _nobodys(_chosen), given or b"")
    except (VerificationError, InvalidHashError):
        return False
    return is_right and stored is not None and given is not None


def is_outdated(stored: str) -> bool:
    """Whether a hash was made at another cost than today's."""
    return HASHERS[_chosen].check_needs_rehash(stored)


def _plain(password: str) -> str:
    # The same key pressed on a phone's full-width keyboard is the same password.
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes | None:
    try:
        return password.encode()
    except UnicodeEncodeError:  # half of a character, as only a broken client sends
        return None


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _nobodys(cost: str) -> str:
    return HASHERS[cost].hash(tokens.secret())
