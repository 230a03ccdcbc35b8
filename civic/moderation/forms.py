"""The form a manager decides with."""

from collections.abc import Container, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, HiddenField, RadioField, StringField, TextAreaField

from civic.entries.models import Entry
from civic.forms import BaseForm
from civic.rules.decisions import READY_REASONS, REASONED

MOST_READY = 3


class DecisionForm(BaseForm):
    """A decision (the button pressed) and its reason: ready words, one's own, or both."""

    decision = HiddenField()
    ready = RadioField(_l("不通过或请补充的理由"), choices=[], validate_choice=False)
    reason = TextAreaField(_l("自己写一句"))

    def offer(self, entry: Entry, kinds: Container[str], kept: Sequence[str] = ()) -> None:
        """Put the words that the community keeps ready before the manager; where it keeps none, those that fit."""
        ready = kept or ready_reasons(entry, kinds)
        self.ready.choices = [(words, words) for words in ready] + [("", _("自己写一句"))]

    def words(self) -> str:
        """The reason given. Ready words are for turning down; an approval takes none of them along."""
        ready = self.ready.data if self.decision.data in REASONED else ""
        return " ".join(words for words in ((ready or "").strip(), (self.reason.data or "").strip()) if words)


class ReviewForm(BaseForm):
    """What a reviewer decides (the button pressed), and why."""

    decision = HiddenField()
    reason = TextAreaField(_l("写给居民的理由"))


class ReadyForm(BaseForm):
    """The words a community keeps ready, a line each."""

    words = FieldList(StringField(_l("一句理由")), min_entries=READY_REASONS, max_entries=READY_REASONS)

    def lines(self) -> list[str]:
        """What stands in the lines."""
        return [line.data or "" for line in self.words]


def ready_reasons(entry: Entry, kinds: Container[str]) -> list[str]:
    """Words for what goes wrong most often with such an entry; each says what to do, and can be sent as it is."""
    has_photos = bool(entry.photos)
    fitting = (
        ("same_photo" in kinds or "look_alike_photo" in kinds, _("这张照片用过了，请换一张。")),
        ("photo_time_differs" in kinds, _("照片的日子不对，请看一眼。")),
        ("photo_place_differs" in kinds, _("照片像是在别处拍的，请说一说。")),
        (has_photos, _("看不清做了什么，请再拍一张。")),
        (has_photos, _("数量和照片对不上，请改一改。")),
        (not has_photos, _("请补一张照片。")),
        (not entry.note, _("请写一句在哪里做了什么。")),
        (True, _("和另一笔是同一件事。")),
    )
    return [words for fits, words in fitting if fits][:MOST_READY]
