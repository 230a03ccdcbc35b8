"""Targets of the index in words."""

from decimal import Decimal

from flask_babel import gettext as _

from civic.filters import figure


def target_words(key: str, target: int) -> str:
    """A target as people say it: a share of the people, or points for a thousand of them."""
    if key == "points":
        return _("每千人 %(n)s 分", n=figure(target // 10 if target % 10 == 0 else target / 10))
    return f"{(Decimal(target) / 100).normalize():f}%"
