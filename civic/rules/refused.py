"""How a rule says no. The words for each code, in both languages, are in civic/wording.py."""


class Refused(Exception):
    """Something a person asked for is not possible; `code` says why, `field` where, `facts` with what figures."""

    def __init__(self, code: str, field: str | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = facts


class NotFound(Refused):
    """It does not exist, or not for this person."""


class Forbidden(Refused):
    """It exists and is known to this person, but they may not do it."""


class Conflict(Refused):
    """It was possible, but something else happened first."""


class TooMany(Refused):
    """Too often in too short a time; `retry_after` seconds from now it is possible again."""

    def __init__(self, code: str, retry_after: int, **facts: object) -> None:
        super().__init__(code, None, **facts)
        self.retry_after = retry_after
