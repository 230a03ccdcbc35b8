"""Logging an act, following it, mending it, taking it back; and its photos."""

import re
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock, media
from civic.access import i_may_decide, me, signed_in, signed_in_part
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.activities import service as activities
from civic.activities.models import Activity
from civic.areas import service as areas
from civic.db import transaction
from civic.entries import service as entries
from civic.entries.models import Entry
from civic.entries.service import Logged
from civic.filters import HAN
from civic.intake import quote, weeks
from civic.intake.forms import AppealForm, LogForm, MendForm
from civic.intake.receive import receive, receive_mended
from civic.intake.story import Second, story
from civic.intake.story import standing as standing_decisions
from civic.ledger import service as ledger
from civic.moderation import assignments, reviews
from civic.moderation import service as moderation
from civic.progress import service as progress
from civic.progress import street
from civic.progress.service import Brought
from civic.progress.street import Walk
from civic.rules import points
from civic.rules import reviews as review_rules
from civic.rules.entries import days_open
from civic.rules.points import PointRule
from civic.rules.refused import Conflict, NotFound, Refused
from civic.streaks import service as streaks
from civic.teams import service as teams
from civic.web import star_scale, status_of, zone
from civic.wording import say

bp = Blueprint("intake", __name__)

PAGE_ENTRIES = 30
SHOWN = {
    "": ("pending", "held", "approved", "rejected", "withdrawn", "reversed", "appealed"),
    "waiting": ("pending", "held", "appealed"),
    "returned": ("returned",),
    "counted": ("approved",),
}
CLAUSE_END = re.compile(r"[，。；！？\n]|[,.;!?](?:\s|$)")
LONGEST_CLAUSE = 36
ENTRY_ID = re.compile(r"[1-9][0-9]{0,17}")


@bp.app_template_filter()
def script_of(text: str) -> str:
    """The language to announce what somebody wrote in: Chinese where it holds a Chinese character."""
    return "zh-Hans" if HAN.search(text) else "en"


@bp.app_template_filter()
def first_clause(text: str) -> str:
    """The beginning of what somebody wrote, up to its first stop: what a list has room for."""
    clause = CLAUSE_END.split(text.strip(), maxsplit=1)[0].strip()
    return clause if len(clause) <= LONGEST_CLAUSE else clause[: LONGEST_CLAUSE - 1] + "…"


@bp.get("/entries/new")
@signed_in
def new() -> Any:
    """The form for one activity, with a key of its own, so that sending it twice counts once."""
    key = request.args.get("activity", "")
    if not key:
        return redirect("/activities", 303)
    activity = activities.get_open(key)
    if activity.is_pledge:
        return redirect(f"/pledges/{activity.key}", 303)
    today = clock.today(zone())
    form = LogForm(
        formdata=None,
        activity=activity.key,
        client_key=str(uuid.uuid4()),
        quantity=_quantity_asked(activities.rule_on(activity.key, today)),
        acted_on=request.args.get("acted_on", today.isoformat()),
        resident=request.args.get("resident", str(me().id)),
        team=request.args.get("team"),
    )
    return _form_page(form, activity)


@bp.post("/entries")
@signed_in
def create() -> Any:
    """Take an entry in; what is refused comes back with everything that was typed."""
    form = LogForm()
    activity = activities.get_open(form.activity.data or "")
    if not form.validate():
        return _form_page(form, activity), 422
    try:
        submission = receive(_logged(form), form.raw_photos(), by=me(), now=clock.now(), zone=zone())
    except Refused as refused:
        form.refuse(refused)
        return _form_page(form, activity), status_of(refused)
    return redirect(f"/entries/{submission.entry.id}" + ("?saved=1" if submission.is_new else ""), 303)


