"""Why an entry deserves a second look, in words. A signal is never a verdict."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from civic import clock
from civic.access import me
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.moderation import signals as facts
from civic.moderation.service import Waiting

Signal = dict[str, Any]


def signals(waiting: Sequence[Waiting]) -> list[list[Signal]]:
    """The signals of each entry of a queue: at most six queries however many there are."""
    found = facts.of_queue(waiting, me(), clock.now())
    return [
        [{"kind": kind, "text": _said(kind, one.entry), "entry": other} for kind, other in found[one.entry.id].items()]
        for one in waiting
    ]


def _said(kind: str, entry: Entry) -> str:
    return {
        "same_photo": _("同一张照片在另一条记录里也出现过。"),
        "look_alike_photo": _("另一条记录里有一张很像的照片。"),
        "burst": _("同一天的好几笔，在很短的时间里送来。"),
        "same_place_minute": _("同一个地方、同十分钟里，还有别人也记了。"),
        "photo_time_differs": _("照片不是填的那天拍的"),
        "photo_place_differs": _("照片不是在填的地方拍的"),
        "new_account": _("刚加入的新账号，还没有通过的记录。"),
        "maximum_quantity": _("数量填到了上限 %(max)s。", max=entries.rule_of(entry).max_quantity),
        "often_this_manager": _("你近来通过这位居民的记录，比通过别人的多出不少。"),
    }[kind]
