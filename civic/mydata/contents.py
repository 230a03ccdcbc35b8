"""Everything the product holds about a person, table by table: what they can take along, and what is left out, and why.

A test walks every table that refers to a person: one that stands neither here nor under LEFT_OUT fails it. Columns are
taken along as they are, so that a new one is in the archive from its first day, unless it is named with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, Table, or_, select

from civic.accounts.models import ApiToken, FamilyTie, Grant, GuardianConsent, LoginSession, Membership, Person
from civic.db import Base, db
from civic.entries.models import Entry, Photo
from civic.ledger.models import Posting
from civic.moderation.models import Appeal, Decision, Reason
from civic.notices.models import Notice, QuietKind
from civic.photos.models import PhotoRequest
from civic.pledges.models import Certificate, Pledge
from civic.progress.models import Milestone
from civic.rankings.models import Objection, Ranking, RankingRow
from civic.reading.models import FinishedBook
from civic.teams.models import TeamMembership

MY_ID = "it is this account's own id on every row"
SECRET = "a fingerprint of a secret; it opens nothing and says nothing"  # noqa: S105 - says why one is left out
OTHERS = "it names somebody else"


@dataclass(frozen=True)
class Part:
    """The rows of one table that belong to a person; `left_out` says why a column is not taken along."""

    name: str
    table: type[Base]
    owner: tuple[str, ...]  # the columns that refer to the person
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Any]:
        """The table's columns by name."""
        return dict(cast(Table, self.table.__table__).columns.items())

    def rows(self, person_id: int) -> list[dict[str, Any]]:
        """The person's rows, oldest first."""
        taken = [column for name, column in self.columns.items() if name not in self.left_out]
        keys = [column for column in self.columns.values() if column.primary_key]
        query = self._mine(select(*taken), person_id).order_by(*keys)
        return [_readable(dict(row)) for row in db.session.execute(query).mappings()]

    def _mine(self, query: Select[Any], person_id: int) -> Select[Any]:
        return query.where(or_(*(self.columns[name] == person_id for name in self.owner)))


class _OfEntries(Part):
    """Rows that hang on the person's entries."""

    def _mine(self, query: Select[Any], person_id: int) -> Select[Any]:
        return query.where(self.columns["entry_id"].in_(_entries(person_id)))


class _Reasons(Part):
    """The words given with decisions on the person's entries."""

    def _mine(self, query: Select[Any], person_id: int) -> Select[Any]:
        decided = select(Decision.id).where(Decision.entry_id.in_(_entries(person_id)))
        return query.where(Reason.decision_id.in_(decided))


class _Notices(Part):
    """What the person was told; the id of a relative is the relative's."""

    def rows(self, person_id: int) -> list[dict[str, Any]]:
        found = super().rows(person_id)
        for row in found:
            row["facts"] = {fact: value for fact, value in row["facts"].items() if fact != "relative"}
        return found


PARTS: tuple[Part, ...] = (
    Part("account", Person, ("id",), {"password_hash": SECRET, "guardian_id": OTHERS, "erased_at": "empty"}),
    Part("communities", Membership, ("person_id",), {"person_id": MY_ID}),
    Part("roles", Grant, ("person_id",), {"person_id": MY_ID}),
    Part("family", FamilyTie, ("person_id", "relative_id"), {"person_id": OTHERS, "relative_id": OTHERS}),
    Part("devices", LoginSession, ("person_id",), {"person_id": MY_ID, "token_hash": SECRET}),
    Part("api_tokens", ApiToken, ("person_id",), {"person_id": MY_ID, "token_hash": SECRET}),
    Part(
        "entries",
        Entry,
        ("resident_id",),
        {"resident_id": MY_ID, "logged_by": OTHERS, "body_hash": "a fingerprint of the words beside it"},
    ),
    _OfEntries("photos", Photo, ()),
    _OfEntries("decisions", Decision, (), {"by_id": OTHERS}),
    _Reasons("reasons", Reason, ()),
    _OfEntries("appeals", Appeal, ()),
    Part("statement", Posting, ("resident_id",), {"resident_id": MY_ID}),
    Part("pledges", Pledge, ("person_id",), {"person_id": MY_ID}),
    Part("certificates", Certificate, ("person_id",), {"person_id": MY_ID}),
    Part("finished_books", FinishedBook, ("person_id",), {"person_id": MY_ID}),
    Part("milestones", Milestone, ("person_id",), {"person_id": MY_ID}),
    Part("teams", TeamMembership, ("person_id",), {"person_id": MY_ID}),
    Part("consents", GuardianConsent, ("child_id",), {"child_id": MY_ID, "by_id": OTHERS}),
    _Notices("notices", Notice, ("person_id",), {"person_id": MY_ID, "about": "numbers that the facts beside it hold"}),
    Part("photo_requests", PhotoRequest, ("person_id",), {"person_id": MY_ID, "answered_by_id": OTHERS}),
    Part("objections", Objection, ("person_id",), {"person_id": MY_ID, "answered_by_id": OTHERS}),
    Part("spared_notices", QuietKind, ("person_id",), {"person_id": MY_ID}),
)

