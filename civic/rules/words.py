"""Words that people write for others to read: how they are kept, and what they may not hide."""

import unicodedata

from civic.rules.refused import Refused


def one_line(text: str, field: str, most: int) -> str:
    """Words on a line, without space around or doubled. Refuses what cannot be read and what is too long."""
    return _checked(" ".join(unicodedata.normalize("NFC", text).split()), field, most)


def paragraphs(text: str, field: str, most: int) -> str:
    """Words in paragraphs: line breaks are kept, at most one empty line in a row; the same refusals."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for line in (" ".join(line.split()) for line in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return _checked("\n".join(kept).strip(), field, most)


def _checked(words: str, field: str, most: int) -> str:
    if any(_is_hidden(sign) for sign in words):
        raise Refused("text_unreadable", field)
    if len(words) > most:
        raise Refused("words_too_long", field, max=most, length=len(words))
    return words


def _is_hidden(sign: str) -> bool:
    # Directions, zero widths but for the joiner of emoji, halves of pairs, private and unknown characters.
    return sign not in ("\n", "\u200d") and unicodedata.category(sign).startswith("C")
