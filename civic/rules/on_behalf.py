"""How much may be logged on behalf of people without a phone, and for whom.

docs/rules.md: section 5 and cases A44 to A46.
"""

from datetime import date

from civic.rules.people import is_child
from civic.rules.refused import Refused

MONTHLY = 30  # entries that one manager types in a calendar month
SLIPS_ON_A_SHEET = 8
CODE_LENGTH = 8
MOST_HELPED = 300  # people without a login in a community


def check_month(typed: int) -> None:
    """Raises Refused for the 31st entry of a manager's month."""
    if typed >= MONTHLY:
        raise Refused("on_behalf_month_full", "code", max=MONTHLY)


def check_helped(login: str | None, guardian_id: int | None, born_on: date | None, today: date) -> None:
    """Raises Refused for somebody who can log alone, or has a guardian who does."""
    if login is not None or guardian_id is not None or is_child(born_on, today):
        raise Refused("on_behalf_not_for", "person")


def clean_code(text: str) -> str:
    """The code of a slip as it is kept: capitals, without the spaces and hyphens people write into it."""
    return "".join(text.split()).replace("-", "").upper()
