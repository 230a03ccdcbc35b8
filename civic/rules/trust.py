"""The trusted way: small acts of people whose word has held are approved as they arrive, and a secret tenth is audited.

docs/rules.md: section 5, cases A35 and A36.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

MEMBER_DAYS = 30
APPROVALS, WITHIN_DAYS = 10, 60
AUDITED_ONE_IN = 10
SECONDS_SAVED = 6  # what a person takes for a simple entry: thirty in three minutes


def since(now: datetime) -> datetime:
    """The instant from which approvals and reversals count."""
    return now - timedelta(days=WITHIN_DAYS)


def member_by(now: datetime) -> datetime:
    """The instant by which a membership must have been confirmed."""
    return now - timedelta(days=MEMBER_DAYS)


def is_trusted(approvals: int, reversals: int) -> bool:
    """Whether somebody's word has held: so many approvals by persons lately, and nothing taken back."""
    return approvals >= APPROVALS and reversals == 0


def is_audited(secret: str, entry_id: int) -> bool:
    """Whether an entry belongs to the tenth that a person looks at, which nobody without the secret can foretell."""
    drawn = hmac.digest(secret.encode(), f"audit:{entry_id}".encode(), hashlib.sha256)
    return int.from_bytes(drawn[:8], "big") % AUDITED_ONE_IN == 0
