"""What a manager types from slips."""

from datetime import date
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, IntegerField, SelectField, StringField
from wtforms import Form as PlainForm

from civic.forms import BaseForm, Day

ROWS = 4


class RowForm(PlainForm):
    """One slip."""

    code = StringField(_l("纸条上的码"))
    person = SelectField(_l("谁"), choices=[], validate_choice=False)
    activity = SelectField(_l("做了什么"), choices=[], validate_choice=False)
    acted_on = Day(_l("哪一天"))
    quantity = IntegerField(_l("数量"))
    note = StringField(_l("附言"))


class TypedForm(BaseForm):
    """Some slips, a row each; empty rows are passed over."""

    rows = FieldList(FormField(RowForm), min_entries=ROWS, max_entries=ROWS)

    def offer(self, people: list[tuple[str, str]], activities: list[tuple[str, str]], today: date) -> None:
        """Put the choices into each row."""
        for row in self.rows:
            row.form.person.choices = people
            row.form.activity.choices = activities
            row.form.acted_on.data = row.form.acted_on.data or (None if self.is_submitted() else today)
            if row.form.quantity.data is None and not self.is_submitted():
                row.form.quantity.data = 1

    def filled(self) -> list[tuple[int, Any]]:
        """The rows that name a slip, with their places."""
        return [(place, row.form) for place, row in enumerate(self.rows) if (row.form.code.data or "").strip()]

    @staticmethod
    def photo(place: int) -> bytes | None:
        """The photo sent with a row."""
        file = request.files.get(f"rows-{place}-photo")
        raw = file.read() if file else b""
        return raw or None


class HelpedForm(BaseForm):
    """Somebody without a phone."""

    name = StringField(_l("怎么称呼"))


class SheetForm(BaseForm):
    """Nothing but the token."""

    sheet = HiddenField()
