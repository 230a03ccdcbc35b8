"""Forms of objections and their answers."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import Optional

from civic.entries.service import MAX_ID
from civic.forms import BaseForm, WholeField
from civic.rankings.objections import Answer
from civic.rules.refused import Refused


class ObjectionForm(BaseForm):
    """What is not right in a ranking."""

    words = TextAreaField(_l("哪里不对，为什么"))


class AnswerForm(BaseForm):
    """What the public reads: what it was about, and the answer."""

    summary = TextAreaField(_l("说的是什么"))
    verdict = RadioField(
        _l("结果"),
        choices=[("mended", _l("确实不对，已经更正")), ("stands", _l("核对过了，维持不变"))],
        validate_choice=False,
    )
    answer = TextAreaField(_l("答复"))
    posting_id = WholeField(_l("更正的那一笔"), validators=[Optional()])

    def said(self) -> Answer:
        """The answer as it was typed. Raises Refused for a number that is none."""
        if self.posting_id.process_errors or not 0 <= (self.posting_id.data or 0) <= MAX_ID:
            raise Refused("objection_posting", "posting_id")
        return Answer(
            self.verdict.data or "", self.summary.data or "", self.answer.data or "", self.posting_id.data or None
        )
