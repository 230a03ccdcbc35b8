"""The forms around a child."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired

from civic.forms import BaseForm


class EraseForm(BaseForm):
    """Taking a child out. The tick is there because nothing brings it back."""

    sure = BooleanField(_l("我知道删了就找不回来"), [InputRequired(_l("打上勾，再点删除。"))])


class ClaimForm(BaseForm):
    """Taking one's own account over at 14."""

    code = StringField(_l("接管码"), [InputRequired(_l("写上监护人给你的 8 位接管码。"))])
    login = StringField(_l("手机号或用户名"), [InputRequired(_l("写上手机号，或者自己起一个用户名。"))])
    password = PasswordField(_l("密码"), [InputRequired(_l("想一个至少 8 个字符的密码。"))])