# Who did what in office: announced, chose, recommended, proposed, accepted, removed. Public or about others.
OF_OFFICE = (
    "assignment.person_id",
    "hold.by_id",
    "slip.made_by_id",
    "slip.typed_by_id",
    "announcement.written_by_id",
    "announcement.withdrawn_by_id",
    "contact.set_by_id",
    "focus.set_by_id",
    "recommended_book.added_by",
    "grant_proposal.person_id",
    "grant_proposal.proposed_by",
    "grant_proposal.answered_by",
    "grant_revocation.by_id",
    "original_look.person_id",
    "photo_request.answered_by_id",
    "objection.answered_by_id",
    "bulletin.edited_by_id",
    "audit_line.person_id",
    "switch_turn.turned_by_id",
    "legal_version.published_by_id",
    "rule_proposal.proposed_by",
    "rule_proposal.answered_by",
    "index_proposal.proposed_by",
    "index_proposal.answered_by",
    "bulletin.published_by_id",
    "removal.removed_by_id",
    "stand_in.manager_id",
    "stand_in.person_id",
    "stand_in.decided_by_id",
    "stand_in.ended_by_id",
)

# Columns that refer to a person and are no part of the archive.
LEFT_OUT: dict[str, str] = {
    "person.guardian_id": "the children a person guards have a folder of their own in the archive",
    "entry.logged_by": "what a guardian logged is in the child's folder",
    "decision.by_id": "decisions somebody took in office are about other residents' entries",
    "resident_total.resident_id": "sums of the lines of the statement",
    "erasure.person_id": "written only when the person is gone",
    "guardian_consent.by_id": "what a guardian agreed to is in the child's folder",
    "claim_code.child_id": "a secret for a few days, in the guardian's hands",
    "second_guardian.child_id": "who would look after a child is shown on the child's page; it names somebody else",
    "second_guardian.person_id": "the word of another guardian, shown to that guardian",
    "team.captain_id": "who leads a team today; the days in it are taken along",
    "photo_original.covered_by": "that a photo was covered, which its entry's page shows",
    "claim.person_id": "what somebody in office has before them for ten minutes",
    **dict.fromkeys(OF_OFFICE, "what was done in office is about other residents and places"),
}

# What becomes of each column that refers to a person when they leave for good: gone, or kept with the bare id.
GONE = frozenset(
    {
        "family_tie.person_id",
        "family_tie.relative_id",
        "login_session.person_id",
        "api_token.person_id",
        "notice.person_id",
        "quiet_kind.person_id",
        "person.guardian_id",
        "certificate.person_id",
        "finished_book.person_id",
        "milestone.person_id",
        "second_guardian.person_id",
        "second_guardian.child_id",
        "claim_code.child_id",
        "claim.person_id",
        "photo_request.person_id",
    }
)
STAYS: dict[str, str] = {
    "membership.person_id": "a community is measured by its members of each day; ended, it holds an id and days",
    "grant.person_id": "who could decide when; revoked, it holds an id, a role and an area",
    "entry.resident_id": "totals and sealed rankings rest on it; it holds ids, a day, a quantity, no words",
    "entry.logged_by": "the same row",
    "decision.by_id": "every award hangs on exactly one decision, which nobody can change",
    "posting.resident_id": "the ledger is never changed; it holds ids and figures",
    "resident_total.resident_id": "sums of the ledger",
    "objection.person_id": "its public answer stands beside the ranking; its words are emptied",
    "pledge.person_id": "ended; a community's promises count it, it holds an id and two days",
    "photo_original.covered_by": "who covered it, for as long as the original is kept",
    "erasure.person_id": "that and when somebody left; it is how a crash is made good",
    "team_membership.person_id": "a team's points rest on it; ended, it holds an id and days",
    "team.captain_id": "another member leads on; a team that had nobody else is closed",
    "guardian_consent.child_id": "that a guardian agreed, and when; it holds ids, no name",
    "guardian_consent.by_id": "the same row",
    **dict.fromkeys(OF_OFFICE, "acts of office stay accountable under the bare id"),
}


def everything(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """All rows about a person, by part."""
    found = {part.name: part.rows(person_id) for part in PARTS}
    found["places_in_rankings"] = places(person_id)
    return found


def places(person_id: int) -> list[dict[str, Any]]:
    """Where a person stands in sealed rankings; these hold ids only and refer to nobody."""
    communities = select(Membership.community_code).where(Membership.person_id == person_id)
    query = (
        select(Ranking.period, Ranking.area_code, RankingRow.rank, RankingRow.merit, RankingRow.previous_rank)
        .join(RankingRow, RankingRow.ranking_id == Ranking.id)
        .where(Ranking.of == "residents", Ranking.area_code.in_(communities), RankingRow.key == str(person_id))
        .order_by(Ranking.id)
    )
    return [dict(row) for row in db.session.execute(query).mappings()]


def _entries(person_id: int) -> Select[Any]:
    return select(Entry.id).where(Entry.resident_id == person_id)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in row.items()}
