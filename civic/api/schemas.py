"""What goes in and what comes out, field by field. The names are the contract's."""

from marshmallow import EXCLUDE, Schema, fields

from civic.api.fields import Day, Id, Instant, NumberInAddress, Strict, Text, Texts, Whole
from civic.areas.models import LEVELS
from civic.entries.service import MAX_NOTE, MAX_TITLE
from civic.moderation.signals import KINDS as SIGNALS
from civic.rules.decisions import MAX_REASON_LENGTH, MOST_CLAIMS, VERDICTS
from civic.rules.entries import STATUSES
from civic.rules.teams import KINDS as TEAM_KINDS

PERIOD = {"description": "2026-W47, 2026-11, 2026-Q4, 2026 or 2024--2026", "example": "2026-11"}
MAX_KEY = 64
MAX_CODE = 12


def _next() -> fields.Field[str]:
    about = {"description": "The full path of the next page, null at the end."}
    return fields.String(allow_none=True, metadata=about)


class Out(Schema):
    """Something that leaves. Fields may be added to it: whoever reads it leaves alone what they do not know."""

    class Meta:
        """The document then says nothing about further fields."""

        unknown = EXCLUDE


def _about(text: str) -> dict[str, str]:
    return {"description": text}


class Problem(Out):
    """An error, as RFC 9457 has it."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(metadata=_about("What is in the way, and what to do next."))
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata=_about("Sentences for each field that was refused."),
    )


# Areas and activities


class AreaQuery(Schema):
    """Which areas: those below one, those a text may mean, or both; without either the roots."""

    parent = Text(metadata=_about("The code of the area whose children are wanted."))
    q = Text(metadata=_about("A part of the name, pinyin, initials, or the beginning of a code."))
    after = Text(metadata=_about("From `next`."))
    skip = NumberInAddress(metadata=_about("From `next`."))


class AreaOut(Out):
    """An area of the official tree."""

    code = fields.String()
    name = fields.String(metadata=_about("As in the official table."))
    short_name = fields.String(metadata=_about("As people say it."))
    level = fields.String(metadata={"enum": list(LEVELS.values())})
    parent = fields.String(allow_none=True)
    population = fields.Integer(allow_none=True, metadata=_about("Null where nobody has said."))


class AreasOut(Out):
    """A page of areas."""

    items = fields.List(fields.Nested(AreaOut))
    next = _next()


class RuleOut(Out):
    """The point rule in force today. Null means that there is no such limit."""

    version = fields.Integer()
    base = fields.Integer()
    per_unit = fields.Raw(metadata={"type": "number", "description": "With at most two decimals."})
    per_day = fields.Integer(allow_none=True)
    per_week = fields.Integer(allow_none=True)
    once_per = fields.String(allow_none=True, metadata={"enum": ["month", "quarter", "year", None]})
    min_quantity = fields.Integer()
    max_quantity = fields.Integer()


class FormLineOut(Out):
    """One line of an activity's short form; its key goes into `answers`."""

    key = fields.String()
    text = fields.String()


class ActivityOut(Out):
    """Something that can be logged now."""

    key = fields.String()
    name = fields.String()
    hint = fields.String()
    category = fields.String()
    kind = fields.String()
    unit = fields.String(metadata=_about("What one of `quantity` is, in words."))
    evidence = fields.List(fields.String())
    note_min = fields.Integer(metadata=_about("Characters a note must have, if `evidence` has note without photo."))
    form = fields.List(fields.Nested(FormLineOut))
    form_min = fields.Integer(metadata=_about("Lines of the form that must be ticked."))
    needs_title = fields.Boolean(metadata=_about("Whether the title of the book is asked for."))
    rule = fields.Nested(RuleOut)


class ActivitiesOut(Out):
    """All activities that can be logged now."""

    items = fields.List(fields.Nested(ActivityOut))
    next = _next()


# Entries