@bp.get("/entries")
@signed_in
def index() -> str:
    """My entries, or those of a child I guard: what was returned first, then newest first."""
    show, before = request.args.get("show", ""), request.args.get("before", "")
    show = show if show in SHOWN else ""
    before_id = int(before) if ENTRY_ID.fullmatch(before) else None
    children = accounts.children_of(me().id, clock.today(zone()))
    whose = _whose(children, request.args.get("of"))
    found = entries.list_own(whose.id, statuses=SHOWN[show], before_id=before_id, limit=PAGE_ENTRIES + 1)
    shown = found[:PAGE_ENTRIES]
    is_first = not show and before_id is None
    returned = entries.list_own(whose.id, statuses=SHOWN["returned"], limit=PAGE_ENTRIES) if is_first else []
    asked = returned if is_first else [entry for entry in shown if entry.status == "returned"]
    return render_template(
        "intake/index.html",
        returned=returned,
        entries=shown,
        activity_of=activities.get,
        rule_of=entries.rule_of,
        worth=points.worth,
        merit=ledger.merit_of([entry.id for entry in shown]),
        reasons=moderation.last_reasons([entry.id for entry in asked]),
        show=show,
        children=children,
        whose=whose,
        today=clock.today(zone()),
        older_than=shown[-1].id if len(found) > PAGE_ENTRIES else None,
        is_later=before_id is not None,
    )


@bp.get("/entries/<int:entry_id>")
@signed_in
def show(entry_id: int) -> str:
    """An entry of mine: what it says, where it stands, what comes next and by when."""
    return _entry_page(entry_id)


@bp.post("/entries/<int:entry_id>/appeal")
@signed_in
def appeal(entry_id: int) -> Any:
    """Ask for another look, elsewhere, at an entry that was rejected or reversed."""
    form = AppealForm()
    try:
        with transaction():
            reviews.appeal(entry_id, form.words.data or "", by=me(), now=clock.now())
    except NotFound:
        raise
    except Conflict as conflict:
        flash(say(conflict))
        return redirect(f"/entries/{entry_id}", 303)
    except Refused as refused:
        form.refuse(refused)
        return _entry_page(entry_id, form), status_of(refused)
    flash(_("申诉送出去了，由别处的人来看，不显示你的名字。"))
    return redirect(f"/entries/{entry_id}", 303)


def _may_appeal(entry: Entry, now: datetime) -> bool:
    is_open = entry.decided_at is not None and now <= entry.decided_at + timedelta(days=review_rules.APPEAL_DAYS)
    return entry.status in review_rules.APPEALED and is_open


def _entry_page(entry_id: int, appeal_form: AppealForm | None = None) -> str:
    entry = entries.get_own(entry_id, me())
    brought = _brought_by(entry)
    if brought.is_fresh:  # something was written meanwhile, which lets go of all that was read before it
        entry = entries.get_own(entry_id, me())
    activity, community = activities.get(entry.activity_key), areas.get_area(entry.community_code)
    history, posted = moderation.history(entry.id), ledger.postings_of(entry.id)
    steps = standing_decisions(history)
    second = Second(reviews.last_hold(entry.id), reviews.find_appeal(entry.id), assignments.since(entry.id))
    just_saved = "saved" in request.args and entry.status in ("pending", "approved")
    moment = weeks.moment(entry) if just_saved else None
    return render_template(
        "intake/saved.html" if just_saved else "intake/show.html",
        entry=entry,
        activity=activity,
        community=community,
        resident=accounts.find_person(entry.resident_id),
        team=teams.get_team(entry.team_id) if entry.team_id else None,
        stages=story(entry, history, posted, second, community.short_name, clock.now()),
        may_appeal=second.appeal is None and _may_appeal(entry, clock.now()),
        appeal_days=review_rules.APPEAL_DAYS,
        appeal_form=appeal_form or AppealForm(formdata=None),
        most_words=review_rules.MAX_WORDS,
        reason=steps[-1].words if steps and steps[-1].decision.became == entry.status else "",
        posted=posted,
        would_earn=moderation.would_earn(entry) if entry.status in ("pending", "held", "returned") else None,
        sum=_sum_of(entry, activity, posted),
        is_newcomer=_is_newcomer(entry.resident_id, entry.community_code) if entry.status == "pending" else False,
        moment=moment,
        brought=brought,
        walk=_walk(entry.resident_id) if moment and moment.rounds else None,
        today=clock.today(zone()),
    )


