"""The forms of those who manage a community."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from civic.forms import UNREADABLE_DAY, BaseForm, Day


class ContactForm(BaseForm):
    """How the office is reached."""

    words = StringField(_l("怎么找到社区"))


class RemovalForm(BaseForm):
    """Why somebody is taken out of the community."""

    reason = TextAreaField(_l("理由"), [InputRequired(_l("写一句理由，本人会看到。"))])


class StandInForm(BaseForm):
    """Who manages in one's place, and on which days."""

    login = StringField(_l("代管人的登录名"), [InputRequired(_l("写上代管人的手机号或用户名。"))])
    from_on = Day(_l("从哪天起"), [InputRequired(UNREADABLE_DAY)])
    until_on = Day(_l("到哪天止"), [InputRequired(UNREADABLE_DAY)])
