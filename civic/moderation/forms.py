"""The form a manager decides with."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField

from civic.forms import BaseForm

# Ready words for what goes wrong most often; each says what to do, and can be sent as it is.
READY_REASONS = (
    _l("照片看不清做了什么，可以再拍一张。"),
    _l("照片和填的数量对不上，请改一下数量。"),
    _l("请写一句在哪里、做了什么。"),
    _l("这一笔和另一笔是同一件事。"),
)


class DecisionForm(BaseForm):
    """A decision (the button pressed) and its reason: ready words, or one's own, which come first."""

    decision = HiddenField()
    ready = StringField()
    reason = TextAreaField(_l("自己写一句"))

    def words(self) -> str:
        """The reason given, in one's own words if there are any."""
        return (self.reason.data or "").strip() or (self.ready.data or "")
