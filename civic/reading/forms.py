"""The form with which a manager recommends a book."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired

from civic.forms import BaseForm


class RecommendForm(BaseForm):
    """A title for the community's list."""

    title = StringField(_l("书名"), [InputRequired(_l("写上书名。"))])
    author = StringField(_l("作者"))
    why = StringField(_l("一句话，为什么推荐"))
