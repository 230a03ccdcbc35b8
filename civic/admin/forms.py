"""The forms of the administration."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from civic.forms import BaseForm

ROLE_NAMES = {
    "community_manager": _l("社区管理员"),
    "subdistrict_officer": _l("街道干部"),
    "district_officer": _l("区县干部"),
    "city_officer": _l("市级干部"),
    "administrator": _l("系统管理员"),
}


class ProposalForm(BaseForm):
    """A role for somebody, over an area."""

    login = StringField(_l("谁（登录名）"), [InputRequired(_l("写上对方登录用的手机号或用户名。"))])
    role = SelectField(
        _l("什么角色"), choices=[SelectChoice(key, name) for key, name in ROLE_NAMES.items()], validate_choice=False
    )
    area = StringField(_l("管哪里（代码）"), [InputRequired(_l("写上地方的代码，4、6、9 或 12 位。"))])
