"""Titles of books: two people who read the same book rarely write its title alike."""

import unicodedata

_AROUND = " 《》〈〉「」『』“”\"'"


def shown_title(title: str) -> str:
    """A title as a list shows it: without the marks around it."""
    return " ".join(title.split()).strip(_AROUND)


def one_title(title: str) -> str:
    """A title by which a book is known: marks, width, case and spaces do not matter."""
    folded = unicodedata.normalize("NFKC", shown_title(title)).casefold()
    return "".join(sign for sign in folded if not sign.isspace())
