"""What the address of the queue says: which part of it somebody looks at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import request

from civic.activities import service as activities
from civic.moderation import signals
from civic.moderation.queue import Only
from civic.rules.decisions import ANSWER_HOURS

WITH_PHOTO, OVERDUE = "photo", "overdue"


@dataclass(frozen=True)
class Narrowed:
    """What the queue is narrowed to; it stays so from one decision to the next."""

    area: str | None = None
    signal: str | None = None  # of the page that is loaded
    only: str | None = None  # of everything that waits
    activity: str | None = None

    @classmethod
    def asked(cls) -> "Narrowed":
        """As the address has it; what is unknown is left out."""
        signal, only, key = (request.args.get(name) for name in ("signal", "only", "activity"))
        return cls(
            request.args.get("area") or None,
            signal if signal in signals.KINDS else None,
            only if only in (WITH_PHOTO, OVERDUE) else None,
            key if key in activities.catalogue().activities else None,
        )

    def address(self, path: str = "/moderation", **more: str) -> str:
        """An address that keeps it."""
        chosen = {"area": self.area, "activity": self.activity, "only": self.only, "signal": self.signal, **more}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{path}?{query}" if query else path

    def conditions(self, now: datetime) -> Only:
        """The part that the database narrows."""
        until = now - timedelta(hours=ANSWER_HOURS) if self.only == OVERDUE else None
        return Only(self.activity, self.only == WITH_PHOTO, until)

    @property
    def is_part(self) -> bool:
        """Whether something of the area is left out."""
        return bool(self.signal or self.only or self.activity)
