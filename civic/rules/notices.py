"""What people are told of, which of it they can be spared, and for how long it is kept.

docs/adr/0010-the-inbox-is-the-outbox.md
"""

from collections.abc import Iterable

from civic.rules.refused import Refused

KEPT_DAYS = 180
# What asks for something, takes something away or touches the account itself is always told.
GRAVE = (
    "entry_returned",
    "entry_rejected",
    "entry_reversed",
    "new_device",
    "family_declared",
    "photo_request_answered",
    "entry_held",
    "appeal_declined",
    "slip_disowned",
    "objection_answered",
)
SPARED = ("entry_approved", "bonus_posted", "membership_confirmed", "week_digest")
KINDS = GRAVE + SPARED


def check_quiet(kinds: Iterable[str]) -> frozenset[str]:
    """The kinds somebody wants to be spared. Raises Refused for a grave or an unknown one."""
    wanted = frozenset(kinds)
    if not wanted <= set(SPARED):
        raise Refused("notice_always_told", "told")
    return wanted
