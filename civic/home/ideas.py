"""What may be suggested besides what a resident tends to do: by the season, and by what the community does least.

Only what anybody can do on an ordinary day stands here; keys are those of the catalogue, and tests hold them to it.
"""

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

# One of these for each category: short, without a shift to sign up for or somebody to confirm it. Categories that are
# not everybody's (children's, drivers') are not held against a community.
EASY = {
    "environment": ("litter_pickup", "bicycles_tidied", "cigarette_ends", "stairwell_clean", "adverts_removed"),
    "traffic": ("traffic_law_reading",),
    "reading": ("reading_minutes", "classics_recitation", "legal_science_reading"),
    "volunteering": ("elder_visit", "disabled_help"),
    "manners": ("service_window_praise",),
    "family": ("help_neighbour", "family_motto"),
    "fitness": ("exercise",),
    "law": ("fire_check", "patrol"),
    "cogovernance": ("inspection_walk",),
}


@dataclass(frozen=True)
class Season:
    """Some months, what suits them, and why."""

    months: tuple[int, ...]
    keys: tuple[str, ...]
    reason: LazyString


SEASONS = (
    Season((11, 12, 1, 2), ("reading_minutes", "fire_check"), _l("天冷了，屋里也能做")),
    Season((3, 4, 5), ("tree_care", "exercise"), _l("春天，正好出门")),
    Season((6, 7, 8), ("reading_minutes", "classics_recitation"), _l("天热，屋里也能做")),
    Season((9, 10), ("bicycles_tidied", "exercise"), _l("秋高气爽，正好出门")),
)


def season_of(day: date) -> Season:
    """The season a day lies in."""
    return next(season for season in SEASONS if day.month in season.months)


def in_turn(keys: tuple[str, ...], day: date) -> tuple[str, ...]:
    """The same keys, beginning with another one each week, so that a suggestion stays for a week and then changes."""
    first = day.isocalendar().week % len(keys)
    return keys[first:] + keys[:first]
