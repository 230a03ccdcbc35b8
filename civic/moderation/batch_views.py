"""Simple entries of one activity, looked through together and approved one by one."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request

from civic import clock
from civic.access import decider, me
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.db import transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.forms import BaseForm
from civic.moderation import batches, claims, service, signals
from civic.moderation.blueprint import bp
from civic.moderation.narrowed import Narrowed
from civic.moderation.queue import Only, Waiting
from civic.rules.decisions import BATCH_ENTRIES
from civic.rules.refused import NotFound, Refused
from civic.web import zone
from civic.wording import say


@dataclass(frozen=True)
class Outcome:
    """What became of one ticked entry: approved, or why not. What is outside my grants is not named."""

    entry: Entry | None
    resident: Person | None
    activity: Activity | None
    refused: str | None


@bp.get("/moderation/batch")
@decider
def batch() -> str:
    """The entries of a batch side by side, each with its photo, to be looked at once more."""
    asked, now = Narrowed.asked(), clock.now()
    reach = service.reach(me(), asked.area)
    found = _simple(asked, now)
    with transaction():
        mine = claims.keep([one.entry.id for one in found], by=me(), now=now)
    return _page(asked, service.pick(mine, reach) if mine else [])


@bp.post("/moderation/batch")
@decider
def approve_batch() -> str:
    """Approve what is ticked, one by one. What changed meanwhile is left, and said which and why."""
    asked, now = Narrowed.asked(), clock.now()
    ticked = list(dict.fromkeys(request.form.getlist("entry")))[:BATCH_ENTRIES]
    numbers = [_number(read) for read in ticked]
    waiting = service.pick([number for number in numbers if number], service.reach(me(), asked.area))
    kinds = signals.of_queue(waiting, me(), now)
    simple = {one.entry.id for one in waiting if batches.is_simple(one, kinds[one.entry.id])}
    outcomes = [_approve(number, read, simple, now) for number, read in zip(numbers, ticked, strict=True)]
    return render_template(
        "moderation/batch_done.html", outcomes=outcomes, asked=asked, form=BaseForm(formdata=None), is_empty=not ticked
    )


def _simple(asked: Narrowed, now: datetime) -> list[Waiting]:
    """What can be looked through together now: of the activity asked for, or the most there are of one."""
    reach = service.reach(me(), asked.area)
    waiting = service.queue(me(), within_reach=reach, only=Only(asked.activity, has_photo=True))
    kinds = signals.of_queue(waiting, me(), now)
    held = claims.holders([one.entry.id for one in waiting], me(), now)
    found = batches.batches(waiting, kinds, held)
    return list(found[0].waiting) if found else []


def _page(asked: Narrowed, found: list[Waiting]) -> str:
    return render_template(
        "moderation/batch.html",
        found=found,
        activity=activities.get(found[0].entry.activity_key) if found else None,
        places={one.community.code for one in found},
        version_of=batches.version,
        would_earn=service.would_earn,
        asked=asked,
        form=BaseForm(formdata=None),
    )


def _number(read: str) -> int:
    """The entry's number in what a tick box sends; 0 where it holds none."""
    number = read.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and int(number) <= entries.MAX_ID else 0


def _approve(number: int, read: str, simple: set[int], now: datetime) -> Outcome:
    try:
        with transaction():
            batches.approve(number, read, simple, by=me(), now=now, zone=zone())
    except NotFound as refused:
        return Outcome(None, None, None, say(refused))
    except Refused as refused:
        return _told(number, say(refused))
    return _told(number, None)


def _told(number: int, refused: str | None) -> Outcome:
    entry = entries.find_entry(number)
    if entry is None:
        raise NotFound("entry")
    return Outcome(entry, service.resident_of(entry), activities.get(entry.activity_key), refused)
