"""Pages about what photos show: covering, the original, and "I am in this photo"."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, send_file
from flask_babel import gettext as _

from civic import clock, media
from civic.access import decider, i_may_decide, me, signed_in
from civic.activities import service as activities
from civic.areas import service as areas
from civic.db import transaction
from civic.entries.models import Entry, Photo
from civic.moderation import service as moderation
from civic.photos import service
from civic.photos.forms import AnswerForm, CoverForm, OriginalForm, RequestForm
from civic.rules import photos as rules
from civic.rules.refused import NotFound, Refused
from civic.web import my_community_code, status_of, zone

bp = Blueprint("photos", __name__)


@bp.get("/photos/<key>/cover")
@signed_in
def choose(key: str) -> str:
    """The photo under a grid of squares, to choose those that nobody shall see."""
    photo, entry = _mine(key)
    return _cover_page(photo, entry, CoverForm(formdata=None))


@bp.post("/photos/<key>/cover")
@signed_in
def cover(key: str) -> Any:
    """Cover the squares chosen, for good."""
    photo, entry = _mine(key)
    form, entry_id = CoverForm(), entry.id
    try:
        painted = service.paint(photo, form.cells.data or ())
        with transaction():
            service.cover(photo.id, painted, key, by=me(), now=clock.now())
    except Refused as refused:
        form.refuse(refused)
        return _cover_page(photo, entry, form), status_of(refused)
    flash(_("遮好了，从现在起谁看到的都是遮住以后的照片。"))
    is_mine = me().id in (entry.resident_id, entry.logged_by)
    return redirect(f"/entries/{entry_id}" if is_mine else f"/moderation/{entry_id}", 303)


@bp.post("/photos/<key>/original")
@decider
def original(key: str) -> Any:
    """The photo as it was, for officers who say what for; that they looked is written down first."""
    photo, entry = service.find(key)
    form = OriginalForm()
    try:
        with transaction():
            found = service.open_original(photo, entry, form.purpose.data or "", by=me(), now=clock.now())
    except NotFound:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _cover_page(photo, entry, CoverForm(formdata=None), form), status_of(refused)
    response = send_file(media.open_photo(found), mimetype="image/webp")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/photo-requests")
@signed_in
def requests() -> str:
    """What I asked to be covered, and the form to ask."""
    form = RequestForm(formdata=None)
    form.about_on.data = clock.today(zone())
    return _requests_page(form)


@bp.post("/photo-requests")
@signed_in
def ask() -> Any:
    """Ask my community to cover me."""
    form, code = RequestForm(), my_community_code()
    if not form.validate() or code is None:
        return _requests_page(form), 422
    try:
        with transaction():
            service.ask(code, form.about_on.data, form.words.data or "", by=me(), now=clock.now(), zone=zone())
    except Refused as refused:
        form.refuse(refused)
        return _requests_page(form), status_of(refused)
    flash(_("收到了，%(days)s 天内给你答复。谁提的，只有来处理的程序知道。", days=rules.ANSWER_DAYS))
    return redirect("/photo-requests", 303)


@bp.get("/moderation/photo-requests")
@decider
def waiting() -> str:
    """Requests that wait for me, with the entries of their day that have photos."""
    return _waiting_page()


@bp.post("/moderation/photo-requests/<int:request_id>/answer")
@decider
def answer(request_id: int) -> Any:
    """Answer one."""
    form = AnswerForm()
    try:
        with transaction():
            service.answer(request_id, form.answer.data or "", form.reason.data or "", by=me(), now=clock.now())
    except NotFound:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _waiting_page(form, request_id), status_of(refused)
    flash(_("答复发出去了。"))
    return redirect("/moderation/photo-requests", 303)


def _mine(key: str) -> tuple[Photo, Entry]:
    """A photo I may cover: of an entry I logged, or may decide on. Raises NotFound for every other."""
    photo, entry = service.find(key)
    if me().id not in (entry.resident_id, entry.logged_by) and (
        not i_may_decide() or moderation.find_refusal(entry, me()) is not None
    ):
        raise NotFound("photo")
    return photo, entry


def _cover_page(photo: Photo, entry: Entry, form: CoverForm, asked: OriginalForm | None = None) -> str:
    is_mine = me().id in (entry.resident_id, entry.logged_by)
    may_open = i_may_decide() and service.may_open_original(me(), entry.community_code)
    is_covered = bool(service.covered([photo.id]))
    return render_template(
        "photos/cover.html",
        photo=photo,
        entry=entry,
        form=form,
        asked=asked or OriginalForm(formdata=None),
        back=f"/entries/{entry.id}" if is_mine else f"/moderation/{entry.id}",
        columns=rules.COLUMNS,
        cells=rules.CELLS,
        chosen=frozenset(form.cells.data or ()),
        is_covered=is_covered,
        has_original=may_open and is_covered,
        days=rules.ORIGINAL_DAYS,
    )


def _requests_page(form: RequestForm) -> str:
    code = my_community_code()
    return render_template(
        "photos/requests.html",
        form=form,
        asked=service.asked_by(me().id),
        community=areas.get_area(code) if code else None,
        days=rules.ANSWER_DAYS,
        most=rules.MAX_WORDS,
        answer_by=rules.answer_by,
    )


def _waiting_page(form: AnswerForm | None = None, answered: int | None = None) -> str:
    found = service.waiting(me(), clock.now())
    return render_template(
        "photos/waiting.html",
        waiting=found,
        entries=service.entries_of(found),
        form=form or AnswerForm(formdata=None),
        answered=answered,
        answer_by=rules.answer_by,
        activity_of=activities.get,
    )
