"""The forms of the administration."""

from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from civic.activities.rule_changes import Wanted
from civic.forms import BaseForm, Day, WholeField
from civic.rules.civility_index import PARTS, Settings
from civic.rules.points import HUNDREDTHS, PointRule, hundredths
from civic.rules.refused import Refused

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


EMPTY = InputRequired(_l("这里还空着，请填上。"))
SHARE = NumberRange(0, 100, _l("填 0 到 100 之间的百分数。"))
POINTS = NumberRange(0, 1_000_000, _l("填一个不小于 0 的数。"))


class IndexForm(BaseForm):
    """Weights, targets and cap of a city's index: shares in per cent, points for a thousand people."""

    kind = HiddenField()
    participation_weight = WholeField(_l("参与"), [EMPTY])
    points_weight = WholeField(_l("积分"), [EMPTY])
    steadiness_weight = WholeField(_l("稳步"), [EMPTY])
    put_right_weight = WholeField(_l("整改"), [EMPTY])
    participation_target = DecimalField(_l("参与的人占比，%"), [EMPTY, SHARE])
    points_target = DecimalField(_l("每千人文明分"), [EMPTY, POINTS])
    steadiness_target = DecimalField(_l("稳步的人占比，%"), [EMPTY, SHARE])
    put_right_target = DecimalField(_l("按时整改的占比，%"), [EMPTY, SHARE])
    cap = WholeField(_l("一个人最多算几分"), [EMPTY])

    @classmethod
    def of(cls, kind: str, settings: Settings) -> "IndexForm":
        """The form filled with some figures."""
        facts: dict[str, object] = {"kind": kind, "cap": settings.cap}
        for key, weight, target in zip(PARTS, settings.weights, settings.targets, strict=True):
            facts[f"{key}_weight"] = weight
            facts[f"{key}_target"] = Decimal(target) / _times(key)
        return cls(None, **facts)

    def settings(self) -> Settings:
        """The figures as the rules know them: targets in ten-thousandths."""
        weights = [int(self[f"{key}_weight"].data or 0) for key in PARTS]
        targets = [int(Decimal(self[f"{key}_target"].data or 0) * _times(key)) for key in PARTS]
        return Settings(
            (weights[0], weights[1], weights[2], weights[3]),
            (targets[0], targets[1], targets[2], targets[3]),
            int(self.cap.data or 0),
        )


def _times(key: str) -> int:
    return 10 if key == "points" else 100


class SwitchForm(BaseForm):
    """Why a switch is turned; the button pressed says where to."""

    to = HiddenField()
    why = StringField(_l("为什么"))


class PeopleForm(BaseForm):
    """People living in a community from a day on."""

    code = StringField(_l("社区代码"), [InputRequired(_l("写上社区的 12 位代码。"))])
    people = WholeField(_l("多少人"), [EMPTY])
    from_on = Day(_l("从哪天起"), [EMPTY])


class TableForm(BaseForm):
    """A table of code and population."""

    table = FileField(_l("表格（CSV）"))


class RuleForm(BaseForm):
    """The next version of an activity's price. A cap left empty does not exist."""

    base = WholeField(_l("做一次几分"), [EMPTY])
    per_unit = StringField(_l("每份再加几分"), [EMPTY])
    max_quantity = WholeField(_l("一次最多几份"), [EMPTY])
    per_day = WholeField(_l("一天最多几分"))
    per_week = WholeField(_l("一周最多几分"))
    from_on = SelectField(_l("从哪个月起"), validate_choice=False)

    @classmethod
    def of(cls, rule: PointRule, months: list[date]) -> "RuleForm":
        """The form filled with the latest version."""
        form = cls(
            None,
            base=rule.base,
            per_unit=f"{(Decimal(rule.per_unit_hundredths) / HUNDREDTHS).normalize():f}",
            max_quantity=rule.max_quantity,
            per_day=rule.per_day,
            per_week=rule.per_week,
        )
        form.offer(months)
        return form

    def offer(self, months: list[date]) -> None:
        """The months that can be chosen."""
        self.from_on.choices = [SelectChoice(month.isoformat(), month.isoformat()) for month in months]

    def wanted(self) -> Wanted:
        """The figures. Raises Refused for a price with more than two decimals, and for what is no month."""
        try:
            per_unit = hundredths((self.per_unit.data or "").strip())
        except ValueError:
            raise Refused("price_unreadable", "per_unit") from None
        try:
            from_on = date.fromisoformat(self.from_on.data or "")
        except ValueError:
            raise Refused("rule_not_from_the_first", "from_on") from None
        return Wanted(
            base=self.base.data or 0,
            per_unit_hundredths=per_unit,
            max_quantity=self.max_quantity.data or 0,
            per_day=self.per_day.data,
            per_week=self.per_week.data,
            from_on=from_on,
        )


class LegalForm(BaseForm):
    """The city's own words, in both languages."""

    zh = TextAreaField(_l("中文"))
    en = TextAreaField(_l("英文"))