class EntryIn(Strict):
    """An act to log. The same key again gives the same entry, for ever."""

    client_key = Text(required=True, metadata={"format": "uuid", "description": "Made by the client for this act."})
    activity = Text(required=True, max_length=MAX_KEY, metadata=_about("The key of an activity."))
    acted_on = Day(required=True, metadata=_about("The day of the act: today, or at most 7 days ago."))
    quantity = Whole(required=True, metadata=_about("Within the rule's bounds."))
    note = Text(load_default="", metadata={"maxLength": MAX_NOTE})
    title = Text(load_default="", metadata={"maxLength": MAX_TITLE, "description": "Of the book or classic."})
    answers = Texts(load_default=list, metadata=_about("Keys of the form's lines that are ticked."))
    resident = NumberInAddress(
        load_default=None, metadata=_about("The id of a child the caller guards, as text; the caller if left out.")
    )
    team = Id(load_default=None, allow_none=True, metadata=_about("The id of one of my teams that it counts for."))
    place = Text(
        load_default="",
        metadata=_about("Where it was logged, if the person gives that: degrees north and east, as in 31.23,121.47."),
    )
    placed_at = Instant(load_default=None, metadata=_about("When that place was found; now if left out."))
    photo_places = Text(
        load_default="",
        metadata=_about("Whether each photo was taken there, in their order, as far as the sender knows."),
    )


class MendedIn(Strict):
    """A returned entry, mended. What is left out stays as it was; day and activity always do."""

    quantity = Whole()
    note = Text(metadata={"maxLength": MAX_NOTE})
    title = Text(metadata={"maxLength": MAX_TITLE})
    answers = Texts()


class EntriesQuery(Schema):
    """Which of my entries."""

    status = Text(allowed=STATUSES, refusal="status_unknown")
    before = NumberInAddress(metadata=_about("From `next`."))


class EntryOut(Out):
    """One act logged."""

    id = fields.Integer()
    client_key = fields.String()
    activity = fields.String()
    acted_on = fields.Date()
    quantity = fields.Integer()
    note = fields.String()
    title = fields.String()
    answers = fields.List(fields.String())
    team = fields.String(allow_none=True, metadata=_about("The id of the team it counts for."))
    photos = fields.Integer(metadata=_about("How many photos were kept."))
    status = fields.String(metadata={"enum": list(STATUSES)})
    points = fields.Integer(allow_none=True, metadata=_about("Null while undecided, else the sum of its merit."))
    reason = fields.String(allow_none=True, metadata=_about("The words of the last decision."))
    submitted_at = Instant()
    decided_at = Instant(allow_none=True)


class EntriesOut(Out):
    """A page of my entries, newest first."""

    items = fields.List(fields.Nested(EntryOut))
    next = _next()


# Me


class GrantOut(Out):
    """A role over an area and everything below it."""

    role = fields.String()
    area = fields.String()


class MyTeamOut(Out):
    """A team I belong to."""

    id = fields.String()
    name = fields.String()
    kind = fields.String(metadata={"enum": list(TEAM_KINDS)})


class MeOut(Out):
    """Who I am."""

    id = fields.String()
    login = fields.String(allow_none=True)
    name = fields.String()
    community = fields.String(allow_none=True, metadata=_about("The code of the community I belong to today."))
    roles = fields.List(fields.String())
    grants = fields.List(fields.Nested(GrantOut), metadata=_about("The same roles with their areas."))
    teams = fields.List(fields.Nested(MyTeamOut), metadata=_about("For `team` of an entry."))


class SessionOut(Out):
    """What a browser needs before it sends something by itself."""

    id = fields.String(metadata=_about("Whose session this is."))
    csrf_token = fields.String(metadata=_about("For the header X-CSRFToken; it ends with the session."))
    now = Instant(metadata=_about("The server's time, for devices whose clock is wrong."))


class StatementQuery(Schema):
    """Which period; this month unless said otherwise."""

    period = Text(metadata=PERIOD)


class AmountOut(Out):
    """The two sums that every posting moves."""

    merit = fields.Integer()
    balance = fields.Integer()


