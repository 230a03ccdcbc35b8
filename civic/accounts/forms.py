"""The forms of accounts. What a field may hold is the service's word; here stands only what is asked for."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from civic.forms import BaseForm

LOGIN = _l("手机号或用户名")


class LoginForm(BaseForm):
    """Signing in."""

    login = StringField(LOGIN, [InputRequired(_l("写上加入时用的手机号或用户名。"))])
    password = PasswordField(_l("密码"), [InputRequired(_l("写上密码。"))])
    next = HiddenField()


class JoinForm(BaseForm):
    """Joining a community. Sending it is the consent that stands above the button."""

    community = StringField(_l("社区"), [InputRequired(_l("先在上面选好社区。"))])
    name = StringField(_l("昵称"), [InputRequired(_l("写一个昵称，邻居这样称呼你。"))])
    login = StringField(LOGIN, [InputRequired(_l("写上手机号，或者自己起一个用户名。"))])
    password = PasswordField(_l("密码"), [InputRequired(_l("想一个至少 8 个字符的密码。"))])
    born_on = DateField(_l("出生日期"), [Optional()])
    next = HiddenField()


class AppearanceForm(BaseForm):
    """My nickname and how I stand on the boards."""

    name = StringField(_l("昵称"), [InputRequired(_l("写一个昵称，邻居这样称呼你。"))])
    appear = RadioField(
        _l("榜上怎样显示"),
        [Optional()],
        choices=[
            SelectChoice("masked", _l("隐去名字")),
            SelectChoice("nickname", _l("用昵称")),
            SelectChoice("hidden", _l("不上榜")),
        ],
    )


class PasswordForm(BaseForm):
    """A new password, on the strength of the present one."""

    current = PasswordField(_l("现在的密码"), [InputRequired(_l("写上现在的密码。"))])
    password = PasswordField(_l("新密码"), [InputRequired(_l("想一个至少 8 个字符的密码。"))])


class LoginNameForm(BaseForm):
    """Another login, on the strength of the present password."""

    login = StringField(_l("新的手机号或用户名"), [InputRequired(_l("写上新的手机号，或者自己起一个用户名。"))])
    present = PasswordField(_l("现在的密码"), [InputRequired(_l("写上现在的密码。"))])


class FamilyCodeForm(BaseForm):
    """A relative's code."""

    code = StringField(_l("家人的家庭码"), [InputRequired(_l("写上家人告诉你的 8 位家庭码。"))])


class ChildForm(BaseForm):
    """A child that I guard. The tick is the consent that the law asks of a guardian."""

    name = StringField(_l("孩子的昵称"), [InputRequired(_l("给孩子写一个昵称，不用真名。"))])
    born_on = DateField(_l("孩子的出生日期"), [InputRequired(_l("写上孩子的出生日期。"))])
    consent = BooleanField(
        _l("我是监护人，同意保存孩子的昵称、出生日期和替孩子记下的事"),
        [InputRequired(_l("需要监护人同意，才能添加孩子。"))],
    )
