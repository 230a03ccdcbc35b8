"""Every invariant that a query can check, over all rooms: what `flask ledger check` asks, and a restored backup too."""

from civic.entries import checks as entries
from civic.ledger import checks as postings
from civic.moderation import checks as decisions
from civic.on_behalf import checks as on_behalf

ROOMS = (postings, entries, decisions, on_behalf)


def broken() -> list[str]:
    """One line for each row that breaks an invariant; none where all is well."""
    return [line for room in ROOMS for line in room.problems()]