class LineOut(Out):
    """A posting."""

    id = fields.Integer()
    counts_on = fields.Date()
    kind = fields.String(metadata={"enum": ["award", "bonus", "reversal"]})
    merit = fields.Integer()
    balance = fields.Integer()
    activity = fields.String(allow_none=True)
    entry = fields.Integer(allow_none=True)
    reverses = fields.Integer(allow_none=True, metadata=_about("The id of the posting this one undoes."))
    rule_version = fields.Integer(allow_none=True)
    reason = fields.String(
        allow_none=True,
        metadata=_about(
            "Of an award that is less than its worth, why: same_day (the second of a day counts half, a third "
            "nothing), or the cap that cut it: per_day, per_week, kept_days, day_total. Of a reversal, the words of "
            "the decision."
        ),
    )
    posted_at = Instant()


class StatementOut(Out):
    """My postings of a period, by counts_on, then id."""

    period = fields.String(metadata=PERIOD)
    opening = fields.Nested(AmountOut)
    closing = fields.Nested(AmountOut)
    lines = fields.List(fields.Nested(LineOut))


# Moderation


class QueueQuery(Schema):
    """Which part of what waits for me."""

    area = Text(metadata=_about("A code within, or above, my grants; everything within my reach if left out."))
    after = Text(metadata=_about("From `next`."))


class PersonOut(Out):
    """Whose entry it is; a child has neither a name nor an id here."""

    id = fields.String(allow_none=True)
    name = fields.String()


class SignalOut(Out):
    """Why an entry deserves a second look, in words. Never a verdict."""

    kind = fields.String(metadata={"enum": list(SIGNALS)})
    text = fields.String()
    entry = fields.Integer(allow_none=True, metadata=_about("The other entry the signal is about."))


class WaitingOut(EntryOut):
    """An entry that waits for a decision."""

    resident = fields.Nested(PersonOut)
    community = fields.String(metadata=_about("Its code."))
    community_name = fields.String()
    queued_at = Instant(metadata=_about("Since when it waits."))
    signals = fields.List(fields.Nested(SignalOut))


class QueueOut(Out):
    """A page of the queue, who waits longest first."""

    items = fields.List(fields.Nested(WaitingOut))
    next = _next()


class ClaimsIn(Strict):
    """How many entries to hold, and where."""

    area = Text(load_default=None, allow_none=True, metadata=_about("A code; all my grants if left out."))
    count = Whole(required=True, metadata={"minimum": 1, "maximum": MOST_CLAIMS})


class ClaimsOut(Out):
    """The entries I hold now: what I held before first, then who waits longest."""

    items = fields.List(fields.Nested(WaitingOut))
    until = Instant(metadata=_about("Until when nobody else decides on them."))


class AppealIn(Strict):
    """What is said against a rejection or a reversal."""

    reason = Text(required=True, metadata={"maxLength": MAX_REASON_LENGTH})


class DecisionIn(Strict):
    """What is decided. A reason is needed but for approve and undo."""

    decision = Text(required=True, allowed=VERDICTS, refusal="verdict_unknown")
    reason = Text(load_default=None, allow_none=True, metadata={"maxLength": MAX_REASON_LENGTH})


# Boards


class BoardQuery(Schema):
    """Which leaderboard."""

    area = Text(metadata=_about("A code; my community if left out, or the city."))
    period = Text(metadata=PERIOD)
    of = Text(metadata={"enum": ["residents", "teams", "communities", "subdistricts", "districts"]})
    kind = Text(metadata={"enum": list(TEAM_KINDS), "description": "Of teams; the first the area has if left out."})
    page = Text(metadata={"pattern": "^[1-9][0-9]{0,5}$"})


class SubjectOut(Out):
    """Who or what stands there: an area with its code, or a resident or a team with an id."""

    kind = fields.String(metadata={"enum": ["resident", "team", "community", "subdistrict", "district"]})
    code = fields.String()
    id = fields.String()
    name = fields.String()


class RowOut(Out):
    """A line of a board. Ties share a rank."""

    rank = fields.Integer()
    subject = fields.Nested(SubjectOut)
    merit = fields.Integer()
    previous_rank = fields.Integer(allow_none=True)


