"""The form of a bulletin's words."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from civic.forms import BaseForm


class WordsForm(BaseForm):
    """What stands before the figures, and the version it was typed over."""

    words = TextAreaField(_l("写在前面的话"))
    version = HiddenField()

    def number(self) -> int:
        """The version, or one that never was."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
