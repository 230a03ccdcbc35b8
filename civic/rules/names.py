"""Logins and nicknames: how they are kept, and what they may not hide."""

import unicodedata

from civic.rules.refused import Refused

MIN_LOGIN_LENGTH, MAX_LOGIN_LENGTH = 3, 64
MAX_NAME_LENGTH = 20
MAX_MARKS_IN_A_ROW = 2
# Letters and symbols by their category that show nothing: fillers of Hangul, the empty Braille cell.
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def one_spelling(text: str) -> str:
    """A login as it is kept, looked up and counted: width, case and space around it do not matter."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def clean_login(text: str) -> str:
    """The same for a login that may be chosen. Refuses spaces, what cannot be seen, and the wrong length."""
    login = one_spelling(text)
    if any(_is_hidden(character) or character.isspace() for character in login):
        raise Refused("login_has_spaces", "login")
    if not MIN_LOGIN_LENGTH <= len(login) <= MAX_LOGIN_LENGTH:
        raise Refused("login_length", "login", min=MIN_LOGIN_LENGTH, max=MAX_LOGIN_LENGTH)
    return login


def clean_name(text: str) -> str:
    """A nickname as it is kept and shown. Refuses an empty, overlong or invisible one, and hidden directions."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise Refused("name_missing", "name")
    if len(name) > MAX_NAME_LENGTH:
        raise Refused("name_too_long", "name", max=MAX_NAME_LENGTH)
    if any(_is_hidden(character) for character in name) or _is_piled_up(name):
        raise Refused("name_unreadable", "name")
    return name


def _is_hidden(character: str) -> bool:
    # Cc and Cf: control, direction and zero-width characters; Cs, Co, Cn: halves, private and unknown ones.
    return unicodedata.category(character).startswith("C") or character in BLANKS


def _is_piled_up(name: str) -> bool:
    """Whether accents stand without a letter, or pile up so that they run over the lines around."""
    marks = MAX_MARKS_IN_A_ROW
    for character in name:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > MAX_MARKS_IN_A_ROW:
            return True
    return False
