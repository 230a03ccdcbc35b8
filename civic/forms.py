"""What every form shares: the CSRF token, refusals shown beside their field, and words kept as typed."""

import re
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import DateField, FileField, IntegerField

from civic.rules.refused import Refused
from civic.wording import say

UNREADABLE_DAY = _l("请选一天。")
NOT_A_NUMBER = _l("请填一个整数。")
WHOLE = re.compile(r"[+\-−]?\d{1,18}")  # in any script: phones type full-width figures too


class Day(DateField):
    """A day whose refusal is said in the reader's language."""

    data: Any  # a date once the form is valid

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or say that it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise ValueError(str(UNREADABLE_DAY)) from None


class WholeField(IntegerField):
    """A whole number; anything else is kept as typed and asked for again."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            return
        written = valuelist[0].strip()
        if not WHOLE.fullmatch(written):
            self.data = None
            raise ValueError(NOT_A_NUMBER)
        self.data = int(written.replace("−", "-"))


class BaseForm(FlaskForm):
    """A form whose fields can be refused by a service as well as by their own validators."""

    class Meta(FlaskForm.Meta):
        """Where the fields of a form that was sent are read."""

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Texts as a form sends them, files where files are asked for; JSON, or a file in place of a text, is none.

            Whatever reads a field may then rely on its being a text.
            """
            if formdata is None or request.method != "POST":
                return None
            asked = {name for name, field in form._fields.items() if isinstance(field, FileField)}
            files = MultiDict((name, file) for name, file in request.files.items(multi=True) if name in asked)
            return CombinedMultiDict((files, request.form))

    def refuse(self, refused: Refused) -> None:
        """Show a service's refusal beside the field it names, or on top of the form."""
        field = self._fields.get(refused.field or "")
        if field is None:
            self.form_errors.append(say(refused))
        else:
            field.errors = [*field.errors, say(refused)]
