"""The landing page, the resident's home, me, help and legal pages."""

from flask import Blueprint, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from civic import clock
from civic.access import me, me_or_none, my_grants, open_to_all, signed_in
from civic.accounts import members, stand_ins
from civic.accounts.models import Grant
from civic.activities import service as activities
from civic.activities.views import USUAL_KEYS
from civic.announcements import service as announcements
from civic.areas import service as areas
from civic.communities import service as communities
from civic.focus import service as focus
from civic.home import legal, service
from civic.home.ideas import season_of
from civic.ledger import service as ledger
from civic.rankings import service as rankings
from civic.rankings.published import latest_index
from civic.rules.periods import period_of
from civic.rules.progress import level_after, level_of
from civic.rules.refused import NotFound
from civic.streaks import service as streaks
from civic.web import boards_are_open, my_community_code, zone

bp = Blueprint("home", __name__)


@bp.record
def say_what_is_usual(state: BlueprintSetupState) -> None:
    """The catalogue's page offers first what a resident logs most; entries are counted up here."""
    state.app.extensions[USUAL_KEYS] = lambda: service.usual_keys(me().id, clock.today(zone())) if me_or_none() else []


ANNOUNCED = 2
MORNING_FROM, NOON, EVENING_FROM = 5, 12, 18


@bp.get("/")
@open_to_all
def index() -> str:
    """My day for whoever is signed in; what this is for everybody else."""
    if me_or_none() is None:
        return render_template("home/landing.html", roots=areas.roots(), boards_are_open=boards_are_open())
    person, today = me(), clock.today(zone())
    community = areas.get_area(my_community_code() or "")
    week_key, month = period_of("week", today).key, period_of("month", today)
    chosen = focus.focus_of(community.code, [week_key])[week_key]
    announced = announcements.running(community.code, today, limit=ANNOUNCED + 1)
    week, streak = service.week(person.id, today), streaks.streak_of(person.id, clock.now(), zone())
    return render_template(
        "home/home.html",
        community=community,
        now=clock.now(),
        today=today,
        week=week,
        walk=service.walk(streak, week, clock.now(), zone()),
        lit=communities.acts_on(community.code, today),
        waiting=service.to_look_at(person.id),
        suggestions=service.suggestions(
            service.habits(person.id, today),
            service.least_done(community.code, today),
            today,
            without={activity.key for activity in chosen},
        ),
        season=season_of(today),
        categories=activities.catalogue().categories,
        focus=service.worth_today(chosen, today),
        our_place=rankings.place_of(community, period_of("week", today)),
        our_index=latest_index(community, month),
        announced=announced[:ANNOUNCED],
        has_more_announced=len(announced) > ANNOUNCED,
        removal=members.removal_of(person.id),
        greeting=_greeting(clock.now().astimezone(zone()).hour),
        activity_of=activities.get,
        worth_of=service.worth_of,
    )


def _managed() -> Grant | None:
    """The widest area I answer for."""
    return next((one for one in my_grants() if one.role != "administrator"), None)


def _greeting(hour: int) -> str:
    """Good morning, until noon; good afternoon, until six."""
    if hour < MORNING_FROM or hour >= EVENING_FROM:
        return _("晚上好")
    return _("上午好") if hour < NOON else _("下午好")


@bp.get("/me")
@signed_in
def about_me() -> str:
    """What I have, and the way to everything that is mine."""
    total = ledger.totals(me().id)
    level = level_of(total.merit)
    return render_template(
        "home/me.html",
        managed=_managed(),
        awaiting=len(stand_ins.awaiting(me(), clock.today(zone()))) if _managed() else 0,
        has_stand_ins=any(one.role != "administrator" for one in my_grants()) or stand_ins.concerns(me().id),
        total=total,
        level=level,
        next_level=level_after(level),
        community=areas.get_area(my_community_code() or ""),
    )


@bp.get("/help")
@open_to_all
def help_page() -> str:
    """How it works, in short questions and answers."""
    return render_template("home/help.html")


@bp.get("/legal/privacy")
@open_to_all
def privacy() -> str:
    """What is kept of whom, why and for how long."""
    asked = request.args.get("version", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise NotFound("page")
    return render_template("home/privacy.html", city=legal.find(int(asked) if asked else None))
