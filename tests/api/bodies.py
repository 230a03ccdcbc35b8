"""What a program sends."""

import uuid
from typing import Any


def act(**changed: Any) -> dict[str, Any]:
    """A good entry, with some fields changed; None leaves a field out."""
    body = {
        "client_key": str(uuid.uuid4()),
        "activity": "litter_pickup",
        "acted_on": "2026-11-25",
        "quantity": 2,
        "note": "北岸码头到石桥一段",
        **changed,
    }
    return {name: value for name, value in body.items() if value is not None}
