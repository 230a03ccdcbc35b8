"""Forms about photos."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField

from civic.forms import BaseForm, Day


class CoverForm(BaseForm):
    """Squares to cover, numbered along the rows from 0."""

    cells = SelectMultipleField(_l("要遮住的格子"), validate_choice=False)


class OriginalForm(BaseForm):
    """What an original is opened for."""

    purpose = StringField(_l("为什么要看原图"))


class RequestForm(BaseForm):
    """I am in a photo."""

    about_on = Day(_l("哪一天的照片"))
    words = TextAreaField(_l("在哪里，照片里怎么认出你"))


class AnswerForm(BaseForm):
    """The answer to a request."""

    answer = HiddenField()  # the button pressed: covered, declined
    reason = TextAreaField(_l("写给对方的话"))
