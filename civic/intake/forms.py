"""The form a resident logs an act with. It shows only what the activity needs."""

import uuid
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import (
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from civic.activities.models import Activity
from civic.entries.service import MAX_NOTE, MAX_TITLE
from civic.filters import in_language
from civic.forms import BaseForm, WholeField
from civic.rules.places import Place, parse_cell, words_of
from civic.rules.refused import Refused

MISSING = _l("这里还空着，请填上。")
CHOOSE_AGAIN = _l("照片请再选一次，浏览器不能替你留着它们。")
TITLES = {"classics_recitation": _l("篇名"), "legal_science_reading": _l("题目"), "traffic_law_reading": _l("题目")}
# Codes after which the form needs a new key: this one can never be used.
SPENT_KEY = ("key_reused", "client_key_invalid")


class ToldForm(BaseForm):
    """What can be told about an act, when it is logged and when it is mended."""

    quantity = WholeField(_l("做了多少"), validators=[InputRequired(MISSING)])
    title = StringField(_l("书名"), render_kw={"maxlength": MAX_TITLE})
    note = TextAreaField(_l("写一句"), render_kw={"maxlength": MAX_NOTE})
    answers = SelectMultipleField(_l("逐项看过，看过的打勾"), validate_choice=False)
    photo = MultipleFileField(_l("照片"))

    def ask_for(self, activity: Activity) -> None:
        """Name the fields as this activity does."""
        self.answers.choices = [(line.key, in_language(line.zh, line.en)) for line in activity.form]
        self.title.label.text = str(TITLES.get(activity.key, self.title.label.text))
        if "attested" in activity.evidence:
            self.note.label.text = str(_l("谁能证明"))
        elif activity.needs_note or activity.takes_note_or_photo:
            self.note.label.text = str(_l("写几句"))
        self.note.flags.required = activity.needs_note

    def raw_photos(self) -> list[bytes]:
        """The files chosen, as they came."""
        return [file.read() for file in self._files()]

    def mind_photos(self) -> None:
        """Say that photos have to be chosen again: no browser keeps them in a form that comes back."""
        if self._files() and not self.photo.errors:
            self.photo.errors = [CHOOSE_AGAIN]

    def _files(self) -> list[FileStorage]:
        files: list[Any] = self.photo.data or []
        return [file for file in files if isinstance(file, FileStorage) and file.filename]


class LogForm(ToldForm):
    """A new entry."""

    activity = HiddenField()
    client_key = HiddenField()
    acted_on = RadioField(_l("哪天做的"), validators=[InputRequired(MISSING)], validate_choice=False)
    resident = RadioField(_l("算给谁"), validate_choice=False)
    team = SelectField(_l("算给哪个集体"), validate_choice=False)
    place = HiddenField()
    placed_at = HiddenField()
    photo_places = HiddenField()

    def refuse(self, refused: Refused) -> None:
        """Show a refusal; where the key is spent, the form goes on with a new one."""
        super().refuse(refused)
        if refused.code in SPENT_KEY:
            self.client_key.data = str(uuid.uuid4())

    def day(self) -> date:
        """The day chosen. Raises Refused for what is no day."""
        try:
            return date.fromisoformat(self.acted_on.data or "")
        except ValueError:
            raise Refused("day_unreadable", "acted_on") from None

    def resident_id(self, mine: int) -> int:
        """Whose entry it is. Raises Refused for what such a form never offers."""
        chosen = self.resident.data or str(mine)
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
            raise Refused("not_your_child", "resident")
        return int(chosen)

    def given_place(self) -> Place | None:
        """Where it was logged, if the person gave that. Raises Refused for what such a form never sends."""
        if not self.place.data:
            return None
        try:
            at = datetime.fromisoformat(self.placed_at.data or "")
        except ValueError:
            raise Refused("place_unreadable", "place") from None
        if at.tzinfo is None:
            raise Refused("place_unreadable", "place")
        return Place(parse_cell(self.place.data), at)

    def told_places(self) -> tuple[str, ...]:
        """What the phone found out about the place of each photo, in their order."""
        return words_of(self.photo_places.data or "")

    def team_id(self) -> int | None:
        """The team it counts for, if any. Raises Refused for what such a form never offers."""
        chosen = self.team.data or ""
        if not chosen:
            return None
        if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
            raise Refused("team", "team")
        return int(chosen)


class MendForm(ToldForm):
    """A returned entry, sent in again."""

    drop = SelectMultipleField(_l("不要哪几张"), validate_choice=False)


class AppealForm(BaseForm):
    """What is said against a rejection or a reversal."""

    words = TextAreaField(_l("为什么应该再看一眼"))
