"""The pages of teams: mine, a new one, joining by code or link, and all that a captain looks after."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock, limits
from civic.access import me, signed_in
from civic.accounts import service as accounts
from civic.areas import service as areas
from civic.db import transaction
from civic.rules.people import is_child
from civic.rules.periods import period_of
from civic.rules.refused import Refused, TooMany
from civic.rules.teams import FAMILY, KINDS, MOST_MEMBERS, SMALLEST_SHOWN, shown_members
from civic.teams import kinds, service
from civic.teams.forms import FoundForm, JoinTeamForm, TeamForm
from civic.teams.models import Team
from civic.web import status_of, zone
from civic.wording import say

bp = Blueprint("teams", __name__)


@bp.app_template_filter()
def team_kind(kind: str) -> str:
    """What a kind of team is called."""
    return str(kinds.NAMES[kind])


@bp.get("/teams")
@signed_in
def index() -> str:
    """The teams I belong to, what they have this month, and the ways into another."""
    return _index_page(JoinTeamForm(None))


@bp.get("/teams/new")
@signed_in
def new() -> str:
    """The form for a team in my community."""
    kind = request.args.get("kind", "")
    return _new_page(FoundForm(None, kind=kind if kind in KINDS else None, family=True))


@bp.post("/teams")
@signed_in
def create() -> Any:
    """Found a team; what is refused comes back as it was typed."""
    form = FoundForm()
    if not form.validate():
        return _new_page(form), 422
    try:
        with transaction():
            team, _along = service.found(
                kind=form.kind.data,
                name=form.name.data,
                by=me(),
                now=clock.now(),
                zone=zone(),
                with_family=form.family.data,
            )
            team_id = team.id
    except Refused as refused:
        form.refuse(refused)
        return _new_page(form), status_of(refused)
    flash(_("建好了，把加入码告诉大家。"))
    return redirect(f"/teams/{team_id}", 303)


@bp.get("/teams/join")
@signed_in
def ask_to_join() -> str:
    """Joining by a link, which brings the code along."""
    return _join_page(JoinTeamForm(None, code=request.args.get("code", "")))


@bp.post("/teams/join")
@signed_in
def join() -> Any:
    """Join the team whose code I was told."""
    form = JoinTeamForm()
    if not form.validate():
        return _join_page(form), 422
    now = clock.now()
    with transaction():
        limits.take(limits.TEAM_CODE, me().id, now=now)
    try:
        with transaction():
            team_id = service.join(form.code.data, by=me(), now=now, zone=zone()).id
    except TooMany:
        raise
    except Refused as refused:
        form.refuse(refused)
        return _join_page(form), status_of(refused)
    flash(_("加入了，从今天起记的事可以算给这个集体。"))
    return redirect(f"/teams/{team_id}", 303)


@bp.get("/teams/<int:team_id>")
@signed_in
def show(team_id: int) -> str:
    """A team: what it has, and for its members who belongs to it."""
    return _team_page(service.get_team(team_id))


@bp.post("/teams/<int:team_id>/change")
@signed_in
def change(team_id: int) -> Any:
    """Another name, or whether the code takes members in."""
    form = TeamForm()
    if not form.validate():
        return _team_page(service.get_team(team_id), form), 422
    try:
        with transaction():
            service.change(
                team_id,
                name=form.name.data,
                takes_members=form.takes_members.data,
                by=me(),
                now=clock.now(),
                zone=zone(),
            )
    except Refused as refused:
        if refused.field != "name":
            raise
        form.refuse(refused)
        return _team_page(service.get_team(team_id), form), status_of(refused)
    flash(_("改好了。"))
    return redirect(f"/teams/{team_id}", 303)


@bp.post("/teams/<int:team_id>/code")
@signed_in
def renew_code(team_id: int) -> Response:
    """Take a new code, because the old one got about."""
    return _done(team_id, lambda: service.renew_code(team_id, by=me()), _("换好了，旧的加入码不再有用。"))


@bp.post("/teams/<int:team_id>/children")
@signed_in
def add_child(team_id: int) -> Response:
    """Take my child into our family's team."""
    child = _person_asked("child")
    return _done(
        team_id,
        lambda: service.add_child(team_id, child, by=me(), now=clock.now(), zone=zone()),
        _("加进来了，替孩子记的事可以算给家里。"),
    )


