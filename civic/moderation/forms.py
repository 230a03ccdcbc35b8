"""The form a manager decides with."""

from collections.abc import Container

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, TextAreaField

from civic.entries.models import Entry
from civic.forms import BaseForm
from civic.rules.decisions import REASONED

MOST_READY = 3


class DecisionForm(BaseForm):
    """A decision (the button pressed) and its reason: ready words, one's own, or both."""

    decision = HiddenField()
    ready = RadioField(_l("不通过或请补充的理由"), choices=[], validate_choice=False)
    reason = TextAreaField(_l("自己写一句"))

    def offer(self, entry: Entry, kinds: Container[str]) -> None:
        """Put the ready words that fit an entry before the manager."""
        self.ready.choices = [(words, words) for words in ready_reasons(entry, kinds)] + [("", _("自己写一句"))]

    def words(self) -> str:
        """The reason given. Ready words are for turning down; an approval takes none of them along."""
        ready = self.ready.data if self.decision.data in REASONED else ""
        return " ".join(words for words in ((ready or "").strip(), (self.reason.data or "").strip()) if words)


def ready_reasons(entry: Entry, kinds: Container[str]) -> list[str]:
    """Words for what goes wrong most often with such an entry; each says what to do, and can be sent as it is."""
    has_photos = bool(entry.photos)
    fitting = (
        ("same_photo" in kinds, _("这张照片用过了，请换一张。")),
        ("photo_time_differs" in kinds, _("照片的日子不对，请看一眼。")),
        (has_photos, _("看不清做了什么，请再拍一张。")),
        (has_photos, _("数量和照片对不上，请改一改。")),
        (not has_photos, _("请补一张照片。")),
        (not entry.note, _("请写一句在哪里做了什么。")),
        (True, _("和另一笔是同一件事。")),
    )
    return [words for fits, words in fitting if fits][:MOST_READY]
