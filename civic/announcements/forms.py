"""The form of an announcement."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from civic.announcements.service import Written
from civic.forms import UNREADABLE_DAY, BaseForm, Day


class AnnouncementForm(BaseForm):
    """What is announced, and when."""

    title = StringField(_l("标题"), [InputRequired(_l("写一个标题，一眼看得出是什么事。"))])
    words = TextAreaField(_l("正文"), [InputRequired(_l("写上要告诉大家的话。"))])
    from_on = Day(_l("从哪天起"), [InputRequired(UNREADABLE_DAY)])
    until_on = Day(_l("到哪天止"), [InputRequired(UNREADABLE_DAY)])
    is_pinned = BooleanField(_l("放在最上面"))

    def written(self) -> Written:
        """What was typed; only of a form that is valid."""
        return Written(
            self.title.data, self.words.data, self.from_on.data, self.until_on.data, bool(self.is_pinned.data)
        )
