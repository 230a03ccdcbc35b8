"""What every form shares: the CSRF token, refusals shown beside their field, and words kept as typed."""

from flask_wtf import FlaskForm

from civic.rules.refused import Refused
from civic.wording import say


class BaseForm(FlaskForm):
    """A form whose fields can be refused by a service as well as by their own validators."""

    def refuse(self, refused: Refused) -> None:
        """Show a service's refusal beside the field it names, or on top of the form."""
        field = self._fields.get(refused.field or "")
        if field is None:
            self.form_errors.append(say(refused))
        else:
            field.errors = [*field.errors, say(refused)]
