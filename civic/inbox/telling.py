"""Notices in the reader's words. What they name is looked up when they are read, in few queries."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from civic.accounts import service as accounts
from civic.activities import service as activities
from civic.areas import service as areas
from civic.filters import day, figure, in_language, name, period_name
from civic.moderation import service as moderation
from civic.notices.models import Notice
from civic.rules.periods import parse
from civic.wording import HELD_FOR

# What a kind is called where it can be chosen, and its sign.
NAMES = {
    "entry_approved": _l("记下的事核对通过"),
    "entry_returned": _l("请你补充"),
    "entry_rejected": _l("没有通过"),
    "entry_reversed": _l("分数更正"),
    "bonus_posted": _l("一周稳步奖励"),
    "membership_confirmed": _l("社区确认了你"),
    "new_device": _l("新设备登录"),
    "family_declared": _l("有人和你连成一家"),
    "photo_request_answered": _l("照片请求的答复"),
    "entry_held": _l("复核中"),
    "slip_disowned": _l("代录的有人说不是自己"),
    "appeal_declined": _l("申诉的结果"),
    "objection_answered": _l("排名异议的答复"),
    "week_digest": _l("每周小结"),
}
ICONS = {
    "entry_approved": "check2",
    "entry_returned": "pencil",
    "entry_rejected": "x-lg",
    "entry_reversed": "arrow-left",
    "bonus_posted": "plus-lg",
    "membership_confirmed": "house-heart",
    "new_device": "phone",
    "family_declared": "people",
    "photo_request_answered": "card-image",
    "entry_held": "hourglass-split",
    "slip_disowned": "exclamation-triangle",
    "appeal_declined": "info-circle",
    "objection_answered": "list-ol",
    "week_digest": "calendar3",
}


TONES = {
    "entry_returned": "gold",
    "bonus_posted": "gold",
    "entry_rejected": "plain",
    "entry_reversed": "plain",
    "new_device": "plain",
    "family_declared": "plain",
    "photo_request_answered": "plain",
    "entry_held": "plain",
    "slip_disowned": "plain",
    "appeal_declined": "plain",
    "objection_answered": "plain",
}


@dataclass(frozen=True)
class Told:
    """A notice as it is read. `words` are those of a person: a reason; `whose` names a child it is about."""

    id: int
    kind: str
    title: str
    detail: str
    words: str
    whose: str
    notice: Notice

    @property
    def icon(self) -> str:
        """The sign before it."""
        return ICONS[self.kind]

    @property
    def tone(self) -> str:
        """The ground of the sign: gold for what waits or was given, none for what is good to know."""
        return TONES.get(self.kind, "")


@dataclass(frozen=True)
class _Known:
    """What the notices of a page name."""

    reader: int
    names: dict[int, str]
    places: dict[str, str]
    reasons: dict[int, str]


def tell(notices: Sequence[Notice], reader: int) -> list[Told]:
    """These notices in words."""
    known = _known(notices, reader)
    return [_tell(notice, known) for notice in notices]


def leads_to(notice: Notice) -> str:
    """The address of what a notice is about."""
    if notice.kind == "slip_disowned":
        return f"/moderation/{notice.facts['entry']}"
    if notice.kind == "objection_answered":
        facts = notice.facts
        return f"/rankings/{facts['period']}/{facts['community']}?{urlencode(facts['board'])}#objections"
    if "entry" in notice.facts:
        return f"/entries/{notice.facts['entry']}"
    return {
        "bonus_posted": "/me/statement",
        "week_digest": f"/me/statement?period={notice.facts.get('week', '')}",
        "membership_confirmed": f"/communities/{notice.facts.get('community', '')}",
        "new_device": "/me/settings#devices",
        "family_declared": "/me/family",
        "photo_request_answered": "/photo-requests",
    }.get(notice.kind, "/notices")


def _known(notices: Sequence[Notice], reader: int) -> _Known:
    people = {value for value in _each(notices, "resident", "relative") if value != reader}
    codes = set(_each(notices, "community"))
    reasons = [notice.facts["decision"] for notice in notices if notice.kind != "entry_approved" and _decided(notice)]
    return _Known(
        reader,
        accounts.names_of(people) if people else {},
        {code: path[-1].short_name for code, path in areas.paths(codes).items()} if codes else {},
        moderation.words_of(reasons) if reasons else {},
    )


def _each(notices: Iterable[Notice], *facts: str) -> Iterable[Any]:
    return (notice.facts[fact] for notice in notices for fact in facts if fact in notice.facts)


def _decided(notice: Notice) -> bool:
    return "decision" in notice.facts


def _tell(notice: Notice, known: _Known) -> Told:
    title, detail = _WORDS[notice.kind](notice.facts, known)
    resident = notice.facts.get("resident", known.reader)
    return Told(
        notice.id,
        notice.kind,
        title,
        detail,
        words=known.reasons.get(notice.facts.get("decision", 0), ""),
        whose=known.names.get(resident, "") if resident != known.reader else "",
        notice=notice,
    )


def _act(facts: dict[str, Any]) -> dict[str, str]:
    """The activity and the day of an entry."""
    return {"activity": name(activities.get(facts["activity"])), "day": day(date.fromisoformat(facts["acted_on"]))}


def _approved(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    merit = facts["merit"]
    detail = _("%(day)s的一笔，入账 %(n)s 分", day=_act(facts)["day"], n=figure(merit))
    if not merit:
        detail = _("%(day)s的一笔，已经入账，没有记分", day=_act(facts)["day"])
    return _("%(activity)s，核对通过", **_act(facts)), detail


def _returned(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    return _("%(activity)s，请你补充", **_act(facts)), _("%(day)s的一笔，日期不变", day=_act(facts)["day"])


def _rejected(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    return _("%(activity)s，没有通过", **_act(facts)), _("%(day)s的一笔，没有记分", day=_act(facts)["day"])


def _reversed(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    detail = _("%(day)s的一笔，%(n)s 分", day=_act(facts)["day"], n=figure(facts["merit"]))
    return _("%(activity)s，分数更正", **_act(facts)), detail


def _bonus(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    week, merit = _week(facts), facts["merit"]
    if merit < 0:
        return _("稳步奖励更正"), _("%(week)s，%(n)s 分", week=week, n=figure(merit))
    return _("稳步奖励 %(n)s 分", n=figure(merit)), _("%(week)s稳稳地做下来了", week=week)


def _digest(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    figures = {"days": facts["days"], "n": figure(facts["merit"])}
    return _("%(week)s小结", week=_week(facts)), _("活跃 %(days)s 天，文明分 %(n)s 分", **figures)


def _confirmed(facts: dict[str, Any], known: _Known) -> tuple[str, str]:
    place = known.places.get(facts["community"], facts["community"])
    return _("你是%(place)s的居民了", place=place), _("社区核对第一笔时确认的，守诺从此不用等")


def _device(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    # A device's name stays on one line where that has room for it.
    device = str(facts["device"]).replace(" ", "\u00a0") or _("没认出的设备")
    return _("新设备登录：%(device)s", device=device), _("不是你的话，在设置里让它退出，再换一个密码")


def _family(facts: dict[str, Any], known: _Known) -> tuple[str, str]:
    relative = known.names.get(facts["relative"])
    title = _("%(name)s和你连成一家", name=relative) if relative else _("有人和你连成一家")
    return title, _("家人之间不互相核对。不认识的话，换一个家庭码，再告诉社区")


def _week(facts: dict[str, Any]) -> str:
    """A week at the beginning of a sentence."""
    said = period_name(parse(facts["week"]))
    return in_language(said, said[:1].upper() + said[1:])


def _photo_answered(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    if facts["verdict"] == "covered":
        return _("照片里的你遮住了"), _("社区照你说的，把照片遮好了")
    return _("照片请求有了答复"), _("这次没有遮，理由在里面")


def _held(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    return _("%(activity)s，复核中", **_act(facts)), str(HELD_FOR[facts.get("why", "photo")])


def _appeal_declined(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    return _("%(activity)s，申诉没有改变结果", **_act(facts)), _(
        "%(day)s的一笔，别处的人看过了", day=_act(facts)["day"]
    )


def _disowned(facts: dict[str, Any], known: _Known) -> tuple[str, str]:
    place = known.places.get(facts["community"], "")
    return _("代录的一笔，有人说不是自己"), _("%(place)s的，别处的人会再看，请你也留意。", place=place)


def _objection(facts: dict[str, Any], _known: _Known) -> tuple[str, str]:
    detail = _("核实了，已经更正") if facts["verdict"] == "mended" else _("核对过了，维持不变")
    return _("%(period)s排名的异议有了答复", period=period_name(parse(facts["period"]))), detail


_WORDS: dict[str, Callable[[dict[str, Any], _Known], tuple[str, str]]] = {
    "entry_approved": _approved,
    "entry_returned": _returned,
    "entry_rejected": _rejected,
    "entry_reversed": _reversed,
    "bonus_posted": _bonus,
    "week_digest": _digest,
    "membership_confirmed": _confirmed,
    "new_device": _device,
    "family_declared": _family,
    "photo_request_answered": _photo_answered,
    "entry_held": _held,
    "slip_disowned": _disowned,
    "appeal_declined": _appeal_declined,
    "objection_answered": _objection,
}