class BoardOut(Out):
    """A leaderboard, page by page."""

    area = fields.String(metadata={"maxLength": MAX_CODE})
    period = fields.String(metadata=PERIOD)
    of = fields.String()
    kind = fields.String(metadata=_about("Of teams only: which; their SHA-256 is over `teams:` and it."))
    status = fields.String(metadata={"enum": ["live", "provisional", "sealed"]})
    as_of = Instant()
    closes_at = Instant(metadata=_about("From then on nothing counts for the period any more."))
    rulebook = fields.String()
    ranked = fields.Integer(metadata=_about("How many are ranked in all."))
    rows = fields.List(fields.Nested(RowOut))
    next = _next()


# Rankings and the civility index


class RankingQuery(Schema):
    """Which ranking of the period."""

    area = Text(metadata=_about("A code; my community if left out, or the city."))
    of = Text(metadata={"enum": ["residents", "teams", "communities", "subdistricts", "districts"]})
    kind = Text(metadata={"enum": list(TEAM_KINDS), "description": "Of teams; the first the area has if left out."})
    page = Text(metadata={"pattern": "^[1-9][0-9]{0,5}$"})


class ShareOut(Out):
    """A part of an area's index, in short."""

    key = fields.String(metadata={"enum": ["participation", "points", "steadiness", "put_right"]})
    score = fields.Float()


class RankedOut(Out):
    """A line of a ranking. An area without an index, or without merit, is listed without a rank."""

    rank = fields.Integer(allow_none=True)
    subject = fields.Nested(SubjectOut)
    merit = fields.Integer()
    index = fields.Float(allow_none=True, metadata=_about("Of areas: 0 to 100, two decimals."))
    parts = fields.List(fields.Nested(ShareOut), metadata=_about("Of areas: what the index is the sum of."))
    previous_rank = fields.Integer(allow_none=True)


class CorrectionOut(Out):
    """A later posting that puts a sealed ranking right."""

    posting = fields.Integer()
    merit = fields.Integer()
    noted_at = Instant()


class RankingOut(Out):
    """A provisional or sealed ranking, page by page. One that was never made has no rows."""

    area = fields.String(metadata={"maxLength": MAX_CODE})
    period = fields.String(metadata=PERIOD)
    of = fields.String()
    kind = fields.String(metadata=_about("Of teams only: which; their SHA-256 is over `teams:` and it."))
    status = fields.String(metadata={"enum": ["provisional", "sealed"]})
    as_of = Instant(allow_none=True, metadata=_about("Only postings before this instant are counted."))
    closes_at = Instant(metadata=_about("From then on nothing counts for the period any more."))
    rulebook = fields.String()
    sha256 = fields.String(allow_none=True, metadata=_about("Of a sealed ranking, over ids and figures."))
    ranked = fields.Integer()
    merit_ranked = fields.Integer()
    merit_unranked = fields.Integer()
    corrections = fields.List(fields.Nested(CorrectionOut))
    rows = fields.List(fields.Nested(RankedOut))
    next = _next()


class IndexQuery(Schema):
    """Of which period; this month unless said otherwise."""

    period = Text(metadata=PERIOD)


class PartOut(Out):
    """A part with all its score follows from: rate = (x + k × city_rate) / (n + k), k = 100 people or 5 problems."""

    key = fields.String(metadata={"enum": ["participation", "points", "steadiness", "put_right"]})
    x = fields.Integer(allow_none=True, metadata=_about("Null for the mean of months, as are n and the rates."))
    n = fields.Float(allow_none=True)
    city_rate = fields.Float(allow_none=True)
    rate = fields.Float(allow_none=True)
    target = fields.Float(allow_none=True)
    weight = fields.Integer()
    score = fields.Float(metadata=_about("weight × 100 / sum of the weights here × min(1, rate / target)"))


class IndexOut(Out):
    """The civility index of an area. Null where nobody is counted there, or nothing was compiled yet."""

    area = fields.String(metadata={"maxLength": MAX_CODE})
    period = fields.String(metadata=PERIOD)
    status = fields.String(metadata={"enum": ["provisional", "sealed"]})
    rulebook = fields.String()
    index = fields.Float(allow_none=True)
    rank = fields.Integer(allow_none=True, metadata=_about("Among the areas of its level in the whole city."))
    denominator = fields.Float(allow_none=True, metadata=_about("N: the people it is measured by."))
    parts = fields.List(fields.Nested(PartOut))
