"""Writing the audit list, and reading it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from civic.audit.models import AuditLine
from civic.db import db
from civic.rules.refused import Refused

KINDS = (
    "grant_proposed",
    "grant_confirmed",
    "grant_declined",
    "grant_revoked",
    "index_proposed",
    "index_confirmed",
    "index_declined",
    "rule_proposed",
    "rule_confirmed",
    "rule_declined",
    "boards_switched",
    "population_set",
    "legal_published",
    "job_run",
    "original_opened",
    "entry_reversed",
    "objection_answered",
    "bulletin_published",
)
PAGE = 50
MOST = 10_000  # of an export


@dataclass(frozen=True)
class Wanted:
    """Which lines: of a kind, of a person, between two instants, before an id."""

    kind: str | None = None
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None


def note(
    kind: str, *, by: int, now: datetime, area_code: str | None = None, about: str = "", **facts: Any
) -> AuditLine:
    """Write down what somebody does in office, in the transaction of the act."""
    if kind not in KINDS:
        raise ValueError(f"{kind} is no kind of the audit list")
    line = AuditLine(at=now, person_id=by, kind=kind, area_code=area_code, about=about, facts=facts)
    db.session.add(line)
    db.session.flush()
    return line


def lines(wanted: Wanted, limit: int = PAGE) -> Iterator[AuditLine]:
    """The lines asked for, the latest first. Raises Refused (field "kind") for a kind that does not exist."""
    if wanted.kind is not None and wanted.kind not in KINDS:
        raise Refused("audit_kind", "kind")
    query = select(AuditLine).where(*_conditions(wanted)).order_by(AuditLine.id.desc()).limit(limit)
    yield from db.session.scalars(query)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.kind is not None:
        yield AuditLine.kind == wanted.kind
    if wanted.person_id is not None:
        yield AuditLine.person_id == wanted.person_id
    if wanted.since is not None:
        yield AuditLine.at >= wanted.since
    if wanted.until is not None:
        yield AuditLine.at < wanted.until
    if wanted.before_id is not None:
        yield AuditLine.id < wanted.before_id
