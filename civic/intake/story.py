"""An entry's way as its resident reads it: what has happened, what happens now, what comes next and by when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from civic import filters
from civic.entries.models import Entry
from civic.ledger.models import Posting
from civic.moderation.models import Appeal, Hold
from civic.moderation.service import Step
from civic.rules import reviews
from civic.rules.decisions import answer_by
from civic.wording import HELD_FOR

CHECKED, NOT_YET = "hourglass-split", "person"


@dataclass(frozen=True)
class Stage:
    """One step of the way. `state` is done, now or next; no icon means the leaf."""

    state: str
    title: str
    detail: str | None = None
    icon: str | None = None


@dataclass(frozen=True)
class Second:
    """How an entry came to be looked at a second time, elsewhere, and since when it lies before somebody."""

    hold: Hold | None
    appeal: Appeal | None
    given_at: datetime | None


def story(
    entry: Entry, steps: Sequence[Step], posted: Sequence[Posting], second: Second, place: str, now: datetime
) -> list[Stage]:
    """The stages of an entry, oldest first. A decision that was taken back is left out, with its taking back."""
    decided = standing(steps)
    before = [step for step in decided if step.decision.was not in ("held", "appealed")]
    return [
        Stage("done", _("已送到%(place)s", place=place), when(entry.submitted_at)),
        *_decided(entry, before),
        *_looked_at_again(second),
        *_decided(entry, decided[len(before) :]),
        *_posted(entry, posted),
        *_to_come(entry, second, now),
    ]


def standing(steps: Sequence[Step]) -> list[Step]:
    """The decisions that nobody took back."""
    undone = {step.decision.undoes_id for step in steps}
    return [step for step in steps if step.decision.verdict != "undo" and step.decision.id not in undone]


def when(moment: datetime) -> str:
    """今天 16:20; another day by its date."""
    joint = filters.in_language(" ", ", ")
    return f"{filters.relative_day(moment)}{joint}{filters.clock(moment)}"


def _decided(entry: Entry, steps: Sequence[Step]) -> Iterator[Stage]:
    for place, step in enumerate(steps):
        verdict, at = step.decision.verdict, when(step.decision.decided_at)
        is_last = place == len(steps) - 1
        if verdict == "approve":
            yield Stage("done", _("核对通过") if step.by else _("按规则直接通过"), at)
        elif verdict == "return":
            waits = is_last and entry.status == "returned"
            yield Stage("now" if waits else "done", _("请你补充"), at, "pencil")
            if not (waits or (is_last and entry.status == "withdrawn")):
                yield Stage("done", _("你补好了，又送去"), when(entry.queued_at) if is_last else None)
        elif verdict == "reject":
            yield Stage("now", _("没有通过"), at, "x-lg")
        elif verdict == "reverse":
            yield Stage("now", _("已更正，分数收回"), at, "x-lg")


def _looked_at_again(second: Second) -> Iterator[Stage]:
    if second.hold:
        joint = filters.in_language("，", ", ")
        yield Stage("done", _("请别处再看一眼"), f"{HELD_FOR[second.hold.why]}{joint}{when(second.hold.held_at)}")
    if second.appeal:
        yield Stage("done", _("你申诉了"), when(second.appeal.appealed_at), "pencil")


def _posted(entry: Entry, posted: Sequence[Posting]) -> Iterator[Stage]:
    if entry.status == "approved" and posted:
        award = posted[-1]
        title = _("入账 %(n)s 分", n=award.merit)
        yield Stage("done", title, _("算在 %(day)s", day=filters.day(award.counts_on)))


def _to_come(entry: Entry, second: Second, now: datetime) -> Iterator[Stage]:
    if entry.status == "pending":
        due = answer_by(entry.queued_at)
        detail = _("最晚 %(at)s 前有结果", at=filters.moment(due))
        if now >= due:
            detail = _("过了 48 小时，街道也会来看")
        yield Stage("now", _("管理员核对"), detail, CHECKED)
    elif entry.status in ("held", "appealed"):
        detail = _("还在找别处的人来看")
        if second.given_at:
            detail = _("%(at)s 前没有结果，就交给上一级", at=filters.moment(reviews.answer_by(second.given_at)))
        yield Stage("now", _("复核中，由别处的人来看，不显示你的名字"), detail, CHECKED)
    elif entry.status == "returned":
        yield Stage("next", _("管理员核对"), icon=NOT_YET)
    elif entry.status == "withdrawn":
        yield Stage("now", _("你撤回了这一笔"), icon="x-lg")
    if entry.status in ("pending", "held", "returned", "appealed"):
        yield Stage("next", _("入账，这笔进明细"))