@bp.post("/teams/<int:team_id>/remove")
@signed_in
def remove(team_id: int) -> Response:
    """Let a member no longer belong."""
    person = _person_asked("person")
    return _done(
        team_id,
        lambda: service.remove(team_id, person, by=me(), now=clock.now(), zone=zone()),
        _("记下了，从明天零点起不再算在里面。"),
    )


@bp.post("/teams/<int:team_id>/captain")
@signed_in
def hand_over(team_id: int) -> Response:
    """Make another member the captain."""
    person = _person_asked("person")
    return _done(
        team_id,
        lambda: service.hand_over(team_id, person, by=me(), now=clock.now(), zone=zone()),
        _("队长交出去了。"),
    )


@bp.post("/teams/<int:team_id>/leave")
@signed_in
def leave(team_id: int) -> Response:
    """Leave; today still counts."""
    return _done(
        team_id,
        lambda: service.leave(team_id, by=me(), now=clock.now(), zone=zone()),
        _("离开了，今天做的还能算给它，明天零点起不再算。"),
        "/teams",
    )


@bp.post("/teams/<int:team_id>/close")
@signed_in
def close(team_id: int) -> Response:
    """End the team."""
    return _done(
        team_id,
        lambda: service.close(team_id, by=me(), now=clock.now(), zone=zone()),
        _("解散了，得过的分和名次都留着。"),
        "/teams",
    )


def _done(team_id: int, verb: Callable[[], object], words: str, then: str | None = None) -> Response:
    """Do it and say so on the page; where it cannot be done, the page says why."""
    try:
        with transaction():
            verb()
    except Refused as refused:
        if status_of(refused) in (403, 404):
            raise
        flash(say(refused))
        return redirect(f"/teams/{team_id}", 303)
    flash(words)
    return redirect(then or f"/teams/{team_id}", 303)


def _person_asked(field: str) -> int:
    """A person of the form; none that it never offered."""
    text = request.form.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _index_page(form: JoinTeamForm) -> str:
    teams = service.standing_teams(me().id)
    month = period_of("month", clock.today(zone()))
    return render_template(
        "teams/index.html",
        form=form,
        teams=teams,
        homes=service.homes(teams),
        merit=service.merit_of([team.id for team in teams], month),
        month=month,
    )


def _new_page(form: FoundForm) -> str:
    today = clock.today(zone())
    return render_template(
        "teams/new.html",
        form=form,
        about=kinds.ABOUT,
        home=areas.get_area(accounts.community_of(me().id, today)),
        smallest=SMALLEST_SHOWN,
    )


def _join_page(form: JoinTeamForm) -> str:
    return render_template("teams/join.html", form=form)


def _team_page(team: Team, form: TeamForm | None = None) -> str:
    person, today = me(), clock.today(zone())
    month = period_of("month", today)
    is_member = service.is_member(team, person.id)
    members = service.members(team, viewer=person, today=today) if is_member else []
    count = len(members) if is_member else shown_members(service.count_members([team.id]).get(team.id, 0))
    inside = {member.person_id for member in members}
    takes_children = is_member and team.kind == FAMILY and not is_child(person.born_on, today)
    children = accounts.children_of(person.id, today) if takes_children else []
    return render_template(
        "teams/show.html",
        team=team,
        form=form or TeamForm(None, name=team.name, takes_members=team.takes_members),
        home=service.homes([team])[team.community_code],
        is_member=is_member,
        is_captain=is_member and team.captain_id == person.id,
        members=members,
        count=count,
        most=MOST_MEMBERS[team.kind],
        children=[child for child in children if child.id not in inside],
        my_children={child.id for child in children},
        merit=service.merit_of([team.id], month).get(team.id, 0),
        month=month,
        link=f"{request.url_root}teams/join?code={team.code}" if is_member else "",
    )
