"""The forms of teams. What a field may hold is the service's word; here stands only what is asked for."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from civic.forms import BaseForm
from civic.rules.teams import KINDS
from civic.teams.kinds import NAMES

NAME = StringField(_l("集体的名字"), [InputRequired(_l("给集体写一个名字，大家在榜上看得到。"))])


class FoundForm(BaseForm):
    """A new team."""

    kind = RadioField(
        _l("哪一类"),
        [InputRequired(_l("选一类，同类的集体排在一张榜上。"))],
        choices=[SelectChoice(kind, NAMES[kind]) for kind in KINDS],
        validate_choice=False,
    )
    name = NAME
    family = BooleanField(_l("家庭集体：把已经连成一家的人和我监护的孩子一起加进来"))


class JoinTeamForm(BaseForm):
    """Joining by a code that somebody told."""

    code = StringField(_l("加入码"), [InputRequired(_l("写上队长告诉你的 8 位加入码。"))])


class TeamForm(BaseForm):
    """What a captain may change."""

    name = NAME
    takes_members = BooleanField(_l("凭加入码可以加入"))