def _brought_by(entry: Entry) -> Brought:
    """The level, stars and badges that an approved entry brought; those nobody saw before are noticed by this."""
    if entry.status != "approved":
        return Brought((), frozenset())
    entry_id, found = entry.id, progress.progress_of(entry.resident_id, star_scale())
    brought = found.brought_by(entry_id)
    if not set(brought) & set(found.unnoticed):
        return Brought(brought, frozenset())
    with transaction():
        return Brought(brought, progress.notice(found, brought))


def _walk(resident_id: int) -> Walk:
    """The street with the week that has just become round."""
    now, saved = clock.now(), street.saved_days(resident_id, clock.today(zone()))
    streak = streaks.streak_of(resident_id, now, zone())
    return street.walk(streak, saved.was_round, saved.monday, now, zone())


@bp.get("/entries/<int:entry_id>/mend")
@signed_in
def mend(entry_id: int) -> Any:
    """The form for a returned entry, with what was said before."""
    entry = entries.get_own(entry_id, me())
    if entry.status != "returned":
        return redirect(f"/entries/{entry_id}", 303)
    form = MendForm(
        formdata=None, quantity=entry.quantity, title=entry.title, note=entry.note, answers=list(entry.answers)
    )
    return _mend_page(form, entry)


@bp.post("/entries/<int:entry_id>/mend")
@signed_in
def send_mended(entry_id: int) -> Any:
    """Send a returned entry in again; its day stays."""
    entry = entries.get_own(entry_id, me())
    form = MendForm()
    if not form.validate():
        return _mend_page(form, entry), 422
    try:
        receive_mended(
            entry_id,
            quantity=form.quantity.data or 0,
            note=form.note.data or "",
            title=form.title.data or "",
            answers=tuple(form.answers.data or ()),
            raw_photos=form.raw_photos(),
            dropped_photos=form.drop.data or (),
            by=me(),
            now=clock.now(),
            zone=zone(),
        )
    except Conflict as conflict:
        flash(say(conflict))
        return redirect(f"/entries/{entry_id}", 303)
    except Refused as refused:
        form.refuse(refused)
        return _mend_page(form, entries.get_own(entry_id, me())), status_of(refused)
    flash(_("补好了，又送到社区了。"))
    return redirect(f"/entries/{entry_id}", 303)


@bp.post("/entries/<int:entry_id>/withdraw")
@signed_in
def withdraw(entry_id: int) -> Response:
    """Take an entry back; where somebody decided on it meanwhile, its page says so."""
    try:
        with transaction():
            entries.withdraw(entry_id, by=me())
    except Conflict as conflict:
        flash(say(conflict))
    else:
        flash(_("已撤回，这一笔不再核对，也不记分。"))
    return redirect(f"/entries/{entry_id}", 303)


@bp.get("/photos/<key>")
@bp.get("/photos/<key>/<any(small):size>")
@signed_in_part
def photo(key: str, size: str = "") -> Response:
    """A photo, for whoever logged it and for those who may decide on it; for others it does not exist."""
    entry = entries.find_by_photo(key)
    if entry is None or not _may_see(entry):
        raise NotFound("photo")
    response = send_file(media.open_photo(key, small=bool(size)), mimetype="image/webp")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _may_see(entry: Entry) -> bool:
    if me().id in (entry.resident_id, entry.logged_by):
        return True
    if not i_may_decide():
        return False
    return moderation.find_refusal(entry, me()) is None or assignments.find_open(entry.id, me()) is not None


def _whose(children: list[Person], wanted: str | None) -> Person:
    """Me, or the child asked for. Raises NotFound for anybody else."""
    if wanted is None or wanted == str(me().id):
        return me()
    child = next((child for child in children if str(child.id) == wanted), None)
    if child is None:
        raise NotFound("page")
    return child


def _logged(form: LogForm) -> Logged:
    """What the form says. Raises Refused for a day or a person that no such form offers."""
    return Logged(
        activity_key=form.activity.data or "",
        acted_on=form.day(),
        quantity=form.quantity.data or 0,
        client_key=form.client_key.data or "",
        note=form.note.data or "",
        title=form.title.data or "",
        answers=tuple(form.answers.data or ()),
        resident_id=form.resident_id(me().id),
        team_id=form.team_id(),
        place=form.given_place(),
        photo_places=form.told_places(),
    )


