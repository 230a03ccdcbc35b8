"""What an announcement may be: a title, plain paragraphs, and the days it stands."""

from datetime import date, timedelta

from civic.rules.refused import Refused
from civic.rules.words import one_line, paragraphs

MAX_TITLE, MAX_WORDS = 40, 2000
MAX_RUNNING = 20  # of one area, those to come included
MAX_DAYS_AHEAD = 90
MAX_DAYS = 366


def clean_title(text: str) -> str:
    """The title as it is kept. Refuses an empty, overlong or unreadable one."""
    title = one_line(text, "title", MAX_TITLE)
    if not title:
        raise Refused("title_missing", "title")
    return title


def clean_words(text: str) -> str:
    """The paragraphs as they are kept. Refuses none, too many characters, unreadable ones."""
    words = paragraphs(text, "words", MAX_WORDS)
    if not words:
        raise Refused("announcement_empty", "words")
    return words


def check_days(from_on: date, until_on: date, today: date, *, was_from: date | None = None) -> None:
    """Raises Refused for days in the past, in the wrong order, too far ahead or too many.

    What stands already may keep the day it began on.
    """
    if from_on < today and from_on != was_from:
        raise Refused("announcement_begins_past", "from_on", today=today)
    if from_on > today + timedelta(days=MAX_DAYS_AHEAD):
        raise Refused("announcement_too_early", "from_on", days=MAX_DAYS_AHEAD)
    if until_on < max(from_on, today):
        raise Refused("announcement_ends_first", "until_on")
    if (until_on - from_on).days >= MAX_DAYS:
        raise Refused("announcement_too_long", "until_on", days=MAX_DAYS)
