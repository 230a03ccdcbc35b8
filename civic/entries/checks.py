"""What must hold between entries and the ledger. Each check gives its broken rows in words; none means all is well."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, exists, func, or_, select

from civic.activities import service as activities
from civic.db import db
from civic.entries import zone
from civic.entries.models import Entry, Photo
from civic.entries.service import HOLDING, MAX_PHOTOS, rule_of
from civic.ledger import service as ledger
from civic.ledger.models import Posting
from civic.rules.entries import days_open
from civic.rules.periods import day_of, period_of
from civic.rules.refused import Refused
from civic.teams.models import TeamMembership


def problems() -> list[str]:
    """What is broken, one line each."""
    return [line for check in CHECKS for line in check()]


def approved_entries_have_one_award() -> Iterator[str]:
    """An approved entry has exactly one standing award, every other entry has none (I2, I3)."""
    stands = ledger.standing_awards().with_only_columns(Posting.entry_id)
    missing = select(Entry.id).where(Entry.status == "approved", Entry.id.not_in(stands))
    yield from _lines(missing, "entry {} is approved, but no award stands for it")
    spare = select(Entry.id).where(Entry.status != "approved", Entry.id.in_(stands))
    yield from _lines(spare, "entry {} is not approved, but an award stands for it")


def postings_are_those_of_their_entry() -> Iterator[str]:
    """A posting bears the resident, community, team, activity, day, quantity and rule version of its entry."""
    unlike = or_(
        Posting.resident_id != Entry.resident_id,
        Posting.community_code != Entry.community_code,
        Posting.team_id.is_distinct_from(Entry.team_id),
        Posting.activity_key != Entry.activity_key,
        Posting.rule_version != Entry.rule_version,
        Posting.acted_on != Entry.acted_on,
        # Whatever was mended was mended before its award; after an undo it may be mended again.
        and_(Entry.status == "approved", Posting.quantity != Entry.quantity, Posting.id.in_(_standing_ids())),
    )
    query = select(Posting.id).join(Entry, Entry.id == Posting.entry_id).where(unlike)
    yield from _lines(query, "posting {} does not bear what its entry says")


def entries_go_by_the_rule_of_their_day() -> Iterator[str]:
    """The rule version of an entry is the one in force on its act day, its quantity lies in that rule's range (I6)."""
    kinds = select(
        Entry.activity_key, Entry.acted_on, Entry.rule_version, func.min(Entry.quantity), func.max(Entry.quantity)
    ).group_by(Entry.activity_key, Entry.acted_on, Entry.rule_version)
    for key, day, version, least, most in db.session.execute(kinds):
        where = f"entries of {key} for {day}"
        try:
            rule = activities.rule_on(key, day)
        except Refused as refused:
            yield f"{where}: {refused.code}"
            continue
        if rule.version != version:
            yield f"{where}: rule version {version}, in force was {rule.version}"
        elif not rule.min_quantity <= least <= most <= rule.max_quantity:
            yield f"{where}: quantities {least} to {most}, allowed are {rule.min_quantity} to {rule.max_quantity}"


def acts_lie_in_the_days_open() -> Iterator[str]:
    """An act lies neither after the day its entry came nor before the days that were open then (I26)."""
    of_city = ZoneInfo(zone.fixed() or "UTC")
    query = select(Entry.id, Entry.kind, Entry.acted_on, Entry.submitted_at)
    for entry_id, kind, acted_on, at in db.session.execute(query).yield_per(1000):
        earliest, latest = days_open(day_of(at, of_city), is_kept_day=kind == "pledge")
        if not earliest <= acted_on <= latest:
            yield f"entry {entry_id} of {acted_on} came when {earliest} to {latest} were open"


def nothing_is_logged_twice_in_its_span() -> Iterator[str]:
    """One kept day a pledge and day (P4), one entry a month, quarter or year where that is all there may be (P11)."""
    versions = activities.catalogue().rules
    limited = [key for key, rules in versions.items() if any(rule.once_per for rule in rules)]
    query = select(Entry).where(Entry.status.in_(HOLDING), or_(Entry.activity_key.in_(limited), Entry.kind == "pledge"))
    seen: set[tuple[int, str, str]] = set()
    for entry in db.session.scalars(query).yield_per(1000):
        span = _span(entry)
        place = (entry.resident_id, entry.activity_key, span)
        if span and place in seen:
            yield f"entry {entry.id}: resident {entry.resident_id} has another of {entry.activity_key} for {span}"
        seen.add(place)


def entries_have_few_photos() -> Iterator[str]:
    """At most four photos an entry."""
    query = select(Photo.entry_id).group_by(Photo.entry_id).having(func.count() > MAX_PHOTOS)
    yield from _lines(query, "entry {} has too many photos")


def teams_were_theirs_on_the_day() -> Iterator[str]:
    """Whose entry counts for a team belonged to it on the day of the act."""
    held = exists().where(
        TeamMembership.team_id == Entry.team_id,
        TeamMembership.person_id == Entry.resident_id,
        TeamMembership.from_on <= Entry.acted_on,
        or_(TeamMembership.until_on.is_(None), TeamMembership.until_on > Entry.acted_on),
    )
    yield from _lines(select(Entry.id).where(Entry.team_id.is_not(None), ~held), "entry {} counts for a strange team")


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    approved_entries_have_one_award,
    postings_are_those_of_their_entry,
    entries_go_by_the_rule_of_their_day,
    acts_lie_in_the_days_open,
    nothing_is_logged_twice_in_its_span,
    entries_have_few_photos,
    teams_were_theirs_on_the_day,
)


def _span(entry: Entry) -> str:
    """What an entry has for itself: a day for a kept day, a month, quarter or year by its rule, or nothing."""
    once_per = rule_of(entry).once_per
    if once_per:
        return period_of(once_per, entry.acted_on).key
    return entry.acted_on.isoformat() if entry.kind == "pledge" else ""


def _standing_ids() -> Select[int]:
    return ledger.standing_awards().with_only_columns(Posting.id)


def _lines(query: Select[int] | Select[int | None], words: str) -> Iterator[str]:
    for key in db.session.scalars(query):
        yield words.format(key)
