"""What happens to an account that its owner should hear of. Notices stand above this room and listen."""

from datetime import datetime
from typing import Any, Protocol


class Listener(Protocol):
    """Whatever tells a person something, within the transaction it is called in."""

    def __call__(self, person_id: int, kind: str, *, about: str, facts: dict[str, Any], now: datetime) -> None:
        """Tell it."""


_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Be told from now on."""
    _listeners.append(listener)


def tell(person_id: int, kind: str, *, about: str, facts: dict[str, Any], now: datetime) -> None:
    """Tell whoever listens."""
    for listener in _listeners:
        listener(person_id, kind, about=about, facts=facts, now=now)
