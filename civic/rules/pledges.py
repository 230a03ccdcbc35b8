"""Kept days of a pledge: how many there could have been, and at how many a certificate is due.

docs/rules.md: section 7, fine print P4. An empty day costs nothing; a rate only says how it goes.
"""

from datetime import date

CERTIFICATE_DAYS = (21, 66)


def possible_days(signed_on: date, today: date, is_kept_today: bool = False) -> int:
    """The days since signing on which it could have been kept; today counts only once it was."""
    return max(0, (today - signed_on).days + is_kept_today)


def next_certificate(kept: int) -> int | None:
    """The number of kept days at which the next certificate is due; None once all are."""
    return next((days for days in CERTIFICATE_DAYS if kept < days), None)
