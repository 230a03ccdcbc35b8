"""The forms of my data: each asks for the password, as being signed in is not enough for them."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField
from wtforms.validators import InputRequired

from civic.forms import BaseForm


class ExportForm(BaseForm):
    """Everything that is held about me."""

    password = PasswordField(_l("密码"), [InputRequired(_l("写上密码。"))])


class LeaveForm(BaseForm):
    """Leaving for good."""

    sure = BooleanField(_l("我知道注销以后找不回来"), [InputRequired(_l("勾上这一句，才能注销。"))])
    password = PasswordField(_l("密码"), [InputRequired(_l("写上密码。"))])