def _quantity_asked(rule: PointRule) -> int:
    wanted = request.args.get("quantity", "")
    quantity = int(wanted) if re.fullmatch(r"[0-9]{1,9}", wanted) else rule.min_quantity
    return min(max(quantity, rule.min_quantity), rule.max_quantity)


def _form_page(form: LogForm, activity: Activity) -> str:
    """The form, with the sum for the day and the person chosen in it."""
    today = clock.today(zone())
    first, last = days_open(today, activity.is_pledge)
    day = _day_shown(form, first, last)
    children = accounts.children_of(me().id, today)
    whose = next((child for child in children if str(child.id) == form.resident.data), me())
    form.acted_on.data, form.resident.data = day.isoformat(), str(whose.id)
    _offer_teams(form, whose.id, day)
    form.ask_for(activity)
    form.mind_photos()
    community = areas.get_area(accounts.community_of(whose.id, day))
    rule = activities.rule_on(activity.key, day)
    counted = _counted(form.quantity.data, rule)
    return render_template(
        "intake/new.html",
        form=form,
        activity=activity,
        rule=rule,
        quote=quote.quote(activity, rule, ledger.standing(whose.id, activity.key, day), counted),
        counted=counted,
        price=quote.price(rule),
        today=today,
        earliest=first,
        day=day,
        children=children,
        whose=whose,
        community=community,
        is_newcomer=_is_newcomer(whose.id, community.code),
        max_photos=entries.MAX_PHOTOS,
        day_cap=points.DAY_TOTAL,
    )


def _offer_teams(form: LogForm, resident_id: int, day: date) -> None:
    """The teams it may count for, the one chosen or the one of last time first in mind; none where there are none."""
    found = teams.teams_on(resident_id, day)
    form.team.choices = [(str(team.id), team.name) for team in found]
    if found and form.team.data is None:
        form.team.data = str(entries.last_team(resident_id) or "")
    if form.team.data not in {str(team.id) for team in found}:
        form.team.data = ""


def _mend_page(form: MendForm, entry: Entry) -> str:
    activity, rule = activities.get(entry.activity_key), entries.rule_of(entry)
    stands = ledger.standing(entry.resident_id, entry.activity_key, entry.acted_on)
    counted = _counted(form.quantity.data, rule)
    form.ask_for(activity)
    form.mind_photos()
    return render_template(
        "intake/mend.html",
        form=form,
        entry=entry,
        activity=activity,
        rule=rule,
        quote=quote.quote(activity, rule, stands, counted),
        counted=counted,
        price=quote.price(rule),
        reason=moderation.last_reasons([entry.id]).get(entry.id, ""),
        today=clock.today(zone()),
        day=entry.acted_on,
        max_photos=entries.MAX_PHOTOS,
        day_cap=points.DAY_TOTAL,
    )


def _day_shown(form: LogForm, first: date, last: date) -> date:
    """The day chosen where it can be logged, else today."""
    try:
        day = form.day()
    except Refused:
        return last
    return day if first <= day <= last else last


def _counted(quantity: int | None, rule: PointRule) -> int:
    """A quantity that a sum can be shown for: the least one while the field holds something else."""
    if quantity is None or not rule.min_quantity <= quantity <= rule.max_quantity:
        return rule.min_quantity
    return quantity


def _sum_of(entry: Entry, activity: Activity, posted: list[Any]) -> quote.Sum | None:
    """The lines behind the award that stands; none while nothing is posted or after a reversal."""
    if entry.status != "approved" or not posted:
        return None
    award = posted[-1]
    earned = points.Award(award.merit, award.worth or 0, award.standing or 0, award.cut_by)
    return quote.added_up(activity, entries.rule_of(entry), earned)


def _is_newcomer(resident_id: int, community_code: str) -> bool:
    """Whether the first approval is still to confirm that this person belongs here."""
    place = (resident_id, community_code)
    return place not in accounts.confirmed_members([place])
