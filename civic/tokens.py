"""The only source of chance: ids of people, secrets that are handed out, and their fingerprints."""

import hashlib
import re
import secrets

# Below 2**53, so that a browser's numbers hold an id exactly.
_ID_BITS = 53
# Read aloud and typed by hand: no 0 O 1 I L.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_OURS = re.compile(r"[0-9A-Za-z_-]{1,64}")


def random_id() -> int:
    """An id for a person that tells nothing about when or where they joined."""
    return secrets.randbits(_ID_BITS - 1) + 1


def secret() -> str:
    """A secret of 256 bits for a session, a token or a photo's address."""
    return secrets.token_urlsafe(32)


def fingerprint(secret_text: str) -> str:
    """What the database keeps of a secret, so that a copy of it opens nothing."""
    return hashlib.sha256(secret_text.encode()).hexdigest()


def spoken_code(length: int = 8) -> str:
    """A short code that a person can read to another."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(length))


def may_be_ours(text: str) -> bool:
    """Whether a text from an address or a form can be a secret or fingerprint of ours; a NUL never gets to a query."""
    return _OURS.fullmatch(text) is not None
