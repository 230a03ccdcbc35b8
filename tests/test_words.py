"""Both languages: whatever the application says in Chinese, it says in English too."""

from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from civic.config import ROOT

METHODS = [("civic/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
ENGLISH = Path("civic/translations/en/LC_MESSAGES/messages.po")


def test_every_sentence_has_its_english() -> None:
    with (ROOT / ENGLISH).open("rb") as file:
        english = {_first(message.id) for message in read_po(file) if message.string}
    said: dict[str, str] = {}
    for folder in ("civic", "templates"):
        for name, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS],
            keywords=KEYWORDS,
        ):
            said[_first(message)] = name
    assert len(said) > 500, "the search for sentences found hardly any"
    assert {sentence: name for sentence, name in said.items() if sentence not in english} == {}


def _first(message: object) -> str:
    """A sentence, or the first form of one that counts something."""
    return str(message[0] if isinstance(message, tuple | list) else message)
